//! Query parameters and option bodies, read and checked. Models `metav1.{Create,Update,Patch,Delete,List}Options`
//! and `metav1/validation`.

use crate::api::decode::FieldValidation;
use crate::apimachinery::field::{Error, ErrorList, Path};
use crate::apimachinery::{GroupVersionKind, Status, Value};
use crate::client::{Body, Request};
use crate::registry::store::{DeleteOptions, Propagation};

/// What create, update and patch share.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WriteOptions {
    pub dry_run: bool,
    pub validation: FieldValidation,
}

fn invalid(kind: &str, errors: &ErrorList) -> Status {
    Status::invalid(&GroupVersionKind::new("meta.k8s.io", "v1", kind), "", errors)
}

/// Checks `dryRun`, which may come several times, and each time must be `All`.
fn dry_run(kind: &str, values: &[&str]) -> Result<bool, Status> {
    if values.iter().all(|v| *v == "All") {
        return Ok(!values.is_empty());
    }
    let given: Value = values.iter().copied().collect();
    Err(invalid(kind, &vec![Error::not_supported(&Path::new("dryRun"), given, &["All"])]))
}

fn params<'a>(request: &'a Request, name: &str) -> Vec<&'a str> {
    request.query.iter().filter(|(n, v)| n == name && !v.is_empty()).map(|(_, v)| v.as_str()).collect()
}

impl WriteOptions {
    /// `kind` is `CreateOptions`, `UpdateOptions` or `PatchOptions`.
    pub fn parse(request: &Request, kind: &str) -> Result<Self, Status> {
        if request.query.is_empty() {
            return Ok(Self::default());
        }
        let text = request.param("fieldValidation");
        let validation = FieldValidation::parse(text).ok_or_else(|| {
            let supported = ["", "Ignore", "Strict", "Warn"];
            invalid(kind, &vec![Error::not_supported(&Path::new("fieldValidation"), text, &supported)])
        })?;
        Ok(Self { dry_run: dry_run(kind, &params(request, "dryRun"))?, validation })
    }
}

/// Reads a number as Go's `strconv.ParseInt` words its errors.
pub fn parse_int(text: &str) -> Result<i64, Status> {
    text.parse().map_err(|_| Status::bad_request(format!("strconv.ParseInt: parsing {text:?}: invalid syntax")))
}

/// An optional number in the query.
pub fn int_param(request: &Request, name: &str) -> Result<Option<i64>, Status> {
    match request.param(name) {
        "" => Ok(None),
        text => parse_int(text).map(Some),
    }
}

/// A boolean in the query, as apimachinery converts it: only "", `false` and `0` are false.
pub fn bool_param(request: &Request, name: &str) -> bool {
    request.query.iter().any(|(n, v)| n == name && !matches!(v.as_str(), "false" | "0"))
}

/// Delete options come in the body, or in the query where there is no body. The flag is `dryRun`.
pub fn delete_options(request: &Request) -> Result<(DeleteOptions, bool), Status> {
    match &request.body {
        Body::Value(body) if !body.is_null() => from_body(body),
        _ => from_query(request),
    }
}

fn from_body(body: &Value) -> Result<(DeleteOptions, bool), Status> {
    let kind = body["kind"].str();
    if !kind.is_empty() && kind != "DeleteOptions" {
        return Err(Status::bad_request(format!(
            "the object provided is unrecognized (must be of type DeleteOptions): couldn't get version/kind; got {kind}"
        )));
    }
    let given: Vec<&str> = body["dryRun"].items().iter().filter_map(Value::as_str).collect();
    let orphan = body["orphanDependents"].as_bool();
    let mut options = DeleteOptions {
        grace_period: body["gracePeriodSeconds"].as_i64(),
        uid: body.at("preconditions.uid").str().to_owned(),
        resource_version: body.at("preconditions.resourceVersion").str().to_owned(),
        ..DeleteOptions::default()
    };
    set_propagation(&mut options, body["propagationPolicy"].str(), orphan)?;
    Ok((options, dry_run("DeleteOptions", &given)?))
}

fn from_query(request: &Request) -> Result<(DeleteOptions, bool), Status> {
    let orphan = match request.param("orphanDependents") {
        "" => None,
        text => Some(text == "true" || text == "1"),
    };
    let mut options = DeleteOptions { grace_period: int_param(request, "gracePeriodSeconds")?, ..Default::default() };
    set_propagation(&mut options, request.param("propagationPolicy"), orphan)?;
    Ok((options, dry_run("DeleteOptions", &params(request, "dryRun"))?))
}

fn set_propagation(options: &mut DeleteOptions, policy: &str, orphan: Option<bool>) -> Result<(), Status> {
    let path = Path::new("propagationPolicy");
    if orphan.is_some() && !policy.is_empty() {
        let why = "orphanDependents and deletionPropagation cannot be both set";
        return Err(invalid("DeleteOptions", &vec![Error::invalid(&path, policy, why)]));
    }
    options.propagation = match policy {
        "Orphan" => Some(Propagation::Orphan),
        "Background" => Some(Propagation::Background),
        "Foreground" => Some(Propagation::Foreground),
        "" => orphan.map(|o| if o { Propagation::Orphan } else { Propagation::Background }),
        _ => {
            let supported = ["Foreground", "Background", "Orphan", "nil"];
            return Err(invalid("DeleteOptions", &vec![Error::not_supported(&path, policy, &supported)]));
        }
    };
    options.not_orphaned = orphan == Some(false);
    Ok(())
}
