//! Reading kubeconfig files, merging them, and writing back what changed. Models `clientcmd.ClientConfigLoadingRules`
//! and `clientcmd.ModifyConfig`.

use super::{Kubeconfig, Target};
use crate::apimachinery::{Value, yaml};
use crate::cli::errors::{Error, Result};
use crate::cli::flags::Parsed;
use crate::cli::json::type_name;
use crate::cli::system::{FileError, System};
use crate::object;

/// One file.
#[derive(Clone, Debug)]
pub struct File {
    pub path: String,
    pub value: Value,
}

/// The lists of entries with what Go calls an entry.
const LISTS: [(&str, &str); 3] =
    [("clusters", "NamedCluster"), ("users", "NamedAuthInfo"), ("contexts", "NamedContext")];

/// Fields that Go writes though they are empty.
const ALWAYS: [(&str, &str, &str); 3] =
    [("clusters", "cluster", "server"), ("contexts", "context", "cluster"), ("contexts", "context", "user")];

/// Fields that hold paths, relative to the folder of their file, and what errors call them.
const PATHS: [(&str, &str, &str); 3] = [
    ("clusters", "certificate-authority", "certificate-authority"),
    ("users", "client-certificate", "client-cert"),
    ("users", "client-key", "client-key"),
];

fn is_explicit(flags: &Parsed) -> bool {
    flags.changed("kubeconfig") && !flags.str("kubeconfig").is_empty()
}

/// The files in use: `--kubeconfig`, else those of `$KUBECONFIG`, else `~/.kube/config`.
pub fn paths(system: &dyn System, flags: &Parsed) -> Vec<String> {
    if is_explicit(flags) {
        return vec![flags.str("kubeconfig").to_owned()];
    }
    if let Some(list) = system.env("KUBECONFIG").filter(|l| !l.is_empty()) {
        let mut paths: Vec<String> = Vec::new();
        for path in list.split(':').filter(|f| !f.is_empty()) {
            if !paths.iter().any(|p| p == path) {
                paths.push(path.to_owned());
            }
        }
        return paths;
    }
    vec![format!("{}/.kube/config", system.env("HOME").unwrap_or_default())]
}

/// Reads what a command runs against; a file that the command line names must be there.
pub fn load(system: &dyn System, flags: &Parsed) -> Result<Kubeconfig> {
    if is_explicit(flags) {
        let path = flags.str("kubeconfig");
        if system.read_file(path) == Err(FileError::NotFound) {
            return Err(Error::Msg(format!("stat {path}: {}", FileError::NotFound.text())));
        }
    }
    load_to_modify(system, flags)
}

/// Reads what `kubectl config` shows and changes; files that are missing are empty.
pub fn load_to_modify(system: &dyn System, flags: &Parsed) -> Result<Kubeconfig> {
    let paths = paths(system, flags);
    let path = paths.iter().find(|p| system.read_file(p).is_ok()).or(paths.last()).cloned().unwrap_or_default();
    let mut files = Vec::new();
    for path in paths {
        if let Some(value) = read(system, &path)? {
            files.push(File { path, value });
        }
    }
    let value = merged(&files);
    Ok(Kubeconfig { start: value.clone(), value, path, files })
}

fn read(system: &dyn System, path: &str) -> Result<Option<Value>> {
    let failed = |why: String| Err(Error::Msg(format!("error loading config file {path:?}: {why}")));
    let data = match system.read_file(path) {
        Ok(data) => data,
        Err(FileError::NotFound) => return Ok(None),
        Err(e) => return failed(format!("open {path}: {}", e.text())),
    };
    let mut value: Value = match yaml::from_str(&String::from_utf8_lossy(&data)) {
        Ok(Value::Null) => Value::object(),
        Ok(value) => value,
        Err(why) => return failed(why.to_string()),
    };
    if value.as_map().is_none() {
        let what = type_name(&value);
        return failed(format!(
            "json: cannot unmarshal {what} into Go value of type struct {{ APIVersion string \"json:\\\"apiVersion,omitempty\\\"\"; Kind string \"json:\\\"kind,omitempty\\\"\" }}"
        ));
    }
    for (list, entry) in LISTS {
        if !value[list].is_null() && value[list].as_list().is_none() {
            let what = type_name(&value[list]);
            return failed(format!(
                "json: cannot unmarshal {what} into Go struct field Config.{list} of type []v1.{entry}"
            ));
        }
    }
    normalize(&mut value);
    Ok(Some(value))
}

/// Gives the value what Go's structs write in any case; entries are sorted by name.
fn normalize(value: &mut Value) {
    for (list, _) in LISTS {
        if value[list].items().is_empty() {
            continue;
        }
        let entries = value.map_mut().entry(list).list_mut();
        for entry in entries.iter_mut() {
            for (_, key, field) in ALWAYS.iter().filter(|(of, ..)| *of == list) {
                entry.default_to(&format!("{key}.{field}"), "");
            }
        }
        entries.sort_by(|a, b| a["name"].str().cmp(b["name"].str()));
    }
}

