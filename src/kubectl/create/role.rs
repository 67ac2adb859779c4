//! `kubectl create role` and `kubectl create clusterrole`.

use super::one;
use crate::action;
use crate::apimachinery::Value;
use crate::cli::command::Command;
use crate::cli::errors::{Error, Result};
use crate::cli::factory::Factory;
use crate::cli::flag_sets;
use crate::cli::flags::Flag;
use crate::cli::mapper::RestMapper;
use crate::{list, object};
use std::collections::BTreeMap;

const FLAGS: &[Flag] = &[
    Flag::slice("resource", "Resources that the rule is for."),
    Flag::array("resource-name", "Names of objects that the rule is for; may be given again."),
    Flag::slice("verb", "Verbs that the rule allows."),
];

pub const COMMAND: Command = Command::new("role", "Create a role with single rule", action!(run))
    .usage("NAME --verb=verb --resource=resource.group/subresource [--resource-name=resourcename] [--dry-run=server|client|none] [options]")
    .examples("# Let a role read pods\nkubectl create role pod-reader --verb=get --verb=list --verb=watch --resource=pods\n\n# Let it read one pod\nkubectl create role pod-reader --verb=get --resource=pods --resource-name=readablepod")
    .flags(&[
        FLAGS,
        flag_sets::PRINT,
        flag_sets::DRY_RUN,
        flag_sets::VALIDATE,
        flag_sets::SAVE_CONFIG,
        super::FIELD_MANAGER,
    ]);

pub const CLUSTER_ROLE: Command = Command::new("clusterrole", "Create a cluster role", action!(run_cluster_role))
    .usage("NAME --verb=verb --resource=resource.group [--resource-name=resourcename] [--dry-run=server|client|none] [options]")
    .examples("# Let a cluster role read nodes\nkubectl create clusterrole node-reader --verb=get,list,watch --resource=nodes\n\n# Let it read a path\nkubectl create clusterrole foo --verb=get --non-resource-url=/logs/*")
    .flags(&[
        FLAGS,
        &[
            Flag::str("aggregation-rule", "", "Labels of the cluster roles to take in, key=value by comma."),
            Flag::slice("non-resource-url", "Paths of the API that the rule is for."),
        ],
        flag_sets::PRINT,
        flag_sets::DRY_RUN,
        flag_sets::VALIDATE,
        flag_sets::SAVE_CONFIG,
        super::FIELD_MANAGER,
    ]);

const VERBS: [&str; 14] = [
    "*",
    "get",
    "delete",
    "list",
    "create",
    "update",
    "patch",
    "watch",
    "proxy",
    "deletecollection",
    "use",
    "bind",
    "escalate",
    "impersonate",
];
const URL_VERBS: [&str; 8] = ["*", "get", "post", "put", "delete", "patch", "head", "options"];

/// Verbs that only some resources (with their groups) know.
const SPECIAL: [(&str, &[(&str, &str)]); 4] = [
    ("use", &[("podsecuritypolicies", "policy"), ("podsecuritypolicies", "extensions")]),
    ("bind", &[("roles", "rbac.authorization.k8s.io"), ("clusterroles", "rbac.authorization.k8s.io")]),
    ("escalate", &[("roles", "rbac.authorization.k8s.io"), ("clusterroles", "rbac.authorization.k8s.io")]),
    ("impersonate", &[("users", ""), ("serviceaccounts", ""), ("groups", ""), ("userextras", "authentication.k8s.io")]),
];

/// A resource as the command line names it.
struct Named {
    resource: String,
    group: String,
    subresource: String,
}

async fn run(f: &Factory) -> Result {
    let name = one::name(f)?;
    let verbs = verbs(f);
    if verbs.is_empty() {
        return Err("at least one verb must be specified".into());
    }
    warn_of_verbs(f, &verbs);
    let resources = resources(f);
    if resources.is_empty() {
        return Err("at least one resource must be specified".into());
    }
    let mapper = f.mapper().await?;
    check(&mapper, &resources, &verbs)?;
    let role = object! {
        "apiVersion" => "rbac.authorization.k8s.io/v1", "kind" => "Role", "metadata" => object! { "name" => name },
        "rules" => rules(f, &mapper, &resources, &verbs),
    };
    one::create(f, role, "").await
}

