//! The table of resources that the server serves, in the order of its discovery documents.

use crate::apimachinery::GroupVersionResource;
use std::sync::OnceLock;

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

impl Resource {
    /// `pods`, `deployments.apps`: as errors name a resource.
    pub fn gvr(&self) -> GroupVersionResource {
        GroupVersionResource::new(self.group, self.version, self.resource)
    }

    pub fn group_resource(&self) -> String {
        if self.group.is_empty() { self.resource.to_owned() } else { format!("{}.{}", self.resource, self.group) }
    }

    pub fn subresource(&self, name: &str) -> Option<&Subresource> {
        self.subresources.iter().find(|s| s.name == name)
    }

    pub fn can(&self, verb: &str) -> bool {
        self.verbs.contains(&verb)
    }
}

const TEXT: &str = include_str!("data/resources.txt");
const ALL_VERBS: &str = "create,delete,deletecollection,get,list,patch,update,watch";

/// Every resource, groups and resources in discovery order.
pub fn all() -> &'static [Resource] {
    static TABLE: OnceLock<Vec<Resource>> = OnceLock::new();
    TABLE.get_or_init(read)
}

/// Every group in the server's order of preference; the core group is first.
pub fn groups() -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for r in all() {
        match groups.iter_mut().find(|g| g.name == r.group) {
            None => groups.push(Group { name: r.group, versions: vec![r.version] }),
            Some(g) if !g.versions.contains(&r.version) => g.versions.push(r.version),
            Some(_) => {}
        }
    }
    groups
}

pub fn by_gvr(group: &str, version: &str, resource: &str) -> Option<&'static Resource> {
    all().iter().find(|r| r.resource == resource && r.group == group && r.version == version)
}

/// The resource in the preferred version of its group.
pub fn by_resource(group: &str, resource: &str) -> Option<&'static Resource> {
    all().iter().find(|r| r.resource == resource && r.group == group)
}

pub fn by_kind(group: &str, version: &str, kind: &str) -> Option<&'static Resource> {
    all().iter().find(|r| r.kind == kind && r.group == group && r.version == version)
}

fn read() -> Vec<Resource> {
    let (mut out, mut group, mut version) = (Vec::new(), "", "");
    for line in TEXT.lines().filter(|l| !l.starts_with('#')) {
        if let Some(head) = line.strip_prefix('@') {
            (group, version) = head.split_once(' ').unwrap_or((head, ""));
            continue;
        }
        let mut cells = line.split(' ');
        let mut next = || cells.next().unwrap_or("");
        out.push(Resource {
            group,
            version,
            resource: next(),
            kind: next(),
            singular: next(),
            namespaced: next() == "N",
            verbs: verbs(next()),
            short_names: list(next()),
            categories: list(next()),
            subresources: cells.map(subresource).collect(),
        });
    }
    out
}

fn list(cell: &'static str) -> Vec<&'static str> {
    if cell == "-" { Vec::new() } else { cell.split(',').collect() }
}

fn verbs(cell: &'static str) -> Vec<&'static str> {
    list(if cell == "*" { ALL_VERBS } else { cell })
}

/// Reads `scale=autoscaling/v1/Scale:get,patch,update`.
fn subresource(cell: &'static str) -> Subresource {
    let (name, rest) = cell.split_once('=').unwrap_or((cell, ""));
    let (kind, verb) = rest.split_once(':').unwrap_or((rest, "-"));
    let mut parts = kind.rsplit('/');
    let mut next = || parts.next().unwrap_or("");
    let (kind, version, group) = (next(), next(), next());
    Subresource { name, group, version, kind, verbs: verbs(verb) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_reads_as_discovery_says() {
        let pods = by_gvr("", "v1", "pods").unwrap();
        assert!(pods.namespaced && pods.can("deletecollection") && pods.short_names == ["po"]);
        let scale = by_resource("apps", "deployments").unwrap().subresource("scale").unwrap();
        assert_eq!((scale.group, scale.version, scale.kind), ("autoscaling", "v1", "Scale"));
        assert!(!by_resource("", "namespaces").unwrap().can("deletecollection"));
        assert_eq!(groups()[..3].iter().map(|g| g.name).collect::<Vec<_>>(), ["", "apiregistration.k8s.io", "apps"]);
        assert_eq!(by_resource("autoscaling", "horizontalpodautoscalers").unwrap().version, "v2");
    }
}
