//! Reads a body into the object a typed server would hold: unknown fields, wrong types, quantities, times.
//! Models `apimachinery/pkg/runtime/serializer/json` and `sigs.k8s.io/json`.

mod scalar;
mod walk;

use crate::api::resources;
use crate::api::schema;
use crate::apimachinery::field::{self, Path};
use crate::apimachinery::go::go_text;
use crate::apimachinery::{GroupVersion, GroupVersionKind, Object, Status, Value};
use walk::Walk;

/// What to do about unknown and duplicate fields: the `fieldValidation` parameter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FieldValidation {
    Ignore,
    #[default]
    Warn,
    Strict,
}

impl FieldValidation {
    /// Reads the query parameter; "" is the server's default, `Warn`. None for an unknown word.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "" | "Warn" => Some(Self::Warn),
            "Ignore" => Some(Self::Ignore),
            "Strict" => Some(Self::Strict),
            _ => None,
        }
    }
}

/// An object as its Go type would hold it, and what is to be said in `Warning` headers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Decoded {
    pub object: Value,
    pub warnings: Vec<String>,
}

/// Where Go's scheme of built-in kinds was made; errors name it.
const SCHEME: &str = "pkg/api/legacyscheme/scheme.go:30";

/// Decodes the body of a create or update as the kind of the endpoint. The error is the server's 400.
/// A kind without a schema (a custom resource) passes as it is.
pub fn decode(gvk: &GroupVersionKind, body: &Value, validation: FieldValidation) -> Result<Decoded, Status> {
    let refuse = |kind: &str, version: &str, why: &str| {
        let expected = &gvk.kind;
        Err(Status::bad_request(format!("{kind} in version {version:?} cannot be handled as a {expected}: {why}")))
    };
    let Some(definition) = schema::by_gvk(&gvk.group, &gvk.version, &gvk.kind) else {
        return Ok(Decoded { object: body.clone(), warnings: Vec::new() });
    };
    let mut own = own_gvk(body, gvk);
    if own != *gvk {
        if resources::by_kind(&own.group, &own.version, &own.kind).is_none() {
            let why = format!(
                "no kind {:?} is registered for version {:?} in scheme {SCHEME:?}",
                own.kind,
                own.api_version()
            );
            return refuse(&own.kind, &own.version, &why);
        }
        if own.group_version() != gvk.group_version() {
            return Err(Status::bad_request(format!(
                "the API version in the data ({}) does not match the expected API version ({})",
                own.api_version(),
                gvk.api_version()
            )));
        }
        let package = if gvk.group.is_empty() { "core" } else { gvk.group.split('.').next().unwrap_or("") };
        let why = format!("converting ({}.{}) to ({package}.{}): unknown conversion", own.version, own.kind, gvk.kind);
        return refuse(&own.kind, &own.version, &why);
    }
    let mut walk = Walk::new(false);
    let object = walk.kind(body, definition);
    if let Some(error) = walk.error() {
        own.kind = gvk.kind.clone();
        return refuse(&own.kind, &own.version, &error);
    }
    let mut object = object.unwrap_or_else(|| body.clone());
    if object.kind().is_empty() {
        object.set("apiVersion", gvk.api_version());
        object.set("kind", gvk.kind.as_str());
    }
    let mut warnings = Vec::new();
    match validation {
        FieldValidation::Ignore => {}
        FieldValidation::Warn => warnings = walk.unknown,
        FieldValidation::Strict if walk.unknown.is_empty() => {}
        FieldValidation::Strict => {
            return refuse(&own.kind, &own.version, &strict_error(&walk.unknown));
        }
    }
    Ok(Decoded { object, warnings })
}

/// The kind that the body claims; what it leaves out is that of the endpoint.
fn own_gvk(body: &Value, expected: &GroupVersionKind) -> GroupVersionKind {
    let version = match body.api_version() {
        "" => expected.group_version(),
        text => GroupVersion::parse(text).unwrap_or_default(),
    };
    version.with_kind(if body.kind().is_empty() { &expected.kind } else { body.kind() })
}

fn strict_error(unknown: &[String]) -> String {
    format!("strict decoding error: {}", unknown.join(", "))
}

