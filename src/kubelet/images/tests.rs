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
fn only_tags_that_a_registry_has_are_found() {
    let cases = [
        ("nginx:1.25", Some("1.25.5")),
        ("nginx:1.14.2", Some("1.14.2")),
        ("nginx:alpine", Some("1.29.1")),
        ("nginx:stable", Some("1.28.0")),
        ("nginx:9.99", None),
        ("redis:7-alpine", Some("7.4.5")),
        ("python:3.12-slim", Some("3.12.11")),
        ("perl:5.34.0", Some("5.34.0")),
        ("ubuntu:22.04", Some("22.04")),
        ("luksa/kubia:v2", Some("")),
        ("luksa/kubia:v9", None),
        ("registry.k8s.io/pause:3.10", Some("")),
        ("registry.k8s.io/nginx-slim:0.8", Some("1.11.1")),
        ("nginxinc/nginx-unprivileged:1.27", Some("1.27.5")),
        ("bash:5", Some("5.3.3")),
        ("wordpress:6.2.1-apache", Some("")),
        ("gcr.io/google-samples/cassandra:v13", Some("")),
    ];
    for (name, want) in cases {
        assert_eq!(lookup(name).map(|found| found.version).as_deref(), want, "{name}");
    }
}

#[test]
fn programs_say_the_version_of_their_tag() {
    let cases: &[(&str, &[&str], &str)] = &[
        ("nginx:1.25.3", &["nginx", "-v"], "nginx version: nginx/1.25.3\n"),
        ("nginx:1.14.2-alpine", &["nginx", "-v"], "nginx version: nginx/1.14.2\n"),
        ("python:3.9", &["python", "--version"], "Python 3.9.23\n"),
        ("node:20", &["node", "-v"], "v20.19.5\n"),
        (
            "perl:5.34.0",
            &["perl", "-v"],
            "This is perl 5, version 34, subversion 0 (v5.34.0) built for x86_64-linux-gnu\n",
        ),
        ("golang:1.21", &["go", "version"], "go version go1.21.13 linux/amd64\n"),
        ("alpine:3.18", &["cat", "/etc/alpine-release"], "3.18.12\n"),
        ("debian:11", &["cat", "/etc/debian_version"], "11.11\n"),
    ];
    for (image, argv, want) in cases {
        assert_eq!(run(image, &[], argv), ((*want).to_owned(), Some(0)), "{image}");
    }
    // Before 1.19 there was no entry point with a word to say, before 1.21 no notices.
    assert_eq!(run("nginx:1.14.2", &[], &[]), (String::new(), None));
    let (text, _) = run("nginx:1.20", &[], &[]);
    assert!(text.ends_with("ready for start up\n"), "{text}");
    let (text, _) = run("nginx:1.27", &[], &[]);
    assert!(text.contains("[notice] 1#1: nginx/1.27.5\n"), "{text}");
    // What is built on Alpine has its shell and no bash.
    assert_eq!(run("nginx:alpine", &[], &["sh", "-c", "foo"]).0, "sh: foo: not found\n");
    assert!(!lookup("nginx:alpine").unwrap().files().read("/usr/bin/bash").is_ok());
}

/// Boots an image as a container would be.
pub(super) fn boot(reference: &str, hostname: &str, env: &mut Alone) -> Kernel {
    let found = lookup(reference).unwrap();
    let machine = Machine {
        release: found.release(),
        files: found.files(),
        env: found.env().into_iter().collect(),
        hostname: hostname.to_owned(),
        ip: "10.244.1.5".to_owned(),
        cwd: found.image.workdir.to_owned(),
        user: found.image.user.to_owned(),
        loader: found.image.loader(),
        memory: None,
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

/// Runs an image until it rests: what it logged, and the code it ended with, if it did.
fn run(reference: &str, env: &[(&str, &str)], argv: &[&str]) -> (String, Option<i32>) {
    let found = lookup(reference).unwrap_or_else(|| panic!("no image {reference}"));
    let mut vars: BTreeMap<String, String> = found.env().into_iter().collect();
    vars.extend(env.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())));
    let machine = Machine {
        release: found.release(),
        files: found.files(),
        env: vars,
        cwd: found.image.workdir.to_owned(),
        loader: found.image.loader(),
        memory: Some(128 << 20),
        ..Machine::default()
    };
    let (mut kernel, mut world) = (Kernel::new(machine, Time::from_secs(0)), Alone::default());
    let own = found.image.entrypoint.iter().chain(found.image.cmd);
    let argv = if argv.is_empty() { own.copied().collect() } else { argv.to_vec() };
    let argv = argv.into_iter().map(str::to_owned).collect();
    let main = kernel.spawn(Spawn { argv, ..Spawn::default() }, &mut world).unwrap();
    for _ in 0..20 {
        kernel.step(Time::from_secs(0), &mut world);
    }
    let text = kernel.take_output(main).into_iter().map(|c| String::from_utf8(c.data).unwrap()).collect();
    (text, kernel.exit_status(main).map(|s| s.code))
}

