//! Kinds that users define. Models `apiextensions-apiserver`: the CustomResourceDefinition's own checks, the
//! resources that it adds, and what happens to objects of those kinds. CEL rules and conversion are not simulated
//! here.

mod definition;
mod schema;
mod structure;
mod table;
mod typed;

pub use table::{cells, columns};

use super::ApiServer;
use super::handlers::Call;
use crate::api::decode::{Decoded, FieldValidation};
use crate::api::resources::{Resource, Subresource};
use crate::apimachinery::{Object, Status, Value, field, names};
use crate::registry::store::ResourceInfo;
use crate::registry::strategy::Strategy;
use crate::registry::validation::metadata;

/// The resource of the definitions themselves.
pub const DEFINITIONS: &str = "customresourcedefinitions.apiextensions.k8s.io";

/// The rules of every custom kind: the generation counts changes outside metadata and status.
struct Custom;

impl Strategy for Custom {
    fn prepare_for_create(&self, object: &mut Value) {
        object.set("metadata.generation", 1);
    }

    fn validate(&self, object: &Value) -> crate::apimachinery::field::ErrorList {
        let namespaced = !object.namespace().is_empty();
        metadata::validate(object, namespaced, names::is_dns1123_subdomain)
    }

    fn validate_update(&self, new: &Value, old: &Value) -> crate::apimachinery::field::ErrorList {
        metadata::validate_update(new, old)
    }

    fn prepare_for_update(&self, new: &mut Value, old: &Value) {
        let changed = |name: &str| !matches!(name, "metadata" | "status") && new[name] != old[name];
        let names: Vec<&str> = new.fields().chain(old.fields()).map(|(name, _)| name).collect();
        if names.into_iter().any(changed) {
            new.set("metadata.generation", old.generation() + 1);
        }
    }
}

/// The definition of one version in a CustomResourceDefinition.
pub fn version_of<'a>(definition: &'a Value, version: &str) -> &'a Value {
    let mut versions = definition.at("spec.versions").items().iter();
    versions.find(|v| v["name"].str() == version).unwrap_or(&Value::Null)
}

/// True where field selectors may name this field of a custom kind.
pub fn offers_field(info: &ResourceInfo, name: &str) -> bool {
    let fields = version_of(&info.definition, info.version)["selectableFields"].items();
    fields.iter().any(|f| f["jsonPath"].str().strip_prefix('.') == Some(name))
}

/// The fields of a configuration that the kind's schema does not know.
pub fn undeclared(info: &ResourceInfo, config: &Value) -> Vec<String> {
    let (mut object, mut unknown) = (config.clone(), Vec::new());
    let schema = version_of(&info.definition, info.version).at("schema.openAPIV3Schema");
    schema::prune(&mut object, schema, &mut unknown);
    unknown
}

impl ApiServer {
    /// Checks and completes a CustomResourceDefinition that is being written; leaves every other object alone.
    pub(super) fn prepare_definition(&self, call: &Call, object: &mut Value) -> Result<(), Status> {
        if call.resource.stored_as != DEFINITIONS || !call.info.subresource.is_empty() {
            return Ok(());
        }
        definition::apply_defaults(object);
        let errors = definition::validate(object);
        if errors.is_empty() { Ok(()) } else { Err(Status::invalid(&call.resource.gvk, object.name(), &errors)) }
    }

    /// After a write to a CustomResourceDefinition: accepts its names and serves what it defines.
    pub(super) fn serve_definitions(&mut self, call: &Call) {
        if call.resource.stored_as == DEFINITIONS {
            self.define();
        }
    }

    #[inline(never)]
    fn define(&mut self) {
        let now = self.now();
        let all: Vec<Value> = self.store.list(DEFINITIONS, "").map(|(_, v)| v.clone()).collect();
        for object in &all {
            let mut accepted = object.clone();
            definition::accept(&mut accepted, now);
            if accepted != *object {
                self.store.put(DEFINITIONS, object.name(), accepted);
            }
        }
        let old: Vec<ResourceInfo> =
            self.catalog.all().iter().filter(|i| !i.definition.is_null()).map(|i| (**i).clone()).collect();
        let catalog = std::rc::Rc::make_mut(&mut self.catalog);
        catalog.remove(|r| old.iter().any(|o| o.resource == r));
        for object in all.iter().filter(|o| !o.is_terminating()) {
            for version in object.at("spec.versions").items().iter().filter(|v| v["served"].bool()) {
                catalog.add(resource_info(object, version, &old));
            }
        }
    }

    /// Deletes the objects of a definition that is going away.
    pub(super) fn delete_custom_objects(&mut self, definition: &Value) {
        let (plural, group) = (definition.at("spec.names.plural").str(), definition.at("spec.group").str());
        let stored_as = format!("{plural}.{group}");
        let keys: Vec<String> = self.store.list(&stored_as, "").map(|(key, _)| key.to_owned()).collect();
        for key in keys {
            self.store.remove(&stored_as, &key);
        }
    }
}

