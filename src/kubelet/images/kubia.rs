//! The images of "Kubernetes in Action": small node.js servers.

use super::Image;
use super::base::Base;
use super::server::{App, Context, no_handler};
use crate::sh::http::{Request, Response, date};

const fn image(name: &'static str, program: &'static [(&'static str, &'static str)], about: &'static str) -> Image {
    Image {
        name,
        tags: "latest v1 v2 v3 v4",
        size: 263_146_240,
        entrypoint: &["node", "app.js"],
        env: &[
            ("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
            ("NPM_CONFIG_LOGLEVEL", "info"),
            ("NODE_VERSION", "7.9.0"),
            ("YARN_VERSION", "0.22.0"),
        ],
        base: Base::Full,
        programs: program,
        files: &[("/app.js", "// A small HTTP server. Its program is simulated here; this file is not read.\n")],
        about,
        ..Image::EMPTY
    }
}

pub const IMAGES: &[Image] = &[
    image("docker.io/luksa/kubia", &[("/usr/local/bin/node", "kubia")], "answers \"You've hit HOSTNAME\" on port 8080"),
    image(
        "docker.io/luksa/kubia-unhealthy",
        &[("/usr/local/bin/node", "kubia-unhealthy")],
        "as kubia, but answers 500 from the sixth request on",
    ),
    Image {
        also: &["docker.io/luksa/kubia-pet-peers"],
        ..image(
            "docker.io/luksa/kubia-pet",
            &[("/usr/local/bin/node", "kubia-pet")],
            "keeps what is posted to it in /var/data/kubia.txt",
        )
    },
];

pub const APPS: &[App] = &[node("kubia", answer), node("kubia-unhealthy", unhealthy), node("kubia-pet", pet)];

const fn node(name: &'static str, answer: fn(&mut Context<'_, '_>, &Request) -> Response) -> App {
    App { name, port: |_| Ok(8080), started, in_use, answer, stop: no_handler }
}

fn started(c: &mut Context<'_, '_>) {
    c.io.out("Kubia server starting...\n");
}

/// What node 7 prints for an error event nobody handles.
fn in_use(c: &mut Context<'_, '_>) -> i32 {
    let port = c.port;
    c.io.out("Kubia server starting...\n");
    c.io.err(&format!(
        "events.js:163\n      throw er; // Unhandled 'error' event\n      ^\n\nError: listen EADDRINUSE :::{port}\n    \
         at Object.exports._errnoException (util.js:1050:11)\n    at exports._exceptionWithHostPort (util.js:1073:20)\n    \
         at Server.setupListenHandle [as _listen2] (net.js:1263:14)\n    at listenInCluster (net.js:1304:12)\n    \
         at Server.listen (net.js:1402:7)\n"
    ));
    1
}

/// As node writes a response whose length it was not told.
fn reply(c: &Context<'_, '_>, status: u16, text: String) -> Response {
    let headers = [
        ("Date", date(c.io.now())),
        ("Connection", "keep-alive".to_owned()),
        ("Transfer-Encoding", "chunked".to_owned()),
    ];
    let headers = headers.into_iter().map(|(k, v)| (k.to_owned(), v)).collect();
    Response { status, headers, body: text.into_bytes() }
}

fn log_request(c: &mut Context<'_, '_>) {
    let line = format!("Received request from {}\n", mapped(c.peer));
    c.io.out(&line);
}

/// An IPv4 address as a server that listens on IPv6 sees it.
fn mapped(peer: &str) -> String {
    if peer.contains(':') { peer.to_owned() } else { format!("::ffff:{peer}") }
}

fn answer(c: &mut Context<'_, '_>, _: &Request) -> Response {
    log_request(c);
    let (name, tag) = (c.hostname(), c.tag());
    match tag.as_str() {
        "v1" | "v2" | "v4" => reply(c, 200, format!("This is {tag} running in pod {name}\n")),
        "v3" if c.count >= 5 => reply(c, 500, format!("Some internal error has occurred! This is pod {name}\n")),
        "v3" => reply(c, 200, format!("This is v3 running in pod {name}\n")),
        _ => reply(c, 200, format!("You've hit {name}\n")),
    }
}

fn unhealthy(c: &mut Context<'_, '_>, _: &Request) -> Response {
    log_request(c);
    let name = c.hostname();
    match c.count {
        0..5 => reply(c, 200, format!("You've hit {name}\n")),
        _ => reply(c, 500, "I'm not well. Please restart me!".to_owned()),
    }
}

const DATA: &str = "/var/data/kubia.txt";

fn pet(c: &mut Context<'_, '_>, request: &Request) -> Response {
    let name = c.hostname();
    if request.method == "POST" {
        let _ = c.io.write_file(DATA, &request.body);
        c.io.out("New data has been received and stored.\n");
        return reply(c, 200, format!("Data stored on pod {name}\n"));
    }
    let data = match c.io.read_file(DATA) {
        Ok(data) => String::from_utf8_lossy(&data).into_owned(),
        Err(_) => "No data posted yet".to_owned(),
    };
    reply(c, 200, format!("You've hit {name}\nData stored on this pod: {data}\n"))
}
