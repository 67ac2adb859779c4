//! The containers of a pod or of a template. Models `describeContainers`.

use super::common::{date, title_bool};
use super::pod::seccomp;
use super::writer::{Writer, plain};
use crate::apimachinery::quantity::Quantity;
use crate::apimachinery::{Object, Value};

/// A list of containers to describe.
pub struct Containers<'a> {
    pub title: &'a str,
    pub list: &'a Value,
    /// Null for a template.
    pub statuses: &'a Value,
    /// Whose fields the environment may name.
    pub pod: Option<&'a Value>,
    /// What stands before the title: two blanks in a template.
    pub indent: &'a str,
}

impl Containers<'_> {
    pub fn describe(&self, w: &mut Writer) {
        let none = if self.list.items().is_empty() { " <none>" } else { "" };
        w.write(0, format!("{}{}:{none}\n", self.indent, self.title));
        for container in self.list.items() {
            let name = container["name"].str();
            let status = self.statuses.items().iter().find(|s| s["name"].str() == name);
            self.one(w, container, status);
        }
    }

    fn one(&self, w: &mut Writer, c: &Value, status: Option<&Value>) {
        let shift = if self.indent.is_empty() { "" } else { " " };
        w.write(1, format!("{shift}{}:\n", c["name"].str()));
        basics(w, c, status);
        lines(w, "Command", &c["command"]);
        lines(w, "Args", &c["args"]);
        if let Some(status) = status {
            state(w, "State", &status["state"]);
            if !status["lastState"]["terminated"].is_null() {
                state(w, "Last State", &status["lastState"]);
            }
            w.field(2, "Ready", title_bool(&status["ready"]));
            w.field(2, "Restart Count", status["restartCount"].int());
        }
        resources(w, 2, &c["resources"]);
        for (title, field) in
            [("Liveness", "livenessProbe"), ("Readiness", "readinessProbe"), ("Startup", "startupProbe")]
        {
            if !c[field].is_null() {
                w.field(2, title, probe(&c[field]));
            }
        }
        env_from(w, &c["envFrom"]);
        self.env(w, c);
        mounts(w, c);
    }

    fn env(&self, w: &mut Writer, c: &Value) {
        let env = c["env"].items();
        w.write(2, if env.is_empty() { "Environment:\t<none>\n" } else { "Environment:\n" });
        for e in env {
            let (name, from) = (e["name"].str(), &e["valueFrom"]);
            if from.is_null() {
                for (i, line) in e["value"].str().split('\n').enumerate() {
                    w.write(3, if i == 0 { format!("{name}:\t{line}\n") } else { format!("\t{line}\n") });
                }
                continue;
            }
            if let Some(text) = self.value_from(c, from) {
                w.write(3, format!("{name}:\t{text}\n"));
            }
        }
    }

    fn value_from(&self, c: &Value, from: &Value) -> Option<String> {
        let (field, resource) = (&from["fieldRef"], &from["resourceFieldRef"]);
        let (secret, config) = (&from["secretKeyRef"], &from["configMapKeyRef"]);
        if !field.is_null() {
            let path = field["fieldPath"].str();
            let value = self.pod.and_then(|p| pod_field(p, path)).unwrap_or_default();
            return Some(format!("{value} ({}:{path})", field["apiVersion"].str()));
        }
        if !resource.is_null() {
            let name = resource["resource"].str();
            let value = match container_resource(c, resource).as_str() {
                "0" if matches!(name, "limits.cpu" | "limits.memory") => "node allocatable".to_owned(),
                value => value.to_owned(),
            };
            return Some(format!("{value} ({name})"));
        }
        if !secret.is_null() {
            let (key, name) = (secret["key"].str(), secret["name"].str());
            return Some(format!(
                "<set to the key '{key}' in secret '{name}'>\tOptional: {}",
                secret["optional"].bool()
            ));
        }
        if !config.is_null() {
            let (key, name) = (config["key"].str(), config["name"].str());
            return Some(format!(
                "<set to the key '{key}' of config map '{name}'>\tOptional: {}",
                config["optional"].bool()
            ));
        }
        None
    }
}

fn basics(w: &mut Writer, c: &Value, status: Option<&Value>) {
    if let Some(status) = status {
        w.field(2, "Container ID", status["containerID"].str());
    }
    w.field(2, "Image", c["image"].str());
    if let Some(status) = status {
        w.field(2, "Image ID", status["imageID"].str());
    }
    for (title, field) in [("Port", "containerPort"), ("Host Port", "hostPort")] {
        let list = ports(c, field);
        match list.as_str() {
            "" => w.field(2, title, "<none>"),
            list if list.contains(',') => w.field(2, &format!("{title}s"), list),
            one => w.field(2, title, one),
        }
    }
    seccomp(w, 2, 3, &c["securityContext"]["seccompProfile"]);
}

