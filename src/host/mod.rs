//! The learner's laptop: a machine with a home directory, a kubeconfig, the tools of tutorials, and kubectl.

mod programs;

use crate::apimachinery::Time;
use crate::apimachinery::time::Duration;
use crate::sh::files::Files;
use crate::sh::kernel::{Kernel, Machine};
use std::collections::BTreeMap;

/// Where the cluster answers, as the kubeconfig names it.
pub const SERVER: &str = "https://127.0.0.1:6443";
/// The text of `cli::kubeconfig::initial(SERVER)`, so that neither writing nor reading YAML is part of booting.
pub const KUBECONFIG: &str = include_str!("../../static/home/kubeconfig.yaml");
pub const HOME: &str = "/home/user";
/// Where replayed scenarios run.
pub const SCRATCH: &str = "/scratch";

/// Files that are there from the beginning: the manifests of the chapter.
const HOME_FILES: [(&str, &str); 8] = [
    ("kubia-manual.yaml", include_str!("../../static/home/kubia-manual.yaml")),
    ("kubia-manual.json", include_str!("../../static/home/kubia-manual.json")),
    ("kubia-manual-with-labels.yaml", include_str!("../../static/home/kubia-manual-with-labels.yaml")),
    ("kubia-gpu.yaml", include_str!("../../static/home/kubia-gpu.yaml")),
    ("kubia-rc.yaml", include_str!("../../static/home/kubia-rc.yaml")),
    ("custom-namespace.yaml", include_str!("../../static/home/custom-namespace.yaml")),
    ("together.yaml", include_str!("../../static/home/together.yaml")),
    ("apart.yaml", include_str!("../../static/home/apart.yaml")),
];

/// The laptop of the page: the prompt stands in the home directory.
pub fn laptop(now: Time) -> Kernel {
    let path = format!("{HOME}/.kube/config");
    let mut files = tree(&path, now);
    for (name, text) in HOME_FILES {
        // Files that lie there since yesterday list as such.
        files.put(&format!("{HOME}/{name}"), text.as_bytes(), now - Duration::from_secs(86_400));
    }
    boot(files, HOME, BTreeMap::from([("TERM".into(), "xterm-256color".into())]), now)
}

/// The machine on which the scenarios were recorded: an empty directory, no terminal.
pub fn scratch(now: Time) -> Kernel {
    let path = format!("{SCRATCH}/.kubeconfig");
    let env = BTreeMap::from([("TERM".into(), "dumb".into()), ("KUBECONFIG".into(), path.clone())]);
    boot(tree(&path, now), SCRATCH, env, now)
}

fn tree(kubeconfig_path: &str, now: Time) -> Files {
    let mut files = Files::new();
    for dir in [HOME, SCRATCH, "/tmp", "/dev", "/etc"] {
        // A fresh tree has room for its directories.
        let _ = files.mkdir_all(dir, now);
    }
    programs::install(&mut files, now);
    files.put("/etc/passwd", b"root:x:0:0:root:/root:/bin/bash\nuser:x:1000:1000::/home/user:/bin/bash\n", now);
    files.put("/etc/hostname", b"laptop\n", now);
    files.put("/etc/hosts", b"127.0.0.1\tlocalhost\n::1\tlocalhost\n", now);
    files.put(kubeconfig_path, KUBECONFIG.as_bytes(), now);
    files
}

fn boot(files: Files, cwd: &str, mut env: BTreeMap<String, String>, now: Time) -> Kernel {
    for (name, value) in [
        ("HOME", HOME),
        ("USER", "user"),
        ("LOGNAME", "user"),
        ("SHELL", "/bin/bash"),
        ("PATH", "/usr/local/bin:/usr/bin:/bin"),
        ("LANG", "C.UTF-8"),
        ("EDITOR", "vi"),
    ] {
        env.insert(name.into(), value.into());
    }
    let machine = Machine {
        release: Default::default(),
        files,
        env,
        hostname: "laptop".into(),
        ip: "172.18.0.1".into(),
        cwd: cwd.into(),
        user: "user".into(),
        loader: crate::sh::tools::load,
        memory: None,
        first_pid: 1_000,
    };
    Kernel::new(machine, now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apimachinery::yaml;
    use crate::cli::kubeconfig;

    #[test]
    fn the_kubeconfig_says_what_it_should() {
        assert_eq!(KUBECONFIG, yaml::to_string(&kubeconfig::initial(SERVER)));
    }
}
