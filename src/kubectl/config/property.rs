//! `kubectl config set` and `kubectl config unset`. Models `navigation_step_parser.go` and `modifyConfig`.

use super::unexpected;
use crate::action;
use crate::apimachinery::Value;
use crate::cli::command::Command;
use crate::cli::errors::{Error, Result};
use crate::cli::factory::Factory;
use crate::cli::flags::Flag;
use crate::cli::kubeconfig::Kubeconfig;

static SET_FLAGS: &[&[Flag]] =
    &[&[Flag::bool("set-raw-bytes", "Take the value of a field of bytes as it stands, not as base64.")]];

pub const SET: Command = Command::new("set", "Set an individual value in a kubeconfig file", action!(set))
    .usage("PROPERTY_NAME PROPERTY_VALUE [options]")
    .long("Set an individual value in a kubeconfig file.\n\n PROPERTY_NAME names the field with dots between; names of entries may hold dots. Fields of bytes take base64")
    .examples("# Set the server of a cluster\nkubectl config set clusters.my-cluster.server https://1.2.3.4")
    .flags(SET_FLAGS);

pub const UNSET: Command = Command::new("unset", "Unset an individual value in a kubeconfig file", action!(unset))
    .usage("PROPERTY_NAME [options]")
    .examples("# Unset the current context\nkubectl config unset current-context");

/// What a field of an entry is.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Text,
    Bool,
    Bytes,
}

/// The fields of each entry list, with Go's name of the entry.
const LISTS: [(&str, &str, &[(&str, Kind)]); 3] = [
    (
        "clusters",
        "Cluster",
        &[
            ("server", Kind::Text),
            ("tls-server-name", Kind::Text),
            ("insecure-skip-tls-verify", Kind::Bool),
            ("certificate-authority", Kind::Text),
            ("certificate-authority-data", Kind::Bytes),
            ("proxy-url", Kind::Text),
            ("disable-compression", Kind::Bool),
        ],
    ),
    ("contexts", "Context", &[("cluster", Kind::Text), ("user", Kind::Text), ("namespace", Kind::Text)]),
    (
        "users",
        "AuthInfo",
        &[
            ("client-certificate", Kind::Text),
            ("client-certificate-data", Kind::Bytes),
            ("client-key", Kind::Text),
            ("client-key-data", Kind::Bytes),
            ("token", Kind::Text),
            ("tokenFile", Kind::Text),
            ("username", Kind::Text),
            ("password", Kind::Text),
        ],
    ),
];

/// A field of the file.
struct Property {
    /// "" for `current-context`.
    list: &'static str,
    name: String,
    /// None for a whole entry, or a whole list.
    field: Option<(&'static str, Kind)>,
}

fn parse(path: &str) -> Result<Property> {
    let mut parts = path.split('.');
    let first = parts.next().unwrap_or("");
    if first == "current-context" {
        return Ok(Property { list: "", name: String::new(), field: Some(("current-context", Kind::Text)) });
    }
    if path == "preferences.colors" {
        return Ok(Property { list: "", name: String::new(), field: Some(("preferences.colors", Kind::Bool)) });
    }
    let Some((list, entry, fields)) = LISTS.iter().find(|(list, ..)| *list == first) else {
        return Err(Error::Msg(format!("unable to parse {path} after [] at api.Config")));
    };
    let rest: Vec<&str> = parts.collect();
    let known = rest.iter().skip(1).position(|part| fields.iter().any(|(name, _)| name == part));
    let (name, field) = match known {
        None if rest.len() > 1 && rest.last().is_some_and(|l| l.parse::<f64>().is_err()) && rest.len() == 2 => {
            let steps = format!("[{{{list} map[string]*api.{entry}}} {{{} api.{entry}}}]", rest[0]);
            return Err(Error::Msg(format!("unable to parse {path} after {steps} at api.{entry}")));
        }
        None => (rest.join("."), None),
        Some(at) => {
            let word = rest.get(at + 1).copied().unwrap_or("");
            (rest.get(..=at).unwrap_or(&[]).join("."), fields.iter().find(|(name, _)| *name == word).copied())
        }
    };
    Ok(Property { list, name, field })
}

async fn set(f: &Factory) -> Result {
    let [path, value] = f.args() else { return Err(unexpected(f)) };
    if value.is_empty() {
        return Err("you cannot use set to unset a property".into());
    }
    if path.is_empty() {
        return Err("you must specify a property".into());
    }
    let mut config = f.starting_config()?;
    let property = parse(path)?;
    let Some((field, kind)) = property.field else {
        return Err("can't set a map to a value: map[]".into());
    };
    let value = read_value(f, kind, value)?;
    match property.list {
        "" => config.value.set(field, value),
        list => config.entry_mut(list, &property.name).set_in(&[field], value),
    }
    save(f, &mut config, path, "set")
}

fn read_value(f: &Factory, kind: Kind, text: &str) -> Result<Value> {
    Ok(match kind {
        Kind::Text => text.into(),
        Kind::Bool => match text {
            "1" | "t" | "T" | "true" | "TRUE" | "True" => true.into(),
            "0" | "f" | "F" | "false" | "FALSE" | "False" => false.into(),
            _ => return Err(format!("strconv.ParseBool: parsing {text:?}: invalid syntax").into()),
        },
        Kind::Bytes if f.flags.bool("set-raw-bytes") => crate::apimachinery::base64::encode(text.as_bytes()).into(),
        Kind::Bytes => match crate::apimachinery::base64::decode(text) {
            Ok(_) => text.into(),
            Err(at) => {
                let why = format!("illegal base64 data at input byte {at}");
                return Err(format!("error decoding input value: {why}").into());
            }
        },
    })
}

async fn unset(f: &Factory) -> Result {
    let [path] = f.args() else { return Err(unexpected(f)) };
    let mut config = f.starting_config()?;
    let property = parse(path)?;
    match (property.list, property.field) {
        ("", _) => {
            config.value.remove(property.field.map_or("current-context", |(field, _)| field));
        }
        (list, None) if property.name.is_empty() => {
            config.value.remove(list);
        }
        (list, None) => config.remove_entry(list, &property.name),
        (list, Some((field, _))) => {
            if config.entry(list, &property.name).is_none() {
                return Err(format!("current map key `{}` is invalid", property.name).into());
            }
            config.entry_mut(list, &property.name).remove_in(&[field]);
        }
    }
    save(f, &mut config, path, "unset")
}

fn save(f: &Factory, config: &mut Kubeconfig, path: &str, done: &str) -> Result {
    config.save(&*f.ctx.system)?;
    f.out(&format!("Property {path:?} {done}.\n"));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_entries_may_hold_dots() {
        let p = parse("clusters.10.10.12.56.insecure-skip-tls-verify").unwrap();
        assert_eq!((p.list, p.name.as_str()), ("clusters", "10.10.12.56"));
        assert!(p.field.is_some_and(|(name, kind)| name == "insecure-skip-tls-verify" && kind == Kind::Bool));
        assert!(parse("nosuch.x").is_err());
    }
}
