//! Values as Go prints them (`fmt`): error texts and printers of Kubernetes show them so.

use super::Value;

/// What Go calls the type of a decoded value.
pub fn go_type(value: &Value) -> &'static str {
    match value {
        Value::Null => "<nil>",
        Value::Bool(_) => "bool",
        Value::Int(_) => "int64",
        Value::Float(_) => "float64",
        Value::Str(_) => "string",
        Value::List(_) => "[]interface {}",
        Value::Map(_) => "map[string]interface {}",
    }
}

/// A value as Go's `%v` prints it: `map[app:two rank:10]`, `[a b]`, `<nil>`.
pub fn go_text(value: &Value) -> String {
    match value {
        Value::Null => "<nil>".into(),
        Value::Str(s) => s.to_string(),
        Value::Float(f) => format!("{f}"),
        Value::List(l) => format!("[{}]", l.iter().map(go_text).collect::<Vec<_>>().join(" ")),
        Value::Map(m) => {
            let pairs: Vec<String> = m.iter().map(|(k, v)| format!("{k}:{}", go_text(v))).collect();
            format!("map[{}]", pairs.join(" "))
        }
        other => other.to_string(),
    }
}

/// A value as Go's `%#v` prints it: `map[string]interface {}{"a":1}`.
pub fn go_syntax(value: &Value) -> String {
    match value {
        Value::Null => "interface {}(nil)".into(),
        Value::Str(s) => format!("{s:?}"),
        Value::Float(f) => format!("{f}"),
        Value::List(l) => format!("[]interface {{}}{{{}}}", l.iter().map(go_syntax).collect::<Vec<_>>().join(", ")),
        Value::Map(m) => {
            let pairs: Vec<String> = m.iter().map(|(k, v)| format!("{k:?}:{}", go_syntax(v))).collect();
            format!("map[string]interface {{}}{{{}}}", pairs.join(", "))
        }
        other => other.to_string(),
    }
}
