//! What images are built on: the file trees of busybox, Alpine and Debian.

use super::Image;
use crate::apimachinery::Time;
use crate::sh::files::Files;
use crate::sh::kernel::Release;

/// The system below an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Base {
    /// Nothing at all, no shell either.
    Scratch,
    Busybox,
    Alpine,
    /// Debian slim: bash and the core tools.
    Debian,
    /// Debian with curl, wget, ps and more (`buildpack-deps`).
    Full,
}

const APPLETS: &str = "[ ash awk base64 basename cat chmod chown clear cp cut date df dirname du echo egrep env expr false \
    fgrep find free getopt grep gunzip gzip head hostname httpd id ifconfig ip kill killall ln ls md5sum mkdir mktemp more mount mv nc nl nproc ping telnet \
    netstat nslookup pidof ping printenv printf ps pwd readlink realpath rev rm rmdir sed seq sh sha256sum sleep sort stat \
    tac tail tar tee test timeout top touch tr true uname uniq uptime vi watch wc wget which whoami xargs yes";
const DEBIAN: &str = "[ awk base64 basename bash cat chmod chown clear cp cut date df dirname du echo egrep env expr false fgrep \
    find getent grep gunzip gzip head hostname id ln ls md5sum mkdir mktemp more mount mv pidof printenv printf pwd \
    readlink realpath rm rmdir sed seq sh sha256sum sleep sort stat tail tar tee test timeout touch tr true uname uniq \
    uptime wc which whoami xargs yes";
const FULL: &str = "curl wget ps top free kill watch killall ip ss";

/// Package managers, which say that they cannot install anything here.
fn packagers(base: Base) -> &'static [&'static str] {
    match base {
        Base::Alpine => &["/sbin/apk"],
        Base::Debian | Base::Full => &["/usr/bin/apt", "/usr/bin/apt-get", "/usr/bin/dpkg"],
        Base::Scratch | Base::Busybox => &[],
    }
}

/// The executable of a program.
pub fn executable(program: &str) -> String {
    format!("\x7fELF:{program}\n")
}

/// Who is in which group: the runtime gives root the groups that list it.
fn group(base: Base) -> &'static str {
    match base {
        Base::Busybox => "root:x:0:\ndaemon:x:1:\nwheel:x:10:root\nusers:x:100:\nnobody:x:65534:\n",
        Base::Alpine => {
            "root:x:0:root\nbin:x:1:root,bin,daemon\ndaemon:x:2:root,bin,daemon\nsys:x:3:root,bin\nadm:x:4:root,daemon\n\
             disk:x:6:root\nwheel:x:10:root\nfloppy:x:11:root\ndialout:x:20:root\ntape:x:26:root\nvideo:x:27:root\n\
             users:x:100:\nnobody:x:65534:\n"
        }
        _ => "root:x:0:\ndaemon:x:1:\nusers:x:100:\nnogroup:x:65534:\n",
    }
}

/// Builds an image's tree on a system.
pub fn tree(image: &Image, base: Base, release: &Release) -> Files {
    let mut files = Files::new();
    let mut put = |path: &str, text: &str| files.put(path, text.as_bytes(), Time::default());
    put_tools(base, &mut put);
    put_identity(image, base, &mut put);
    for (path, program) in image.programs {
        put(path, &executable(program));
    }
    for (path, text) in image.files {
        put(path, &release.fill(text));
    }
    for dir in directories(base) {
        let _ = files.mkdir_all(dir, Time::default());
    }
    if !matches!(image.workdir, "" | "/") {
        let _ = files.mkdir_all(image.workdir, Time::default());
    }
    let _ = files.chmod("/tmp", 0o1777);
    own(image, &mut files);
    if matches!(base, Base::Debian | Base::Full) {
        let _ = files.symlink("usr/bin", "/bin", Time::default());
    }
    let _ = files.symlink("/run", "/var/run", Time::default());
    for (path, target) in image.links {
        let (dir, _) = crate::sh::files::split(path);
        let _ = files.mkdir_all(dir, Time::default());
        let _ = files.symlink(target, path, Time::default());
    }
    files
}

