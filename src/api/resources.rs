//! The table of resources that the server serves, in the order of its discovery documents.

/// One resource of one group and version. Models `metav1.APIResource`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// "" for the core group.
    pub group: &'static str,
    pub version: &'static str,
    pub kind: &'static str,
    /// The plural name: `pods`.
    pub resource: &'static str,
    pub singular: &'static str,
    pub namespaced: bool,
    pub verbs: Vec<&'static str>,
    pub short_names: Vec<&'static str>,
    pub categories: Vec<&'static str>,
    pub subresources: Vec<Subresource>,
}

/// `pods/log` and its like. Group and version of the kind are "" where they are those of the resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subresource {
    pub name: &'static str,
    pub group: &'static str,
    pub version: &'static str,
    pub kind: &'static str,
    pub verbs: Vec<&'static str>,
}

/// One API group: its versions, the preferred one first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    pub name: &'static str,
    pub versions: Vec<&'static str>,
}

/// Every resource, groups and resources in discovery order.
pub fn all() -> &'static [Resource] {
    &[]
}

/// Every group in the server's order of preference; the core group is first.
pub fn groups() -> Vec<Group> {
    Vec::new()
}

pub fn by_gvr(group: &str, version: &str, resource: &str) -> Option<&'static Resource> {
    all().iter().find(|r| r.group == group && r.version == version && r.resource == resource)
}

/// The resource in the preferred version of its group.
pub fn by_resource(group: &str, resource: &str) -> Option<&'static Resource> {
    all().iter().find(|r| r.group == group && r.resource == resource)
}

pub fn by_kind(group: &str, version: &str, kind: &str) -> Option<&'static Resource> {
    all().iter().find(|r| r.group == group && r.version == version && r.kind == kind)
}
