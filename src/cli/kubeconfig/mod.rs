//! The kubeconfig files: which cluster, which user, which namespace. Models `client-go/tools/clientcmd`.

mod files;

pub use files::{load, load_to_modify, paths};

use super::errors::{Error, Result};
use super::flags::Parsed;
use crate::apimachinery::Value;
use crate::object;
use files::File;

/// What the kubeconfig files come to together, and the files themselves.
#[derive(Clone, Debug)]
pub struct Kubeconfig {
    pub value: Value,
    /// The file that new entries are written to.
    pub path: String,
    /// What the files held when they were read.
    files: Vec<File>,
    /// What they came to.
    start: Value,
}

/// What a command runs against.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Target {
    /// `https://127.0.0.1:6443`; "" where the kubeconfig names none.
    pub server: String,
    pub namespace: String,
    /// True where the command line named the namespace.
    pub enforce_namespace: bool,
    pub user: String,
    /// "" where the kubeconfig names none.
    pub cluster: String,
}

/// The server that kubectl falls back to without a kubeconfig.
const DEFAULT_SERVER: &str = "http://localhost:8080";

impl Kubeconfig {
    /// The entry of `clusters`, `contexts` or `users` with this name.
    pub fn entry(&self, list: &str, name: &str) -> Option<&Value> {
        let key = list.trim_end_matches('s');
        self.value[list].items().iter().find(|e| e["name"].str() == name).map(|e| &e[key])
    }

    /// The entry to write to, made where it is missing; entries stay sorted by name.
    pub fn entry_mut(&mut self, list: &str, name: &str) -> &mut Value {
        let key = list.trim_end_matches('s').to_owned();
        let entries = self.value.map_mut().entry(list).list_mut();
        let at = match entries.iter().position(|e| e["name"].str() == name) {
            Some(at) => at,
            None => {
                entries.push(object! { "name" => name, key.as_str() => Value::object() });
                entries.sort_by(|a, b| a["name"].str().cmp(b["name"].str()));
                entries.iter().position(|e| e["name"].str() == name).unwrap_or(0)
            }
        };
        entries[at].map_mut().entry(&key)
    }

    pub fn remove_entry(&mut self, list: &str, name: &str) {
        self.value.map_mut().entry(list).list_mut().retain(|e| e["name"].str() != name);
    }

    pub fn current_context(&self) -> &str {
        self.value["current-context"].str()
    }

    /// Applies the global flags: what to talk to and as whom.
    pub fn target(&self, flags: &Parsed) -> Result<Target> {
        let context_name = match flags.global("context") {
            "" => self.current_context(),
            named => named,
        };
        let context = match self.entry("contexts", context_name) {
            Some(context) => context.clone(),
            None if flags.global("context").is_empty() => Value::Null,
            None => {
                return Err(Error::Config(format!("context was not found for specified context: {context_name}")));
            }
        };
        let pick = |flag: &str, field: &str| match flags.global(flag) {
            "" => context[field].str().to_owned(),
            named => named.to_owned(),
        };
        let (cluster, user) = (pick("cluster", "cluster"), pick("user", "user"));
        if !flags.global("user").is_empty() && self.entry("users", &user).is_none() {
            return Err(Error::Msg(format!("auth info {user:?} does not exist")));
        }
        let server = match flags.global("server") {
            "" => self.entry("clusters", &cluster).map(|c| c["server"].str().to_owned()),
            named => Some(named.to_owned()),
        };
        let server = match server {
            Some(server) => server,
            None if cluster.is_empty() => DEFAULT_SERVER.to_owned(),
            None => return Err(Error::Msg(format!("no server found for cluster {cluster:?}"))),
        };
        check_timeout(flags.global("request-timeout"))?;
        let namespace = pick("namespace", "namespace");
        Ok(Target {
            server,
            enforce_namespace: !flags.global("namespace").is_empty(),
            namespace: if namespace.is_empty() { "default".into() } else { namespace },
            user,
            cluster,
        })
    }
}

fn check_timeout(text: &str) -> Result {
    let fine = text.is_empty() || text.parse::<u32>().is_ok() || super::flags::parse_duration(text).is_ok();
    if fine {
        return Ok(());
    }
    Err(Error::msg(
        "Invalid timeout value. Timeout must be a single integer in seconds, or an integer followed by a \
         corresponding time unit (e.g. 1s | 2m | 3h)",
    ))
}

/// The kubeconfig that `kubeadm` would leave for the administrator of the cluster at this address.
pub fn initial(server: &str) -> Value {
    object! {
        "apiVersion" => "v1", "kind" => "Config", "current-context" => "kubernetes-admin@kubernetes",
        "clusters" => crate::list![object! {
            "name" => "kubernetes",
            "cluster" => object! { "certificate-authority-data" => "c2ltdWxhdGVk", "server" => server },
        }],
        "contexts" => crate::list![object! {
            "name" => "kubernetes-admin@kubernetes",
            "context" => object! { "cluster" => "kubernetes", "user" => "kubernetes-admin" },
        }],
        "users" => crate::list![object! {
            "name" => "kubernetes-admin",
            "user" => object! {
                "client-certificate-data" => "c2ltdWxhdGVk", "client-key-data" => "c2ltdWxhdGVk",
            },
        }],
    }
}
