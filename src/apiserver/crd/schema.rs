//! Structural schemas: pruning, defaulting, validation. Models `apiextensions-apiserver/pkg/apiserver/schema` and
//! the validators of `kube-openapi`.

use crate::apimachinery::field::{Error, ErrorList, ErrorType, Path};
use crate::apimachinery::regex::Regex;
use crate::apimachinery::{Time, Value};
use std::collections::BTreeSet;

/// How deep a schema may nest; deeper parts are neither pruned nor checked.
const DEPTH: usize = 64;

/// Takes out the fields that the schema does not know, and names them.
pub fn prune(object: &mut Value, schema: &Value, unknown: &mut Vec<String>) {
    prune_at(object, schema, "", true, unknown, 0);
    unknown.sort();
}

fn prune_at(value: &mut Value, schema: &Value, path: &str, root: bool, unknown: &mut Vec<String>, depth: usize) {
    if depth > DEPTH || schema.is_null() || schema["x-kubernetes-preserve-unknown-fields"].bool() {
        return;
    }
    let join = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    let embedded = root || schema["x-kubernetes-embedded-resource"].bool();
    if let Value::Map(_) = value {
        let (properties, rest) = (&schema["properties"], &schema["additionalProperties"]);
        if rest.as_bool() == Some(true) {
            return;
        }
        let names: Vec<String> = value.fields().map(|(name, _)| name.to_owned()).collect();
        for name in names {
            if embedded && matches!(name.as_str(), "apiVersion" | "kind" | "metadata") {
                continue;
            }
            let inner = properties.get(&name).unwrap_or(rest);
            if inner.as_map().is_none() {
                unknown.push(join(&name));
                value.map_mut().remove(&name);
            } else if let Some(field) = value.map_mut().get_mut(&name) {
                prune_at(field, inner, &join(&name), false, unknown, depth + 1);
            }
        }
    } else if let Value::List(_) = value {
        for (i, item) in value.list_mut().iter_mut().enumerate() {
            prune_at(item, &schema["items"], &format!("{path}[{i}]"), false, unknown, depth + 1);
        }
    }
}

/// Fills in defaults, in objects that are there.
pub fn apply_defaults(value: &mut Value, schema: &Value, depth: usize) {
    if depth > DEPTH {
        return;
    }
    if let Value::Map(_) = value {
        for (name, inner) in schema["properties"].fields() {
            let default = &inner["default"];
            if !default.is_null() && value[name].is_null() && !(inner["nullable"].bool() && value.get(name).is_some()) {
                value.map_mut().insert(name, default.clone());
            }
            if let Some(field) = value.get(name).filter(|f| matches!(f, Value::Map(_) | Value::List(_))) {
                let mut field = field.clone();
                apply_defaults(&mut field, inner, depth + 1);
                value.map_mut().insert(name, field);
            }
        }
    } else if let Value::List(_) = value {
        for item in value.list_mut() {
            apply_defaults(item, &schema["items"], depth + 1);
        }
    }
}

/// Everything that is wrong with an object by its schema.
pub fn validate(object: &Value, schema: &Value) -> ErrorList {
    let mut errors = ErrorList::new();
    check(object, schema, &Path::default(), &mut errors, 0);
    errors
}

/// True where a schema has `x-kubernetes-validations` anywhere.
pub fn has_rules(schema: &Value, depth: usize) -> bool {
    if depth > DEPTH || schema.as_map().is_none() {
        return false;
    }
    let within = |inner: &Value| has_rules(inner, depth + 1);
    !schema["x-kubernetes-validations"].is_empty()
        || schema["properties"].fields().any(|(_, inner)| within(inner))
        || within(&schema["items"])
        || within(&schema["additionalProperties"])
}

/// True for an error beside which rules are not looked at. Models `hasBlockingErr`.
pub fn blocks_rules(error: &Error) -> bool {
    use ErrorType::{NotSupported, Required, TooLong, TooMany, TypeInvalid};
    matches!(error.kind, NotSupported | Required | TooLong | TooMany | TypeInvalid)
}

fn check(value: &Value, schema: &Value, path: &Path, errors: &mut ErrorList, depth: usize) {
    if depth > DEPTH || schema.is_null() || (value.is_null() && schema["nullable"].bool()) {
        return;
    }
    if let Some(wrong) = type_error(value, schema) {
        let why = format!("{path} in body must be of type {}: {wrong:?}", schema["type"].str());
        let mut error = Error::invalid(path, wrong, why);
        error.kind = ErrorType::TypeInvalid;
        errors.push(error);
        return;
    }
    check_enum(value, schema, path, errors);
    match value {
        Value::Map(_) => check_map(value, schema, path, errors, depth),
        Value::List(items) => {
            let count = items.len() as i64;
            if count < schema["minItems"].as_i64().unwrap_or(0) {
                let why = format!("{path} in body should have at least {} items", schema["minItems"].int());
                errors.push(Error::invalid(path, count, why));
            }
            if let Some(max) = schema["maxItems"].as_i64().filter(|max| count > *max) {
                errors.push(Error::too_many(path, items.len(), usize::try_from(max).unwrap_or(0)));
            }
            for (i, item) in items.iter().enumerate() {
                check(item, &schema["items"], &path.index(i), errors, depth + 1);
            }
            check_unique(items, schema, path, errors);
        }
        Value::Str(text) => check_text(text, schema, path, errors),
        Value::Int(_) | Value::Float(_) => check_number(value, schema, path, errors),
        Value::Null | Value::Bool(_) => {}
    }
}

