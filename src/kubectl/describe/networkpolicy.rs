//! `describe networkpolicy`.

use super::common::{labels_and_annotations, names, selector};
use super::writer::{Writer, joined, plain};
use crate::apimachinery::{Object, Time, Value};

/// The words of one direction of traffic.
struct Direction {
    name: &'static str,
    rules: &'static str,
    peers: &'static str,
    /// `From` or `To`
    title: &'static str,
    other_end: &'static str,
}

const DIRECTIONS: [Direction; 2] = [
    Direction { name: "ingress", rules: "ingress", peers: "from", title: "From", other_end: "source" },
    Direction { name: "egress", rules: "egress", peers: "to", title: "To", other_end: "destination" },
];

pub fn describe(policy: &Value, w: &mut Writer, _: Time) {
    let spec = &policy["spec"];
    names(w, policy);
    w.field(0, "Created on", go_time(&policy.metadata()["creationTimestamp"]));
    labels_and_annotations(w, policy);
    w.write(0, "Spec:\n");
    let pods = match selector(&spec["podSelector"]).as_str() {
        "<none>" => "<none> (Allowing the specific traffic to all pods in this namespace)".to_owned(),
        some => some.to_owned(),
    };
    w.write(1, format!("PodSelector:     {pods}\n"));
    for direction in &DIRECTIONS {
        let affected = spec["policyTypes"].items().iter().any(|t| t.str().eq_ignore_ascii_case(direction.name));
        if affected {
            w.write(1, format!("Allowing {} traffic:\n", direction.name));
            rules(w, direction, &spec[direction.rules]);
        } else {
            w.write(1, format!("Not affecting {} traffic\n", direction.name));
        }
    }
    let types = joined(&spec["policyTypes"], ", ");
    w.write(1, format!("Policy Types: {}\n", if types.is_empty() { "<none>" } else { &types }));
}

/// `2026-11-23 12:48:12 +0000 UTC`: how Go prints a time.
fn go_time(time: &Value) -> String {
    Time::parse_rfc3339(time.str())
        .map_or_else(String::new, |t| t.rfc3339().replace('T', " ").replace('Z', " +0000 UTC"))
}

fn rules(w: &mut Writer, direction: &Direction, rules: &Value) {
    let rules = rules.items();
    if rules.is_empty() {
        return w.write(2, format!("<none> (Selected pods are isolated for {} connectivity)\n", direction.name));
    }
    for (i, rule) in rules.iter().enumerate() {
        ports(w, &rule["ports"]);
        peers(w, direction, &rule[direction.peers]);
        if i + 1 < rules.len() {
            w.write(2, "----------\n");
        }
    }
}

fn ports(w: &mut Writer, ports: &Value) {
    if ports.items().is_empty() {
        return w.write(2, "To Port: <any> (traffic allowed to all ports)\n");
    }
    for p in ports.items() {
        let protocol = if p["protocol"].is_null() { "TCP" } else { p["protocol"].str() };
        let port = plain(&p["port"]);
        match p["endPort"].as_i64() {
            None => w.write(2, format!("To Port: {port}/{protocol}\n")),
            Some(end) => w.write(2, format!("To Port Range: {port}-{end}/{protocol}\n")),
        }
    }
}

fn peers(w: &mut Writer, direction: &Direction, peers: &Value) {
    let Direction { title, other_end, .. } = direction;
    if peers.items().is_empty() {
        return w.write(2, format!("{title}: <any> (traffic not restricted by {other_end})\n"));
    }
    for peer in peers.items() {
        w.write(2, format!("{title}:\n"));
        let (namespaces, pods, block) = (&peer["namespaceSelector"], &peer["podSelector"], &peer["ipBlock"]);
        for (name, of) in [("NamespaceSelector", namespaces), ("PodSelector", pods)] {
            if !of.is_null() {
                w.write(3, format!("{name}: {}\n", selector(of)));
            }
        }
        if namespaces.is_null() && pods.is_null() && !block.is_null() {
            w.write(3, "IPBlock:\n");
            w.write(4, format!("CIDR: {}\n", block["cidr"].str()));
            w.write(4, format!("Except: {}\n", joined(&block["except"], ", ")));
        }
    }
}
