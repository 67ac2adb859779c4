//! Images by name, and what their programs print.

use super::*;
use crate::apimachinery::Time;
use crate::sh::env::{Alone, Read};
use crate::sh::kernel::{Kernel, Machine};
use crate::sh::process::Spawn;

#[test]
fn names_are_normalized() {
    let cases = [
        ("nginx", "docker.io/library/nginx:latest"),
        ("luksa/kubia:v2", "docker.io/luksa/kubia:v2"),
        ("docker.io/library/nginx:1.27", "docker.io/library/nginx:1.27"),
        ("registry.k8s.io/pause:3.10", "registry.k8s.io/pause:3.10"),
        ("localhost:5000/x", "localhost:5000/x:latest"),
    ];
    for (text, want) in cases {
        assert_eq!(Reference::parse(text).unwrap().to_string(), want);
    }
    for bad in ["nginx:bad:tag", "Nginx", "", "a//b", "x@sha256:12", ":x", "bad image"] {
        assert_eq!(Reference::parse(bad), None, "{bad}");
    }
}

#[test]
fn tags_exist_or_not() {
    let cases = [
        ("1.7-1.29", "1.27", true),
        ("1.7-1.29", "1.14.2", true),
        ("1.7-1.29", "1.161", false),
        ("1.7-1.29", "1.27-alpine", true),
        ("1.7-1.29", "alpine", true),
        ("1.7-1.29", "nosuch", false),
        ("7-8", "8.5.0", true),
        ("7-8", "9", false),
        ("v1 v2", "v2", true),
        ("v1 v2", "v9", false),
        ("*", "v0.8.1", true),
    ];
    for (tags, tag, want) in cases {
        assert_eq!(reference::has_tag(tags, tag), want, "{tags} {tag}");
    }
}

/// Boots an image as a container would be.
pub(super) fn boot(reference: &str, hostname: &str, env: &mut Alone) -> Kernel {
    let found = lookup(reference).unwrap();
    let machine = Machine {
        files: found.files(),
        env: found.env().into_iter().collect(),
        hostname: hostname.to_owned(),
        ip: "10.244.1.5".to_owned(),
        cwd: found.image.workdir.to_owned(),
        user: found.image.user.to_owned(),
        loader: found.image.loader(),
        first_pid: 1,
    };
    let mut kernel = Kernel::new(machine, Time::from_secs(0));
    let argv = found.image.entrypoint.iter().chain(found.image.cmd).map(|s| (*s).to_owned()).collect();
    kernel.spawn(Spawn { argv, ..Spawn::default() }, env).unwrap();
    kernel.step(Time::from_secs(0), env);
    kernel
}

pub(super) fn call(kernel: &mut Kernel, port: u16, request: &str, env: &mut Alone) -> String {
    let conn = kernel.connect(port, "10.244.2.7").expect("nobody listens");
    kernel.conn_write(conn, request.as_bytes());
    kernel.step(Time::from_secs(1), env);
    let Read::Data(data) = kernel.conn_read(conn) else { panic!("no answer") };
    kernel.conn_close(conn);
    String::from_utf8(data).unwrap()
}

pub(super) fn log(kernel: &mut Kernel) -> String {
    kernel.take_output(1).into_iter().map(|c| String::from_utf8(c.data).unwrap()).collect()
}

#[test]
fn kubia_answers_and_logs_who_called() {
    let mut env = Alone::default();
    let mut kernel = boot("luksa/kubia", "kubia-manual", &mut env);
    assert_eq!(log(&mut kernel), "Kubia server starting...\n");
    let answer = call(&mut kernel, 8080, "GET / HTTP/1.1\r\nHost: x\r\n\r\n", &mut env);
    assert!(answer.contains("You've hit kubia-manual\n"), "{answer}");
    assert_eq!(log(&mut kernel), "Received request from ::ffff:10.244.2.7\n");
}

#[test]
fn a_second_server_on_the_port_ends() {
    let mut env = Alone::default();
    let mut kernel = boot("luksa/kubia", "k", &mut env);
    let argv = vec!["node".to_owned(), "app.js".to_owned()];
    let second = kernel.spawn(Spawn { argv, ..Spawn::default() }, &mut env).unwrap();
    kernel.step(Time::from_secs(1), &mut env);
    assert_eq!(kernel.exit_status(second).map(|s| s.code), Some(1));
    let text: String =
        kernel.take_output(second).iter().map(|c| String::from_utf8_lossy(&c.data).into_owned()).collect();
    assert!(text.contains("Error: listen EADDRINUSE :::8080"), "{text}");
}