#[test]
fn every_image_starts() {
    for image in all() {
        let env = [("MYSQL_ROOT_PASSWORD", "x"), ("POSTGRES_PASSWORD", "x"), ("ECHO_TEXT", "x")];
        let (text, _) = run(image.name, &env, &[]);
        assert!(!text.contains("not found") && !text.contains("cannot execute"), "{}: {text}", image.name);
        for name in image.also {
            assert!(lookup(name).is_some(), "{name}");
        }
    }
}

#[test]
fn images_say_what_they_lack() {
    let (text, code) = run("mysql:8", &[], &[]);
    assert!(
        text.contains("[ERROR] [Entrypoint]: Database is uninitialized and password option is not specified\n"),
        "{text}"
    );
    assert_eq!(code, Some(1));
    let (text, code) = run("postgres", &[], &[]);
    assert!(text.starts_with("Error: Database is uninitialized and superuser password is not specified.\n"), "{text}");
    assert_eq!(code, Some(1));
    assert_eq!(run("mysql", &[("MYSQL_ROOT_PASSWORD", "x")], &[]).1, None);
    assert_eq!(run("postgres", &[("POSTGRES_PASSWORD", "x")], &[]).1, None);
    assert_eq!(run("hashicorp/http-echo", &[], &[]), ("Missing -text option!\n".to_owned(), Some(1)));
    assert_eq!(run("python:3", &[], &["python", "-c", "print('hi')"]), ("hi\n".to_owned(), Some(0)));
    assert_eq!(run("registry.k8s.io/pause:3.10", &[], &[]), (String::new(), None));
    for (image, packager) in [("alpine", "apk"), ("debian", "apt-get"), ("nginx", "apt")] {
        let (text, code) = run(image, &[], &[packager, "install", "curl"]);
        assert!(text.contains("not simulated here") && code == Some(1), "{image}: {text}");
    }
}

#[test]
fn who_takes_more_memory_than_there_is_is_killed() {
    let hog = |size: &str| run("polinux/stress", &[], &["stress", "--vm", "1", "--vm-bytes", size, "--vm-hang", "1"]).1;
    assert_eq!((hog("100M"), hog("250M")), (None, Some(137)));
    assert_eq!(run("busybox", &[], &["tail", "/dev/zero"]).1, Some(137));
}

#[test]
fn shells_use_the_words_of_their_image() {
    let cases = [
        ("busybox", "sh: foo: not found\n"),
        ("alpine", "sh: foo: not found\n"),
        ("debian", "sh: 1: foo: not found\n"),
    ];
    for (image, want) in cases {
        assert_eq!(run(image, &[], &["sh", "-c", "foo"]), (want.to_owned(), Some(127)), "{image}");
    }
    assert_eq!(run("debian", &[], &["bash", "-c", "foo"]).0, "bash: line 1: foo: command not found\n");
}

#[test]
fn busybox_serves_files() {
    let mut env = Alone::default();
    let mut kernel = boot("busybox", "box", &mut env);
    kernel.files.put("/www/index.html", b"hi\n", Time::default());
    let argv = ["httpd", "-f", "-p", "8080", "-h", "/www"].map(str::to_owned).to_vec();
    kernel.spawn(Spawn { argv, ..Spawn::default() }, &mut env).expect("starts");
    kernel.step(Time::default(), &mut env);
    assert!(call(&mut kernel, 8080, "GET / HTTP/1.0\r\n\r\n", &mut env).ends_with("hi\n"));
}

#[test]
fn servers_of_images_do_not_stand_in_for_tools() {
    assert_eq!(run("busybox", &[], &["whoami"]), ("root\n".to_owned(), Some(0)));
}

#[test]
fn every_tool_of_a_base_can_be_started() {
    let mut missing = Vec::new();
    for image in ["busybox", "alpine", "debian", "node"] {
        let found = lookup(image).unwrap();
        let files = found.files();
        let dir = if matches!(found.base(), Base::Busybox | Base::Alpine) { "/bin" } else { "/usr/bin" };
        for (name, _) in files.list(dir).unwrap() {
            let Ok(data) = files.read(&format!("{dir}/{name}")) else { continue };
            let text = String::from_utf8_lossy(&data).into_owned();
            let Some(program) = text.strip_prefix("\x7fELF:").map(str::trim) else { continue };
            if load(program, &[name.to_string()]).is_none() {
                missing.push(name.to_string());
            }
        }
    }
    assert!(missing.is_empty(), "{missing:?}");
}
