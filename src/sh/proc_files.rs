//! The files that are made while they are read: `/proc`, `/dev/zero` and the like.

use super::io::Io;

/// The bytes of a made-up file; None where the path is none.
pub fn read(io: &Io<'_>, path: &str) -> Option<Vec<u8>> {
    let uptime = io.now().since(io.kernel().booted).as_secs();
    let text = match path {
        "/proc/uptime" => format!("{uptime}.00 {uptime}.00\n"),
        "/proc/loadavg" => "0.00 0.00 0.00 1/1 1\n".to_owned(),
        "/proc/version" => "Linux version 6.1.0-podium (simulated)\n".to_owned(),
        "/proc/meminfo" => {
            "MemTotal:        7957368 kB\nMemFree:         5120000 kB\nMemAvailable:    6400000 kB\n".to_owned()
        }
        "/proc/cpuinfo" => (0..4).map(|n| format!("processor\t: {n}\nmodel name\t: Podium Virtual CPU\n\n")).collect(),
        "/proc/self/environ" => io.environ().iter().map(|(k, v)| format!("{k}={v}\0")).collect(),
        _ => {
            let (pid, name) = path.strip_prefix("/proc/")?.split_once('/')?;
            let process = io.kernel().process(pid.parse().ok()?)?;
            match name {
                "cmdline" => process.argv.iter().map(|a| format!("{a}\0")).collect(),
                "environ" => process.env.iter().map(|(k, v)| format!("{k}={v}\0")).collect(),
                "comm" => format!("{}\n", super::files::split(process.argv.first()?).1),
                _ => return None,
            }
        }
    };
    Some(text.into_bytes())
}
