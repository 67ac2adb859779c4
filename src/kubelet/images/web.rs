//! Small web servers that tutorials use to show who answered: echo servers, hello apps.

use super::Image;
use super::base::Base;
use super::server::{App, Context, Says, no_handler};
use crate::sh::http::{Request, Response};

const fn go(
    name: &'static str,
    program: &'static [(&'static str, &'static str)],
    entry: &'static [&'static str],
) -> Image {
    Image { name, size: 6_000_000, entrypoint: entry, programs: program, ..Image::EMPTY }
}

pub const IMAGES: &[Image] = &[
    Image {
        ports: &[5678],
        uid: 100,
        user: "nobody",
        about: "answers with the text of -text on port 5678",
        ..go("docker.io/hashicorp/http-echo", &[("/http-echo", "http-echo")], &["/http-echo"])
    },
    Image {
        ports: &[80],
        also: &["docker.io/containous/whoami"],
        about: "says who it is and what it was asked",
        ..go("docker.io/traefik/whoami", &[("/whoami", "whoami-server")], &["/whoami"])
    },
    Image {
        ports: &[8080],
        also: &["k8s.gcr.io/echoserver", "gcr.io/google_containers/echoserver", "gcr.io/google-containers/echoserver"],
        about: "answers with what it was asked, on port 8080",
        base: Base::Alpine,
        ..go("registry.k8s.io/echoserver", &[("/usr/sbin/echoserver", "echoserver")], &["echoserver"])
    },
    Image {
        ports: &[8080],
        also: &["us-docker.pkg.dev/google-samples/containers/gke/hello-app"],
        about: "answers \"Hello, world!\" with its version and hostname on port 8080",
        ..go("gcr.io/google-samples/hello-app", &[("/hello-app", "hello-app")], &["/hello-app"])
    },
    Image {
        ports: &[8080],
        about: "answers \"Hello Kubernetes!\" on port 8080",
        size: 264_000_000,
        base: Base::Full,
        ..go("gcr.io/google-samples/node-hello", &[("/usr/local/bin/node", "node-hello")], &["node", "server.js"])
    },
    Image {
        ports: &[8080],
        also: &["docker.io/jocatalin/kubernetes-bootcamp"],
        about: "says in which pod it runs, on port 8080",
        size: 83_600_000,
        base: Base::Full,
        ..go(
            "gcr.io/google-samples/kubernetes-bootcamp",
            &[("/usr/local/bin/node", "bootcamp")],
            &["node", "server.js"],
        )
    },
    Image {
        ports: &[80],
        base: Base::Alpine,
        about: "shows its server's name and address on port 80",
        size: 10_300_000,
        ..go("docker.io/nginxdemos/hello", &[("/usr/sbin/nginx", "nginx-hello")], &["nginx", "-g", "daemon off;"])
    },
    Image {
        ports: &[9376],
        also: &["k8s.gcr.io/serve_hostname", "registry.k8s.io/e2e-test-images/serve-hostname"],
        about: "answers with its hostname on port 9376",
        ..go("registry.k8s.io/serve_hostname", &[("/serve_hostname", "serve-hostname")], &["/serve_hostname"])
    },
    Image {
        cmd: &["pause"],
        base: Base::Alpine,
        size: 55_000_000,
        also: &["k8s.gcr.io/e2e-test-images/agnhost", "registry.k8s.io/agnhost"],
        about: "the test program of Kubernetes: netexec, serve-hostname, liveness, pause",
        ..go("registry.k8s.io/e2e-test-images/agnhost", &[("/agnhost", "agnhost")], &["/agnhost"])
    },
    Image {
        also: &["k8s.gcr.io/liveness"],
        about: "is healthy for ten seconds on port 8080",
        ..go("registry.k8s.io/liveness", &[("/server", "liveness")], &["/server"])
    },
    Image {
        ports: &[80],
        also: &["k8s.gcr.io/hpa-example"],
        about: "answers \"OK!\" on port 80",
        base: Base::Debian,
        size: 179_000_000,
        ..go(
            "registry.k8s.io/hpa-example",
            &[("/usr/local/bin/apache2-foreground", "hpa-example")],
            &["apache2-foreground"],
        )
    },
];

pub const APPS: &[App] = &[
    App { port: text_port, started: text_started, ..plain("http-echo", text_answer) },
    App { port: |_| Ok(80), started: |c| say(c, "{sql} Starting up on port 80"), ..plain("whoami-server", whoami) },
    App { started: |_| {}, ..plain("echoserver", echo) },
    App { port: env_port, started: |c| say(c, "{sql} Server listening on port 8080"), ..plain("hello-app", hello) },
    App { started: |_| {}, ..plain("node-hello", |_, _| Response::text(200, "Hello Kubernetes!")) },
    App { started: bootcamp_started, ..plain("bootcamp", bootcamp) },
    App { port: |_| Ok(80), ..plain("nginx-hello", nginx_hello) },
    App { port: |_| Ok(9376), ..plain("serve-hostname", |c, _| Response::text(200, c.hostname())) },
    App { port: agnhost_port, started: agnhost_started, ..plain("agnhost", agnhost) },
    App { started: clock_started, ..plain("liveness", healthz) },
    App { port: |_| Ok(80), ..plain("hpa-example", |_, _| Response::text(200, "OK!")) },
];

