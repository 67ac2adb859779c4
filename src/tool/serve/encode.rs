//! What the cluster answers becomes bytes.

use super::negotiate::Form;
use super::wire::{Answer, HttpRequest};
use crate::api::codec;
use crate::apimachinery::{Value, yaml};
use crate::client::request::{ReplyBody, WatchEvent};
use crate::client::{Accept, Reply};
use crate::object;

/// A whole answer.
pub fn answer(reply: Reply, form: &Form, http: &HttpRequest) -> Answer {
    let media_type = match form.accept {
        Accept::Discovery => "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList",
        _ => "application/json",
    };
    let (content_type, body) = match reply.body {
        // Only a discovery document answers in its own media type: clients decide by it how to read.
        ReplyBody::Object(v) if v["kind"].str() == "APIGroupDiscoveryList" => (media_type, document(&v, form)),
        ReplyBody::Object(v) if form.yaml => ("application/yaml", format!("{}\n", yaml(&partial(v, form)).trim_end())),
        ReplyBody::Object(v) => ("application/json", document(&partial(v, form), form)),
        ReplyBody::Status(s) if form.yaml => ("application/yaml", yaml(&s.to_value())),
        ReplyBody::Status(s) => ("application/json", document(&s.to_value(), form)),
        ReplyBody::Text(t) if http.target.starts_with("/version") => ("application/json", t),
        ReplyBody::Text(t) => ("text/plain; charset=utf-8", t),
        ReplyBody::Watch(_) | ReplyBody::Stream(_) => ("text/plain", String::new()),
    };
    let body = if http.method == "HEAD" { Vec::new() } else { body.into_bytes() };
    Answer::Full { code: reply.code, content_type: content_type.into(), warnings: reply.warnings, body }
}

/// A line of a watch.
pub fn event(event: WatchEvent, form: &Form) -> String {
    let object = if event.kind == "ERROR" { event.object } else { partial(event.object, form) };
    format!("{{\"type\":{},\"object\":{}}}\n", Value::from(event.kind), codec::encode(&object))
}

fn yaml(value: &Value) -> String {
    yaml::to_string(value)
}

/// JSON as the server's encoder ends it: a line end after what is compact, none after what is indented.
fn document(value: &Value, form: &Form) -> String {
    let compact = codec::encode(value);
    if form.pretty { indented(&compact) } else { compact + "\n" }
}

/// Leaves only metadata of what was asked for so.
fn partial(object: Value, form: &Form) -> Value {
    let of = |kind: &str, object: &Value| {
        object! {
            "kind" => kind, "apiVersion" => "meta.k8s.io/v1", "metadata" => object["metadata"].clone(),
        }
    };
    if !form.partial || object["metadata"].is_null() {
        return object;
    }
    let Some(items) = object["items"].as_list() else { return of("PartialObjectMetadata", &object) };
    let items: Value = items.iter().map(|item| of("PartialObjectMetadata", item)).collect();
    let mut list = of("PartialObjectMetadataList", &object);
    list.set("items", items);
    list
}

/// As Go's `json.Indent`, two spaces a level.
fn indented(compact: &str) -> String {
    let (mut out, mut depth, mut in_string, mut escaped) = (String::with_capacity(compact.len() * 2), 0, false, false);
    let line = |out: &mut String, depth: usize| {
        out.push('\n');
        (0..depth).for_each(|_| out.push_str("  "));
    };
    let mut chars = compact.chars().peekable();
    while let Some(c) = chars.next() {
        if in_string {
            out.push(c);
            in_string = escaped || c != '"';
            escaped = !escaped && c == '\\';
            continue;
        }
        match c {
            '{' | '[' => {
                out.push(c);
                if chars.peek().is_some_and(|next| *next != '}' && *next != ']') {
                    depth += 1;
                    line(&mut out, depth);
                } else if let Some(end) = chars.next() {
                    out.push(end);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                line(&mut out, depth);
                out.push(c);
            }
            ',' => {
                out.push(c);
                line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            c => {
                in_string = c == '"';
                out.push(c);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_indented_as_go_does_it() {
        let compact = r#"{"a":[],"b":{"c":"x, \"y\": {","d":[1,2]},"e":{}}"#;
        let want = "{\n  \"a\": [],\n  \"b\": {\n    \"c\": \"x, \\\"y\\\": {\",\n    \"d\": [\n      1,\n      2\n    ]\n  },\n  \"e\": {}\n}";
        assert_eq!(indented(compact), want);
    }

    #[test]
    fn a_status_has_the_order_of_its_struct() {
        let status = crate::apimachinery::Status::bad_request("no").to_value();
        let want = r#"{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"no","reason":"BadRequest","code":400}"#;
        assert_eq!(codec::encode(&status), want);
    }
}
