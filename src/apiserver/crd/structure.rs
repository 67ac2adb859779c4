//! What a schema must be like. Models `apiserver/schema.ValidateStructural` and
//! `ValidateCustomResourceDefinitionOpenAPISchema`.

use crate::apimachinery::Value;
use crate::apimachinery::field::{Error, ErrorList, Path};

const TYPES: [&str; 6] = ["array", "boolean", "integer", "number", "object", "string"];
/// How deep a schema may nest.
const DEPTH: usize = 64;

/// What stands above a schema.
#[derive(Clone, Copy, PartialEq)]
enum Level {
    Root,
    Field,
    Item,
}

/// Checks the schema of a version.
pub fn validate(errors: &mut ErrorList, schema: &Value, path: &Path) {
    let (mut plain, mut structural) = (ErrorList::new(), ErrorList::new());
    each(&mut plain, &mut structural, schema, Level::Root, path, 0);
    errors.append(&mut plain);
    structural.sort_by_key(ToString::to_string);
    errors.append(&mut structural);
}

fn each(plain: &mut ErrorList, found: &mut ErrorList, schema: &Value, level: Level, path: &Path, depth: usize) {
    if depth > DEPTH || schema.as_map().is_none() {
        return;
    }
    node(plain, schema, path);
    structural(found, schema, level, path);
    for (name, field) in schema["properties"].fields() {
        each(plain, found, field, Level::Field, &path.child("properties").key(name), depth + 1);
    }
    each(plain, found, &schema["additionalProperties"], Level::Field, &path.child("additionalProperties"), depth + 1);
    each(plain, found, &schema["items"], Level::Item, &path.child("items"), depth + 1);
}

/// What OpenAPI wants of every schema.
fn node(errors: &mut ErrorList, schema: &Value, path: &Path) {
    let kind = schema["type"].str();
    if !kind.is_empty() && !TYPES.contains(&kind) {
        errors.push(Error::not_supported(&path.child("type"), kind, &TYPES));
    }
    if schema["uniqueItems"].bool() {
        let detail = "uniqueItems cannot be set to true since the runtime complexity becomes quadratic";
        errors.push(Error::forbidden(&path.child("uniqueItems"), detail));
    }
    if !schema["additionalProperties"].is_null() {
        if !schema["properties"].is_empty() {
            let detail = "additionalProperties and properties are mutual exclusive";
            errors.push(Error::forbidden(&path.child("additionalProperties"), detail));
        }
        if schema["additionalProperties"].as_bool() == Some(false) {
            let detail = "additionalProperties cannot be set to false";
            errors.push(Error::forbidden(&path.child("additionalProperties"), detail));
        }
    }
    if schema["x-kubernetes-preserve-unknown-fields"].as_bool() == Some(false) {
        let at = path.child("x-kubernetes-preserve-unknown-fields");
        errors.push(Error::invalid(&at, false, "must be true or undefined"));
    }
}

/// What makes a schema structural: a type everywhere.
fn structural(errors: &mut ErrorList, schema: &Value, level: Level, path: &Path) {
    let kind = schema["type"].str();
    let free = schema["x-kubernetes-int-or-string"].bool() || schema["x-kubernetes-preserve-unknown-fields"].bool();
    let detail = match level {
        Level::Root => "must not be empty at the root",
        Level::Item => "must not be empty for specified array items",
        Level::Field => "must not be empty for specified object fields",
    };
    if kind.is_empty() && !free {
        errors.push(Error::required(&path.child("type"), detail));
    } else if level == Level::Root && !matches!(kind, "" | "object") {
        errors.push(Error::invalid(&path.child("type"), kind, "must be object at the root"));
    }
    if kind == "array" && schema["items"].is_null() {
        errors.push(Error::required(&path.child("items"), "must be specified"));
    }
}