/// A server on port 8080 that says nothing and has no handler for signals.
pub(super) const fn plain(name: &'static str, answer: fn(&mut Context<'_, '_>, &Request) -> Response) -> App {
    App { name, port: |_| Ok(8080), started: |_| {}, in_use: address_in_use, answer, stop: no_handler }
}

fn say(c: &mut Context<'_, '_>, text: &str) {
    let text = super::server::Stamp(c.io.now()).fill(text);
    c.io.err(&format!("{text}\n"));
}

fn address_in_use(c: &mut Context<'_, '_>) -> i32 {
    let text = format!("listen tcp :{}: bind: address already in use\n", c.port);
    c.io.err(&text);
    1
}

/// The value of `-name=value` or `-name value`, with one dash or two.
pub(super) fn flag<'a>(args: &'a [String], name: &str) -> Option<&'a str> {
    args.iter().enumerate().find_map(|(i, arg)| {
        let rest = arg.trim_start_matches('-').strip_prefix(name).filter(|_| arg.starts_with('-'))?;
        match rest.strip_prefix('=') {
            Some(value) => Some(value),
            None if rest.is_empty() => args.get(i + 1).map(String::as_str),
            None => None,
        }
    })
}

fn text_port(c: &mut Context<'_, '_>) -> Result<u16, Says> {
    if flag(c.args, "text").is_none() && c.io.var("ECHO_TEXT").is_none() {
        return Err(Says("Missing -text option!\n".to_owned(), 1));
    }
    let listen = flag(c.args, "listen").unwrap_or(":5678");
    Ok(listen.rsplit(':').next().and_then(|p| p.parse().ok()).unwrap_or(5678))
}

fn text_started(c: &mut Context<'_, '_>) {
    let port = c.port;
    say(c, &format!("{{sql}} [INFO] server is listening on :{port}"));
}

fn text_answer(c: &mut Context<'_, '_>, request: &Request) -> Response {
    let text = flag(c.args, "text").map(str::to_owned).or_else(|| c.io.var("ECHO_TEXT")).unwrap_or_default();
    let (peer, host) = (c.peer.to_owned(), request.header("Host").unwrap_or("").to_owned());
    let agent = request.header("User-Agent").unwrap_or("").to_owned();
    let size = text.len() + 1;
    let line = format!(
        "{{sql}} {host} {peer}:40000 \"{} {} HTTP/1.1\" 200 {size} \"{agent}\" 12.3µs",
        request.method, request.target
    );
    say(c, &line);
    Response::text(200, format!("{text}\n")).with("X-App-Name", "http-echo").with("X-App-Version", "1.0.0")
}

fn whoami(c: &mut Context<'_, '_>, request: &Request) -> Response {
    let (name, ip, peer) = (c.hostname(), c.io.kernel().ip.clone(), c.peer.to_owned());
    let mut text = format!("Hostname: {name}\nIP: 127.0.0.1\nIP: ::1\nIP: {ip}\nRemoteAddr: {peer}:40000\n");
    text +=
        &format!("{} {} HTTP/1.1\nHost: {}\n", request.method, request.target, request.header("Host").unwrap_or(""));
    let mut headers: Vec<_> = request.headers.iter().filter(|(n, _)| !n.eq_ignore_ascii_case("host")).collect();
    headers.sort();
    for (name, value) in headers {
        text += &format!("{name}: {value}\n");
    }
    Response::text(200, text + "\n")
}

fn echo(c: &mut Context<'_, '_>, request: &Request) -> Response {
    let (name, peer, port) = (c.hostname(), c.peer.to_owned(), c.port);
    let host = request.header("Host").unwrap_or("").to_owned();
    let mut text = format!(
        "\n\nHostname: {name}\n\nPod Information:\n\t-no pod information available-\n\nServer values:\n\tserver_version=nginx: \
         1.14.2 - lua: 10015\n\nRequest Information:\n\tclient_address={peer}\n\tmethod={}\n\treal path={}\n\tquery={}\n\t\
         request_version=1.1\n\trequest_scheme=http\n\trequest_uri=http://{host}:{port}{}\n\nRequest Headers:\n",
        request.method,
        request.target,
        request.target.split_once('?').map_or("", |(_, q)| q),
        request.target
    );
    let mut headers: Vec<_> = request.headers.iter().map(|(n, v)| (n.to_lowercase(), v)).collect();
    headers.sort();
    for (name, value) in headers {
        text += &format!("\t{name}={value}\n");
    }
    let body = String::from_utf8_lossy(&request.body).into_owned();
    text += &format!("\nRequest Body:\n{}\n\n", if body.is_empty() { "\t-no body in request-" } else { &body });
    Response::text(200, text)
}

