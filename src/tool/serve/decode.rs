//! HTTP requests become requests to the cluster.

use super::http::split_target;
use super::negotiate::Form;
use super::protobuf;
use super::wire::HttpRequest;
use crate::apimachinery::{Status, Value, yaml};
use crate::client::{Body, Method, PatchType, Request};

/// The media types of bodies, and of answers.
const SERVED: &str = "application/json, application/yaml, application/vnd.kubernetes.protobuf";

/// What a connection asks of the cluster.
pub fn request(http: &HttpRequest, form: &Form) -> Result<Request, Status> {
    let (path, query) = split_target(&http.target);
    let method = method(http)?;
    let of_api = ["/api", "/apis"].iter().any(|root| path == *root || path.starts_with(&format!("{root}/")));
    // Logs and what runs through the node are not encoded by the server.
    if of_api && !form.acceptable && !http.wants_websocket() && !path.contains("/proxy") && !path.ends_with("/log") {
        let message = format!("406: Not Acceptable\n\nAvailable representations: {SERVED}");
        return Err(bare(406, "NotAcceptable", message));
    }
    let body = body(http, method, of_api && !path.contains("/proxy"))?;
    let as_user = http.header("impersonate-user").to_owned();
    let as_groups = http.headers.iter().filter(|(n, _)| n == "impersonate-group").map(|(_, v)| v.clone()).collect();
    let request = Request { query, accept: form.accept, body, as_user, as_groups, ..Request::new(method, path) };
    Ok(request.user_agent(agent(http)))
}

/// The start of the user agent: what `managedFields` call a client that names no field manager.
fn agent(http: &HttpRequest) -> String {
    let name = http.header("user-agent").split('/').next().unwrap_or_default();
    let name: String = name.chars().filter(|c| !c.is_control()).take(128).collect();
    if name.is_empty() { "unknown".to_owned() } else { name }
}

fn method(http: &HttpRequest) -> Result<Method, Status> {
    Ok(match http.method.as_str() {
        "GET" | "HEAD" => Method::Get,
        "POST" if http.wants_websocket() => Method::Get,
        "POST" => Method::Post,
        "PUT" => Method::Put,
        "PATCH" => Method::Patch(patch_type(media_type(http))?),
        "DELETE" => Method::Delete,
        _ => {
            let message = "the server does not allow this method on the requested resource";
            return Err(bare(405, "MethodNotAllowed", message));
        }
    })
}

/// A status whose details are there and empty.
fn bare(code: u16, reason: &'static str, message: impl Into<String>) -> Status {
    Status { details: Value::object(), ..Status::new(code, reason, message) }
}

fn media_type(http: &HttpRequest) -> &str {
    http.header("content-type").split(';').next().unwrap_or_default().trim()
}

fn patch_type(content_type: &str) -> Result<PatchType, Status> {
    let all = [PatchType::Json, PatchType::Merge, PatchType::Strategic, PatchType::Apply];
    let unsupported = || bare(415, "UnsupportedMediaType", "415: Unsupported Media Type");
    all.into_iter().find(|t| t.media_type() == content_type).ok_or_else(unsupported)
}

fn body(http: &HttpRequest, method: Method, negotiated: bool) -> Result<Body, Status> {
    let bytes = http.body.as_slice();
    if bytes.is_empty() {
        return Ok(Body::Empty);
    }
    if protobuf::is_protobuf(bytes) {
        return Ok(Body::Value(protobuf::decode(bytes)?));
    }
    let is_yaml = match media_type(http) {
        "application/yaml" | "application/apply-patch+yaml" => true,
        _ if matches!(method, Method::Patch(_)) || !negotiated => false,
        "" | "application/json" | "application/vnd.kubernetes.protobuf" => false,
        _ => {
            let message =
                format!("the body of the request was in an unknown format - accepted media types include: {SERVED}");
            return Err(Status::new(415, "UnsupportedMediaType", message));
        }
    };
    Ok(value(bytes, is_yaml))
}

fn value(bytes: &[u8], is_yaml: bool) -> Body {
    match Body::from_json(bytes) {
        Body::Unreadable { .. } if is_yaml => {
            let read = yaml::from_str(&String::from_utf8_lossy(bytes));
            read.map_or_else(|e| Body::unreadable(bytes, e.to_string()), Body::Value)
        }
        read => read,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(method: &str, content_type: &str, body: &str) -> Result<Request, Status> {
        let http = HttpRequest {
            method: method.into(),
            target: "/api/v1/namespaces/default/configmaps".into(),
            headers: vec![("content-type".into(), content_type.into()), ("user-agent".into(), "curl/8.5.0".into())],
            body: body.into(),
        };
        request(&http, &Form { acceptable: true, ..Form::default() })
    }

    #[test]
    fn bodies_that_are_not_json_are_kept_with_what_is_wrong() {
        let request = asked("POST", "application/json", "{bad").unwrap();
        let error = "invalid character 'b' looking for beginning of object key string".to_owned();
        assert_eq!(request.body, Body::Unreadable { error, sample: "{bad".into() });
        assert_eq!(request.user_agent, "curl");
        assert_eq!(asked("POST", "application/yaml", "a: 1\n").unwrap().body, Body::Value(crate::object! { "a" => 1 }));
    }

    #[test]
    fn media_types_and_methods_that_are_not_served_are_refused() {
        assert_eq!(asked("POST", "text/plain", "x").unwrap_err().code, 415);
        assert_eq!(asked("PATCH", "application/json", "{}").unwrap_err().message, "415: Unsupported Media Type");
        assert_eq!(asked("OPTIONS", "", "").unwrap_err().code, 405);
    }
}