fn ports(c: &Value, field: &str) -> String {
    let port = |p: &Value| {
        let text = format!("{}/{}", p[field].int(), p["protocol"].str());
        if p["name"].str().is_empty() { text } else { format!("{text} ({})", p["name"].str()) }
    };
    c["ports"].items().iter().map(port).collect::<Vec<_>>().join(", ")
}

fn lines(w: &mut Writer, title: &str, words: &Value) {
    if words.items().is_empty() {
        return;
    }
    w.write(2, format!("{title}:\n"));
    for line in words.items().iter().flat_map(|word| word.str().split('\n')) {
        w.write(3, format!("{line}\n"));
    }
}

fn state(w: &mut Writer, title: &str, state: &Value) {
    let (running, waiting, terminated) = (&state["running"], &state["waiting"], &state["terminated"]);
    if !running.is_null() {
        w.field(2, title, "Running");
        return w.field(3, "Started", date(&running["startedAt"]));
    }
    if !waiting.is_null() || terminated.is_null() {
        w.field(2, title, "Waiting");
        return w.optional(3, "Reason", &waiting["reason"]);
    }
    w.field(2, title, "Terminated");
    w.optional(3, "Reason", &terminated["reason"]);
    w.optional(3, "Message", &terminated["message"]);
    w.field(3, "Exit Code", terminated["exitCode"].int());
    if terminated["signal"].int() > 0 {
        w.field(3, "Signal", terminated["signal"].int());
    }
    w.field(3, "Started", date(&terminated["startedAt"]));
    w.field(3, "Finished", date(&terminated["finishedAt"]));
}

/// Limits and requests.
pub fn resources(w: &mut Writer, level: usize, resources: &Value) {
    for (title, field) in [("Limits", "limits"), ("Requests", "requests")] {
        if resources[field].fields().next().is_some() {
            w.write(level, format!("{title}:\n"));
        }
        for (name, quantity) in resources[field].fields() {
            w.field(level + 1, name, plain(quantity));
        }
    }
}

/// `http-get http://:80/ delay=0s timeout=1s period=10s #success=1 #failure=3`. Models `DescribeProbe`.
pub fn probe(p: &Value) -> String {
    let n = |field: &str| p[field].int();
    let attributes = format!(
        "delay={}s timeout={}s period={}s #success={} #failure={}",
        n("initialDelaySeconds"),
        n("timeoutSeconds"),
        n("periodSeconds"),
        n("successThreshold"),
        n("failureThreshold")
    );
    let (exec, http, tcp, grpc) = (&p["exec"], &p["httpGet"], &p["tcpSocket"], &p["grpc"]);
    if !exec.is_null() {
        let command = if exec["command"].is_null() { "[]".to_owned() } else { plain(&exec["command"]) };
        format!("exec {command} {attributes}")
    } else if !http.is_null() {
        format!("http-get {} {attributes}", http_url(http))
    } else if !tcp.is_null() {
        format!("tcp-socket {}:{} {attributes}", tcp["host"].str(), plain(&tcp["port"]))
    } else if !grpc.is_null() {
        format!("grpc <pod>:{} {} {attributes}", grpc["port"].int(), grpc["service"].str())
    } else {
        format!("unknown {attributes}")
    }
}

fn http_url(http: &Value) -> String {
    let host = match http["host"].str() {
        h if h.contains(':') => format!("[{h}]"),
        h => h.to_owned(),
    };
    let mut path = String::new();
    for b in http["path"].str().bytes() {
        match b {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => path.push(b.into()),
            b'$' | b'&' | b'+' | b',' | b'/' | b':' | b';' | b'=' | b'@' => path.push(b.into()),
            b => path.push_str(&format!("%{b:02X}")),
        }
    }
    if !path.is_empty() && !path.starts_with('/') {
        path.insert(0, '/');
    }
    format!("{}://{host}:{}{path}", http["scheme"].str().to_lowercase(), plain(&http["port"]))
}

fn env_from(w: &mut Writer, sources: &Value) {
    if sources.items().is_empty() {
        return;
    }
    w.write(2, "Environment Variables from:\n");
    for e in sources.items() {
        let (kind, source) = match (&e["configMapRef"], &e["secretRef"]) {
            (Value::Null, Value::Null) => ("", &Value::Null),
            (Value::Null, secret) => ("Secret", secret),
            (config, _) => ("ConfigMap", config),
        };
        let prefix = match e["prefix"].str() {
            "" => String::new(),
            prefix => format!(" with prefix '{prefix}'"),
        };
        let optional = source["optional"].bool();
        w.write(3, format!("{}\t{kind}{prefix}\tOptional: {optional}\n", source["name"].str()));
    }
}

