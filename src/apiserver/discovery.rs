//! What is served, told to clients. Models `apiserver/pkg/endpoints/discovery`, aggregated documents included.

use super::ApiServer;
use crate::api::resources::{self, Group, Resource, Subresource};
use crate::apimachinery::{Value, base64, sha256};
use crate::client::Accept;
use crate::object;
use crate::registry::store::ResourceInfo;

/// `/api`
pub fn api(server: &ApiServer, accept: Accept) -> Value {
    if accept == Accept::Discovery {
        return aggregated(server, &[Group { name: "", versions: vec!["v1"] }]);
    }
    let address = format!("{}:{}", server.config.advertise_address, server.config.port);
    object! {
        "kind" => "APIVersions",
        "versions" => crate::list!["v1"],
        "serverAddressByClientCIDRs" =>
            crate::list![object! { "clientCIDR" => "0.0.0.0/0", "serverAddress" => address }],
    }
}

/// `/apis`
pub fn apis(server: &ApiServer, accept: Accept) -> Value {
    let groups = groups(server);
    if accept == Accept::Discovery {
        return aggregated(server, &groups);
    }
    let groups: Value = groups.iter().map(group_object).collect();
    object! { "kind" => "APIGroupList", "apiVersion" => "v1", "groups" => groups }
}

/// `/apis/GROUP`; None where there is no such group.
pub fn group(server: &ApiServer, name: &str) -> Option<Value> {
    let group = groups(server).into_iter().find(|g| g.name == name)?;
    let mut object = group_object(&group);
    object.set("kind", "APIGroup");
    object.set("apiVersion", "v1");
    Some(object)
}

/// `/api/v1` and `/apis/GROUP/VERSION`; None where there is no such version.
pub fn resources(server: &ApiServer, group: &str, version: &str) -> Option<Value> {
    if !server.catalog.has_version(group, version) {
        return None;
    }
    let mut list = Vec::new();
    for info in server.catalog.all().iter().filter(|i| i.group == group && i.version == version) {
        let mut object = resource_object(info.resource);
        if info.verbs.contains(&"list") && info.resource.resource != "componentstatuses" {
            object.set("storageVersionHash", storage_hash(server, info));
        }
        list.push(object);
        list.extend(info.subresources.iter().map(|s| subresource_object(info.resource, s)));
    }
    let mut document = object! { "kind" => "APIResourceList", "resources" => list };
    if group.is_empty() {
        document.set("groupVersion", version);
    } else {
        document.set("apiVersion", "v1");
        document.set("groupVersion", format!("{group}/{version}"));
    }
    Some(document)
}

/// Tells clients when objects come to be stored in another version. Models `discovery.StorageVersionHash`.
fn storage_hash(server: &ApiServer, info: &ResourceInfo) -> String {
    let stored = server.catalog.all().iter().find(|i| i.group_resource == info.stored_as);
    let stored = stored.map_or(info, |stored| &**stored);
    let custom = info.definition.at("spec.versions").items().iter().find(|v| v["storage"].as_bool() == Some(true));
    let version = custom.map_or(stored.version, |v| v["name"].str());
    let text = format!("{}/{version}/{}", stored.group, stored.kind);
    let digest = sha256::digest(text.as_bytes());
    base64::encode(&digest[..8])
}

/// The named groups in the server's order of preference: those built in, then those of custom resources.
fn groups(server: &ApiServer) -> Vec<Group> {
    let mut groups: Vec<Group> = resources::groups().into_iter().filter(|g| !g.name.is_empty()).collect();
    for info in server.catalog.all().iter().filter(|i| !i.definition.is_null()) {
        match groups.iter_mut().find(|g| g.name == info.group) {
            Some(group) if group.versions.contains(&info.version) => {}
            Some(group) => group.versions.push(info.version),
            None => groups.push(Group { name: info.group, versions: vec![info.version] }),
        }
    }
    groups
}

fn group_object(group: &Group) -> Value {
    let versions: Vec<Value> = group
        .versions
        .iter()
        .map(|v| object! { "groupVersion" => format!("{}/{v}", group.name), "version" => *v })
        .collect();
    let preferred = versions.first().cloned().unwrap_or_default();
    object! { "name" => group.name, "versions" => versions, "preferredVersion" => preferred }
}

fn names(list: &[&'static str]) -> Value {
    list.iter().copied().collect()
}

fn resource_object(resource: &Resource) -> Value {
    let mut object = object! {
        "name" => resource.resource, "singularName" => resource.singular, "namespaced" => resource.namespaced,
        "kind" => resource.kind, "verbs" => names(&resource.verbs),
    };
    for (field, list) in [("shortNames", &resource.short_names), ("categories", &resource.categories)] {
        if !list.is_empty() {
            object.set(field, names(list));
        }
    }
    object
}

fn subresource_object(resource: &Resource, subresource: &Subresource) -> Value {
    let mut object = object! {
        "name" => format!("{}/{}", resource.resource, subresource.name), "singularName" => "",
        "namespaced" => resource.namespaced, "kind" => subresource.kind, "verbs" => names(&subresource.verbs),
    };
    for (field, text) in [("group", subresource.group), ("version", subresource.version)] {
        if !text.is_empty() {
            object.set(field, text);
        }
    }
    object
}

/// The document that tells of every resource of some groups at once.
fn aggregated(server: &ApiServer, groups: &[Group]) -> Value {
    let items: Value = groups.iter().map(|g| aggregated_group(server, g)).collect();
    object! {
        "kind" => "APIGroupDiscoveryList", "apiVersion" => "apidiscovery.k8s.io/v2", "metadata" => object! {},
        "items" => items,
    }
}

fn aggregated_group(server: &ApiServer, group: &Group) -> Value {
    let metadata = if group.name.is_empty() {
        Value::object()
    } else {
        object! { "name" => group.name }
    };
    let versions: Value = group
        .versions
        .iter()
        .map(|version| {
            let all = server.catalog.all().iter();
            let list: Value = all
                .filter(|i| i.group == group.name && i.version == *version)
                .map(|i| aggregated_resource(i.resource, i.definition.is_null()))
                .collect();
            object! { "version" => *version, "resources" => list, "freshness" => "Current" }
        })
        .collect();
    object! { "metadata" => metadata, "versions" => versions }
}

/// Built-in kinds leave group and version empty, since they are those of the document.
fn aggregated_resource(resource: &Resource, built_in: bool) -> Value {
    let kind = |group: &str, version: &str, kind: &str| {
        object! { "group" => group, "version" => version, "kind" => kind }
    };
    let own = if built_in { ("", "") } else { (resource.group, resource.version) };
    let scope = if resource.namespaced { "Namespaced" } else { "Cluster" };
    let mut object = object! {
        "resource" => resource.resource, "responseKind" => kind(own.0, own.1, resource.kind), "scope" => scope,
        "singularResource" => resource.singular, "verbs" => names(&resource.verbs),
    };
    for (field, list) in [("shortNames", &resource.short_names), ("categories", &resource.categories)] {
        if !list.is_empty() {
            object.set(field, names(list));
        }
    }
    if !resource.subresources.is_empty() {
        let subresources = resource.subresources.iter().map(|s| {
            let (group, version) = if s.group.is_empty() && s.version.is_empty() { own } else { (s.group, s.version) };
            object! {
                "subresource" => s.name, "responseKind" => kind(group, version, s.kind), "verbs" => names(&s.verbs),
            }
        });
        object.set("subresources", subresources.collect::<Value>());
    }
    object
}
