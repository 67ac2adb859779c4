//! `kubectl config view`.

use crate::action;
use crate::apimachinery::Value;
use crate::apimachinery::base64;
use crate::cli::command::Command;
use crate::cli::errors::{Error, Result};
use crate::cli::factory::Factory;
use crate::cli::flag_sets;
use crate::cli::flags::Flag;
use crate::cli::kubeconfig::Kubeconfig;
use crate::cli::printers::{Format, Printer, for_get};
use crate::kubectl::ordered;

static FLAGS: &[Flag] = &[
    Flag::bool("flatten", "Put the content of certificate files into the output."),
    Flag::bool_on("merge", "Merge the kubeconfig files.").no_opt("true"),
    Flag::bool("minify", "Show only what the current context uses."),
    Flag::bool("raw", "Show certificates and secrets."),
];
static FLAG_SETS: &[&[Flag]] = &[FLAGS, flag_sets::PRINT];

pub const COMMAND: Command =
    Command::new("view", "Display merged kubeconfig settings or a specified kubeconfig file", action!(run))
        .usage("[flags] [options]")
        .long("Display merged kubeconfig settings or a specified kubeconfig file.\n\n -o jsonpath={...} picks values with a jsonpath expression")
        .examples("# Show the kubeconfig\nkubectl config view\n\n# Show it with certificates and secrets\nkubectl config view --raw\n\n# Show the password of a user\nkubectl config view -o jsonpath='{.users[?(@.name == \"e2e\")].user.password}'")
        .flags(FLAG_SETS);

/// Fields in the order in which Go's structs have them.
const ORDER: [&str; 20] = [
    "kind",
    "apiVersion",
    "name",
    "clusters",
    "users",
    "contexts",
    "current-context",
    "cluster",
    "user",
    "namespace",
    "server",
    "tls-server-name",
    "insecure-skip-tls-verify",
    "certificate-authority",
    "certificate-authority-data",
    "client-certificate",
    "client-certificate-data",
    "client-key",
    "client-key-data",
    "token",
];

/// What is not shown without `--raw`, and what stands in its place.
const SECRETS: [(&str, &str, &str, &str); 5] = [
    ("clusters", "cluster", "certificate-authority-data", "DATA+OMITTED"),
    ("users", "user", "client-certificate-data", "DATA+OMITTED"),
    ("users", "user", "client-key-data", "DATA+OMITTED"),
    ("users", "user", "token", "REDACTED"),
    ("users", "user", "password", "REDACTED"),
];

/// Files of certificates, which `--flatten` puts in.
const FILES: [(&str, &str, &str); 3] = [
    ("clusters", "cluster", "certificate-authority"),
    ("users", "user", "client-certificate"),
    ("users", "user", "client-key"),
];

async fn run(f: &Factory) -> Result {
    if !f.args().is_empty() {
        return Err(f.usage_error(format!("unexpected arguments: [{}]", f.args().join(" "))));
    }
    if !f.flags.bool("merge") && !f.flags.changed("kubeconfig") {
        return Err("if merge==false a precise file must be specified".into());
    }
    let mut printer = match f.flags.str("output") {
        "" if !f.flags.changed("template") => Some(Printer::new(f, Format::Yaml)),
        _ => for_get(f)?.map(Printer::typed),
    };
    let mut config = f.starting_config()?;
    if !f.flags.str("context").is_empty() {
        config.value.set("current-context", f.flags.str("context"));
    }
    if f.flags.bool("minify") {
        minify(&mut config)?;
    }
    if f.flags.bool("flatten") {
        flatten(f, &mut config)?;
    }
    if !f.flags.bool("raw") && !f.flags.bool("flatten") {
        redact(&mut config.value);
    }
    let value = shown(config.value);
    match &mut printer {
        Some(Printer { format: Format::Json, .. }) => f.out(&(ordered::pretty(&value, "    ", &ORDER) + "\n")),
        Some(printer) => printer.print(f, &value)?,
        None => f.out(&crate::apimachinery::yaml::to_string(&value)),
    }
    Ok(())
}

/// With all the lists, and without what is empty.
fn shown(mut value: Value) -> Value {
    value.default_to("apiVersion", "v1");
    value.default_to("kind", "Config");
    value.default_to("current-context", "");
    for list in ["clusters", "contexts", "users"] {
        value.default_to(list, Value::Null);
    }
    if value["preferences"].is_empty() {
        value.remove("preferences");
    }
    value
}

/// Keeps the current context, its cluster and its user.
fn minify(config: &mut Kubeconfig) -> Result {
    let name = config.current_context().to_owned();
    if name.is_empty() {
        return Err("current-context must exist in order to minify".into());
    }
    let Some(context) = config.entry("contexts", &name).cloned() else {
        return Err(format!("cannot locate context {name}").into());
    };
    let keep = [("contexts", name.as_str()), ("clusters", context["cluster"].str()), ("users", context["user"].str())];
    for (list, name) in keep {
        if list != "contexts" && !name.is_empty() && config.entry(list, name).is_none() {
            return Err(format!("cannot locate {} {name}", list.trim_end_matches('s')).into());
        }
        config.value.map_mut().entry(list).list_mut().retain(|e| e["name"].str() == name);
    }
    Ok(())
}

/// Puts the content of files in place of their paths, which are relative to the kubeconfig they stand in.
fn flatten(f: &Factory, config: &mut Kubeconfig) -> Result {
    let folders = config.clone();
    let system = &*f.ctx.system;
    for (list, key, field) in FILES {
        for entry in config.value.map_mut().entry(list).list_mut() {
            let path = entry[key][field].str().to_owned();
            if path.is_empty() {
                continue;
            }
            let path = match path.starts_with('/') {
                true => path,
                false => format!("{}/{path}", folders.folder(system, list, entry["name"].str())),
            };
            let data = system.read_file(&path).map_err(|e| Error::Msg(format!("open {path}: {}", e.text())))?;
            entry.remove_in(&[key, field]);
            entry.set_in(&[key, &format!("{field}-data")], base64::encode(&data));
        }
    }
    Ok(())
}

fn redact(config: &mut Value) {
    for (list, key, field, shown) in SECRETS {
        if config[list].is_null() {
            continue;
        }
        for entry in config.map_mut().entry(list).list_mut() {
            if !entry[key][field].str().is_empty() {
                entry.set_in(&[key, field], shown);
            }
        }
    }
}
