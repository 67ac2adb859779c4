//! The labels of a namespace, read. Models `k8s.io/pod-security-admission/api`.

use crate::apimachinery::Value;
use crate::apimachinery::field::{Error, ErrorList, Path};
use std::fmt;

/// How much is allowed, from everything to little.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Privileged,
    Baseline,
    Restricted,
}

/// A level as one version of Kubernetes defines it; None is the latest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standard {
    pub level: Level,
    pub version: Option<u32>,
}

/// What a namespace refuses and what it warns of. (There is no audit log to write to.)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    pub enforce: Standard,
    pub warn: Standard,
}

const PREFIX: &str = "pod-security.kubernetes.io/";

impl fmt::Display for Standard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let level = match self.level {
            Level::Privileged => "privileged",
            Level::Baseline => "baseline",
            Level::Restricted => "restricted",
        };
        match self.version {
            None => write!(f, "{level}:latest"),
            Some(minor) => write!(f, "{level}:v1.{minor}"),
        }
    }
}

fn level(text: &str) -> Option<Level> {
    match text {
        "privileged" => Some(Level::Privileged),
        "baseline" => Some(Level::Baseline),
        "restricted" => Some(Level::Restricted),
        _ => None,
    }
}

/// `latest` or `v1.x`.
fn version(text: &str) -> Option<Option<u32>> {
    if text == "latest" {
        return Some(None);
    }
    let minor = text.strip_prefix("v1.")?;
    let digits = minor.bytes().all(|b| b.is_ascii_digit()) && (minor == "0" || !minor.starts_with('0'));
    if digits { minor.parse().ok().map(Some) } else { None }
}

impl Policy {
    /// Reads the labels. What is wrong with one fails closed for what is enforced, open for the rest.
    pub fn parse(labels: &Value) -> (Self, ErrorList) {
        let mut errors = ErrorList::new();
        let mut read = |mode: &str, fallback: Level| {
            let mut standard = Standard { level: Level::Privileged, version: None };
            let mut wrong = |key: &str, value: &str, why: &str| {
                let path = Path::new("metadata").child("labels").key(key);
                errors.push(Error::invalid(&path, value, why));
            };
            let key = format!("{PREFIX}{mode}");
            if let Some(text) = labels.get(&key).map(Value::str) {
                standard.level = level(text).unwrap_or_else(|| {
                    wrong(&key, text, "must be one of privileged, baseline, restricted");
                    fallback
                });
            }
            let key = format!("{PREFIX}{mode}-version");
            if let Some(text) = labels.get(&key).map(Value::str) {
                standard.version = version(text).unwrap_or_else(|| {
                    wrong(&key, text, "must be \"latest\" or \"v1.x\"");
                    None
                });
            }
            standard
        };
        let enforce = read("enforce", Level::Restricted);
        read("audit", Level::Privileged);
        let warn = read("warn", Level::Privileged);
        (Self { enforce, warn }, errors)
    }
}
