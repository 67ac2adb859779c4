//! The shell against what bash 5.2 and GNU's tools print (`testdata/bash.txt`, recorded from the real ones).

use super::env::Alone;
use super::kernel::{Kernel, Machine};
use super::process::{Spawn, Stream};
use super::{Files, tools};
use crate::apimachinery::Time;
use std::fmt::Write;

/// A machine with every tool, as the laptop is.
pub fn machine() -> Kernel {
    let mut files = Files::new();
    for name in tools::names().chain(["bash"]) {
        files.put(&format!("/usr/bin/{name}"), format!("\x7fELF:{name}\n").as_bytes(), Time(0));
    }
    let _ = files.symlink("usr/bin", "/bin", Time(0));
    for dir in ["/tmp", "/dev", "/work", "/home/user"] {
        let _ = files.mkdir_all(dir, Time(0));
    }
    files.put("/usr/bin/sh", b"\x7fELF:dash\n", Time(0));
    let env = [("PATH", "/usr/local/bin:/usr/bin:/bin"), ("HOME", "/home/user")];
    let env = env.into_iter().map(|(k, v)| (k.to_owned(), v.to_owned())).collect();
    Kernel::new(Machine { files, env, cwd: "/work".to_owned(), first_pid: 1000, ..Machine::default() }, Time(0))
}

/// Runs a command line to its end; what it printed, and its code.
pub fn run(line: &str) -> (String, String, i32) {
    run_on(&mut machine(), line)
}

pub fn run_on(kernel: &mut Kernel, line: &str) -> (String, String, i32) {
    let mut env = Alone::default();
    let argv = ["bash", "-c", line].map(str::to_owned).to_vec();
    let pid = kernel.spawn(Spawn { argv, ..Spawn::default() }, &mut env).unwrap();
    let mut now = Time(0);
    for _ in 0..10_000 {
        kernel.step(now, &mut env);
        match kernel.next_timer() {
            _ if kernel.exit_status(pid).is_some() => break,
            Some(t) => now = t.max(now),
            None => break,
        }
    }
    let (mut out, mut err) = (Vec::new(), Vec::new());
    for chunk in kernel.take_output(pid) {
        if chunk.stream == Stream::Stdout { &mut out } else { &mut err }.extend(chunk.data);
    }
    let text = |b: Vec<u8>| String::from_utf8_lossy(&b).into_owned();
    (text(out), text(err), kernel.exit_status(pid).map_or(-1, |s| s.code))
}

fn block(out: &mut String, text: &str, mark: &str) {
    if text.is_empty() {
        return;
    }
    let (body, tail) = match text.strip_suffix('\n') {
        Some(body) => (body, ""),
        None => (text, "\\"),
    };
    for line in body.split('\n') {
        let _ = writeln!(out, "{mark}{line}");
    }
    out.pop();
    let _ = writeln!(out, "{tail}");
}

#[test]
fn the_shell_prints_what_bash_prints() {
    check(include_str!("testdata/bash.txt"));
}

/// Recorded with coreutils, GNU grep and sed, mawk and jq of Debian 12.
#[test]
fn the_tools_print_what_the_real_ones_print() {
    check(include_str!("testdata/tools.txt"));
}

/// What bash prints under `ulimit -f 8192`.
#[test]
fn a_file_stops_growing_where_files_end() {
    let (out, _, code) = run("yes | head -c 9000000 > f; echo $?; wc -c < f");
    assert_eq!((out.as_str(), code), ("153\n8388608\n", 0));
    assert_eq!(run("yes aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa > f").2, 153);
}

/// Runs recorded cases: `$ command` (`> ` more lines of it), `| ` standard output, `! ` standard error, `? ` code.
fn check(recorded: &str) {
    let mut failures = String::new();
    // A case starts with `$ ` at the beginning of a line.
    let recorded = format!("\n{recorded}");
    for case in recorded.split("\n$ ").skip(1) {
        let mut lines = case.lines().peekable();
        let mut command = lines.next().unwrap_or("").to_owned();
        while let Some(more) = lines.next_if(|l| l.starts_with("> ")) {
            command.push('\n');
            command.push_str(&more[2..]);
        }
        let want: String = lines.map(|l| format!("{l}\n")).collect();
        let (out, err, code) = run(&command);
        let mut got = String::new();
        block(&mut got, &out, "| ");
        block(&mut got, &err, "! ");
        if code != 0 {
            let _ = writeln!(got, "? {code}");
        }
        if got != want {
            let _ = writeln!(failures, "$ {command}\n--- want\n{want}--- got\n{got}");
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

/// Recorded from curl 7.88.
#[test]
fn a_port_of_ones_own_where_nobody_listens_refuses() {
    for host in ["localhost", "127.0.0.1"] {
        let (out, err, code) = run(&format!("curl -sS {host}:8888"));
        let want = format!("curl: (7) Failed to connect to {host} port 8888 after 0 ms: Couldn't connect to server\n");
        assert_eq!((out.as_str(), err, code), ("", want, 7));
    }
}
