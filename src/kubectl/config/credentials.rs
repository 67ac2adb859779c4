//! `kubectl config set-credentials`. Models `set_credentials.go`.

use super::set_entries::{FileField, named};
use crate::action;
use crate::apimachinery::Value;
use crate::cli::command::Command;
use crate::cli::errors::{Error, Result};
use crate::cli::factory::Factory;
use crate::cli::flags::Flag;
use crate::object;

static FLAGS: &[&[Flag]] = &[&[
    Flag::str("client-certificate", "", "File with the client's certificate."),
    Flag::str("client-key", "", "File with the client's key."),
    Flag::bool("embed-certs", "Keep certificate and key themselves, not their paths."),
    Flag::str("token", "", "Bearer token of the user."),
    Flag::str("username", "", "Name for basic authentication."),
    Flag::str("password", "", "Password for basic authentication."),
    Flag::str("auth-provider", "", "Auth provider of the user."),
    Flag::slice("auth-provider-arg", "Arguments of the auth provider: key=value, or key- to remove one."),
    Flag::str("exec-command", "", "Command that gives credentials."),
    Flag::str("exec-api-version", "", "Version of that command's API."),
    Flag::slice("exec-arg", "Arguments of that command."),
    Flag::array("exec-env", "Environment of that command: key=value, or key- to remove one."),
    Flag::str("exec-interactive-mode", "", "Whether that command uses standard input: Never, IfAvailable or Always."),
    Flag::bool("exec-provide-cluster-info", "Tell that command of the cluster."),
]];

pub const COMMAND: Command = Command::new("set-credentials", "Set a user entry in kubeconfig", action!(run))
    .usage("NAME [--client-certificate=path/to/certfile] [--client-key=path/to/keyfile] [--token=bearer_token] [--username=basic_user] [--password=basic_password] [--auth-provider=provider_name] [--auth-provider-arg=key=value] [--exec-command=exec_command] [--exec-api-version=exec_api_version] [--exec-arg=arg] [--exec-env=key=value] [options]")
    .examples("# Set the token of a user\nkubectl config set-credentials cluster-admin --token=abc")
    .flags(FLAGS);

/// `key=value` and `key-` arguments of a flag.
struct Pairs {
    set: Vec<(String, String)>,
    remove: Vec<String>,
}

fn pairs(f: &Factory, flag: &str) -> Result<Pairs> {
    let mut pairs = Pairs { set: Vec::new(), remove: Vec::new() };
    for word in f.flags.list(flag) {
        match (word.split_once('='), word.strip_suffix('-')) {
            (Some((key, value)), _) => pairs.set.push((key.to_owned(), value.to_owned())),
            (None, Some(key)) => pairs.remove.push(key.to_owned()),
            _ => return Err(super::help_error(f, format!("invalid {flag} format: {word}"))),
        }
    }
    Ok(pairs)
}

async fn run(f: &Factory) -> Result {
    let name = named(f, "user")?;
    let (provider_args, env) = (pairs(f, "auth-provider-arg")?, pairs(f, "exec-env")?);
    check(f)?;
    let mut config = f.starting_config()?;
    let files = ["client-certificate", "client-key"];
    let mut fields = Vec::new();
    for field in files {
        fields.push(FileField::read(f, &config, "users", &name, field)?);
    }
    let entry = config.entry_mut("users", &name);
    for (field, file) in files.into_iter().zip(fields) {
        file.put(entry, field);
    }
    set_auth_provider(f, entry, &provider_args);
    set_exec(f, entry, &env);
    set_secrets(f, entry);
    config.save(&*f.ctx.system)?;
    f.out(&format!("User {name:?} set.\n"));
    Ok(())
}

fn check(f: &Factory) -> Result {
    let given = |flag: &str| !f.flags.str(flag).is_empty();
    let mut methods = Vec::new();
    if given("token") {
        methods.push("--token");
    }
    if given("username") || given("password") {
        methods.push("--username/--password");
    }
    if methods.len() > 1 {
        let text = "you cannot specify more than one authentication method at the same time: ";
        return Err(Error::Msg(format!("{text}{}", methods.join(", "))));
    }
    if f.flags.bool("embed-certs") && !given("client-certificate") && !given("client-key") {
        return Err("you must specify a --client-certificate or --client-key to embed".into());
    }
    Ok(())
}

/// A token takes the place of name and password, and they of it.
fn set_secrets(f: &Factory, entry: &mut Value) {
    for field in ["token", "username", "password"] {
        if f.flags.changed(field) {
            put(entry, field, f.flags.str(field));
        }
    }
    let given = |flag: &str| f.flags.changed(flag) && !f.flags.str(flag).is_empty();
    let (token, basic) = (given("token"), given("username") || given("password"));
    if basic && !token {
        entry.remove("token");
    }
    if token && !basic {
        entry.remove("username");
        entry.remove("password");
    }
}

fn put(entry: &mut Value, field: &str, text: &str) {
    entry.remove(field);
    if !text.is_empty() {
        entry.set(field, text);
    }
}

fn set_auth_provider(f: &Factory, entry: &mut Value, args: &Pairs) {
    let name = f.flags.str("auth-provider");
    if f.flags.changed("auth-provider") && entry.at("auth-provider.name").str() != name {
        entry.set_in(&["auth-provider"], object! { "config" => Value::Null, "name" => name });
    }
    if entry["auth-provider"].is_null() {
        return;
    }
    for key in &args.remove {
        entry.remove_in(&["auth-provider", "config", key]);
    }
    for (key, value) in &args.set {
        entry.set_in(&["auth-provider", "config", key], value.as_str());
    }
}

fn set_exec(f: &Factory, entry: &mut Value, env: &Pairs) {
    if f.flags.changed("exec-command") {
        if entry["exec"].is_null() {
            let none = Value::Null;
            entry.set("exec", object! { "args" => none.clone(), "env" => none, "provideClusterInfo" => false });
        }
        entry.set("exec.command", f.flags.str("exec-command"));
        entry.set("exec.args", Value::Null);
    }
    if entry["exec"].is_null() {
        return;
    }
    for (flag, field) in [("exec-api-version", "apiVersion"), ("exec-interactive-mode", "interactiveMode")] {
        if f.flags.changed(flag) {
            entry.set_in(&["exec", field], f.flags.str(flag));
        }
    }
    if f.flags.changed("exec-provide-cluster-info") {
        entry.set("exec.provideClusterInfo", f.flags.bool("exec-provide-cluster-info"));
    }
    let args = f.flags.list("exec-arg");
    if !args.is_empty() {
        entry.set("exec.args", args.iter().map(String::as_str).collect::<Value>());
    }
    let mut all: Vec<Value> = entry.at("exec.env").items().to_vec();
    all.retain(|v| !env.remove.iter().any(|key| v["name"].str() == key));
    for (key, value) in &env.set {
        match all.iter_mut().find(|v| v["name"].str() == key) {
            Some(known) => known.set("value", value.as_str()),
            None => all.push(object! { "name" => key.as_str(), "value" => value.as_str() }),
        }
    }
    if !all.is_empty() || !entry.at("exec.env").is_null() {
        entry.set("exec.env", all);
    }
}
