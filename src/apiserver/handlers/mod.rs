//! One handler per verb. Models `apiserver/pkg/endpoints/handlers`.

mod admit;
mod create;
mod decoding;
mod delete;
mod namespace;
mod patch;
mod read;
mod update;

pub use admit::Admission;
pub use patch::apply_patch;

use super::{ApiServer, NodeProxy, RequestInfo, convert, subresources};
use crate::apimachinery::{Status, Value, json_syntax};
use crate::client::request::ReplyBody;
use crate::client::{Accept, Body, Reply, Request};
use crate::registry::store::{Registry, ResourceInfo};
use crate::storage::store::key_of;
use std::rc::Rc;

/// What every handler gets.
pub struct Call<'a> {
    pub info: &'a RequestInfo<'a>,
    pub resource: &'a Rc<ResourceInfo>,
    pub request: &'a Request,
}

/// Resources whose every use is answered with a warning.
const DEPRECATED: [(&str, &str); 2] = [
    ("componentstatuses", "v1 ComponentStatus is deprecated in v1.19+"),
    ("endpoints", "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"),
];

pub fn dispatch(
    server: &mut ApiServer,
    info: &RequestInfo,
    resource: &Rc<ResourceInfo>,
    request: &Request,
    nodes: &mut dyn NodeProxy,
) -> Result<Reply, Status> {
    let mut reply = dispatch_verb(server, info, resource, request, nodes)?;
    if let Some((_, warning)) = DEPRECATED.iter().find(|(name, _)| *name == resource.group_resource) {
        reply.warnings.insert(0, (*warning).to_owned());
    }
    Ok(reply)
}

fn dispatch_verb(
    server: &mut ApiServer,
    info: &RequestInfo,
    resource: &Rc<ResourceInfo>,
    request: &Request,
    nodes: &mut dyn NodeProxy,
) -> Result<Reply, Status> {
    let call = Call { info, resource, request };
    if !info.subresource.is_empty() {
        return subresources::dispatch(server, &call, nodes);
    }
    if resource.resource.resource == "bindings" && info.verb == "create" {
        let name = body(request, "Binding")?["metadata"]["name"].str().to_owned();
        return server.serve_binding(&call, &name);
    }
    if resource.resource.resource == "componentstatuses" && matches!(info.verb, "get" | "list") {
        return server.serve_component_status(&call);
    }
    if ApiServer::is_review(resource.group, resource.resource.resource) && info.verb == "create" {
        return server.serve_review(&call);
    }
    let on_collection = matches!(info.verb, "create" | "list" | "deletecollection");
    if !resource.serves(info.verb) || (info.verb != "watch" && on_collection != info.name.is_empty()) {
        return Err(method_not_allowed());
    }
    match info.verb {
        "get" => server.serve_get(&call),
        "list" => server.serve_list(&call),
        "watch" => server.serve_watch(&call),
        "create" => server.serve_create(&call),
        "update" => server.serve_update(&call),
        "patch" => server.serve_patch(&call),
        "delete" => server.serve_delete(&call),
        "deletecollection" => server.serve_delete_collection(&call),
        _ => Err(method_not_allowed()),
    }
}

/// The path is served, but not with this method.
pub fn method_not_allowed() -> Status {
    Status {
        details: Value::object(),
        ..Status::method_not_allowed("the server does not allow this method on the requested resource")
    }
}

/// The body of a request that must have one.
pub fn body<'a>(request: &'a Request, kind: &str) -> Result<&'a Value, Status> {
    let text = match &request.body {
        Body::Value(Value::Str(text)) => text,
        Body::Value(v) if !v.is_null() => return Ok(v),
        _ => "",
    };
    let why = json_syntax::plain_error(text);
    Err(Status::bad_request(format!(
        "the object provided is unrecognized (must be of type {kind}): couldn't get version/kind; json parse error: \
         {why} ({})",
        summary(text)
    )))
}

/// The beginning of what could not be read, in hexadecimal where it is no JSON object. Models `summarizeData`.
fn summary(text: &str) -> String {
    const LONGEST: usize = 30;
    let head = text.as_bytes().get(..LONGEST).unwrap_or(text.as_bytes());
    let more = if text.len() > LONGEST { " ..." } else { "" };
    match text.as_bytes().first() {
        None => "<empty>".to_owned(),
        Some(b'{') => String::from_utf8_lossy(head).into_owned() + more,
        Some(_) => head.iter().map(|b| format!("{b:02x}")).collect::<String>() + more,
    }
}

impl ApiServer {
    /// The object that the path names.
    pub fn fetch(&self, call: &Call) -> Result<Value, Status> {
        let object = self.store.get(&call.resource.stored_as, &key_of(call.info.namespace, call.info.name)).cloned();
        let object = object.ok_or_else(|| Status::not_found(&call.resource.group_resource, call.info.name))?;
        Ok(convert::to_served(call.resource, &object))
    }

    /// Answers with an object in the representation that was asked for.
    pub fn reply(&self, call: &Call, code: u16, object: Value, warnings: Vec<String>) -> Reply {
        let object = convert::to_served(call.resource, &object);
        let body = match call.request.accept {
            Accept::Table => super::table::of_object(call, &object, self.now()),
            _ => object,
        };
        Reply { code, warnings, body: ReplyBody::Object(body) }
    }

    /// Runs a write on the generic store, with validating admission for this call.
    pub fn with_registry<T>(
        &mut self,
        call: &Call,
        dry_run: bool,
        warnings: &mut Vec<String>,
        run: impl FnOnce(&mut Registry) -> Result<T, Status>,
    ) -> Result<T, Status> {
        let now = self.clock.now();
        let mut admission = Admission { call, now, warnings: Vec::new() };
        let mut registry = Registry {
            store: &mut self.store,
            rng: &mut self.rng,
            now,
            dry_run,
            admission: &mut admission,
            managed: None,
            warnings: Vec::new(),
        };
        let result = run(&mut registry);
        warnings.append(&mut registry.warnings);
        warnings.append(&mut admission.warnings);
        result
    }
}
