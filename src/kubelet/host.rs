//! The files of a node itself, which `hostPath` volumes show. Models `pkg/volume/hostpath`.

use crate::apimachinery::Time;
use crate::sh::Files;
use crate::sh::files::{Who, normalize};

const DIRECTORIES: &[&str] = &[
    "/bin",
    "/boot",
    "/dev",
    "/etc/kubernetes",
    "/home",
    "/lib",
    "/media",
    "/mnt",
    "/opt",
    "/proc",
    "/root",
    "/run/containerd",
    "/sbin",
    "/srv",
    "/sys",
    "/tmp",
    "/usr/bin",
    "/usr/lib",
    "/var/lib/kubelet",
    "/var/lib/containerd",
    "/var/log/containers",
    "/var/log/pods",
    "/var/tmp",
];
const FILES: &[(&str, &str)] = &[
    ("/etc/hosts", "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n"),
    ("/etc/os-release", "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nNAME=\"Debian GNU/Linux\"\nID=debian\n"),
    ("/etc/passwd", "root:x:0:0:root:/root:/bin/bash\n"),
    ("/etc/resolv.conf", "nameserver 172.18.0.1\noptions ndots:0\n"),
    ("/var/log/syslog", ""),
];
const SOCKETS: &[&str] = &["/run/containerd/containerd.sock", "/var/run/containerd/containerd.sock"];

/// A node's files before anything was written.
pub fn files() -> Files {
    let mut files = Files::new();
    for dir in DIRECTORIES {
        let _ = files.mkdir_all(dir, Time::default());
    }
    for (path, text) in FILES {
        files.put(path, text.as_bytes(), Time::default());
    }
    let _ = files.chmod("/tmp", 0o1777);
    let _ = files.symlink("/run", "/var/run", Time::default());
    files.put("/run/containerd/containerd.sock", b"", Time::default());
    files
}

/// Makes what a `hostPath` may make, and says where it is not what its type asks for. Models `checkTypeInternal`.
pub fn check(files: &mut Files, path: &str, kind: &str, now: Time) -> Result<(), String> {
    files.who = Who::default();
    let path = normalize("/", path);
    let is_dir = files.is_dir(&path);
    let is_file = !is_dir && files.exists(&path);
    if !is_dir && !is_file {
        match kind {
            // The runtime makes what no type is given for.
            "" | "DirectoryOrCreate" => {
                return files.mkdir_all(&path, now).map_err(|e| format!("mkdir {path}: {}", e.text().to_lowercase()));
            }
            "FileOrCreate" => {
                return files.write(&path, b"", now).map_err(|e| format!("open {path}: {}", e.text().to_lowercase()));
            }
            _ => {}
        }
    }
    let (fits, what) = match kind {
        "Directory" | "DirectoryOrCreate" => (is_dir, "a directory"),
        "File" | "FileOrCreate" => (is_file, "a file"),
        "Socket" => (SOCKETS.contains(&path.as_str()), "a socket file"),
        "CharDevice" => (false, "a character device"),
        "BlockDevice" => (false, "a block device"),
        _ => (true, ""),
    };
    if fits { Ok(()) } else { Err(format!("hostPath type check failed: {path} is not {what}")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_checked_and_made() {
        let mut host = files();
        let mut check = |path: &str, kind: &str| check(&mut host, path, kind, Time::default());
        assert_eq!(check("/data", "Directory"), Err("hostPath type check failed: /data is not a directory".to_owned()));
        assert_eq!(check("/data/f", "FileOrCreate"), Err("open /data/f: no such file or directory".to_owned()));
        assert_eq!(check("/data", "DirectoryOrCreate"), Ok(()));
        assert_eq!(check("/data/f", "FileOrCreate"), Ok(()));
        assert_eq!(check("/data/f", "File"), Ok(()));
        assert_eq!(
            check("/data/f", "Directory"),
            Err("hostPath type check failed: /data/f is not a directory".to_owned())
        );
        let why = "hostPath type check failed: /var/run/docker.sock is not a socket file";
        assert_eq!(check("/var/run/docker.sock", "Socket"), Err(why.to_owned()));
    }
}