/// Sets have no item twice, maps no key. Models `listtype.ValidateListSetsAndMaps`.
fn check_unique(items: &[Value], schema: &Value, path: &Path, errors: &mut ErrorList) {
    let keys: Vec<&str> = schema["x-kubernetes-list-map-keys"].items().iter().map(Value::str).collect();
    let identity = |item: &Value| -> Value {
        match schema["x-kubernetes-list-type"].str() {
            "map" => {
                let mut out = Value::object();
                for key in keys.iter().filter(|k| item.get(k).is_some()) {
                    out.map_mut().insert(*key, item[*key].clone());
                }
                out
            }
            _ => item.clone(),
        }
    };
    if !matches!(schema["x-kubernetes-list-type"].str(), "map" | "set") {
        return;
    }
    let mut seen = BTreeSet::new();
    for (i, item) in items.iter().enumerate() {
        let identity = identity(item);
        if !seen.insert(identity.to_string()) {
            errors.push(Error::duplicate(&path.index(i), identity));
        }
    }
}

/// The type that a value has, where it is not the one its schema wants.
fn type_error(value: &Value, schema: &Value) -> Option<&'static str> {
    let is = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Int(_) => "integer",
        Value::Float(_) => "number",
        Value::Str(_) => "string",
        Value::List(_) => "array",
        Value::Map(_) => "object",
    };
    let wanted = schema["type"].str();
    let either = schema["x-kubernetes-int-or-string"].bool() && matches!(is, "integer" | "string");
    (!(wanted.is_empty() || wanted == is || either || (wanted == "number" && is == "integer"))).then_some(is)
}

fn check_enum(value: &Value, schema: &Value, path: &Path, errors: &mut ErrorList) {
    let allowed = schema["enum"].items();
    if !allowed.is_empty() && !allowed.contains(value) {
        let texts: Vec<String> =
            allowed.iter().map(|v| v.as_str().map_or_else(|| v.to_string(), str::to_owned)).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        errors.push(Error::not_supported(path, value.clone(), &texts));
    }
}

fn check_map(value: &Value, schema: &Value, path: &Path, errors: &mut ErrorList, depth: usize) {
    for name in schema["required"].items().iter().map(Value::str) {
        if value.get(name).is_none() {
            errors.push(Error::required(&path.child(name), ""));
        }
    }
    let count = value.fields().count();
    if (count as i64) < schema["minProperties"].int() {
        let why = format!("{path} in body should have at least {} properties", schema["minProperties"].int());
        errors.push(Error::invalid(path, count, why));
    }
    if let Some(max) = schema["maxProperties"].as_i64().and_then(|m| usize::try_from(m).ok()).filter(|m| count > *m) {
        errors.push(Error::too_many(path, count, max));
    }
    let (properties, rest) = (&schema["properties"], &schema["additionalProperties"]);
    for (name, field) in value.fields() {
        check(field, properties.get(name).unwrap_or(rest), &path.child(name), errors, depth + 1);
    }
}

fn check_text(text: &str, schema: &Value, path: &Path, errors: &mut ErrorList) {
    let length = text.chars().count() as i64;
    if length < schema["minLength"].as_i64().unwrap_or(0) {
        let why = format!("{path} in body should be at least {} chars long", schema["minLength"].int());
        errors.push(Error::invalid(path, text, why));
    }
    if let Some(max) = schema["maxLength"].as_i64().filter(|max| length > *max) {
        errors.push(Error::too_long(path, usize::try_from(max).unwrap_or(0)));
    }
    // What the engine cannot read matches.
    let pattern = schema["pattern"].str();
    if !pattern.is_empty() && Regex::go(pattern).is_ok_and(|regex| !regex.is_match(text)) {
        errors.push(Error::invalid(path, text, format!("{path} in body should match '{pattern}'")));
    }
    let format = schema["format"].str();
    let fits = match format {
        "date-time" => Time::parse_rfc3339(text).is_some(),
        "ipv4" => text.parse::<std::net::Ipv4Addr>().is_ok(),
        "ipv6" => text.parse::<std::net::Ipv6Addr>().is_ok(),
        _ => true,
    };
    if !fits {
        errors.push(Error::invalid(path, text, format!("{path} in body must be of type {format}: {text:?}")));
    }
}

