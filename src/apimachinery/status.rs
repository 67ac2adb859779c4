//! The one error type of the API. Models `metav1.Status` and `apimachinery/pkg/api/errors`.

use super::field::ErrorList;
use super::gvk::GroupVersionKind;
use super::value::Value;
use crate::object;

/// The words of an HTTP status. Models Go's `http.StatusText`.
pub fn status_text(code: u16) -> &'static str {
    match code {
        200 => "OK",
        201 => "Created",
        202 => "Accepted",
        204 => "No Content",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        406 => "Not Acceptable",
        409 => "Conflict",
        410 => "Gone",
        413 => "Request Entity Too Large",
        415 => "Unsupported Media Type",
        422 => "Unprocessable Entity",
        429 => "Too Many Requests",
        501 => "Not Implemented",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Internal Server Error",
    }
}

/// An API error as the server sends it: the `Status` kind.
#[derive(Clone, Debug, PartialEq)]
pub struct Status {
    /// HTTP status code.
    pub code: u16,
    /// `NotFound`, `AlreadyExists`, …; "" where the server gives none.
    pub reason: &'static str,
    pub message: String,
    /// `details` of the Status; null where there are none.
    pub details: Value,
}

impl Status {
    pub fn new(code: u16, reason: &'static str, message: impl Into<String>) -> Self {
        Self { code, reason, message: message.into(), details: Value::Null }
    }

    fn about(mut self, group: &str, kind: &str, name: &str) -> Self {
        for (key, value) in [("name", name), ("group", group), ("kind", kind)] {
            if !value.is_empty() {
                self.details.map_mut().insert(key, value);
            }
        }
        self
    }

    /// `resource` is `pods` or `deployments.apps`.
    fn of_resource(code: u16, reason: &'static str, resource: &str, name: &str, message: String) -> Self {
        let (plural, group) = resource.split_once('.').unwrap_or((resource, ""));
        Self::new(code, reason, message).about(group, plural, name)
    }

    pub fn not_found(resource: &str, name: &str) -> Self {
        Self::of_resource(404, "NotFound", resource, name, format!("{resource} {name:?} not found"))
    }

    pub fn already_exists(resource: &str, name: &str) -> Self {
        Self::of_resource(409, "AlreadyExists", resource, name, format!("{resource} {name:?} already exists"))
    }

    pub fn conflict(resource: &str, name: &str, why: &str) -> Self {
        let message = format!("Operation cannot be fulfilled on {resource} {name:?}: {why}");
        Self::of_resource(409, "Conflict", resource, name, message)
    }

    /// The object was changed since the caller read it.
    pub fn modified(resource: &str, name: &str) -> Self {
        Self::conflict(
            resource,
            name,
            "the object has been modified; please apply your changes to the latest version and try again",
        )
    }

    pub fn forbidden(resource: &str, name: &str, why: &str) -> Self {
        let message = match name {
            "" => format!("{resource} is forbidden: {why}"),
            _ => format!("{resource} {name:?} is forbidden: {why}"),
        };
        Self::of_resource(403, "Forbidden", resource, name, message)
    }

    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::new(400, "BadRequest", message)
    }

    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(500, "InternalError", format!("Internal error occurred: {}", message.into()))
    }

    pub fn method_not_allowed(message: impl Into<String>) -> Self {
        Self::new(405, "MethodNotAllowed", message)
    }

    /// The watch or the list continues from a revision that is gone.
    pub fn expired(message: impl Into<String>) -> Self {
        Self::new(410, "Expired", message)
    }

    /// The path names nothing that the server serves.
    pub fn path_not_found() -> Self {
        let details = Value::object();
        Self { details, ..Self::new(404, "NotFound", "the server could not find the requested resource") }
    }

    /// What validation found. One cause stays on the line, several become a list in brackets, as in Go.
    pub fn invalid(gvk: &GroupVersionKind, name: &str, errors: &ErrorList) -> Self {
        let kind = match gvk.group.as_str() {
            "" => gvk.kind.clone(),
            group => format!("{}.{group}", gvk.kind),
        };
        let mut texts: Vec<String> = Vec::new();
        for e in errors {
            let text = e.to_string();
            if !texts.contains(&text) {
                texts.push(text);
            }
        }
        let all = if texts.len() == 1 { texts[0].clone() } else { format!("[{}]", texts.join(", ")) };
        let mut status = Self::new(422, "Invalid", format!("{kind} {name:?} is invalid: {all}"));
        status = status.about(&gvk.group, &gvk.kind, name);
        let causes: Value = errors
            .iter()
            .map(|e| object! { "reason" => e.kind.reason(), "message" => e.body(), "field" => e.field.to_string() })
            .collect();
        status.details.map_mut().insert("causes", causes);
        status
    }

    /// The `Status` object that travels.
    pub fn to_value(&self) -> Value {
        let mut v = object! {
            "kind" => "Status", "apiVersion" => "v1", "metadata" => object! {},
            "status" => "Failure", "message" => self.message.as_str(), "code" => i64::from(self.code),
        };
        if !self.reason.is_empty() {
            v.set("reason", self.reason);
        }
        if !self.details.is_null() {
            v.set("details", self.details.clone());
        }
        v
    }
}

impl std::fmt::Display for Status {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Status {}