fn put_tools(base: Base, put: &mut impl FnMut(&str, &str)) {
    let (tools, dir) = match base {
        Base::Scratch => ("", ""),
        Base::Busybox | Base::Alpine => (APPLETS, "/bin"),
        Base::Debian | Base::Full => (DEBIAN, "/usr/bin"),
    };
    for tool in tools.split_whitespace() {
        // busybox' own shell has words of its own for errors.
        let program = match tool {
            "sh" if dir == "/bin" => "ash",
            "httpd" => "busybox-httpd",
            tool => tool,
        };
        put(&format!("{dir}/{tool}"), &executable(program));
    }
    if base == Base::Full {
        for tool in FULL.split_whitespace() {
            put(&format!("{dir}/{tool}"), &executable(tool));
        }
    }
    for path in packagers(base) {
        put(path, &executable("packages"));
    }
}

/// Who the system is, and who is known on it.
fn put_identity(image: &Image, base: Base, put: &mut impl FnMut(&str, &str)) {
    put("/etc/passwd", &passwd(image, base));
    put("/etc/group", group(base));
    match base {
        Base::Alpine => {
            put("/etc/alpine-release", "3.22.1\n");
            put(
                "/etc/os-release",
                "NAME=\"Alpine Linux\"\nID=alpine\nVERSION_ID=3.22.1\nPRETTY_NAME=\"Alpine Linux v3.22\"\n",
            );
        }
        Base::Debian | Base::Full => {
            put("/etc/debian_version", "12.11\n");
            put(
                "/etc/os-release",
                "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nNAME=\"Debian GNU/Linux\"\nVERSION_ID=\"12\"\nID=debian\n",
            );
        }
        _ => {}
    }
}

/// What an image that has a user of its own works in is its user's.
fn own(image: &Image, files: &mut Files) {
    if image.uid != 0 {
        let uid = u32::try_from(image.uid).unwrap_or(0);
        for dir in [image.workdir, "/var", "/run", "/data"] {
            if !matches!(dir, "" | "/") {
                let _ = files.chown(dir, (uid, uid));
            }
        }
    }
}

fn directories(base: Base) -> &'static [&'static str] {
    match base {
        Base::Scratch => &["/etc", "/dev", "/proc", "/sys", "/var", "/run"],
        Base::Busybox => &["/dev", "/etc", "/home", "/proc", "/root", "/run", "/sys", "/tmp", "/usr", "/var"],
        Base::Alpine => &[
            "/dev",
            "/etc",
            "/home",
            "/lib",
            "/media",
            "/mnt",
            "/opt",
            "/proc",
            "/root",
            "/run",
            "/sbin",
            "/srv",
            "/sys",
            "/tmp",
            "/usr",
            "/var/cache",
            "/var/log",
        ],
        Base::Debian | Base::Full => &[
            "/boot",
            "/dev",
            "/etc",
            "/home",
            "/lib",
            "/media",
            "/mnt",
            "/opt",
            "/proc",
            "/root",
            "/run",
            "/srv",
            "/sys",
            "/tmp",
            "/usr/local/bin",
            "/usr/share",
            "/var/log",
            "/var/lib",
            "/var/cache",
        ],
    }
}

fn passwd(image: &Image, base: Base) -> String {
    let shell = match base {
        Base::Scratch => "/sbin/nologin",
        Base::Busybox | Base::Alpine => "/bin/sh",
        Base::Debian | Base::Full => "/bin/bash",
    };
    let own = if image.uid == 0 {
        String::new()
    } else {
        format!("{0}:x:{1}:{1}::/home/{0}:{shell}\n", image.user, image.uid)
    };
    format!("root:x:0:0:root:/root:{shell}\nnobody:x:65534:65534:nobody:/:/sbin/nologin\n{own}")
}