fn mounts(w: &mut Writer, c: &Value) {
    let mut mounts: Vec<&Value> = c["volumeMounts"].items().iter().collect();
    mounts.sort_by_key(|m| m["mountPath"].str());
    w.write(2, if mounts.is_empty() { "Mounts:\t<none>\n" } else { "Mounts:\n" });
    for m in &mounts {
        let mode = if m["readOnly"].bool() { "ro" } else { "rw" };
        let sub = match m["subPath"].str() {
            "" => String::new(),
            path => format!(",path={path:?}"),
        };
        w.write(3, format!("{} from {} ({mode}{sub})\n", m["mountPath"].str(), m["name"].str()));
    }
    let mut devices: Vec<&Value> = c["volumeDevices"].items().iter().collect();
    devices.sort_by_key(|d| d["devicePath"].str());
    if !devices.is_empty() {
        w.write(2, if mounts.is_empty() { "Devices:\t<none>\n" } else { "Devices:\n" });
        for d in devices {
            w.write(3, format!("{} from {}\n", d["devicePath"].str(), d["name"].str()));
        }
    }
}

/// The fields that an environment variable may show; what the kubelet alone knows is left empty.
fn pod_field(pod: &Value, path: &str) -> Option<String> {
    let subscript = path.strip_suffix("']").or(path.strip_suffix(']')).and_then(|p| p.split_once('['));
    if let Some((map, key)) = subscript {
        let key = key.trim_start_matches('\'');
        return matches!(map, "metadata.labels" | "metadata.annotations").then(|| pod.at(map)[key].str().to_owned());
    }
    match path {
        "metadata.name" => Some(pod.name().to_owned()),
        "metadata.namespace" => Some(pod.namespace().to_owned()),
        "metadata.uid" => Some(pod.uid().to_owned()),
        "metadata.labels" | "metadata.annotations" => {
            let line = |(k, v): (&str, &Value)| format!("{k}={:?}", v.str());
            Some(pod.at(path).fields().map(line).collect::<Vec<_>>().join("\n"))
        }
        _ => None,
    }
}

/// `limits.cpu` and its like in units of the divisor, rounded up.
fn container_resource(c: &Value, reference: &Value) -> String {
    let (list, name) = reference["resource"].str().split_once('.').unwrap_or(("", ""));
    let quantity = Quantity::of(&c["resources"][list][name]);
    let divisor = match Quantity::of(&reference["divisor"]) {
        d if d.is_zero() => Quantity::new(1, crate::apimachinery::quantity::Format::DecimalSi),
        d => d,
    };
    let (value, by) = match name {
        "cpu" => (quantity.milli_value(), divisor.milli_value()),
        _ => (quantity.value(), divisor.value()),
    };
    let by = by.max(1);
    (value / by + i64::from(value % by > 0)).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{list, object};

    /// As recorded in 505-pods-misc.
    #[test]
    fn probes_and_environment_read_as_recorded() {
        let timing = |mut p: Value| {
            for (field, n) in
                [("timeoutSeconds", 1), ("periodSeconds", 10), ("successThreshold", 1), ("failureThreshold", 3)]
            {
                p.set(field, n);
            }
            p
        };
        let http = timing(object! { "httpGet" => object! { "scheme" => "HTTP", "port" => 80, "path" => "/" } });
        assert_eq!(probe(&http), "http-get http://:80/ delay=0s timeout=1s period=10s #success=1 #failure=3");
        let exec = timing(object! { "exec" => object! { "command" => list!["cat", "x"] } });
        assert_eq!(probe(&exec), "exec [cat x] delay=0s timeout=1s period=10s #success=1 #failure=3");
        let pod = object! { "metadata" => object! { "name" => "env", "labels" => object! { "a.b/c" => "d" } } };
        let container =
            object! { "name" => "main", "resources" => object! { "limits" => object! { "memory" => "64Mi" } } };
        let of = Containers { title: "", list: &Value::Null, statuses: &Value::Null, pod: Some(&pod), indent: "" };
        let field = |p: &str| object! { "fieldRef" => object! { "apiVersion" => "v1", "fieldPath" => p } };
        let resource = |r: &str| object! { "resourceFieldRef" => object! { "resource" => r } };
        for (from, want) in [
            (field("metadata.name"), "env (v1:metadata.name)"),
            (field("spec.nodeName"), " (v1:spec.nodeName)"),
            (field("metadata.labels['a.b/c']"), "d (v1:metadata.labels['a.b/c'])"),
            (resource("limits.memory"), "67108864 (limits.memory)"),
            (resource("limits.cpu"), "node allocatable (limits.cpu)"),
        ] {
            assert_eq!(of.value_from(&container, &from).unwrap(), want);
        }
    }
}
