//! `describe node`.

use super::common::{created, date, labels_and_annotations, taints};
use super::describer::Describer;
use super::node_resources;
use super::writer::{Writer, joined, plain};
use crate::apimachinery::{Object, Value};
use crate::cli::errors::Result;
use std::collections::BTreeSet;

const ROLE_PREFIX: &str = "node-role.kubernetes.io/";

pub async fn describe(d: &Describer<'_>, node: &Value, w: &mut Writer) -> Result {
    let not_ended = format!("spec.nodeName={},status.phase!=Succeeded,status.phase!=Failed", node.name());
    let pods = match d.list("pods", "", "", &not_ended).await {
        Ok(pods) => Some(pods),
        Err(e) if e.is("Forbidden") => None,
        Err(e) => return Err(e),
    };
    let lease = d.get(format!("/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/{}", node.name())).await;
    head(w, node);
    match lease {
        Ok(lease) => describe_lease(w, &lease),
        Err(e) => w.field(0, "Lease", format!("Failed to get lease: {}", e.text())),
    }
    conditions(w, node);
    status(w, node);
    match pods {
        Some(pods) => node_resources::describe(w, node, &pods, d.now),
        None => w.field(0, "Pods", "not authorized"),
    }
    Ok(())
}

fn head(w: &mut Writer, node: &Value) {
    w.field(0, "Name", node.name());
    let roles = roles(node);
    w.field(0, "Roles", if roles.is_empty() { "<none>".to_owned() } else { roles.join(",") });
    labels_and_annotations(w, node);
    created(w, node);
    taints(w, "Taints", node.at("spec.taints"));
    w.field(0, "Unschedulable", node.at("spec.unschedulable").bool());
}

fn roles(node: &Value) -> Vec<String> {
    let role = |(key, value): (&str, &Value)| match key.strip_prefix(ROLE_PREFIX) {
        Some(role) => Some(role.to_owned()),
        None if key == "kubernetes.io/role" => Some(value.str().to_owned()),
        None => None,
    };
    let roles: BTreeSet<String> = node.labels().fields().filter_map(role).filter(|r| !r.is_empty()).collect();
    roles.into_iter().collect()
}

fn describe_lease(w: &mut Writer, lease: &Value) {
    let time = |v: &Value| if v.is_null() { "<unset>".to_owned() } else { date(v) };
    w.write(0, "Lease:\n");
    w.field_or(1, "HolderIdentity", lease.at("spec.holderIdentity"), "<unset>");
    w.field(1, "AcquireTime", time(lease.at("spec.acquireTime")));
    w.field(1, "RenewTime", time(lease.at("spec.renewTime")));
}

fn conditions(w: &mut Writer, node: &Value) {
    let conditions = node.at("status.conditions").items();
    if conditions.is_empty() {
        return;
    }
    w.write(0, "Conditions:\n");
    w.row(1, &["Type", "Status", "LastHeartbeatTime", "LastTransitionTime", "Reason", "Message"]);
    w.row(1, &["----", "------", "-----------------", "------------------", "------", "-------"]);
    for c in conditions {
        let times = [date(&c["lastHeartbeatTime"]), date(&c["lastTransitionTime"])];
        let cells = [c["type"].str(), c["status"].str(), &times[0], &times[1], c["reason"].str()];
        let line: String = cells.iter().map(|cell| format!("{cell} \t")).collect();
        w.write(1, format!("{line}{}\n", c["message"].str()));
    }
}

/// Titles and fields of `status.nodeInfo`.
const SYSTEM_INFO: [(&str, &str); 9] = [
    ("Machine ID", "machineID"),
    ("System UUID", "systemUUID"),
    ("Boot ID", "bootID"),
    ("Kernel Version", "kernelVersion"),
    ("OS Image", "osImage"),
    ("Operating System", "operatingSystem"),
    ("Architecture", "architecture"),
    ("Container Runtime Version", "containerRuntimeVersion"),
    ("Kubelet Version", "kubeletVersion"),
];

fn status(w: &mut Writer, node: &Value) {
    w.write(0, "Addresses:\n");
    for address in node.at("status.addresses").items() {
        w.field(1, address["type"].str(), address["address"].str());
    }
    for (title, field) in [("Capacity", "capacity"), ("Allocatable", "allocatable")] {
        let list = &node["status"][field];
        if list.fields().next().is_some() {
            w.write(0, format!("{title}:\n"));
        }
        list.fields().for_each(|(name, quantity)| w.field(1, name, plain(quantity)));
    }
    w.write(0, "System Info:\n");
    for (title, field) in SYSTEM_INFO {
        w.field(1, title, node.at("status.nodeInfo")[field].str());
    }
    w.optional(0, "PodCIDR", node.at("spec.podCIDR"));
    if !node.at("spec.podCIDRs").items().is_empty() {
        w.field(0, "PodCIDRs", joined(node.at("spec.podCIDRs"), ","));
    }
    w.optional(0, "ProviderID", node.at("spec.providerID"));
}
