//! The environment of a container. Models `kubelet_pods.go` (`makeEnvironmentVariables`) and `pkg/kubelet/envvars`.

use super::node::Node;
use super::pod::Pod;
use crate::apimachinery::quantity::Quantity;
use crate::apimachinery::{Object, Value, base64};
use crate::client::{Informers, Resource};
use std::collections::BTreeMap;

type Vars = BTreeMap<String, String>;

/// The hostname of a pod: `spec.hostname`, or its name.
pub fn hostname(pod: &Value) -> String {
    let name = match pod.at("spec.hostname").str() {
        "" => pod.name(),
        name => name,
    };
    name.chars().take(63).collect::<String>().trim_end_matches(['-', '.']).to_owned()
}

/// All variables of a container, or the text of the error that keeps it from being created.
pub fn variables(pod: &Pod, container: &Value, node: &Node, informers: &Informers) -> Result<Vars, String> {
    let mut vars = services(&pod.object, informers);
    let namespace = pod.object.namespace();
    for source in container["envFrom"].items() {
        from_source(source, namespace, informers, &mut vars)?;
    }
    // References see what was set before them, services included.
    for entry in container["env"].items() {
        let value = match entry["valueFrom"].is_null() {
            true => Some(expand(entry["value"].str(), &vars)),
            false => value_from(&entry["valueFrom"], pod, container, node, informers)?,
        };
        if let Some(value) = value {
            vars.insert(entry["name"].str().to_owned(), value);
        }
    }
    Ok(vars)
}

fn from_source(source: &Value, namespace: &str, informers: &Informers, vars: &mut Vars) -> Result<(), String> {
    let prefix = source["prefix"].str();
    for (field, resource, what) in
        [("configMapRef", Resource::ConfigMaps, "configmap"), ("secretRef", Resource::Secrets, "secret")]
    {
        let reference = &source[field];
        if reference.is_null() {
            continue;
        }
        let name = reference["name"].str();
        let Some(object) = informers.get(resource, &format!("{namespace}/{name}")) else {
            if reference["optional"].bool() {
                continue;
            }
            return Err(format!("{what} {name:?} not found"));
        };
        for (key, value) in object["data"].fields() {
            let text = if resource == Resource::Secrets { text_of_secret(value) } else { value.str().to_owned() };
            vars.insert(format!("{prefix}{key}"), text);
        }
    }
    Ok(())
}

fn value_from(
    source: &Value,
    pod: &Pod,
    container: &Value,
    node: &Node,
    informers: &Informers,
) -> Result<Option<String>, String> {
    let namespace = pod.object.namespace();
    for (field, resource, what) in
        [("configMapKeyRef", Resource::ConfigMaps, "configmap"), ("secretKeyRef", Resource::Secrets, "secret")]
    {
        let reference = &source[field];
        if reference.is_null() {
            continue;
        }
        let (name, key, optional) = (reference["name"].str(), reference["key"].str(), reference["optional"].bool());
        let Some(object) = informers.get(resource, &format!("{namespace}/{name}")) else {
            return if optional { Ok(None) } else { Err(format!("{what} {name:?} not found")) };
        };
        return match (object["data"].get(key), what) {
            (Some(value), "secret") => Ok(Some(text_of_secret(value))),
            (Some(value), _) => Ok(Some(value.str().to_owned())),
            (None, _) if optional => Ok(None),
            (None, "secret") => Err(format!("couldn't find key {key} in Secret {namespace}/{name}")),
            (None, _) => Err(format!("couldn't find key {key} in ConfigMap {namespace}/{name}")),
        };
    }
    if !source["fieldRef"].is_null() {
        return Ok(Some(field(source.at("fieldRef.fieldPath").str(), pod, node)));
    }
    Ok(Some(resource(&source["resourceFieldRef"], pod, container, node)))
}

/// Secrets hold base64.
pub fn text_of_secret(value: &Value) -> String {
    String::from_utf8_lossy(&base64::decode(value.str()).unwrap_or_default()).into_owned()
}

/// A field of the pod, as the downward API shows it.
pub fn field(path: &str, pod: &Pod, node: &Node) -> String {
    let object = &pod.object;
    if let Some((map, key)) = path.strip_suffix("']").and_then(|p| p.split_once("['")) {
        let map = map.strip_prefix("metadata.").unwrap_or(map);
        return object.metadata()[map][key].str().to_owned();
    }
    match path {
        "metadata.labels" => lines(object.labels()),
        "metadata.annotations" => lines(object.annotations()),
        "spec.nodeName" => node.name().to_owned(),
        "status.hostIP" | "status.hostIPs" => node.spec.ip.clone(),
        "status.podIP" | "status.podIPs" => pod.ip().to_owned(),
        _ => object.at(path).str().to_owned(),
    }
}

