//! Whether an applied configuration fits its kind. Models `structured-merge-diff/v6/typed` (`validate.go`).

use crate::api::schema::{Field, Kind, ListType, Type};
use crate::apimachinery::go::{go_syntax, go_text, go_type};
use crate::apimachinery::{GroupVersionKind, Object, Status, Value};
use std::collections::BTreeSet;

/// Deeper than any real object.
const DEEPEST: usize = 64;

/// Checks a configuration of a built-in kind.
pub fn check(gvk: &GroupVersionKind, config: &Value, schema: &'static Type) -> Result<(), Status> {
    let mut walk = Walk { errors: Vec::new() };
    walk.structure(config, schema, "");
    verdict(gvk, config, walk.errors)
}

/// What is said of a field that a kind does not have.
pub const UNDECLARED: &str = "field not declared in schema";

/// The refusal for these errors, if there are any.
pub fn verdict(gvk: &GroupVersionKind, config: &Value, errors: Vec<String>) -> Result<(), Status> {
    let errors = match errors.as_slice() {
        [] => return Ok(()),
        [one] => one.clone(),
        many => format!("errors:{}", many.iter().map(|e| format!("\n  {e}")).collect::<String>()),
    };
    let (namespace, name) = (config.namespace(), config.name());
    let kind = format!("{}/{}, Kind={}", gvk.group, gvk.version, gvk.kind);
    Err(Status::new(500, "", format!("failed to create typed patch object ({namespace}/{name}; {kind}): {errors}")))
}

struct Walk {
    errors: Vec<String>,
}

impl Walk {
    fn wrong(&mut self, path: &str, why: impl std::fmt::Display) {
        self.errors.push(format!("{path}: {why}"));
    }

    fn structure(&mut self, value: &Value, schema: &'static Type, path: &str) {
        if path.len() > 4096 || path.matches('.').count() > DEEPEST {
            return;
        }
        if value.as_map().is_none() {
            return self.wrong(path, format!("expected map, got {}", shown(value)));
        }
        for (name, value) in value.fields() {
            let path = format!("{path}.{name}");
            match schema.field(name) {
                None => self.wrong(&path, UNDECLARED),
                Some(field) => self.value(value, &field.kind, Some(field), &path),
            }
        }
    }

    fn value(&mut self, value: &Value, kind: &'static Kind, field: Option<&'static Field>, path: &str) {
        if value.is_null() {
            return;
        }
        let is_map = value.as_map().is_some();
        match kind {
            Kind::String | Kind::Bytes => {
                if value.as_str().is_none() {
                    let why = format!("expected string, got &value.valueUnstructured{{Value:{}}}", go_syntax(value));
                    self.wrong(path, why);
                }
            }
            Kind::Int32 | Kind::Int64 | Kind::Number => {
                if value.as_f64().is_none() {
                    self.wrong(path, format!("expected numeric (int or float), got {}", go_type(value)));
                }
            }
            Kind::Bool => {
                if value.as_bool().is_none() {
                    self.wrong(path, format!("expected boolean, got {}", shown(value)));
                }
            }
            Kind::Quantity | Kind::IntOrString | Kind::Time | Kind::MicroTime => {
                if is_map || value.as_list().is_some() {
                    self.wrong(path, format!("expected any scalar, got {}", shown(value)));
                }
            }
            Kind::Object | Kind::Any | Kind::Raw | Kind::FieldsV1 => {}
            Kind::Ref(definition) => self.structure(value, definition, path),
            Kind::Map(inner) => match value.as_map() {
                None => self.wrong(path, format!("expected map, got {}", shown(value))),
                Some(map) => {
                    for (name, value) in map.iter() {
                        self.value(value, inner, None, &format!("{path}.{name}"));
                    }
                }
            },
            Kind::List(inner) => match value.as_list() {
                None => self.wrong(path, format!("expected list, got {}", shown(value))),
                Some(items) => self.items(items, inner, field, path),
            },
        }
    }