fn check_number(value: &Value, schema: &Value, path: &Path, errors: &mut ErrorList) {
    let Some(number) = value.as_f64() else { return };
    let mut refuse = |bound: &Value, words: &str| {
        errors.push(Error::invalid(path, value.clone(), format!("{path} in body should be {words} {bound}")));
    };
    let factor = &schema["multipleOf"];
    if factor.as_f64().is_some_and(|f| f != 0.0 && (number / f).fract() != 0.0) {
        refuse(factor, "a multiple of");
    }
    let (min, max) = (&schema["minimum"], &schema["maximum"]);
    if let Some(bound) = min.as_f64() {
        match schema["exclusiveMinimum"].bool() {
            true if number <= bound => refuse(min, "greater than"),
            false if number < bound => refuse(min, "greater than or equal to"),
            _ => {}
        }
    }
    if let Some(bound) = max.as_f64() {
        match schema["exclusiveMaximum"].bool() {
            true if number >= bound => refuse(max, "less than"),
            false if number > bound => refuse(max, "less than or equal to"),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema() -> Value {
        Value::from_json(
            r#"{"type":"object","properties":{"spec":{"type":"object","required":["image"],"properties":{
                "cronSpec":{"type":"string"},"image":{"type":"string"},"replicas":{"type":"integer","minimum":1},
                "mode":{"type":"string","enum":["a","b"],"default":"a"}}}}}"#,
        )
        .unwrap()
    }

    #[test]
    fn unknown_fields_go_and_defaults_come() {
        let mut object =
            Value::from_json(r#"{"kind":"CronTab","metadata":{"name":"x"},"spec":{"foo":1,"image":"i"}}"#).unwrap();
        let mut unknown = Vec::new();
        prune(&mut object, &schema(), &mut unknown);
        apply_defaults(&mut object, &schema(), 0);
        assert_eq!(unknown, ["spec.foo"]);
        assert_eq!(object["spec"].to_string(), r#"{"image":"i","mode":"a"}"#);
    }

    /// The schema of the documentation's CronTab.
    #[test]
    fn patterns_are_those_of_go() {
        let schema = Value::from_json(
            r#"{"type":"object","properties":{"cronSpec":{"type":"string","pattern":"^(\\d+|\\*)(/\\d+)?(\\s+(\\d+|\\*)(/\\d+)?){4}$"},
                "name":{"type":"string","pattern":"^(?:[\\w.-]+)$"}}}"#,
        )
        .unwrap();
        let check = |text: &str| validate(&Value::from_json(text).unwrap(), &schema);
        assert!(check(r#"{"cronSpec":"* * * * */5","name":"a.b-c"}"#).is_empty());
        assert_eq!(
            check(r#"{"cronSpec":"* * * *"}"#)[0].to_string(),
            r#"cronSpec: Invalid value: "* * * *": cronSpec in body should match '^(\d+|\*)(/\d+)?(\s+(\d+|\*)(/\d+)?){4}$'"#
        );
        assert_eq!(check(r#"{"name":"a b"}"#).len(), 1);
    }

    #[test]
    fn maps_and_sets_have_nothing_twice() {
        let schema = Value::from_json(
            r#"{"type":"object","properties":{"tags":{"type":"array","x-kubernetes-list-type":"map",
                "x-kubernetes-list-map-keys":["k"],"items":{"type":"object","properties":{"k":{"type":"string"}}}},
                "m":{"type":"object","additionalProperties":{"type":"integer"}}}}"#,
        )
        .unwrap();
        let object = Value::from_json(r#"{"tags":[{"k":"a"},{"k":"a"}],"m":{"q":"z"}}"#).unwrap();
        let texts: Vec<String> = validate(&object, &schema).iter().map(ToString::to_string).collect();
        assert_eq!(
            texts,
            [
                r#"m.q: Invalid value: "string": m.q in body must be of type integer: "string""#,
                r#"tags[1]: Duplicate value: {"k":"a"}"#,
            ]
        );
    }

    #[test]
    fn rules_wait_for_what_is_wrong_besides() {
        let schema = Value::from_json(
            r#"{"type":"object","properties":{"spec":{"type":"object","required":["a"],
                "x-kubernetes-validations":[{"rule":"self.a > 1"}],"properties":{"a":{"type":"integer","maximum":3}}}}}"#,
        )
        .unwrap();
        let blocks = |text: &str| validate(&Value::from_json(text).unwrap(), &schema).iter().any(blocks_rules);
        assert!(has_rules(&schema, 0) && !has_rules(&super::tests::schema(), 0));
        assert!(blocks(r#"{"spec":{}}"#) && blocks(r#"{"spec":{"a":"x"}}"#) && !blocks(r#"{"spec":{"a":9}}"#));
    }

    #[test]
    fn what_is_wrong_is_worded_as_the_real_validators_do() {
        let object = Value::from_json(r#"{"spec":{"cronSpec":5,"replicas":0,"mode":"c"}}"#).unwrap();
        let texts: Vec<String> = validate(&object, &schema()).iter().map(ToString::to_string).collect();
        assert_eq!(
            texts,
            [
                "spec.image: Required value",
                "spec.cronSpec: Invalid value: \"integer\": spec.cronSpec in body must be of type string: \"integer\"",
                "spec.mode: Unsupported value: \"c\": supported values: \"a\", \"b\"",
                "spec.replicas: Invalid value: 0: spec.replicas in body should be greater than or equal to 1",
            ]
        );
    }
}
