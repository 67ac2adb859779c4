//! How names are looked up in a pod. Models `pkg/kubelet/network/dns`.

use crate::apimachinery::{Object, Value};

const SERVER: &str = "10.96.0.10";
/// What the nodes' own `/etc/resolv.conf` names.
const HOST_SERVER: &str = "172.18.0.1";

/// What `/etc/resolv.conf` says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Config {
    servers: Vec<String>,
    searches: Vec<String>,
    options: Vec<String>,
}

/// The text of a pod's `/etc/resolv.conf`: by its policy, with what it adds itself.
pub fn config(pod: &Value) -> String {
    let spec = &pod["spec"];
    let host = spec["hostNetwork"].bool();
    let mut config = match (spec["dnsPolicy"].str(), host) {
        ("None", _) => Config::default(),
        ("Default", _) | ("ClusterFirst" | "", true) => {
            Config { servers: vec![HOST_SERVER.to_owned()], options: vec!["ndots:0".to_owned()], ..Config::default() }
        }
        _ => Config {
            servers: vec![SERVER.to_owned()],
            searches: ["svc.cluster.local", "cluster.local"].map(str::to_owned).to_vec(),
            options: vec!["ndots:5".to_owned()],
        },
    };
    if !config.searches.is_empty() {
        config.searches.insert(0, format!("{}.svc.cluster.local", pod.namespace()));
    }
    let own = &spec["dnsConfig"];
    let add = |list: &mut Vec<String>, more: &Value| {
        for item in more.items().iter().map(|v| v.str().to_owned()) {
            if !list.contains(&item) {
                list.push(item);
            }
        }
    };
    add(&mut config.servers, &own["nameservers"]);
    add(&mut config.searches, &own["searches"]);
    for option in own["options"].items() {
        let name = option["name"].str();
        let text = option["value"].as_str().map_or_else(|| name.to_owned(), |value| format!("{name}:{value}"));
        config.options.retain(|o| o.split(':').next() != Some(name));
        config.options.push(text);
    }
    let mut out = String::new();
    if !config.searches.is_empty() {
        out += &format!("search {}\n", config.searches.join(" "));
    }
    for server in &config.servers {
        out += &format!("nameserver {server}\n");
    }
    if !config.options.is_empty() {
        out += &format!("options {}\n", config.options.join(" "));
    }
    out
}

/// The full name of a pod that is in a subdomain: `web-0.nginx.default.svc.cluster.local`.
pub fn full_name(pod: &Value, hostname: &str) -> Option<String> {
    let subdomain = pod.at("spec.subdomain").str();
    (!subdomain.is_empty()).then(|| format!("{hostname}.{subdomain}.{}.svc.cluster.local", pod.namespace()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pod(spec: &str) -> Value {
        Value::from_json(&format!(r#"{{"metadata":{{"namespace":"ns"}},"spec":{spec}}}"#)).expect("JSON")
    }

    #[test]
    fn policies_and_additions_make_the_file() {
        // The example of the documentation of dnsConfig.
        let own = r#"{"dnsPolicy":"None","dnsConfig":{"nameservers":["192.0.2.1"],"searches":["ns1.svc.cluster-domain.example",
            "my.dns.search.suffix"],"options":[{"name":"ndots","value":"2"},{"name":"edns0"}]}}"#;
        assert_eq!(
            config(&pod(own)),
            "search ns1.svc.cluster-domain.example my.dns.search.suffix\nnameserver 192.0.2.1\noptions ndots:2 edns0\n"
        );
        assert_eq!(config(&pod(r#"{"dnsPolicy":"Default"}"#)), "nameserver 172.18.0.1\noptions ndots:0\n");
        let more = r#"{"dnsPolicy":"ClusterFirst","dnsConfig":{"options":[{"name":"ndots","value":"1"}]}}"#;
        assert_eq!(
            config(&pod(more)),
            "search ns.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:1\n"
        );
    }

    #[test]
    fn pods_in_a_subdomain_have_a_full_name() {
        let name = full_name(&pod(r#"{"subdomain":"nginx"}"#), "web-0");
        assert_eq!(name.as_deref(), Some("web-0.nginx.ns.svc.cluster.local"));
    }
}