/// Decodes the outcome of a JSON or merge patch (`strategic` false), or of a strategic merge patch. The errors are
/// worded as for patches: 422, `patch: Invalid value: …`. They show what the client sent of a strategic patch
/// (`shown`), of the others the whole outcome.
pub fn decode_patched(
    gvk: &GroupVersionKind,
    patched: &Value,
    shown: &Value,
    strategic: bool,
    validation: FieldValidation,
) -> Result<Decoded, Status> {
    let Some(definition) = schema::by_gvk(&gvk.group, &gvk.version, &gvk.kind) else {
        return Ok(Decoded { object: patched.clone(), warnings: Vec::new() });
    };
    let refuse = |why: &str| {
        let value: Value = if strategic { go_text(shown).into() } else { shown.to_string().into() };
        let errors = vec![field::Error::invalid(&Path::new("patch"), value, why)];
        Err(Status::invalid(&GroupVersionKind::default(), "", &errors))
    };
    let own = patched.gvk();
    if !strategic && own != *gvk && resources::by_kind(&own.group, &own.version, &own.kind).is_none() {
        let version = own.api_version();
        return refuse(&format!("no kind {:?} is registered for version {version:?} in scheme {SCHEME:?}", own.kind));
    }
    if !strategic && (own.group != gvk.group || own.kind != gvk.kind) {
        let package = match gvk.group.split('.').next() {
            None | Some("") => "core",
            Some(package) => package,
        };
        let (own, kind) = (format!("{}.{}", own.version, own.kind), &gvk.kind);
        return refuse(&format!("converting ({own}) to ({package}.{kind}): unknown conversion"));
    }
    let mut walk = Walk::new(strategic);
    let mut object = walk.kind(patched, definition).unwrap_or_else(|| patched.clone());
    if let Some(error) = walk.error() {
        return refuse(&error);
    }
    if strategic {
        // What is read into a Go type is of that type, whatever the patch calls it.
        object.set("apiVersion", gvk.api_version());
        object.set("kind", gvk.kind.as_str());
    }
    match validation {
        FieldValidation::Ignore => Ok(Decoded { object, warnings: Vec::new() }),
        FieldValidation::Warn => Ok(Decoded { object, warnings: walk.unknown }),
        FieldValidation::Strict if walk.unknown.is_empty() => Ok(Decoded { object, warnings: Vec::new() }),
        FieldValidation::Strict => refuse(&strict_error(&walk.unknown)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pod() -> GroupVersionKind {
        GroupVersionKind::new("", "v1", "Pod")
    }

    fn strict(kind: &GroupVersionKind, json: &str) -> String {
        match decode(kind, &Value::from_json(json).unwrap(), FieldValidation::Strict) {
            Ok(d) => d.object.to_string(),
            Err(s) => s.message,
        }
    }

    #[test]
    fn errors_are_those_of_the_transcripts() {
        let head = r#"Pod in version "v1" cannot be handled as a Pod: "#;
        let cases = [
            (
                r#"{"metadata":{"label":1},"spec":{"container":[],"containers":[{"imagePolicy":1}]}}"#,
                r#"strict decoding error: unknown field "metadata.label", unknown field "spec.container", unknown field "spec.containers[0].imagePolicy""#,
            ),
            (
                r#"{"spec":{"containers":[{"ports":[{"containerPort":"x"}]}]}}"#,
                "json: cannot unmarshal string into Go struct field ContainerPort.spec.containers.ports.containerPort of type int32",
            ),
            (
                r#"{"spec":{"containers":{}}}"#,
                "json: cannot unmarshal object into Go struct field PodSpec.spec.containers of type []v1.Container",
            ),
            (r#"{"spec":"x"}"#, "json: cannot unmarshal string into Go struct field Pod.spec of type v1.PodSpec"),
            (
                r#"{"spec":{"containers":[{"env":[{"value":1}]}]}}"#,
                "json: cannot unmarshal number into Go struct field EnvVar.spec.containers.env.value of type string",
            ),
            (
                r#"{"spec":{"containers":[{"resources":{"limits":{"cpu":"abc"}}}]}}"#,
                "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
            ),
        ];
        for (json, want) in cases {
            assert_eq!(strict(&pod(), json), head.to_owned() + want);
        }
        assert_eq!(
            strict(&pod(), r#"{"apiVersion":"v1","kind":"pod"}"#),
            r#"pod in version "v1" cannot be handled as a Pod: no kind "pod" is registered for version "v1" in scheme "pkg/api/legacyscheme/scheme.go:30""#
        );
        let secret = GroupVersionKind::new("", "v1", "Secret");
        assert!(strict(&secret, r#"{"data":{"a":"abc!"}}"#).ends_with("illegal base64 data at input byte 3"));
        let map = GroupVersionKind::new("", "v1", "ConfigMap");
        let number = strict(&map, r#"{"data":{"a":511}}"#);
        assert!(number.ends_with("json: cannot unmarshal number into Go struct field ConfigMap.data of type string"));
    }

    #[test]
    fn what_is_empty_is_left_out_as_go_does() {
        let json = r#"{"kind":"Pod","apiVersion":"v1","metadata":{"creationTimestamp":null,"labels":{}},"spec":{"hostNetwork":false,
            "containers":[{"name":"a","command":[],"resources":{"limits":{"cpu":0.5,"memory":"1024Ki"}},"workingDir":""}]}}"#;
        assert_eq!(
            strict(&pod(), json),
            r#"{"apiVersion":"v1","kind":"Pod","metadata":{},"spec":{"containers":[{"name":"a","resources":{"limits":{"cpu":"500m","memory":"1Mi"}}}]}}"#
        );
        let map = GroupVersionKind::new("", "v1", "ConfigMap");
        let empty = strict(&map, r#"{"kind":"ConfigMap","apiVersion":"v1","data":{"a":null}}"#);
        assert!(empty.contains(r#""data":{"a":""}"#));
    }

    #[test]
    fn a_patch_that_does_not_fit_says_so() {
        let patched = Value::from_json(r#"{"metadata":{"labels":{"a":1}}}"#).unwrap();
        let status = decode_patched(&pod(), &patched, &patched, true, FieldValidation::Warn).unwrap_err();
        assert_eq!(
            status.to_value()["details"]["causes"][0]["message"].str(),
            r#"Invalid value: "map[metadata:map[labels:map[a:1]]]": cannot convert int64 to string"#
        );
    }
}
