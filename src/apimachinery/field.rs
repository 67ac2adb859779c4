//! Field paths and the errors that validation reports. Models `apimachinery/pkg/util/validation/field`.

use super::value::Value;
use std::fmt;

/// A path such as `spec.containers[0].resources.requests[cpu]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Path(String);

impl Path {
    pub fn new(name: &str) -> Self {
        Self(name.into())
    }

    pub fn child(&self, name: &str) -> Self {
        if self.0.is_empty() { Self(name.into()) } else { Self(format!("{}.{name}", self.0)) }
    }

    pub fn index(&self, at: usize) -> Self {
        Self(format!("{}[{at}]", self.0))
    }

    pub fn key(&self, key: &str) -> Self {
        Self(format!("{}[{key}]", self.0))
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What is wrong with a field. The names are those of `field.ErrorType`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorType {
    NotFound,
    Required,
    Duplicate,
    Invalid,
    NotSupported,
    Forbidden,
    TooLong,
    TooMany,
    Internal,
    TypeInvalid,
}

impl ErrorType {
    /// The `reason` of a Status cause.
    pub fn reason(self) -> &'static str {
        match self {
            Self::NotFound => "FieldValueNotFound",
            Self::Required => "FieldValueRequired",
            Self::Duplicate => "FieldValueDuplicate",
            Self::Invalid => "FieldValueInvalid",
            Self::NotSupported => "FieldValueNotSupported",
            Self::Forbidden => "FieldValueForbidden",
            Self::TooLong => "FieldValueTooLong",
            Self::TooMany => "FieldValueTooMany",
            Self::Internal => "InternalError",
            Self::TypeInvalid => "FieldValueTypeInvalid",
        }
    }

    fn text(self) -> &'static str {
        match self {
            Self::NotFound => "Not found",
            Self::Required => "Required value",
            Self::Duplicate => "Duplicate value",
            Self::Invalid | Self::TypeInvalid => "Invalid value",
            Self::NotSupported => "Unsupported value",
            Self::Forbidden => "Forbidden",
            Self::TooLong => "Too long",
            Self::TooMany => "Too many",
            Self::Internal => "Internal error",
        }
    }
}

/// One thing wrong with one field.
#[derive(Clone, Debug, PartialEq)]
pub struct Error {
    pub kind: ErrorType,
    pub field: Path,
    pub value: Value,
    pub detail: String,
    /// The value as Go prints it, where that is not JSON with sorted keys.
    pub shown: Option<String>,
}

/// All that is wrong with an object, in the order in which it was found.
pub type ErrorList = Vec<Error>;

impl Error {
    fn new(kind: ErrorType, field: &Path, value: Value, detail: impl Into<String>) -> Self {
        Self { kind, field: field.clone(), value, detail: detail.into(), shown: None }
    }
    pub fn required(field: &Path, detail: impl Into<String>) -> Self {
        Self::new(ErrorType::Required, field, Value::Null, detail)
    }
    pub fn invalid(field: &Path, value: impl Into<Value>, detail: impl Into<String>) -> Self {
        Self::new(ErrorType::Invalid, field, value.into(), detail)
    }
    pub fn duplicate(field: &Path, value: impl Into<Value>) -> Self {
        Self::new(ErrorType::Duplicate, field, value.into(), "")
    }
    pub fn not_found(field: &Path, value: impl Into<Value>) -> Self {
        Self::new(ErrorType::NotFound, field, value.into(), "")
    }
    pub fn forbidden(field: &Path, detail: impl Into<String>) -> Self {
        Self::new(ErrorType::Forbidden, field, Value::Null, detail)
    }
    /// `supported` in the order in which the message names them.
    pub fn not_supported(field: &Path, value: impl Into<Value>, supported: &[&str]) -> Self {
        let quoted: Vec<_> = supported.iter().map(|s| format!("{s:?}")).collect();
        let detail =
            if quoted.is_empty() { String::new() } else { "supported values: ".to_owned() + &quoted.join(", ") };
        Self::new(ErrorType::NotSupported, field, value.into(), detail)
    }
    pub fn too_long(field: &Path, max: usize) -> Self {
        Self::new(ErrorType::TooLong, field, Value::Null, format!("may not be more than {max} bytes"))
    }
    pub fn too_many(field: &Path, count: usize, max: usize) -> Self {
        Self::new(ErrorType::TooMany, field, Value::from(count), format!("must have at most {max} items"))
    }

    /// The same, its value left out of the message. Models `field.OmitValueType`.
    pub fn without_value(self) -> Self {
        Self { shown: Some(String::new()), ..self }
    }

    /// The message without the field: `Invalid value: "x": why`.
    pub fn body(&self) -> String {
        let mut out = self.kind.text().to_owned();
        let shows_value =
            !matches!(self.kind, ErrorType::Required | ErrorType::Forbidden | ErrorType::TooLong | ErrorType::Internal);
        if shows_value && self.shown.as_deref() != Some("") {
            // Strings are quoted as Go's %q does, everything else is compact JSON.
            out = out + ": " + &self.shown.clone().unwrap_or_else(|| shown(&self.value));
        }
        if !self.detail.is_empty() {
            out = out + ": " + &self.detail;
        }
        out
    }
}

/// JSON in which a label selector has the order of its struct.
fn shown(value: &Value) -> String {
    let (labels, expressions) = (&value["matchLabels"], &value["matchExpressions"]);
    if labels.is_null() || expressions.is_null() {
        return value.to_string();
    }
    let one = |e: &Value| {
        let fields = ["key", "operator", "values"].into_iter().filter(|f| !e[*f].is_null());
        let fields: Vec<String> = fields.map(|f| format!("\"{f}\":{}", e[f])).collect();
        format!("{{{}}}", fields.join(","))
    };
    let expressions: Vec<String> = expressions.items().iter().map(one).collect();
    format!("{{\"matchLabels\":{labels},\"matchExpressions\":[{}]}}", expressions.join(","))
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.body())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_read_as_the_api_server_words_them() {
        let spec = Path::new("spec");
        let ports = spec.child("containers").index(0).child("resources").child("requests").key("cpu");
        assert_eq!(
            Error::invalid(&ports, "-1", "must be greater than or equal to 0").to_string(),
            r#"spec.containers[0].resources.requests[cpu]: Invalid value: "-1": must be greater than or equal to 0"#
        );
        assert_eq!(Error::required(&spec.child("ports"), "").to_string(), "spec.ports: Required value");
        assert_eq!(
            Error::not_supported(&spec.child("restartPolicy"), "No", &["Always", "Never"]).to_string(),
            r#"spec.restartPolicy: Unsupported value: "No": supported values: "Always", "Never""#
        );
        let json = r#"{"matchExpressions":[{"key":"k","operator":"In"}],"matchLabels":{"a":"b"}}"#;
        assert_eq!(
            Error::invalid(&spec.child("selector"), Value::from_json(json).unwrap(), "no").to_string(),
            r#"spec.selector: Invalid value: {"matchLabels":{"a":"b"},"matchExpressions":[{"key":"k","operator":"In"}]}: no"#
        );
    }
}