    fn items(&mut self, items: &[Value], inner: &'static Kind, field: Option<&'static Field>, path: &str) {
        let mut seen = BTreeSet::new();
        for (i, item) in items.iter().enumerate() {
            let element = match field.map(|f| &f.list_type) {
                Some(ListType::Map(keys)) => match key(item, keys, inner.definition()) {
                    Ok(key) => key,
                    Err(why) => {
                        self.wrong(path, format!("element {i}: {why}"));
                        return;
                    }
                },
                Some(ListType::Set) => format!("[={item}]"),
                _ => format!("[{i}]"),
            };
            if !seen.insert(element.clone()) {
                self.wrong(path, format!("duplicate entries for key {element}"));
                continue;
            }
            self.value(item, inner, None, &format!("{path}{element}"));
        }
    }
}

/// `[containerPort=80,protocol="TCP"]`
fn key(item: &Value, keys: &[&'static str], of: Option<&'static Type>) -> Result<String, String> {
    if item.as_map().is_none() {
        return Err("associative list with keys may not have non-map elements".to_owned());
    }
    let mut parts = Vec::new();
    for key in keys {
        let default = of.and_then(|t| t.field(key)).map_or("", |f| f.default);
        match &item[*key] {
            Value::Null if default.is_empty() => {
                return Err(format!(
                    "associative list with keys has an element that omits key field {key:?} (and doesn't have default value)"
                ));
            }
            Value::Null => parts.push(format!("{key}={default}")),
            value => parts.push(format!("{key}={value}")),
        }
    }
    parts.sort();
    Ok(format!("[{}]", parts.join(",")))
}

/// A value as Go's `%v` prints the box around it.
fn shown(value: &Value) -> String {
    format!("&{{{}}}", go_text(value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::schema;

    fn refusal(group: &str, kind: &str, json: &str) -> String {
        let config = Value::from_json(json).unwrap();
        let gvk = GroupVersionKind::new(group, "v1", kind);
        let schema = schema::by_gvk(group, "v1", kind).unwrap();
        check(&gvk, &config, schema).map_or_else(|s| s.message, |()| String::new())
    }

    /// The texts of `typed/validate.go`.
    #[test]
    fn configurations_that_do_not_fit_say_so() {
        let head = "failed to create typed patch object (default/x; apps/v1, Kind=Deployment): ";
        let deployment = |spec: &str| {
            let metadata = r#""metadata":{"name":"x","namespace":"default"}"#;
            refusal(
                "apps",
                "Deployment",
                &format!(r#"{{"apiVersion":"apps/v1","kind":"Deployment",{metadata},"spec":{spec}}}"#),
            )
        };
        assert_eq!(deployment(r#"{"foo":1}"#), format!("{head}.spec.foo: field not declared in schema"));
        assert_eq!(
            deployment(r#"{"replicas":"3"}"#),
            format!("{head}.spec.replicas: expected numeric (int or float), got string")
        );
        assert_eq!(
            deployment(r#"{"template":{"spec":{"containers":[{"name":"a","env":[{"name":"E","value":5}],"foo":1}]}}}"#),
            format!(
                "{head}errors:\n  .spec.template.spec.containers[name=\"a\"].env[name=\"E\"].value: expected string, got &value.valueUnstructured{{Value:5}}\n  .spec.template.spec.containers[name=\"a\"].foo: field not declared in schema"
            )
        );
        assert_eq!(
            deployment(r#"{"template":{"spec":{"containers":[{"image":"a"}]}}}"#),
            format!(
                "{head}.spec.template.spec.containers: element 0: associative list with keys has an element that omits key field \"name\" (and doesn't have default value)"
            )
        );
        assert_eq!(refusal("", "ConfigMap", r#"{"metadata":{"name":"c"},"data":{"a":"b"}}"#), "");
    }
}
