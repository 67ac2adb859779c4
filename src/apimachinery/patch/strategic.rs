//! Strategic merge patches, driven by the schema's merge keys. Models `apimachinery/pkg/util/strategicpatch`.

mod diff;
mod merge;
mod order;

use crate::apimachinery::{Status, Value};

/// What a strategic merge asks of a type. Implemented by `api::schema::Type`.
pub trait Schema {
    /// None for a field that the schema does not know.
    fn patch_field(&self, name: &str) -> Option<PatchField>;
    /// `PodSpec`, for errors.
    fn name(&self) -> &str;
}

/// How one field is patched.
pub struct PatchField {
    /// "" where there is none.
    pub merge_key: &'static str,
    /// `merge`, `replace`, `retainKeys`, `merge,retainKeys` or "".
    pub strategy: &'static str,
    /// The schema of the object or of the list's items; None for maps and scalars.
    pub schema: Option<Box<dyn Schema>>,
}

/// What a field without a schema is patched by.
const PLAIN: PatchField = PatchField { merge_key: "", strategy: "", schema: None };

impl PatchField {
    fn has(&self, word: &str) -> bool {
        self.strategy.split(',').any(|w| w == word)
    }
    fn schema(&self) -> Option<&dyn Schema> {
        self.schema.as_deref()
    }
}

/// The field's patch rules; an error where the schema does not know the field.
fn field(schema: Option<&dyn Schema>, name: &str) -> Result<PatchField, Error> {
    match schema {
        None => Ok(PLAIN),
        Some(s) => s.patch_field(name).ok_or_else(|| {
            Error::Other(format!("unable to find api field in struct {} for the json field {name:?}", s.name()))
        }),
    }
}

const PATCH: &str = "$patch";
const RETAIN_KEYS: &str = "$retainKeys";
const DELETE_FROM: &str = "$deleteFromPrimitiveList/";
const SET_ORDER: &str = "$setElementOrder/";

/// Why a patch could not be made or applied.
#[derive(Debug, PartialEq)]
enum Error {
    /// The patch is badly formed: 400.
    Format(String),
    /// It does not fit the object: 422.
    Unprocessable(String),
    /// Anything else: 500.
    Other(String),
}

impl Error {
    fn text(self) -> String {
        match self {
            Error::Format(t) | Error::Unprocessable(t) | Error::Other(t) => t,
        }
    }
}

/// Applies a strategic merge patch. Errors are the server's.
pub fn apply(document: &Value, patch: &Value, schema: Option<&dyn Schema>) -> Result<Value, Status> {
    if patch.as_map().is_none() {
        let kind = super::json_type(patch);
        let why = format!("json: cannot unmarshal {kind} into Go value of type map[string]interface {{}}");
        return Err(Status::bad_request(why));
    }
    merge::map(document, patch, schema, merge::Options::APPLY).map_err(|e| match e {
        Error::Format(text) => Status::bad_request(text),
        Error::Unprocessable(_) => {
            Status::new(422, "Invalid", "the server rejected our request due to an error in our request")
        }
        Error::Other(text) => Status::new(500, "", text),
    })
}

/// The patch that `kubectl apply` sends: changes from `current` to `modified`, deletions from `original` to
/// `modified`. The error is the text of the real one.
pub fn three_way(
    original: &Value,
    modified: &Value,
    current: &Value,
    schema: Option<&dyn Schema>,
) -> Result<Value, String> {
    let changes = diff::maps(current, modified, schema, diff::Options::CHANGES).map_err(Error::text)?;
    let deletions = diff::maps(original, modified, schema, diff::Options::DELETIONS).map_err(Error::text)?;
    merge::map(&deletions, &changes, schema, merge::Options::JOIN).map_err(Error::text)
}

