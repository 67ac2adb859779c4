//! What is mounted where: `df` and `mount`.

use super::Call;
use crate::sh::files::normalize;
use crate::sh::io::Io;

/// A file system: device, type, size in kilobytes, use in kilobytes, path, options.
struct Row {
    device: &'static str,
    kind: &'static str,
    size: u64,
    used: u64,
    path: String,
    options: &'static str,
    /// `df` tells of it.
    counts: bool,
}

const DISK: (&str, &str, u64, u64) = ("/dev/vda1", "ext4", 101_430_960, 20_286_192);
const MEMORY: (&str, &str, u64, u64) = ("tmpfs", "tmpfs", 7_957_368, 12);

fn row((device, kind, size, used): (&'static str, &'static str, u64, u64), path: &str, options: &'static str) -> Row {
    Row { device, kind, size, used, path: path.to_owned(), options, counts: true }
}

fn system(device: &'static str, kind: &'static str, path: &str, options: &'static str) -> Row {
    Row { device, kind, size: 0, used: 0, path: path.to_owned(), options, counts: false }
}

/// What a container has, then its volumes.
fn rows(io: &Io<'_>) -> Vec<Row> {
    let mut rows = vec![
        row(("overlay", "overlay", DISK.2, DISK.3), "/", "rw,relatime"),
        system("proc", "proc", "/proc", "rw,nosuid,nodev,noexec,relatime"),
        row(("tmpfs", "tmpfs", 65_536, 0), "/dev", "rw,nosuid,size=65536k,mode=755,inode64"),
        system("devpts", "devpts", "/dev/pts", "rw,nosuid,noexec,relatime,gid=5,mode=620,ptmxmode=666"),
        system("mqueue", "mqueue", "/dev/mqueue", "rw,nosuid,nodev,noexec,relatime"),
        system("sysfs", "sysfs", "/sys", "ro,nosuid,nodev,noexec,relatime"),
        system("cgroup", "cgroup2", "/sys/fs/cgroup", "ro,nosuid,nodev,noexec,relatime"),
        row(DISK, "/etc/hosts", "rw,relatime"),
        row(DISK, "/dev/termination-log", "rw,relatime"),
        row(DISK, "/etc/hostname", "rw,relatime"),
        row(DISK, "/etc/resolv.conf", "rw,relatime"),
        row(("shm", "tmpfs", 65_536, 0), "/dev/shm", "rw,nosuid,nodev,noexec,relatime,size=65536k,inode64"),
    ];
    let mut mounts: Vec<_> = io.kernel().mounts().iter().collect();
    mounts.sort_by(|a, b| a.path.cmp(&b.path));
    for mount in mounts {
        let options = if mount.read_only { "ro,relatime" } else { "rw,relatime" };
        rows.push(row(if mount.in_memory { MEMORY } else { DISK }, &mount.path, options));
    }
    rows
}

pub fn mount(io: &mut Io<'_>, call: &Call<'_>) -> i32 {
    if call.args.iter().any(|a| !a.starts_with('-')) {
        io.err("mount: permission denied (are you root?)\n");
        return 1;
    }
    let lines = rows(io).into_iter().map(|r| format!("{} on {} type {} ({})\n", r.device, r.path, r.kind, r.options));
    let text: String = lines.collect();
    io.out(&text);
    0
}

/// `97G`, `64M`, or with one place as busybox has it.
fn human(kilobytes: u64, exact: bool) -> String {
    let (mut value, mut unit) = (kilobytes as f64, 0);
    while value >= 1_024.0 && unit < 3 {
        value /= 1_024.0;
        unit += 1;
    }
    let unit = ["K", "M", "G", "T"].get(unit).copied().unwrap_or("");
    match () {
        () if kilobytes == 0 => "0".to_owned(),
        () if exact => format!("{value:.1}{unit}"),
        () => format!("{:.0}{unit}", value.ceil()),
    }
}

/// `df`: the file systems of the container, or the one that holds the first path named.
pub fn df(io: &mut Io<'_>, call: &Call<'_>) -> i32 {
    let is_human = call.args.iter().any(|a| a.starts_with('-') && a.contains('h'));
    let cwd = io.cwd().to_string();
    let mut rows: Vec<Row> = rows(io).into_iter().filter(|r| r.counts).collect();
    let wanted: Vec<String> = call.args.iter().filter(|a| !a.starts_with('-')).map(|a| normalize(&cwd, a)).collect();
    if let Some(path) = wanted.first() {
        if io.stat(path).is_err() {
            io.err(&format!("df: {path}: can't find mount point\n"));
            return 1;
        }
        let within = |r: &Row| r.path == "/" || *path == r.path || path.starts_with(&format!("{}/", r.path));
        rows.retain(within);
        let longest = rows.iter().map(|r| r.path.len()).max();
        rows.retain(|r| Some(r.path.len()) == longest);
    }
    let is_gnu = super::is_gnu(io);
    let amount = |n: u64| if is_human { human(n, !is_gnu) } else { n.to_string() };
    let mut out = match (is_gnu, is_human) {
        (false, true) => "Filesystem                Size      Used Available Use% Mounted on\n",
        (false, false) => "Filesystem           1K-blocks      Used Available Use% Mounted on\n",
        (true, true) => "Filesystem      Size  Used Avail Use% Mounted on\n",
        (true, false) => "Filesystem     1K-blocks     Used Available Use% Mounted on\n",
    }
    .to_owned();
    for r in rows {
        let (size, used, free) = (amount(r.size), amount(r.used), amount(r.size - r.used));
        let share = (r.used * 100).div_ceil(r.size.max(1));
        out += &match (is_gnu, is_human) {
            (false, _) => format!("{:<20} {size:>9} {used:>9} {free:>9} {share:>3}% {}\n", r.device, r.path),
            (true, true) => format!("{:<15} {size:>4} {used:>5} {free:>5} {share:>3}% {}\n", r.device, r.path),
            (true, false) => format!("{:<14} {size:>9} {used:>8} {free:>9} {share:>3}% {}\n", r.device, r.path),
        };
    }
    io.out(&out);
    0
}
