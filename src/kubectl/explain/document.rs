//! An OpenAPI document with its prose, and how `explain` walks it. Models `explain/v2/templates/plaintext.tmpl`.

use super::wrap::{indent, wrap};
use crate::apimachinery::Value;

const REFERENCE: &str = "#/components/schemas/";
/// A schema nests less deeply than this.
const MAX_DEPTH: usize = 64;

/// The definitions of a group and version.
pub struct Document {
    pub schemas: Value,
    /// By definition and field; null where there is no prose.
    pub prose: Value,
}

/// A schema, and under which names its prose is found.
#[derive(Clone)]
pub struct Schema {
    value: Value,
    definition: String,
    field: String,
}

impl Document {
    /// The definition of a kind.
    pub fn kind(&self, group: &str, version: &str, kind: &str) -> Option<Schema> {
        let is = |v: &Value| {
            v["x-kubernetes-group-version-kind"]
                .items()
                .iter()
                .any(|gvk| gvk["group"].str() == group && gvk["version"].str() == version && gvk["kind"].str() == kind)
        };
        let (name, value) = self.schemas.fields().find(|(_, v)| is(v))?;
        Some(Schema { value: value.clone(), definition: name.to_owned(), field: String::new() })
    }

    fn reference(&self, schema: &Schema) -> Option<Schema> {
        let name = schema.value["$ref"].as_str()?.strip_prefix(REFERENCE)?;
        let value = self.schemas.get(name)?.clone();
        Some(Schema { value, definition: name.to_owned(), field: String::new() })
    }

    fn resolve(&self, schema: &Schema) -> Schema {
        self.reference(schema).unwrap_or_else(|| schema.clone())
    }

    fn property(&self, of: &Schema, name: &str) -> Option<Schema> {
        let value = of.value["properties"].get(name)?.clone();
        // Below an inline object the prose stands in the schema itself.
        let definition = if of.field.is_empty() { of.definition.clone() } else { String::new() };
        Some(Schema { value, definition, field: name.to_owned() })
    }

    /// What stands inside: of a list its items, of a map its values, of `allOf` each alternative.
    fn inner(&self, of: &Schema) -> Vec<Schema> {
        let bare = |value: &Value| Schema { value: value.clone(), definition: String::new(), field: String::new() };
        let mut inner: Vec<Schema> = of.value["allOf"].items().iter().map(bare).collect();
        for name in ["items", "additionalProperties"] {
            if of.value[name].as_map().is_some() {
                inner.push(bare(&of.value[name]));
            }
        }
        inner
    }

    /// The schema's own text; "" where it has none.
    fn prose(&self, schema: &Schema) -> String {
        let own = match schema.value["description"].str() {
            "" => self.prose[schema.definition.as_str()][schema.field.as_str()].str(),
            text => text,
        };
        let enums = schema.value["enum"].items();
        // The texts of built-in types list their values; those of custom ones say what their author wrote.
        let is_built_in = schema.definition.starts_with("io.k8s.");
        if enums.is_empty() || !is_built_in || own.contains("Possible enum values:") {
            return own.to_owned();
        }
        let lines: String = enums.iter().map(|e| format!("\n - `{e}`")).collect();
        if own.is_empty() {
            format!("Possible enum values:{lines}")
        } else {
            format!("{own}\n\nPossible enum values:{lines}")
        }
    }

    /// The texts of a schema and of what it refers to, each on a line of its own.
    pub fn description(&self, schema: &Schema) -> String {
        let mut out = String::new();
        self.describe(schema, 0, &mut out);
        out
    }

    fn describe(&self, schema: &Schema, depth: usize, out: &mut String) {
        let schema = self.resolve(schema);
        let own = self.prose(&schema);
        if !own.is_empty() {
            out.push_str(&own);
            out.push('\n');
        }
        if depth < MAX_DEPTH {
            self.inner(&schema).iter().for_each(|s| self.describe(s, depth + 1, out));
        }
    }

    /// Follows field names through lists and maps. None where there is no such field.
    pub fn follow(&self, schema: &Schema, path: &[String]) -> Option<Schema> {
        let Some((first, rest)) = path.split_first() else { return Some(schema.clone()) };
        let field = self.find(schema, first, 0)?;
        self.follow(&field, rest)
    }