/// The patch from one object to another (`kubectl edit`, `kubectl label`).
pub fn two_way(original: &Value, modified: &Value, schema: Option<&dyn Schema>) -> Result<Value, String> {
    diff::maps(original, modified, schema, diff::Options::ALL).map_err(Error::text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::schema;

    fn v(json: &str) -> Value {
        Value::from_json(json).unwrap()
    }

    fn pod() -> Option<&'static dyn Schema> {
        Some(Box::leak(Box::new(schema::by_gvk("", "v1", "Pod").unwrap())))
    }

    #[test]
    fn lists_merge_by_their_keys() {
        let document =
            v(r#"{"spec":{"containers":[{"name":"a","image":"x"},{"name":"b"}],"tolerations":[{"key":"t"}]}}"#);
        let cases = [
            (r#"{"spec":{"containers":[{"name":"a","image":"y"}]}}"#, r#"[{"image":"y","name":"a"},{"name":"b"}]"#),
            (r#"{"spec":{"containers":[{"name":"b","$patch":"delete"}]}}"#, r#"[{"image":"x","name":"a"}]"#),
            (r#"{"spec":{"containers":[{"name":"c"},{"$patch":"replace"}]}}"#, r#"[{"name":"c"}]"#),
            (
                r#"{"spec":{"$setElementOrder/containers":[{"name":"b"},{"name":"a"}]}}"#,
                r#"[{"name":"b"},{"image":"x","name":"a"}]"#,
            ),
            (r#"{"spec":{"containers":[{"name":"c"}]}}"#, r#"[{"name":"c"},{"image":"x","name":"a"},{"name":"b"}]"#),
        ];
        for (patch, want) in cases {
            let out = apply(&document, &v(patch), pod()).unwrap();
            assert_eq!(out.at("spec.containers").to_string(), want, "{patch}");
        }
        let out = apply(&document, &v(r#"{"spec":{"tolerations":[{"key":"u"}]}}"#), pod()).unwrap();
        assert_eq!(out.at("spec.tolerations").to_string(), r#"[{"key":"u"}]"#);
    }

    #[test]
    fn apply_sends_changes_and_deletions() {
        let original = v(r#"{"spec":{"containers":[{"name":"a","image":"x","env":[{"name":"E","value":"1"}]}]}}"#);
        let modified = v(r#"{"spec":{"containers":[{"name":"a","image":"y"}]}}"#);
        let current = v(
            r#"{"spec":{"containers":[{"name":"a","image":"x","env":[{"name":"E","value":"1"}],"imagePullPolicy":"Always"}]}}"#,
        );
        let patch = three_way(&original, &modified, &current, pod()).unwrap();
        assert_eq!(
            patch.to_string(),
            r#"{"spec":{"$setElementOrder/containers":[{"name":"a"}],"containers":[{"env":null,"image":"y","name":"a"}]}}"#
        );
        let out = apply(&current, &patch, pod()).unwrap();
        assert_eq!(out.at("spec.containers").to_string(), r#"[{"image":"y","imagePullPolicy":"Always","name":"a"}]"#);
        assert_eq!(three_way(&modified, &modified, &out, pod()).unwrap(), Value::object());
    }

    #[test]
    fn retain_keys_clears_the_other_strategy() {
        let deployment = schema::by_gvk("apps", "v1", "Deployment").unwrap();
        let original = v(r#"{"spec":{"strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":1}}}}"#);
        let modified = v(r#"{"spec":{"strategy":{"type":"Recreate"}}}"#);
        let patch = three_way(&original, &modified, &original, Some(&deployment)).unwrap();
        assert_eq!(
            patch.to_string(),
            r#"{"spec":{"strategy":{"$retainKeys":["type"],"rollingUpdate":null,"type":"Recreate"}}}"#
        );
        let out = apply(&original, &patch, Some(&deployment)).unwrap();
        assert_eq!(out.at("spec.strategy").to_string(), r#"{"type":"Recreate"}"#);
    }

    #[test]
    fn an_unknown_object_field_is_an_error_where_it_must_be_merged() {
        let document = v(r#"{"spec":{"nosuch":{}}}"#);
        let status = apply(&document, &v(r#"{"spec":{"nosuch":{"a":1}}}"#), pod()).unwrap_err();
        assert_eq!(status.message, r#"unable to find api field in struct PodSpec for the json field "nosuch""#);
    }
}