/// `key="value"`, one a line.
fn lines(map: &Value) -> String {
    let lines: Vec<String> = map.fields().map(|(key, value)| format!("{key}={:?}", value.str())).collect();
    lines.join("\n")
}

/// A request or limit of a container, in units of the divisor, rounded up.
pub fn resource(reference: &Value, pod: &Pod, container: &Value, node: &Node) -> String {
    let name = reference["resource"].str();
    let container = match reference["containerName"].str() {
        "" => container,
        name => pod.container_spec(name).0,
    };
    let (list, resource) = name.split_once('.').unwrap_or(("limits", name));
    let mut quantity = Quantity::of(&container["resources"][list][resource]);
    if quantity.is_zero() && list == "limits" {
        quantity = Quantity::of(&node.allocatable()[resource]);
    }
    let divisor = Quantity::of(&reference["divisor"]);
    let divisor = if divisor.is_zero() { 1_000 } else { divisor.milli_value().max(1) };
    // Memory in thousandths fits into 64 bits up to 9 PB.
    let amount = i128::from(quantity.milli_value());
    ((amount + i128::from(divisor) - 1) / i128::from(divisor)).to_string()
}

/// Replaces `$(NAME)`; `$$` is a dollar sign, and names that are not set stay as they are.
pub fn expand(text: &str, vars: &Vars) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        let (before, from) = rest.split_at(at);
        out += before;
        let after = from.strip_prefix('$').unwrap_or("");
        if let Some(more) = after.strip_prefix('$') {
            out.push('$');
            rest = more;
        } else if let Some((name, more)) = after.strip_prefix('(').and_then(|a| a.split_once(')')) {
            match vars.get(name) {
                Some(value) => out += value,
                None => out += &format!("$({name})"),
            }
            rest = more;
        } else {
            out.push('$');
            rest = after;
        }
    }
    out + rest
}

/// Variables of the services of the pod's namespace, and of the API server.
fn services(pod: &Value, informers: &Informers) -> Vars {
    let mut vars = Vars::new();
    let links = pod.at("spec.enableServiceLinks").as_bool().unwrap_or(true);
    let master = informers.get(Resource::Services, "default/kubernetes");
    let others = informers.list_in(Resource::Services, pod.namespace()).filter(|_| links);
    for service in master.into_iter().chain(others) {
        let ip = service.at("spec.clusterIP").str();
        if !ip.is_empty() && ip != "None" {
            add_service(service, ip, &mut vars);
        }
    }
    vars
}

fn add_service(service: &Value, ip: &str, vars: &mut Vars) {
    let upper = |s: &str| s.to_uppercase().replace(['-', '.'], "_");
    let prefix = upper(service.name());
    let mut set = |name: String, value: String| {
        vars.insert(name, value);
    };
    set(format!("{prefix}_SERVICE_HOST"), ip.to_owned());
    for (i, port) in service.at("spec.ports").items().iter().enumerate() {
        let (number, protocol) = (port["port"].int(), port["protocol"].str());
        if i == 0 {
            set(format!("{prefix}_SERVICE_PORT"), number.to_string());
            set(format!("{prefix}_PORT"), format!("{}://{ip}:{number}", protocol.to_lowercase()));
        }
        if !port["name"].str().is_empty() {
            set(format!("{prefix}_SERVICE_PORT_{}", upper(port["name"].str())), number.to_string());
        }
        let each = format!("{prefix}_PORT_{number}_{}", protocol.to_uppercase());
        set(each.clone(), format!("{}://{ip}:{number}", protocol.to_lowercase()));
        set(format!("{each}_PROTO"), protocol.to_lowercase());
        set(format!("{each}_PORT"), number.to_string());
        set(format!("{each}_ADDR"), ip.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_expanded_once() {
        let vars = Vars::from([("A".to_owned(), "x$(A)".to_owned())]);
        for (text, want) in [("$(A) y", "x$(A) y"), ("$$(A)", "$(A)"), ("$(B)-$", "$(B)-$"), ("$(", "$("), ("$x", "$x")]
        {
            assert_eq!(expand(text, &vars), want);
        }
    }
}
