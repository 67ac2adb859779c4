//! Processes: `ps`, `pidof`, `kill`, `killall`.

use super::{Call, is_gnu};
use crate::sh::io::Io;
use crate::sh::process::Pid;
use crate::sh::signal::Signal;

pub fn ps(io: &mut Io<'_>, call: &Call<'_>) -> i32 {
    let gnu = is_gnu(io);
    let flags: String = call.args.iter().map(|a| a.trim_start_matches('-')).collect();
    let full = flags.contains('f') || flags.contains('u');
    let all = full || flags.contains('e') || flags.contains('a') || flags.contains('x') || !gnu;
    let (user, mine) = (io.kernel().user.clone(), io.kernel().process(io.pid()).map(|p| p.session));
    let mut out = match (gnu, flags.contains('f'), flags.contains('u')) {
        (false, ..) => "PID   USER     TIME  COMMAND\n",
        (true, true, _) => "UID          PID    PPID  C STIME TTY          TIME CMD\n",
        (true, _, true) => "USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND\n",
        _ => "    PID TTY          TIME CMD\n",
    }
    .to_owned();
    for p in io.kernel().processes().filter(|p| p.status.is_none()) {
        if !all && Some(p.session) != mine {
            continue;
        }
        let command = p.argv.join(" ");
        let (_, _, _, h, m, _, _) = p.started.civil();
        let (pid, start) = (p.pid, format!("{h:02}:{m:02}"));
        let ppid = if p.ppid == crate::sh::kernel::ORPHAN { 1 } else { p.ppid };
        let line = match (gnu, flags.contains('f'), flags.contains('u')) {
            (false, ..) => format!("{pid:>5} {user:<8}  0:00 {command}\n"),
            (true, true, _) => format!("{user:<8} {pid:>7} {ppid:>7}  0 {start} ?        00:00:00 {command}\n"),
            (true, _, true) => {
                format!("{user:<8} {pid:>7}  0.0  0.1   4332  2900 ?        Ss   {start}   0:00 {command}\n")
            }
            _ => {
                let name = p.argv.first().map_or("", |a| a.rsplit('/').next().unwrap_or(a));
                format!("{pid:>7} ?        00:00:00 {name}\n")
            }
        };
        out.push_str(&line);
    }
    io.out(&out);
    0
}

fn named(io: &Io<'_>, name: &str) -> Vec<Pid> {
    let is = |argv: &[String]| argv.first().is_some_and(|a| a.rsplit('/').next() == Some(name));
    io.kernel().processes().filter(|p| p.status.is_none() && p.pid != io.pid() && is(&p.argv)).map(|p| p.pid).collect()
}

pub fn pidof(io: &mut Io<'_>, call: &Call<'_>) -> i32 {
    let Some(name) = call.args.iter().find(|a| !a.starts_with('-')) else { return 1 };
    let pids: Vec<String> = named(io, name).iter().map(u32::to_string).collect();
    if pids.is_empty() {
        return 1;
    }
    io.out(&format!("{}\n", pids.join(if call.name == "pgrep" { "\n" } else { " " })));
    0
}

/// Reads `-9`, `-s TERM`, `-TERM`.
fn signal(args: &[String]) -> (Signal, Vec<&String>) {
    let (mut signal, mut rest) = (Signal::TERM, Vec::new());
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match arg.strip_prefix('-') {
            Some("s") => signal = args.next().and_then(|s| Signal::parse(s)).unwrap_or(signal),
            Some(name) if rest.is_empty() && Signal::parse(name).is_some() => {
                signal = Signal::parse(name).unwrap_or(signal)
            }
            _ => rest.push(arg),
        }
    }
    (signal, rest)
}

pub fn kill(io: &mut Io<'_>, call: &Call<'_>) -> i32 {
    let (signal, pids) = signal(call.args);
    let mut status = 0;
    for text in pids {
        let reached = match text.parse::<i64>() {
            Ok(n) if n < 0 => io.kill_group(n.unsigned_abs() as Pid, signal),
            Ok(n) => io.kill(n as Pid, signal),
            Err(_) => {
                io.err(&format!("kill: failed to parse argument: '{text}'\n"));
                status = 1;
                continue;
            }
        };
        if !reached {
            let text = if is_gnu(io) {
                format!("kill: ({text}): No such process\n")
            } else {
                format!("kill: can't kill pid {text}: No such process\n")
            };
            io.err(&text);
            status = 1;
        }
    }
    status
}

pub fn killall(io: &mut Io<'_>, call: &Call<'_>) -> i32 {
    let (signal, names) = signal(call.args);
    let mut status = 0;
    for name in names {
        let pids = named(io, name);
        if pids.is_empty() {
            io.err(&format!("{name}: no process found\n"));
            status = 1;
        }
        for pid in pids {
            io.kill(pid, signal);
        }
    }
    status
}
