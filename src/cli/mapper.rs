//! Which resource a word means. Models `restmapper` of client-go: discovery, short names, kinds, groups, categories.

use crate::apimachinery::{GroupVersion, GroupVersionKind, GroupVersionResource, Value};
use std::rc::Rc;

/// A resource as discovery describes it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mapping {
    pub resource: GroupVersionResource,
    pub kind: String,
    pub singular: String,
    pub namespaced: bool,
    pub short_names: Vec<String>,
    pub verbs: Vec<String>,
    pub categories: Vec<String>,
    pub subresources: Vec<String>,
}

impl Mapping {
    pub fn gvk(&self) -> GroupVersionKind {
        self.resource.group_version().with_kind(&self.kind)
    }
    /// `pods`, `deployments.apps`
    pub fn group_resource(&self) -> String {
        self.resource.group_resource()
    }
    /// `pod`, `deployment.apps`: how messages name an object's kind.
    pub fn type_name(&self) -> String {
        let kind = self.kind.to_lowercase();
        match self.resource.group.as_str() {
            "" => kind,
            group => format!("{kind}.{group}"),
        }
    }
    /// True for its plural, its singular, its short names, and its kind in small letters.
    pub fn is_named(&self, word: &str) -> bool {
        let word = word.to_lowercase();
        matches(self, &word) || self.kind.to_lowercase() == word
    }
    pub fn can(&self, verb: &str) -> bool {
        self.verbs.iter().any(|v| v == verb)
    }
    /// The URL of the collection or of an object; the namespace counts only where the resource has one.
    pub fn url(&self, namespace: &str, name: &str) -> String {
        self.resource.url(if self.namespaced { namespace } else { "" }, name)
    }
}

/// All resources of a server, preferred ones first.
#[derive(Clone, Debug, Default)]
pub struct RestMapper {
    pub mappings: Vec<Rc<Mapping>>,
}

impl RestMapper {
    /// Reads `APIGroupDiscoveryList` documents.
    pub fn read(documents: &[Value]) -> Self {
        let mut mappings = Vec::new();
        for group in documents.iter().flat_map(|d| d["items"].items()) {
            let name = group["metadata"]["name"].str();
            for version in group["versions"].items() {
                let gv = GroupVersion::new(name, version["version"].str());
                mappings.extend(version["resources"].items().iter().map(|r| Rc::new(mapping(&gv, r))));
            }
        }
        Self { mappings }
    }

    /// The resource that a word on the command line means: plural, singular, short name or kind, with an optional
    /// version and group (`deployments.v1.apps`, `deploy.apps`). None where there is none.
    pub fn for_arg(&self, arg: &str) -> Option<&Rc<Mapping>> {
        let mut parts = arg.splitn(3, '.');
        let name = parts.next().unwrap_or("");
        if let (Some(version), Some(group)) = (parts.next(), parts.next()) {
            let full = self.mappings.iter().find(|m| {
                m.resource.version == version && m.resource.group == group && matches(m, &name.to_lowercase())
            });
            if full.is_some() {
                return full;
            }
        }
        let group = arg.split_once('.').map_or("", |(_, g)| g);
        self.by_name(name, group, |m, n| matches(m, &n.to_lowercase()))
            .or_else(|| self.by_name(name, group, |m, n| m.kind == n || m.kind.to_lowercase() == n))
    }

    fn by_name(&self, name: &str, group: &str, is: impl Fn(&Mapping, &str) -> bool) -> Option<&Rc<Mapping>> {
        let found = |exact: bool| {
            self.mappings.iter().find(|m| {
                let group_fits = group.is_empty()
                    || if exact { m.resource.group == group } else { m.resource.group.starts_with(group) };
                group_fits && is(m, name)
            })
        };
        found(true).or_else(|| found(false))
    }

    /// The resource of a manifest's kind. None where the server does not have it in that version.
    pub fn for_kind(&self, gv: &GroupVersion, kind: &str) -> Option<&Rc<Mapping>> {
        let kind = kind.strip_suffix("List").filter(|k| !k.is_empty()).unwrap_or(kind);
        self.mappings
            .iter()
            .find(|m| m.resource.group_version() == *gv && (m.kind == kind || m.kind.to_lowercase() == kind))
    }

    /// The resource of a kind in whatever version the server prefers.
    pub fn for_group_kind(&self, group: &str, kind: &str) -> Option<&Rc<Mapping>> {
        self.mappings.iter().find(|m| m.resource.group == group && m.kind == kind)
    }

    /// The resources of a category such as `all`.
    pub fn category(&self, name: &str) -> Vec<&Rc<Mapping>> {
        self.preferred().filter(|m| m.categories.iter().any(|c| c == name)).collect()
    }

    /// Each resource once, in the version that its group prefers.
    pub fn preferred(&self) -> impl Iterator<Item = &Rc<Mapping>> {
        self.mappings.iter().enumerate().filter_map(|(i, m)| {
            let earlier = self
                .mappings
                .iter()
                .take(i)
                .any(|e| e.resource.group == m.resource.group && e.resource.resource == m.resource.resource);
            (!earlier).then_some(m)
        })
    }
}

fn matches(m: &Mapping, name: &str) -> bool {
    m.resource.resource == name || m.singular == name || m.short_names.iter().any(|s| s == name)
}

fn strings(list: &Value) -> Vec<String> {
    list.items().iter().map(|v| v.str().to_owned()).collect()
}

fn mapping(gv: &GroupVersion, resource: &Value) -> Mapping {
    let kind = resource["responseKind"]["kind"].str();
    let singular = match resource["singularResource"].str() {
        "" => kind.to_lowercase(),
        name => name.to_owned(),
    };
    Mapping {
        resource: gv.with_resource(resource["resource"].str()),
        kind: kind.to_owned(),
        singular,
        namespaced: resource["scope"].str() == "Namespaced",
        short_names: strings(&resource["shortNames"]),
        verbs: strings(&resource["verbs"]),
        categories: strings(&resource["categories"]),
        subresources: resource["subresources"].items().iter().map(|s| s["subresource"].str().to_owned()).collect(),
    }
}
