//! `kubectl config set-context|set-cluster|set-credentials`.

use super::unexpected;
use crate::action;
use crate::cli::command::Command;
use crate::cli::errors::{Error, Result};
use crate::cli::factory::Factory;
use crate::cli::flags::Flag;
use crate::kubectl::base64;

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
    let mut config = f.kubeconfig()?;
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
    let mut config = f.kubeconfig()?;
    let authority = f.flags.str("certificate-authority");
    if f.flags.bool("insecure-skip-tls-verify") && !authority.is_empty() {
        return Err("you cannot specify a certificate authority and insecure mode at the same time".into());
    }
    let embedded = embed(f, "certificate-authority")?;
    let entry = config.entry_mut("clusters", &name);
    if f.flags.changed("server") {
        entry.set("server", f.flags.str("server").trim_end_matches('/'));
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
        put_file(entry, "certificate-authority", authority, embedded);
    }
    config.save(&*f.ctx.system)?;
    f.out(&format!("Cluster {name:?} set.\n"));
    Ok(())
}

static CREDENTIALS_FLAGS: &[&[Flag]] = &[&[
    Flag::str("client-certificate", "", "File with the client's certificate."),
    Flag::str("client-key", "", "File with the client's key."),
    Flag::bool("embed-certs", "Keep certificate and key themselves, not their paths."),
    Flag::str("token", "", "Bearer token of the user."),
    Flag::str("username", "", "Name for basic authentication."),
    Flag::str("password", "", "Password for basic authentication."),
    Flag::str("auth-provider", "", "Auth provider of the user."),
    Flag::array("auth-provider-arg", "Arguments of the auth provider, key=value."),
    Flag::str("exec-command", "", "Command that gives credentials."),
    Flag::str("exec-api-version", "", "Version of that command's API."),
    Flag::array("exec-arg", "Arguments of that command."),
    Flag::array("exec-env", "Environment of that command, key=value."),
]];

pub const CREDENTIALS: Command =
    Command::new("set-credentials", "Set a user entry in kubeconfig", action!(set_credentials))
        .usage("NAME [--client-certificate=path/to/certfile] [--client-key=path/to/keyfile] [--token=bearer_token] [--username=basic_user] [--password=basic_password] [options]")
        .examples("# Set the token of a user\nkubectl config set-credentials cluster-admin --token=abc")
        .flags(CREDENTIALS_FLAGS);

async fn set_credentials(f: &Factory) -> Result {
    let name = named(f, "user")?;
    let mut config = f.kubeconfig()?;
    let mut methods = Vec::new();
    if !f.flags.str("token").is_empty() {
        methods.push("--token");
    }
    if !f.flags.str("username").is_empty() || !f.flags.str("password").is_empty() {
        methods.push("--username/--password");
    }
    if methods.len() > 1 {
        let text = "you cannot specify more than one authentication method at the same time: ";
        return Err(format!("{text}{}", methods.join(", ")).into());
    }
    if f.flags.changed("auth-provider") || f.flags.changed("exec-command") {
        return Err("auth providers and exec credentials are not simulated here".into());
    }
    let files = ["client-certificate", "client-key"];
    let embedded = [embed(f, files[0])?, embed(f, files[1])?];
    let entry = config.entry_mut("users", &name);
    for (field, data) in files.into_iter().zip(embedded) {
        if f.flags.changed(field) {
            put_file(entry, field, f.flags.str(field), data);
        }
    }
    for field in ["token", "username", "password"] {
        if f.flags.changed(field) {
            entry.set(field, f.flags.str(field));
        }
    }
    config.save(&*f.ctx.system)?;
    f.out(&format!("User {name:?} set.\n"));
    Ok(())
}

fn named(f: &Factory, what: &str) -> Result<String> {
    match f.args() {
        [name] if name.is_empty() => Err(format!("you must specify a non-empty {what} name").into()),
        [name] => Ok(name.clone()),
        _ => Err(unexpected(f)),
    }
}

/// The content of a file as base64, where `--embed-certs` asks for it.
fn embed(f: &Factory, flag: &str) -> Result<Option<String>> {
    let path = f.flags.str(flag);
    if path.is_empty() || !f.flags.bool("embed-certs") {
        return Ok(None);
    }
    match f.ctx.system.read_file(path) {
        Ok(data) => Ok(Some(base64::encode(&data))),
        Err(e) => Err(Error::Msg(format!("could not stat {flag} file {path}: stat {path}: {}", e.text()))),
    }
}

fn put_file(entry: &mut crate::apimachinery::Value, field: &str, path: &str, embedded: Option<String>) {
    let data = format!("{field}-data");
    entry.remove_in(&[field]);
    entry.remove_in(&[&data]);
    match embedded {
        Some(text) => entry.set_in(&[&data], text),
        None => entry.set_in(&[field], path),
    }
}