/// Of entries with one name, and of current contexts, the first counts.
fn merged(files: &[File]) -> Value {
    if let [one] = files {
        return one.value.clone();
    }
    let mut out = Value::object();
    for File { value, .. } in files {
        for (key, field) in value.fields() {
            if !LISTS.iter().any(|(list, _)| *list == key) {
                if out[key].is_null() || out[key].str().is_empty() && key == "current-context" {
                    out.set_in(&[key], field.clone());
                }
                continue;
            }
            for entry in field.items() {
                if !out[key].items().iter().any(|e| e["name"] == entry["name"]) {
                    out.map_mut().entry(key).list_mut().push(entry.clone());
                }
            }
        }
    }
    normalize(&mut out);
    out
}

fn entry<'a>(value: &'a Value, list: &str, name: &str) -> Option<&'a Value> {
    value[list].items().iter().find(|e| e["name"].str() == name)
}

impl Kubeconfig {
    /// The folder of the file that an entry comes from; of the default file for a new one.
    pub fn folder(&self, system: &dyn System, list: &str, name: &str) -> String {
        let file = self.files.iter().find(|f| entry(&f.value, list, name).is_some());
        let path = system.absolute(file.map_or(&self.path, |f| &f.path));
        path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned()
    }

    /// Fails where a certificate or a key that is to be used cannot be read. Models `validateClusterInfo` and
    /// `validateAuthInfo`.
    pub fn check_files(&self, system: &dyn System, target: &Target) -> Result {
        for (list, field, shown) in PATHS {
            let name = if list == "clusters" { &target.cluster } else { &target.user };
            let Some(used) = self.entry(list, name) else { continue };
            let path = used[field].str();
            if path.is_empty() || !used[format!("{field}-data").as_str()].str().is_empty() {
                continue;
            }
            let path = match path.starts_with('/') {
                true => path.to_owned(),
                false => format!("{}/{path}", self.folder(system, list, name)),
            };
            if let Err(why) = system.read_file(&path) {
                let text = format!("unable to read {shown} {path} for {name} due to open {path}: {}", why.text());
                return Err(Error::Msg(text));
            }
        }
        Ok(())
    }

    /// Writes what changed: entries into the files they come from, new ones into the default file.
    pub fn save(&mut self, system: &dyn System) -> Result {
        normalize(&mut self.value);
        let mut touched: Vec<String> = Vec::new();
        for (list, _) in LISTS {
            let (old, new) = (self.start.clone(), self.value.clone());
            let names = [&old, &new].into_iter().flat_map(|v| v[list].items()).map(|e| e["name"].str());
            for name in names {
                let (before, after) = (entry(&old, list, name), entry(&new, list, name));
                if before == after {
                    continue;
                }
                let origin = self.files.iter().find(|f| entry(&f.value, list, name).is_some());
                let path = origin.map_or(&self.path, |f| &f.path).clone();
                let file = self.file(&path);
                let entries = file.map_mut().entry(list).list_mut();
                entries.retain(|e| e["name"].str() != name);
                entries.extend(after.cloned());
                touched.push(path);
            }
        }
        let current = self.value["current-context"].clone();
        if current != self.start["current-context"] {
            // Where none is to be, the file that says one loses it.
            let path = match current.str() {
                "" => self.files.iter().find(|f| !f.value["current-context"].str().is_empty()).map(|f| f.path.clone()),
                _ => None,
            };
            let path = path.unwrap_or_else(|| self.path.clone());
            self.file(&path).set("current-context", current.str());
            touched.push(path);
        }
        for (key, field) in self.value.clone().fields() {
            let is_entry = LISTS.iter().any(|(list, _)| *list == key) || key == "current-context";
            if !is_entry && *field != self.start[key] {
                let path = self.path.clone();
                self.file(&path).set_in(&[key], field.clone());
                touched.push(path);
            }
        }
        if self.files.is_empty() {
            touched.push(self.path.clone());
        }
        for path in touched {
            self.write(system, &path)?;
        }
        self.start = self.value.clone();
        Ok(())
    }

    fn file(&mut self, path: &str) -> &mut Value {
        let at = match self.files.iter().position(|f| f.path == path) {
            Some(at) => at,
            None => {
                self.files.push(File { path: path.to_owned(), value: Value::object() });
                self.files.len() - 1
            }
        };
        &mut self.files[at].value
    }

    fn write(&mut self, system: &dyn System, path: &str) -> Result {
        let mut value = self.file(path).clone();
        let defaults = object! { "apiVersion" => "v1", "kind" => "Config", "current-context" => "" };
        for (key, field) in defaults.fields() {
            value.default_to(key, field.clone());
        }
        for (list, _) in LISTS {
            if value[list].items().is_empty() {
                value.set(list, Value::Null);
            }
        }
        normalize(&mut value);
        if let Some((folder, _)) = path.rsplit_once('/').filter(|(folder, _)| !folder.is_empty()) {
            if !system.is_dir(folder) {
                system.make_dir(folder).map_err(|e| Error::Msg(format!("mkdir {folder}: {}", e.text())))?;
            }
        }
        system
            .write_file(path, yaml::to_string(&value).as_bytes())
            .map_err(|e| Error::Msg(format!("open {path}: {}", e.text())))
    }
}
