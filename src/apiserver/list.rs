//! Lists: selectors, limit and continue, resource versions. Models `handlers/get.go` (ListResource) and
//! `generic/registry/store.go` (ListPredicate).

use super::handlers::Call;
use super::options::int_param;
use super::{continue_token, convert, crd};
use crate::apimachinery::{Status, Value, fields, labels};
use crate::object;
use crate::registry::store::ResourceInfo;
use crate::storage::Store;

/// `metav1.ListOptions`, read and checked, with what the path adds to them.
#[derive(Clone, Debug, Default)]
pub struct ListOptions {
    pub labels: labels::Selector,
    pub fields: fields::Selector,
    /// 0 is no limit.
    pub limit: usize,
    /// The last key of the page before; "" at the start.
    pub after: String,
    pub resource_version: String,
}

impl ListOptions {
    pub fn parse(call: &Call) -> Result<Self, Status> {
        let request = call.request;
        let mut options = Self::default();
        if request.query.is_empty() {
            return Ok(options);
        }
        options.limit = int_param(request, "limit")?.and_then(|l| usize::try_from(l).ok()).unwrap_or(0);
        options.labels = labels::Selector::parse(request.param("labelSelector")).map_err(Status::bad_request)?;
        options.fields = fields::Selector::parse(request.param("fieldSelector")).map_err(Status::bad_request)?;
        check_fields(call.resource, &options.fields)?;
        options.resource_version = request.param("resourceVersion").to_owned();
        if !options.resource_version.is_empty() && options.resource_version.parse::<u64>().is_err() {
            let text = &options.resource_version;
            return Err(Status::bad_request(format!(
                "resourceVersion: Invalid value: {text:?}: strconv.ParseUint: parsing {text:?}: invalid syntax"
            )));
        }
        let token = request.param("continue");
        if !token.is_empty() {
            options.after = continue_token::decode(token)?.1;
        }
        Ok(options)
    }

    /// True where the options and the path select an object.
    pub fn matches(&self, resource: &ResourceInfo, object: &Value) -> bool {
        (self.labels.is_empty() || self.labels.matches(&object["metadata"]["labels"]))
            && (self.fields.is_empty() || self.fields.matches(|name| field_value(resource, object, name)))
    }

    /// Every selected object with its key, in order.
    pub fn select<'a>(&'a self, store: &'a Store, call: &'a Call) -> impl Iterator<Item = (&'a str, &'a Value)> + 'a {
        let (resource, namespace) = (call.resource, call.info.namespace);
        let after = match self.after.as_str() {
            "" => String::new(),
            after if namespace.is_empty() => after.to_owned(),
            after => format!("{namespace}/{}", after.trim_start_matches('/')),
        };
        let (all, rest) = match after.as_str() {
            "" => (Some(store.list(&resource.stored_as, namespace)), None),
            after => (None, Some(store.list_after(&resource.stored_as, namespace, after))),
        };
        all.into_iter().flatten().chain(rest.into_iter().flatten()).filter(|(_, v)| self.matches(resource, v))
    }
}

/// The value of a selectable field: a string at that path, or what the strategy computes.
fn field_value(resource: &ResourceInfo, object: &Value, name: &str) -> Option<String> {
    if let Value::Str(text) = object.at(name) {
        return Some(text.to_string());
    }
    if !resource.definition.is_null() && crd::offers_field(resource, name) {
        let value = object.at(name);
        return Some(if value.is_null() { String::new() } else { value.to_string() });
    }
    let computed = resource.strategy.selectable_fields(object);
    computed.into_iter().find(|(n, _)| *n == name).map(|(_, v)| v)
}

/// Refuses field selectors by fields that the kind does not offer.
fn check_fields(resource: &ResourceInfo, selector: &fields::Selector) -> Result<(), Status> {
    if selector.is_empty() {
        return Ok(());
    }
    let offered = resource.strategy.selectable_fields(&Value::Null);
    for requirement in &selector.requirements {
        let name = requirement.field.as_str();
        if matches!(name, "metadata.name" | "metadata.namespace") || offered.iter().any(|(n, _)| *n == name) {
            continue;
        }
        let custom = !resource.definition.is_null();
        if custom && crd::offers_field(resource, name) {
            continue;
        }
        return Err(Status::bad_request(if offered.is_empty() && !custom {
            format!("{name:?} is not a known field selector: only \"metadata.name\", \"metadata.namespace\"")
        } else {
            format!("field label not supported: {name}")
        }));
    }
    Ok(())
}

/// Answers a list.
pub fn list(store: &Store, call: &Call, options: &ListOptions) -> Result<Value, Status> {
    let wanted = options.resource_version.parse::<u64>().unwrap_or(0);
    if wanted > store.revision() {
        return Err(too_large(wanted, store.revision()));
    }
    if call.request.param("resourceVersionMatch") == "Exact" && wanted != store.revision() && wanted != 0 {
        return Err(Status::expired("The resourceVersion for the provided list is too old."));
    }
    let mut items = Vec::new();
    let mut selected = options.select(store, call);
    let mut last_key = "";
    while options.limit == 0 || items.len() < options.limit {
        let Some((key, object)) = selected.next() else { break };
        last_key = key;
        items.push(convert::to_served(call.resource, object));
    }
    let remaining = if options.limit == 0 { 0 } else { selected.count() };
    let mut list = list_object(call.resource, store.revision(), items);
    if remaining > 0 {
        let relative = last_key.strip_prefix(call.info.namespace).unwrap_or(last_key);
        list.set("metadata.continue", continue_token::encode(store.revision(), relative));
        if options.labels.is_empty() && options.fields.is_empty() {
            list.set("metadata.remainingItemCount", remaining);
        }
    }
    Ok(list)
}

/// The list kind of a resource. Items keep their kind, though they travel without it in life.
pub fn list_object(resource: &ResourceInfo, revision: u64, items: Vec<Value>) -> Value {
    object! {
        "kind" => format!("{}List", resource.kind),
        "apiVersion" => resource.api_version.as_str(),
        "metadata" => object! { "resourceVersion" => revision.to_string() },
        "items" => items,
    }
}

fn too_large(wanted: u64, current: u64) -> Status {
    let cause = object! { "reason" => "ResourceVersionTooLarge", "message" => "Too large resource version" };
    let message = format!("Timeout: Too large resource version: {wanted}, current: {current}");
    let details = object! { "causes" => vec![cause], "retryAfterSeconds" => 1 };
    Status { details, ..Status::new(504, "Timeout", message) }
}