fn env_port(c: &mut Context<'_, '_>) -> Result<u16, Says> {
    Ok(c.io.var("PORT").and_then(|p| p.parse().ok()).unwrap_or(8080))
}

fn hello(c: &mut Context<'_, '_>, request: &Request) -> Response {
    say(c, &format!("{{sql}} Serving request: {}", request.path()));
    let (name, tag) = (c.hostname(), c.tag());
    let version = if tag.starts_with('2') { "2.0.0" } else { "1.0.0" };
    Response::text(200, format!("Hello, world!\nVersion: {version}\nHostname: {name}\n"))
}

fn bootcamp_started(c: &mut Context<'_, '_>) {
    let (name, at) = (c.hostname(), c.io.now().rfc3339());
    c.io.out(&format!("Kubernetes Bootcamp App Started At: {at} | Running On:  {name} \n\n"));
}

fn bootcamp(c: &mut Context<'_, '_>, _: &Request) -> Response {
    let (name, version) = (c.hostname(), c.tag());
    let count = c.count + 1;
    let line = format!(
        "Running On: {name} | Total Requests: {count} | App Uptime: 0 seconds | Log Time: {}\n",
        c.io.now().rfc3339()
    );
    c.io.out(&line);
    let version = version.strip_prefix('v').unwrap_or("1").to_owned();
    Response::text(200, format!("Hello Kubernetes bootcamp! | Running on: {name} | v={version}\n"))
}

fn nginx_hello(c: &mut Context<'_, '_>, request: &Request) -> Response {
    let (name, ip) = (c.hostname(), c.io.kernel().ip.clone());
    let at = super::server::Stamp(c.io.now()).fill("{redis}");
    let text = format!(
        "Server address: {ip}:80\nServer name: {name}\nDate: {at}\nURI: {}\nRequest ID: {:032x}\n",
        request.target,
        c.count + 1
    );
    Response::text(200, text)
}

// --- agnhost ---------------------------------------------------------------------------------------------------

fn agnhost_port(c: &mut Context<'_, '_>) -> Result<u16, Says> {
    let number = |name: &str, or: u16| flag(c.args, name).and_then(|p| p.parse().ok()).unwrap_or(or);
    match c.args.get(1).map(String::as_str) {
        None | Some("pause") => Ok(0),
        Some("netexec") => Ok(number("http-port", 8080)),
        Some("serve-hostname") => Ok(number("port", 9376)),
        Some("liveness") => Ok(8080),
        Some(other) => Err(Says(format!("agnhost {other} is not simulated here\n"), 1)),
    }
}

fn agnhost_started(c: &mut Context<'_, '_>) {
    clock_started(c);
    match c.args.get(1).map(String::as_str) {
        None | Some("pause") => c.io.out("Paused\n"),
        Some("netexec") => say(c, "{sql} Started HTTP server on port 8080"),
        _ => {}
    }
}

fn agnhost(c: &mut Context<'_, '_>, request: &Request) -> Response {
    match (c.args.get(1).map(String::as_str), request.path()) {
        (Some("liveness"), _) => healthz(c, request),
        (_, "/hostname" | "/hostName") | (Some("serve-hostname"), _) => Response::text(200, c.hostname()),
        (_, "/clientip") => Response::text(200, format!("{}:40000", c.peer)),
        (_, "/echo") => {
            let text = request.target.split_once("msg=").map_or("", |(_, text)| text);
            Response::text(200, text.split('&').next().unwrap_or(""))
        }
        (_, "/healthz") => Response::text(200, ""),
        (_, "/") => Response::text(200, format!("NOW: {}", c.io.now().rfc3339())),
        _ => Response::text(404, "404 page not found\n"),
    }
}

/// Notes when the server started.
fn clock_started(c: &mut Context<'_, '_>) {
    let now = c.io.now().secs().to_string();
    c.state.insert("started".to_owned(), now);
}

/// Healthy for ten seconds, as the server of the liveness task is.
fn healthz(c: &mut Context<'_, '_>, request: &Request) -> Response {
    let started: i64 = c.state.get("started").and_then(|s| s.parse().ok()).unwrap_or(0);
    let age = c.io.now().secs() - started;
    match request.path() {
        "/started" => Response::text(200, format!("{age}s")),
        _ if age > 10 => Response::text(500, format!("error: {age}s")),
        _ => Response::text(200, "ok"),
    }
}
