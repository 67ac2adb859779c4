//! JSONPath as kubectl has it: text with `{…}` actions, ranges, filters, unions. Models `client-go/util/jsonpath`.

pub(crate) mod eval;
mod parse;

use super::value::Value;

pub use parse::parse;

/// A parsed template.
#[derive(Clone, Debug, PartialEq)]
pub struct JsonPath {
    pub(crate) nodes: Vec<Node>,
    /// Missing fields are no error.
    pub allow_missing: bool,
}

/// A node of a template.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Node {
    Text(String),
    Int(i64),
    Float(f64),
    Bool(bool),
    Field(String),
    Wildcard,
    Recursive,
    /// `range`, `end`
    Word(String),
    /// Start, end, step; the end may be derived from the start.
    Slice {
        from: Option<i64>,
        to: Option<i64>,
        derived: bool,
        step: Option<i64>,
    },
    /// Left, operator, right; the operator is `exists` where there is none.
    Filter(Vec<Node>, String, Vec<Node>),
    Union(Vec<Vec<Node>>),
    /// One `{…}`.
    List(Vec<Node>),
}

impl JsonPath {
    /// What each action found, in order; text counts as an action that finds itself.
    pub fn find(&self, data: &Value) -> Result<Vec<Vec<Value>>, String> {
        eval::find(self, data)
    }

    /// The text of all that was found: strings bare, collections as JSON, results of one action apart by blanks.
    pub fn text(&self, data: &Value, json: impl Fn(&Value) -> String) -> Result<String, String> {
        let mut out = String::new();
        for results in self.find(data)? {
            let texts: Vec<String> = results
                .iter()
                .map(|v| match v {
                    Value::Str(s) => s.to_string(),
                    Value::List(_) | Value::Map(_) => json(v),
                    other => other.to_string(),
                })
                .collect();
            out.push_str(&texts.join(" "));
        }
        Ok(out)
    }
}

/// Makes `{.a.b}` of `a.b`, `.a.b`, `{a.b}` and `{.a.b}`. Models `RelaxedJSONPathExpression`.
pub fn relaxed(expression: &str) -> Result<String, String> {
    if expression.is_empty() {
        return Ok(String::new());
    }
    let inner = expression.strip_prefix('{').and_then(|e| e.strip_suffix('}')).unwrap_or(expression);
    if inner.contains(['{', '}']) || inner.is_empty() || inner == "." {
        return Err("unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{name1.name2}' or \
                    '{.name1.name2}'"
            .into());
    }
    Ok(format!("{{.{}}}", inner.strip_prefix('.').unwrap_or(inner)))
}

#[cfg(test)]
mod tests;