/// The systems themselves, as images.
pub const IMAGES: &[Image] = &[
    Image {
        name: "docker.io/library/busybox",
        also: &[
            "registry.k8s.io/e2e-test-images/busybox",
            "registry.k8s.io/busybox",
            "k8s.gcr.io/busybox",
            "gcr.io/google-containers/busybox",
            "gcr.io/google_containers/busybox",
            "quay.io/prometheus/busybox",
            "public.ecr.aws/docker/library/busybox",
        ],
        releases: "1.37.0 1.36.1 1.35.0 1.34.1 1.33.1 1.32.1 1.31.1 1.30.1 1.29.3 1.28.4 1.27.2 1.26.2 1.25.1 1.24.2 \
                   1.23.2 1.22.1 1.21.1 stable=1.37.0 unstable=1.37.0",
        size: 2_223_685,
        cmd: &["sh"],
        base: Base::Busybox,
        about: "small tools; runs a command you give it",
        ..Image::EMPTY
    },
    Image {
        name: "docker.io/library/alpine",
        also: &["public.ecr.aws/docker/library/alpine"],
        releases: "3.22.1 3.21.4 3.20.7 3.19.8 3.18.12 3.17.10 3.16.9 3.15.11 3.14.10 3.13.12 3.12.12 3.11.13 3.10.9 3.9.6 \
                   3.8.5 3.7.3 3.6.5 3.5.3 3.4.6 3.3.3 3.2.3 3.1.4 edge=3.22.1",
        size: 3_802_452,
        cmd: &["/bin/sh"],
        base: Base::Alpine,
        files: &[
            ("/etc/alpine-release", "{version}\n"),
            (
                "/etc/os-release",
                "NAME=\"Alpine Linux\"\nID=alpine\nVERSION_ID={version}\nPRETTY_NAME=\"Alpine Linux v{version}\"\n",
            ),
        ],
        about: "small Linux with a shell",
        ..Image::EMPTY
    },
    Image {
        name: "docker.io/library/debian",
        releases: "12.11 11.11 10.13 9.13 8.11 13.0 stable=12.11 oldstable=11.11 trixie=13.0 bookworm=12.11 bullseye=11.11 \
                   buster=10.13 stretch=9.13 jessie=8.11",
        files: &[
            ("/etc/debian_version", "{version}\n"),
            (
                "/etc/os-release",
                "PRETTY_NAME=\"Debian GNU/Linux {major}\"\nNAME=\"Debian GNU/Linux\"\nVERSION_ID=\"{major}\"\nID=debian\n",
            ),
        ],
        size: 48_494_000,
        cmd: &["bash"],
        base: Base::Debian,
        about: "Debian with bash",
        ..Image::EMPTY
    },
    Image {
        name: "docker.io/library/ubuntu",
        releases: "=24.04 =25.04 =22.04 =20.04 =18.04 =16.04 =14.04 rolling=25.04 plucky=25.04 noble=24.04 jammy=22.04 \
                   focal=20.04 bionic=18.04 xenial=16.04 trusty=14.04",
        files: &[(
            "/etc/os-release",
            "PRETTY_NAME=\"Ubuntu {version} LTS\"\nNAME=\"Ubuntu\"\nVERSION_ID=\"{version}\"\nID=ubuntu\nID_LIKE=debian\n",
        )],
        size: 29_717_000,
        cmd: &["/bin/bash"],
        base: Base::Debian,
        about: "Ubuntu with bash",
        ..Image::EMPTY
    },
    Image {
        name: "docker.io/curlimages/curl",
        releases: "8.15.0 8.14.1 8.13.0 8.12.1 8.11.1 8.10.1 8.9.1 8.8.0 8.7.1 8.6.0 8.5.0 8.4.0 8.3.0 8.2.1 8.1.2 8.0.1 \
                   7.88.1 7.87.0 7.86.0 7.85.0 7.84.0 7.83.1 7.82.0 7.81.0 7.80.0 7.79.1 7.78.0 7.77.0 7.76.1 7.75.0 \
                   7.74.0 7.73.0 7.72.0 7.71.1 7.70.0",
        size: 9_100_000,
        entrypoint: &["/entrypoint.sh"],
        cmd: &["curl"],
        user: "curl_user",
        uid: 100,
        base: Base::Alpine,
        programs: &[("/usr/bin/curl", "curl")],
        files: &[(
            "/entrypoint.sh",
            "#!/bin/sh\nif [ \"${1#-}\" != \"${1}\" ] || [ -z \"$(command -v \"${1}\")\" ]; then\n  set -- curl \"$@\"\nfi\nexec \"$@\"\n",
        )],
        about: "curl, to call other pods",
        ..Image::EMPTY
    },
];
