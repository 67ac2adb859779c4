//! The structure of a lesson, as `lesson.yaml` (natively) and `lesson.json` (in the page) hold it.

use crate::apimachinery::Value;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Serialize};
use std::fmt;

/// `index.yaml`: which lessons there are, in order.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Index {
    pub chapters: Vec<Chapter>,
}

/// A chapter of the index: its folder, and its lessons' folders.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chapter {
    pub id: String,
    pub lessons: Vec<String>,
}

/// `index.json`: what the page shows before it fetches a lesson. Made by `cargo xtask` from the index and the prose.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct Catalog {
    pub chapters: Vec<CatalogChapter>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct CatalogChapter {
    pub id: String,
    pub title: Titles,
    pub lessons: Vec<CatalogLesson>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct CatalogLesson {
    /// `ch5/01-create-a-pod`
    pub id: String,
    pub title: Titles,
    /// How many steps it has.
    pub steps: usize,
}

/// A title in each language.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Titles {
    pub zh: String,
    pub en: String,
}

/// One lesson.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lesson {
    /// `ch5/01-create-a-pod`: its folder.
    pub id: String,
    /// The cluster's seed.
    pub seed: u64,
    #[serde(default)]
    pub setup: Setup,
    pub steps: Vec<Step>,
}

/// What stands before the first prompt.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setup {
    #[serde(default)]
    pub files: Vec<File>,
    /// Command lines, run one after another before the reader sees the prompt.
    #[serde(default)]
    pub run: Vec<String>,
}

/// A file of the laptop's home directory.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    pub path: String,
    pub text: String,
}

/// One step. It is solved at the first moment at which all its goals hold.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    pub id: String,
    pub goals: Vec<Goal>,
    /// How many hints the prose has.
    #[serde(default)]
    pub hints: usize,
    pub solution: Vec<String>,
    #[serde(default)]
    pub wrong: Vec<Wrong>,
    #[serde(default)]
    pub show: Show,
}

/// One thing that must be so.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Goal {
    pub id: String,
    pub check: Check,
}

/// An answer that must not pass.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wrong {
    /// Names the prose that explains it; "" where there is none.
    #[serde(default)]
    pub id: String,
    pub run: Vec<String>,
    /// The mistake shows itself by this.
    pub when: Option<Check>,
}

/// What the picture does when a step begins.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Show {
    /// Label chips are drawn.
    #[serde(default)]
    pub labels: bool,
    /// Pods are sorted by who keeps them.
    #[serde(default)]
    pub workloads: bool,
    /// This object is opened in the inspector.
    pub inspect: Option<Objects>,
}

/// An assertion on the cluster's state. In the file: a map with one key.
#[derive(Clone, Debug, PartialEq)]
pub enum Check {
    Exists(Objects),
    Absent(Objects),
    Count(Count),
    Logged(Logged),
    Context(Context),
    Requested(RequestPattern),
    All(Vec<Check>),
    Any(Vec<Check>),
    Not(Box<Check>),
}

/// Which objects are meant.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Objects {
    /// `pods`, `apps/v1/deployments`
    pub resource: String,
    /// "" for all namespaces, and for kinds without.
    #[serde(default)]
    pub namespace: String,
    #[serde(default)]
    pub name: String,
    /// A label selector.
    #[serde(default)]
    pub selector: String,
    /// All of them hold of the same object.
    #[serde(default, rename = "where")]
    pub conditions: Vec<Condition>,
}

/// What a field must be. Every operator given must hold of one of the values that the path reaches.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Condition {
    /// As [`super::path`] reads it.
    pub path: String,
    pub equals: Option<Value>,
    pub one_of: Option<Vec<Value>>,
    pub contains: Option<String>,
    pub at_least: Option<i64>,
    pub present: Option<bool>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Count {
    pub of: Objects,
    pub equals: Option<usize>,
    pub at_least: Option<usize>,
    pub at_most: Option<usize>,
}

/// A text in a pod's log.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Logged {
    pub namespace: String,
    pub name: String,
    /// "" where the pod has one container.
    #[serde(default)]
    pub container: String,
    pub contains: String,
}

/// The current context of the kubeconfig.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Context {
    pub namespace: String,
}

