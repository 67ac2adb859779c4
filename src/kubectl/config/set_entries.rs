//! `kubectl config set-context|set-cluster`.

use super::unexpected;
use crate::action;
use crate::apimachinery::Value;
use crate::apimachinery::base64;
use crate::cli::command::Command;
use crate::cli::errors::{Error, Result};
use crate::cli::factory::Factory;
use crate::cli::flags::Flag;
use crate::cli::kubeconfig::Kubeconfig;

static CONTEXT_FLAGS: &[&[Flag]] = &[&[
    Flag::bool("current", "Change the current context."),
    Flag::str("cluster", "", "The cluster of the context."),
    Flag::str("user", "", "The user of the context."),
    Flag::str("namespace", "", "The namespace of the context.").short('n'),
]];

pub const CONTEXT: Command = Command::new("set-context", "Set a context entry in kubeconfig", action!(set_context))
    .usage("[NAME | --current] [--cluster=cluster_nickname] [--user=user_nickname] [--namespace=namespace] [options]")
    .examples("# Set the namespace of the current context\nkubectl config set-context --current --namespace=dev")
    .flags(CONTEXT_FLAGS);

async fn set_context(f: &Factory) -> Result {
    if f.args().len() > 1 {
        return Err(unexpected(f));
    }
    let current = f.flags.bool("current");
    let mut config = f.starting_config()?;
    let name = match (f.arg(0), current) {
        ("", false) => return Err("you must specify a non-empty context name or --current".into()),
        ("", true) if config.current_context().is_empty() => return Err("no current context is set".into()),
        ("", true) => config.current_context().to_owned(),
        (_, true) => return Err("you cannot specify both a context name and --current".into()),
        (name, false) => name.to_owned(),
    };
    let exists = config.entry("contexts", &name).is_some();
    let entry = config.entry_mut("contexts", &name);
    for field in ["cluster", "user", "namespace"] {
        if f.flags.changed(field) {
            entry.set(field, f.flags.str(field));
        }
    }
    if entry["namespace"].str().is_empty() {
        entry.remove("namespace");
    }
    config.save(&*f.ctx.system)?;
    f.out(&format!("Context {name:?} {}.\n", if exists { "modified" } else { "created" }));
    Ok(())
}

static CLUSTER_FLAGS: &[&[Flag]] = &[&[
    Flag::str("server", "", "The server of the cluster."),
    Flag::str("tls-server-name", "", "The name to expect in the server's certificate."),
    Flag::bool("insecure-skip-tls-verify", "Do not check the server's certificate."),
    Flag::str("certificate-authority", "", "File with the certificate authority to trust."),
    Flag::bool("embed-certs", "Keep the certificate itself, not its path."),
    Flag::str("proxy-url", "", "The proxy to reach the cluster through."),
]];

pub const CLUSTER: Command = Command::new("set-cluster", "Set a cluster entry in kubeconfig", action!(set_cluster))
    .usage("NAME [--server=server] [--certificate-authority=path/to/certificate/authority] [--insecure-skip-tls-verify=true] [--tls-server-name=example.com] [options]")
    .examples("# Set the server of a cluster\nkubectl config set-cluster e2e --server=https://1.2.3.4")
    .flags(CLUSTER_FLAGS);

async fn set_cluster(f: &Factory) -> Result {
    let name = named(f, "cluster")?;
    let mut config = f.starting_config()?;
    let authority = f.flags.str("certificate-authority");
    if f.flags.bool("insecure-skip-tls-verify") && !authority.is_empty() {
        return Err("you cannot specify a certificate authority and insecure mode at the same time".into());
    }
    if f.flags.bool("embed-certs") && authority.is_empty() {
        return Err("you must specify a --certificate-authority to embed".into());
    }
    let authority_file = FileField::read(f, &config, "clusters", &name, "certificate-authority")?;
    let entry = config.entry_mut("clusters", &name);
    if f.flags.changed("server") {
        entry.set("server", f.flags.str("server"));
    }
    for field in ["tls-server-name", "proxy-url"] {
        if f.flags.changed(field) {
            entry.set(field, f.flags.str(field));
        }
    }
    if f.flags.changed("insecure-skip-tls-verify") {
        entry.remove("insecure-skip-tls-verify");
        if f.flags.bool("insecure-skip-tls-verify") {
            entry.set("insecure-skip-tls-verify", true);
            entry.remove("certificate-authority");
            entry.remove("certificate-authority-data");
        }
    }
    if !authority.is_empty() {
        entry.remove("insecure-skip-tls-verify");
        authority_file.put(entry, "certificate-authority");
    }
    config.save(&*f.ctx.system)?;
    f.out(&format!("Cluster {name:?} set.\n"));
    Ok(())
}

/// The one argument: the name of a `what`.
pub fn named(f: &Factory, what: &str) -> Result<String> {
    match f.args() {
        [name] if name.is_empty() => Err(format!("you must specify a non-empty {what} name").into()),
        [name] => Ok(name.clone()),
        _ => Err(unexpected(f)),
    }
}

/// What a flag that names a file puts into an entry.
pub enum FileField {
    /// The flag is not given.
    None,
    /// Relative to the kubeconfig, where the file lies beneath its folder.
    Path(String),
    /// Base64: `--embed-certs`.
    Content(String),
}

impl FileField {
    /// Reads a flag that names a file; with `--embed-certs` the file too.
    pub fn read(f: &Factory, config: &Kubeconfig, list: &str, name: &str, flag: &str) -> Result<Self> {
        let (path, system) = (f.flags.str(flag), &*f.ctx.system);
        if !f.flags.changed(flag) {
            return Ok(Self::None);
        }
        if path.is_empty() || !f.flags.bool("embed-certs") {
            let absolute = if path.is_empty() { String::new() } else { system.absolute(path) };
            let folder = config.folder(system, list, name) + "/";
            return Ok(Self::Path(absolute.strip_prefix(&folder).unwrap_or(&absolute).to_owned()));
        }
        match system.read_file(path) {
            Ok(data) => Ok(Self::Content(base64::encode(&data))),
            Err(e) => Err(Error::Msg(format!("could not stat {flag} file {path}: stat {path}: {}", e.text()))),
        }
    }

    /// Writes the path or the content into an entry; one takes the other's place.
    pub fn put(self, entry: &mut Value, field: &str) {
        let data = format!("{field}-data");
        match self {
            Self::None => {}
            Self::Path(path) => {
                entry.remove_in(&[field]);
                entry.remove_in(&[&data]);
                if !path.is_empty() {
                    entry.set_in(&[field], path);
                }
            }
            Self::Content(text) => {
                entry.remove_in(&[field]);
                entry.set_in(&[&data], text);
            }
        }
    }
}
