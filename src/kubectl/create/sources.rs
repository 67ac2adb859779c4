//! Keys and values of config maps and secrets, from literals, files and env files. Models `kubectl/pkg/util` and the
//! handlers of `create_configmap.go` and `create_secret.go`.

use crate::apimachinery::names;
use crate::cli::errors::{Error, Result};
use crate::cli::factory::Factory;
use crate::cli::flags::Flag;
use crate::cli::system::FileError;
use std::collections::BTreeMap;

pub const FLAGS: &[Flag] = &[
    Flag::bool("append-hash", "Append a hash of the content to the name."),
    Flag::slice("from-env-file", "Files of lines key=value."),
    Flag::slice("from-file", "Files, or directories of files, whose names become keys; key=file names the key."),
    Flag::array("from-literal", "A key and its value, key=value; may be given again."),
];

/// Whether the keys are a config map's (with its name) or a secret's: it words the errors.
#[derive(Clone, Copy)]
pub enum Of<'a> {
    ConfigMap(&'a str),
    Secret,
}

/// Reads what the flags name.
pub fn read(f: &Factory, of: Of) -> Result<BTreeMap<String, Vec<u8>>> {
    let (files, literals) = (f.flags.list("from-file"), f.flags.list("from-literal"));
    let env_files = f.flags.list("from-env-file");
    if !env_files.is_empty() && (!files.is_empty() || !literals.is_empty()) {
        return Err("from-env-file cannot be combined with from-file or from-literal".into());
    }
    let mut data = BTreeMap::new();
    // A config map reads files first, a secret literals.
    if matches!(of, Of::Secret) {
        read_literals(literals, of, &mut data)?;
    }
    for source in files {
        read_file(f, source, of, &mut data)?;
    }
    if matches!(of, Of::ConfigMap(_)) {
        read_literals(literals, of, &mut data)?;
    }
    for path in env_files {
        read_env_file(f, path, of, &mut data)?;
    }
    Ok(data)
}

fn put(data: &mut BTreeMap<String, Vec<u8>>, of: Of, key: &str, value: Vec<u8>) -> Result {
    let wrong = names::is_config_key(key);
    if !wrong.is_empty() {
        return Err(Error::Msg(match of {
            Of::ConfigMap(_) => format!("{key:?} is not a valid key name for a ConfigMap: {}", wrong.join(",")),
            Of::Secret => format!("{key:?} is not valid key name for a Secret {}", wrong.join(";")),
        }));
    }
    if data.contains_key(key) {
        return Err(Error::Msg(match of {
            Of::ConfigMap(name) => {
                format!(
                    "cannot add key {key:?}, another key by that name already exists in Data for ConfigMap {name:?}"
                )
            }
            Of::Secret => format!("cannot add key {key}, another key by that name already exists"),
        }));
    }
    data.insert(key.to_owned(), value);
    Ok(())
}

fn read_literals(literals: &[String], of: Of, data: &mut BTreeMap<String, Vec<u8>>) -> Result {
    for literal in literals {
        match literal.split_once('=') {
            Some((key, value)) if !key.is_empty() => put(data, of, key, value.as_bytes().to_vec())?,
            _ => return Err(format!("invalid literal source {literal}, expected key=value").into()),
        }
    }
    Ok(())
}

/// `file`, `key=file` or a directory.
fn read_file(f: &Factory, source: &str, of: Of, data: &mut BTreeMap<String, Vec<u8>>) -> Result {
    let base = |path: &str| path.trim_end_matches('/').rsplit('/').next().unwrap_or(path).to_owned();
    let (key, path) = match source.split_once('=') {
        None => (base(source), source),
        Some((_, path)) if path.contains('=') => {
            return Err("key names or file paths cannot contain '='".into());
        }
        Some(("", path)) => return Err(format!("key name for file path {path} missing").into()),
        Some((key, "")) => return Err(format!("file path for key name {key} missing").into()),
        Some((key, path)) => (key.to_owned(), path),
    };
    let system = &*f.ctx.system;
    if !system.is_dir(path) {
        let content = system.read_file(path).map_err(|e| Error::Msg(format!("error reading {path}: {}", e.text())))?;
        return put(data, of, &key, content);
    }
    if source.contains('=') {
        return Err("cannot give a key name for a directory path".into());
    }
    let entries =
        system.list_dir(path).map_err(|e| Error::Msg(format!("error listing files in {path}: {}", e.text())))?;
    for entry in entries.iter().filter(|e| !e.is_dir) {
        let file = format!("{}/{}", path.trim_end_matches('/'), entry.name);
        let content = system.read_file(&file).map_err(|e| open_error(&file, e))?;
        put(data, of, &entry.name, content)?;
    }
    Ok(())
}

fn open_error(path: &str, why: FileError) -> Error {
    Error::Msg(format!("open {path}: {}", why.text()))
}

fn read_env_file(f: &Factory, path: &str, of: Of, data: &mut BTreeMap<String, Vec<u8>>) -> Result {
    let system = &*f.ctx.system;
    if system.is_dir(path) {
        let what = if matches!(of, Of::Secret) { "secret" } else { "config" };
        return Err(format!("env {what} file cannot be a directory").into());
    }
    let content = system.read_file(path).map_err(|e| Error::Msg(format!("error reading {path}: {}", e.text())))?;
    let text = String::from_utf8_lossy(&content).into_owned();
    for line in text.trim_start_matches('\u{feff}').lines().map(str::trim_start) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (key, value) = match line.split_once('=') {
            Some((key, value)) => (key, value.to_owned()),
            // A name alone takes its value from the environment.
            None => (line, system.env(line).unwrap_or_default()),
        };
        let wrong = names::is_strict_env_name(key);
        if !wrong.is_empty() {
            return Err(format!("{key:?} is not a valid key name: {}", wrong.join(";")).into());
        }
        put(data, of, key, value.into_bytes())?;
    }
    Ok(())
}