async fn run_cluster_role(f: &Factory) -> Result {
    let name = one::name(f)?;
    let (verbs, resources) = (verbs(f), resources(f));
    let urls = f.flags.list("non-resource-url");
    let aggregation = f.flags.str("aggregation-rule");
    let mut role = object! {
        "apiVersion" => "rbac.authorization.k8s.io/v1", "kind" => "ClusterRole", "metadata" => object! { "name" => name },
    };
    if !aggregation.is_empty() {
        if !verbs.is_empty() || !resources.is_empty() || !urls.is_empty() {
            return Err(
                "aggregation rule must be specified without nonResourceURLs, verbs, resources or resourceNames".into(),
            );
        }
        let labels: Value =
            aggregation.split(',').filter_map(|pair| pair.split_once('=')).collect::<crate::apimachinery::Map>().into();
        role.set("aggregationRule.clusterRoleSelectors", list![object! { "matchLabels" => labels }]);
        role.set("rules", Value::Null);
        return one::create(f, role, "").await;
    }
    if verbs.is_empty() {
        return Err("at least one verb must be specified".into());
    }
    if resources.is_empty() && urls.is_empty() {
        return Err("one of resource or nonResourceURL must be specified".into());
    }
    let mapper = f.mapper().await?;
    if !resources.is_empty() {
        warn_of_verbs(f, &verbs);
        check(&mapper, &resources, &verbs)?;
    }
    check_urls(urls, &verbs)?;
    let mut all = rules(f, &mapper, &resources, &verbs);
    if !urls.is_empty() {
        let words = |list: &[String]| list.iter().map(String::as_str).collect::<Value>();
        all.list_mut().push(object! { "verbs" => words(&verbs), "nonResourceURLs" => words(urls) });
    }
    role.set("rules", all);
    one::create(f, role, "").await
}

fn unique(list: &[String]) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for item in list {
        if !out.contains(item) {
            out.push(item.clone());
        }
    }
    out
}

/// Without what is named twice; `*` stands for all.
fn verbs(f: &Factory) -> Vec<String> {
    let verbs = unique(f.flags.list("verb"));
    if verbs.iter().any(|v| v == "*") { vec!["*".to_owned()] } else { verbs }
}

fn warn_of_verbs(f: &Factory, verbs: &[String]) {
    for verb in verbs.iter().filter(|v| !VERBS.contains(&v.as_str())) {
        f.err(&format!("Warning: '{verb}' is not a standard resource verb\n"));
    }
}

/// `deployments.apps/scale`
fn resources(f: &Factory) -> Vec<Named> {
    let named = |word: &String| {
        let (name, subresource) = word.split_once('/').unwrap_or((word, ""));
        let (resource, group) = name.split_once('.').unwrap_or((name, ""));
        Named { resource: resource.into(), group: group.into(), subresource: subresource.into() }
    };
    unique(f.flags.list("resource")).iter().map(named).collect()
}

fn check(mapper: &RestMapper, resources: &[Named], verbs: &[String]) -> Result {
    for r in resources {
        if r.resource.is_empty() {
            return Err("resource must be specified if apiGroup/subresource specified".into());
        }
        if r.resource == "*" {
            return Ok(());
        }
        let (resource, group, known) = r.resolve(mapper);
        let mut special = false;
        for (verb, known) in SPECIAL.iter().filter(|(verb, _)| verbs.iter().any(|v| v == verb)) {
            if !known.contains(&(resource.as_str(), group.as_str())) {
                return Err(format!("can not perform '{verb}' on '{resource}' in group '{group}'").into());
            }
            special = true;
        }
        if !known && !special {
            let of = if group.is_empty() { String::new() } else { format!(" in group {group:?}") };
            return Err(Error::Raw(format!("the server doesn't have a resource type {resource:?}{of}")));
        }
    }
    Ok(())
}

impl Named {
    /// The resource in full with its group, and whether the server has it.
    fn resolve(&self, mapper: &RestMapper) -> (String, String, bool) {
        let word =
            if self.group.is_empty() { self.resource.clone() } else { format!("{}.{}", self.resource, self.group) };
        match mapper.for_arg(&word) {
            Some(m) => (m.resource.resource.clone(), m.resource.group.clone(), true),
            None => (self.resource.clone(), self.group.clone(), false),
        }
    }
}

/// One rule for each group.
fn rules(f: &Factory, mapper: &RestMapper, resources: &[Named], verbs: &[String]) -> Value {
    let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for r in resources {
        let (mut resource, group, _) = r.resolve(mapper);
        if !r.subresource.is_empty() {
            resource = format!("{resource}/{}", r.subresource);
        }
        let list = groups.entry(group).or_default();
        if !list.contains(&resource) {
            list.push(resource);
        }
    }
    let words = |list: &[String]| list.iter().map(String::as_str).collect::<Value>();
    let names = unique(f.flags.list("resource-name"));
    let rule = |(group, resources): (String, Vec<String>)| {
        let mut rule =
            object! { "verbs" => words(verbs), "apiGroups" => list![group], "resources" => words(&resources) };
        if !names.is_empty() {
            rule.set("resourceNames", words(&names));
        }
        rule
    };
    groups.into_iter().map(rule).collect()
}

fn check_urls(urls: &[String], verbs: &[String]) -> Result {
    if urls.is_empty() {
        return Ok(());
    }
    if let Some(verb) = verbs.iter().find(|v| !URL_VERBS.contains(&v.as_str())) {
        return Err(format!("invalid verb: '{verb}' for nonResourceURL").into());
    }
    for url in urls.iter().filter(|u| *u != "*") {
        if !url.starts_with('/') {
            return Err("nonResourceURL should start with /".into());
        }
        if url.find('*').is_some_and(|at| at + 1 != url.len()) {
            return Err("nonResourceURL only supports wildcard matches when '*' is at the end".into());
        }
    }
    Ok(())
}