/// A request that kubectl made. What is not given fits anything, but `subresource`: none given, none asked.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct RequestPattern {
    #[serde(default, deserialize_with = "one_or_more")]
    pub verb: Vec<String>,
    pub resource: String,
    #[serde(default)]
    pub subresource: String,
    pub namespace: Option<String>,
    pub name: Option<String>,
    pub selector: Option<String>,
    pub field_selector: Option<String>,
    pub container: Option<String>,
    #[serde(rename = "as")]
    pub form: Option<Form>,
    #[serde(default)]
    pub alone: bool,
}

/// The form in which objects were asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    Table,
    #[default]
    Object,
}

/// Reads `verb: get` and `verb: [get, list]`.
fn one_or_more<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<String>, D::Error> {
    let value = Value::deserialize(d)?;
    match value.as_str() {
        Some(one) => Ok(vec![one.to_owned()]),
        None => Ok(value.items().iter().map(|v| v.str().to_owned()).collect()),
    }
}

const CHECKS: &[&str] = &["exists", "absent", "count", "logged", "context", "requested", "all", "any", "not"];

/// A map with one key, in JSON and in YAML alike (serde's own enums are tags in YAML).
impl<'de> Deserialize<'de> for Check {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Check, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Check;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a check: a map with one key")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Check, A::Error> {
                let Some(key) = map.next_key::<String>()? else { return Err(A::Error::custom("an empty check")) };
                let check = match key.as_str() {
                    "exists" => Check::Exists(map.next_value()?),
                    "absent" => Check::Absent(map.next_value()?),
                    "count" => Check::Count(map.next_value()?),
                    "logged" => Check::Logged(map.next_value()?),
                    "context" => Check::Context(map.next_value()?),
                    "requested" => Check::Requested(map.next_value()?),
                    "all" => Check::All(map.next_value()?),
                    "any" => Check::Any(map.next_value()?),
                    "not" => Check::Not(map.next_value()?),
                    _ => return Err(A::Error::unknown_variant(&key, CHECKS)),
                };
                match map.next_key::<IgnoredAny>()? {
                    None => Ok(check),
                    Some(_) => Err(A::Error::custom("a check has one key; join several with `all`")),
                }
            }
        }
        d.deserialize_map(Reader)
    }
}

impl Lesson {
    /// Reads `lesson.json`. The error names line and column.
    #[inline(never)]
    pub fn from_json(text: &str) -> Result<Lesson, serde_json::Error> {
        serde_json::from_str(text)
    }
}

impl Catalog {
    /// Reads `index.json`.
    pub fn from_json(text: &str) -> Result<Catalog, serde_json::Error> {
        serde_json::from_str(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(json: &str) -> Result<Check, String> {
        serde_json::from_str(json).map_err(|e| e.to_string())
    }

    #[test]
    fn a_check_is_a_map_with_one_known_key() {
        let pods = || Objects { resource: "pods".into(), ..Objects::default() };
        assert_eq!(check(r#"{"exists":{"resource":"pods"}}"#), Ok(Check::Exists(pods())));
        let nested = check(r#"{"all":[{"not":{"absent":{"resource":"pods"}}}]}"#);
        assert_eq!(nested, Ok(Check::All(vec![Check::Not(Box::new(Check::Absent(pods())))])));
        for wrong in [
            r#"{}"#,
            r#"{"exist":{"resource":"pods"}}"#,
            r#"{"exists":{"resource":"pods"},"absent":{"resource":"pods"}}"#,
            r#"{"exists":{"resource":"pods","wher":[]}}"#,
            r#"{"exists":{}}"#,
            r#"{"requested":{"resource":"pods","as":"tabel"}}"#,
        ] {
            assert!(check(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_verb_may_be_one_or_several() {
        for (json, verbs) in [(r#""get""#, vec!["get"]), (r#"["get","list"]"#, vec!["get", "list"])] {
            let read = check(&format!(r#"{{"requested":{{"resource":"pods","verb":{json}}}}}"#));
            let Ok(Check::Requested(pattern)) = read else { panic!("{read:?}") };
            assert_eq!(pattern.verb, verbs);
        }
    }
}