    fn find(&self, schema: &Schema, name: &str, depth: usize) -> Option<Schema> {
        let schema = self.resolve(schema);
        self.property(&schema, name).or_else(|| match depth {
            MAX_DEPTH => None,
            _ => self.inner(&schema).iter().find_map(|s| self.find(s, name, depth + 1)),
        })
    }

    /// `string`, `[]Container`, `map[string]Quantity`, `Object`. Models `typeGuess`.
    pub fn type_name(&self, schema: &Schema) -> String {
        self.type_of(&schema.value, 0)
    }

    fn type_of(&self, value: &Value, depth: usize) -> String {
        if depth > MAX_DEPTH {
            return "Object".into();
        }
        if !value["items"].is_null() {
            return format!("[]{}", self.type_of(&value["items"], depth + 1));
        }
        if value["additionalProperties"].as_map().is_some() {
            return format!("map[string]{}", self.type_of(&value["additionalProperties"], depth + 1));
        }
        if let ([one], Value::Null) = (value["allOf"].items(), &value["properties"]) {
            return self.type_of(one, depth + 1);
        }
        if let Some(reference) = value["$ref"].as_str() {
            let name = reference.strip_prefix(REFERENCE).unwrap_or(reference);
            return match self.schemas[name]["type"].str() {
                "" | "object" => name.rsplit('.').next().unwrap_or("Object").to_owned(),
                plain => plain.to_owned(),
            };
        }
        match value["type"].str() {
            "" | "object" => "Object".into(),
            plain => plain.to_owned(),
        }
    }

    /// The fields of a schema, with their texts or, `recursive`, with the fields below them.
    pub fn field_list(&self, schema: &Schema, recursive: bool) -> String {
        let mut out = String::new();
        self.list(schema, recursive, 1, &mut Vec::new(), &mut out);
        out
    }

    fn list(&self, schema: &Schema, recursive: bool, level: usize, seen: &mut Vec<String>, out: &mut String) {
        let reference = schema.value["$ref"].str().to_owned();
        if level > MAX_DEPTH || (!reference.is_empty() && seen.contains(&reference)) {
            return;
        }
        seen.push(reference);
        let resolved = self.resolve(schema);
        for (name, _) in resolved.value["properties"].fields() {
            let Some(field) = self.property(&resolved, name) else { continue };
            self.field(&resolved, name, &field, recursive, level, out);
            if recursive {
                self.list(&field, recursive, level + 1, seen, out);
            }
        }
        self.inner(&resolved).iter().for_each(|s| self.list(s, recursive, level, seen, out));
        seen.pop();
    }

    fn field(&self, of: &Schema, name: &str, field: &Schema, short: bool, level: usize, out: &mut String) {
        let by = level * 2;
        let pad = " ".repeat(by);
        let required = of.value["required"].items().iter().any(|r| r.str() == name);
        out.push_str(&format!("{pad}{name}\t<{}>", self.type_name(field)));
        out.push_str(if required { " -required-" } else { "" });
        let enums = field.value["enum"].items();
        if !enums.is_empty() {
            let mut shown: Vec<String> = enums.iter().take(MAX_ENUMS).map(enum_text).collect();
            if enums.len() > MAX_ENUMS {
                shown.push("....".into());
            }
            out.push_str(&format!("\n{pad}enum: {}", shown.join(", ")));
        }
        out.push('\n');
        if !short {
            let text = match self.prose(field) {
                text if text.is_empty() => "<no description>".to_owned(),
                text => text,
            };
            out.push_str(&indent(&wrap(&text, 78 - by.min(70)), by + 2));
            out.push_str("\n\n");
        }
    }

    /// `ENUM:` and the allowed values, a line each; "" where any is allowed.
    pub fn enum_list(&self, schema: &Schema) -> String {
        match schema.value["enum"].items() {
            [] => String::new(),
            enums => format!("ENUM:{}", enums.iter().map(|e| format!("\n    {}", enum_text(e))).collect::<String>()),
        }
    }
}

/// Values shown behind a field; more are dots.
const MAX_ENUMS: usize = 4;

fn enum_text(value: &Value) -> String {
    match value {
        Value::Str(s) if s.is_empty() => "\"\"".to_owned(),
        Value::Str(s) => s.to_string(),
        other => other.to_string(),
    }
}
