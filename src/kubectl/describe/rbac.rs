//! `describe role` and `describe rolebinding`, of the namespace and of the cluster. Models `kubectl/pkg/util/rbac`.

use super::common::labels_and_annotations;
use super::writer::Writer;
use crate::apimachinery::{Object, Time, Value};

/// One line: at most one group, resource and name, or one URL.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Rule {
    group: Option<String>,
    resource: Option<String>,
    name: Option<String>,
    url: Option<String>,
    verbs: Vec<String>,
}

pub fn describe_role(role: &Value, w: &mut Writer, _: Time) {
    w.field(0, "Name", role.name());
    labels_and_annotations(w, role);
    w.write(0, "PolicyRule:\n");
    w.row(1, &["Resources", "Non-Resource URLs", "Resource Names", "Verbs"]);
    w.row(1, &["---------", "-----------------", "--------------", "-----"]);
    for row in rule_rows(role["rules"].items()) {
        w.row(1, &row.each_ref().map(String::as_str));
    }
}

/// Resource, URL, name and verbs of each rule, broken down to single resources and sorted.
pub fn rule_rows(rules: &[Value]) -> Vec<[String; 4]> {
    let list = |one: &Option<String>| format!("[{}]", one.as_deref().unwrap_or(""));
    let row = |r: Rule| [r.resource(), list(&r.url), list(&r.name), format!("[{}]", r.verbs.join(" "))];
    compact(rules).into_iter().map(row).collect()
}

impl Rule {
    /// `deployments.apps/scale`
    fn resource(&self) -> String {
        let Some(resource) = &self.resource else { return String::new() };
        let (name, sub) = match resource.split_once('/') {
            Some((name, sub)) => (name, format!("/{sub}")),
            None => (resource.as_str(), String::new()),
        };
        match self.group.as_deref() {
            None | Some("") => format!("{name}{sub}"),
            Some(group) => format!("{name}.{group}{sub}"),
        }
    }

    /// The text by which kubectl sorts: Go's dump of the rule.
    fn sort_key(&self) -> String {
        let list = |one: &Option<String>| format!("[{}]", one.as_deref().unwrap_or(""));
        format!(
            "&PolicyRule{{Verbs:[{}],APIGroups:{},Resources:{},ResourceNames:{},NonResourceURLs:{},}}",
            self.verbs.join(" "),
            list(&self.group),
            list(&self.resource),
            list(&self.name),
            list(&self.url)
        )
    }
}

/// Breaks rules down to single resources and joins the verbs of the same.
fn compact(rules: &[Value]) -> Vec<Rule> {
    let mut out: Vec<Rule> = Vec::new();
    let mut put = |rule: Rule| match out.iter_mut().find(|r| r.url.is_none() && same(r, &rule)) {
        Some(known) => known.verbs.extend(rule.verbs),
        None => out.push(rule),
    };
    for rule in rules {
        let verbs = || rule["verbs"].items().iter().map(|v| vec![v.str().to_owned()]);
        let text = |v: &Value| Some(v.str().to_owned());
        for group in rule["apiGroups"].items() {
            for resource in rule["resources"].items() {
                for verbs in verbs() {
                    let base = Rule { group: text(group), resource: text(resource), verbs, ..Rule::default() };
                    match rule["resourceNames"].items() {
                        [] => put(base),
                        names => names.iter().for_each(|n| put(Rule { name: text(n), ..base.clone() })),
                    }
                }
            }
        }
        for url in rule["nonResourceURLs"].items() {
            verbs().for_each(|verbs| put(Rule { url: text(url), verbs, ..Rule::default() }));
        }
    }
    out.sort_by_key(Rule::sort_key);
    out
}

fn same(a: &Rule, b: &Rule) -> bool {
    b.url.is_none() && a.group == b.group && a.resource == b.resource && a.name == b.name
}

pub fn describe_binding(binding: &Value, w: &mut Writer, _: Time) {
    w.field(0, "Name", binding.name());
    labels_and_annotations(w, binding);
    w.write(0, "Role:\n");
    w.field(1, "Kind", binding.at("roleRef.kind").str());
    w.field(1, "Name", binding.at("roleRef.name").str());
    w.write(0, "Subjects:\n");
    w.row(1, &["Kind", "Name", "Namespace"]);
    w.row(1, &["----", "----", "---------"]);
    for s in binding["subjects"].items() {
        w.row(1, &[s["kind"].str(), s["name"].str(), s["namespace"].str()]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{list, object};

    /// kubectl sorts by Go's dump of the rule, where `[get list]` comes before `[get]`.
    #[test]
    fn verbs_of_one_resource_come_together() {
        let rules = list![
            object! { "apiGroups" => list!["", "apps"], "resources" => list!["pods"], "verbs" => list!["get", "list"] },
            object! { "nonResourceURLs" => list!["/version"], "verbs" => list!["get"] },
        ];
        let mut w = Writer::default();
        let role = object! { "metadata" => object! { "name" => "r" }, "rules" => rules };
        describe_role(&role, &mut w, Time(0));
        let text = w.finish();
        let rows: Vec<&str> = text.lines().skip(6).collect();
        assert_eq!(
            rows,
            [
                "  pods       []                 []              [get list]",
                "  pods.apps  []                 []              [get list]",
                "             [/version]         []              [get]",
            ]
        );
    }
}