/// The texts live as long as the program, as those of built-in resources do; a definition that is served again
/// unchanged uses them again.
fn resource_info(definition: &Value, version: &Value, old: &[ResourceInfo]) -> ResourceInfo {
    let names = &definition["spec"]["names"];
    let mut subresources = Vec::new();
    if version.at("subresources").get("scale").is_some_and(|s| !s.is_null()) {
        let verbs = vec!["get", "patch", "update"];
        subresources.push(Subresource { name: "scale", group: "autoscaling", version: "v1", kind: "Scale", verbs });
    }
    if version.at("subresources").get("status").is_some_and(|s| !s.is_null()) {
        let verbs = vec!["get", "patch", "update"];
        let kind = keep(names["kind"].str());
        subresources.push(Subresource { name: "status", group: "", version: "", kind, verbs });
    }
    let list = |v: &Value| v.items().iter().map(|s| keep(s.str())).collect();
    let resource = Resource {
        group: keep(definition.at("spec.group").str()),
        version: keep(version["name"].str()),
        kind: keep(names["kind"].str()),
        resource: keep(names["plural"].str()),
        singular: keep(names["singular"].str()),
        namespaced: definition.at("spec.scope").str() == "Namespaced",
        verbs: vec!["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"],
        short_names: list(&names["shortNames"]),
        categories: list(&names["categories"]),
        subresources,
    };
    let (resource, before): (&'static Resource, Option<&ResourceInfo>) =
        match old.iter().find(|o| *o.resource == resource) {
            Some(same) => (same.resource, Some(same)),
            None => (Box::leak(Box::new(resource)), None),
        };
    let schema = version.at("schema.openAPIV3Schema");
    let same = before.filter(|o| version_of(&o.definition, o.version).at("schema.openAPIV3Schema") == schema);
    let schema = match same {
        Some(same) => same.schema,
        None => Some(typed::kind(resource.kind, resource.group, schema)),
    };
    ResourceInfo { definition: definition.clone(), schema, ..ResourceInfo::new(resource, &Custom) }
}

fn keep(text: &str) -> &'static str {
    Box::leak(text.to_owned().into_boxed_str())
}

/// Reads a custom object: prunes what its schema does not know, fills in defaults, validates.
pub fn decode(info: &ResourceInfo, body: &Value, validation: FieldValidation) -> Result<Decoded, Status> {
    let (api_version, kind) = (body.api_version(), body.kind());
    if !api_version.is_empty() && api_version != info.api_version {
        return Err(Status::bad_request(format!(
            "the API version in the data ({api_version}) does not match the expected API version ({})",
            info.api_version
        )));
    }
    if !kind.is_empty() && kind != info.kind {
        return Err(Status::bad_request(format!(
            "{kind} in version {:?} cannot be handled as a {}: no kind {kind:?} is registered for the definition",
            info.version, info.kind
        )));
    }
    let mut object = body.clone();
    object.set("apiVersion", info.api_version.as_str());
    object.set("kind", info.kind);
    let schema = version_of(&info.definition, info.version).at("schema.openAPIV3Schema");
    let mut unknown = Vec::new();
    schema::prune(&mut object, schema, &mut unknown);
    schema::apply_defaults(&mut object, schema, 0);
    let texts: Vec<String> = unknown.iter().map(|path| format!("unknown field {path:?}")).collect();
    if validation == FieldValidation::Strict && !texts.is_empty() {
        return Err(Status::bad_request(format!(
            "{} in version {:?} cannot be handled as a {}: strict decoding error: {}",
            info.kind,
            info.version,
            info.kind,
            texts.join(", ")
        )));
    }
    let warnings = if validation == FieldValidation::Ignore { Vec::new() } else { texts };
    Ok(Decoded { object, warnings })
}

/// What is wrong with a custom object: its metadata where it is new and has its name, then by its schema.
pub fn validate(info: &ResourceInfo, object: &Value, is_new: bool) -> Result<(), Status> {
    let schema = version_of(&info.definition, info.version).at("schema.openAPIV3Schema");
    let mut errors = match is_new && !object.name().is_empty() {
        true => metadata::validate(object, info.namespaced, names::is_dns1123_subdomain),
        false => Vec::new(),
    };
    errors.extend(schema::validate(object, schema));
    if schema::has_rules(schema, 0) && errors.iter().any(schema::blocks_rules) {
        let why = "some validation rules were not checked because the object was invalid; correct the existing errors to \
                   complete validation";
        errors.push(field::Error::invalid(&field::Path::new("<nil>"), "null", why));
    }
    if errors.is_empty() { Ok(()) } else { Err(Status::invalid(&info.gvk, object.name(), &errors)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn definitions_are_judged_by_upstreams_rules() {
        let mut definition = Value::from_json(
            r#"{"metadata":{"name":"foos.example.com"},"spec":{"group":"example","scope":"Nowhere",
                "names":{"plural":"foos","kind":"Foo"},"versions":[{"name":"v1","served":true,"storage":false,
                "schema":{"openAPIV3Schema":{"type":"object","properties":{"spec":{"properties":{
                "list":{"type":"array"},"t":{"type":"text"}}}}}}}]}}"#,
        )
        .unwrap();
        definition::apply_defaults(&mut definition);
        let texts: Vec<String> = definition::validate(&definition).iter().map(ToString::to_string).collect();
        assert_eq!(
            texts,
            [
                r#"metadata.name: Invalid value: "foos.example.com": must be spec.names.plural+"."+spec.group"#,
                r#"spec.group: Invalid value: "example": should be a domain with at least one dot"#,
                r#"spec.scope: Unsupported value: "Nowhere": supported values: "Cluster", "Namespaced""#,
                r#"spec.validation.openAPIV3Schema.properties[spec].properties[t].type: Unsupported value: "text": supported values: "array", "boolean", "integer", "number", "object", "string""#,
                "spec.validation.openAPIV3Schema.properties[spec].properties[list].items: Required value: must be specified",
                "spec.validation.openAPIV3Schema.properties[spec].type: Required value: must not be empty for specified object fields",
                r#"spec.versions: Invalid value: [{"Name":"v1","Served":true,"Storage":false,"Deprecated":false,"DeprecationWarning":null,"Schema":null,"Subresources":null,"AdditionalPrinterColumns":null,"SelectableFields":null}]: must have exactly one version marked as storage version"#,
            ]
        );
    }
}
