//! A look inside one pod: each container with its own files and the ports it opens, the volumes they share, and what all
//! of them share: network, hostname, IPC. Pure; a pod in, positions out.

use super::geometry::{MONO, shorten};
use super::stage::Rect;
use crate::apimachinery::{Object, Value};
use std::collections::BTreeSet;

/// The width it is laid out for; the page scales it.
pub const WIDTH: f64 = 328.0;
const PAD: f64 = 10.0;
const GAP: f64 = 8.0;
const LEAST: f64 = 92.0;
const CONTAINER: f64 = 78.0;
const VOLUME: f64 = 26.0;
const SHARED: f64 = 48.0;
const PORT: f64 = 20.0;

/// A port that a container says it opens.
#[derive(Clone, Debug, PartialEq)]
pub struct PortBox {
    pub label: String,
    pub at: Rect,
    /// A container before this one opens it already: in one network only one can.
    pub clash: bool,
}

/// A container: what is its own.
#[derive(Clone, Debug, PartialEq)]
pub struct ContainerBox {
    pub name: String,
    /// `waiting`, `running` or `terminated`
    pub state: &'static str,
    pub init: bool,
    pub at: Rect,
    pub files: Rect,
    pub ports: Vec<PortBox>,
}

/// A volume, with a line to each container that mounts it.
#[derive(Clone, Debug, PartialEq)]
pub struct VolumeBox {
    pub name: String,
    /// `emptyDir`, `configMap`, …
    pub kind: String,
    pub at: Rect,
    pub lines: Vec<String>,
}

/// The inside of a pod.
#[derive(Clone, Debug, PartialEq)]
pub struct Inside {
    pub height: f64,
    pub containers: Vec<ContainerBox>,
    pub volumes: Vec<VolumeBox>,
    /// Where the shared part stands.
    pub shared: Rect,
    pub ip: String,
    pub hostname: String,
}

/// A layout holds no NaN. With this, shared ones are compared by pointer first.
impl Eq for Inside {}

impl Inside {
    /// Lays out a pod.
    pub fn new(pod: &Value) -> Self {
        let mut taken = BTreeSet::new();
        let specs: Vec<(&Value, bool)> = ["initContainers", "containers"]
            .into_iter()
            .flat_map(|list| pod["spec"][list].items().iter().map(move |c| (c, list != "containers")))
            .collect();
        let per = (((WIDTH - 2.0 * PAD + GAP) / (LEAST + GAP)) as usize).clamp(1, specs.len().max(1));
        let w = ((WIDTH - 2.0 * PAD - GAP * (per - 1) as f64) / per as f64).floor();
        let place = |i: usize| Rect {
            x: PAD + (i % per) as f64 * (w + GAP),
            y: PAD + (i / per) as f64 * (CONTAINER + GAP),
            w,
            h: CONTAINER,
        };
        let containers: Vec<ContainerBox> =
            specs.iter().enumerate().map(|(i, (c, init))| container(pod, c, *init, place(i), &mut taken)).collect();
        let rows = specs.len().div_ceil(per) as f64;
        let mut y = PAD + rows * (CONTAINER + GAP);
        let volumes = volumes(pod, &specs, &containers, &mut y);
        let shared = Rect { x: PAD, y, w: WIDTH - 2.0 * PAD, h: SHARED };
        let hostname = match pod.at("spec.hostname").str() {
            "" => pod.name(),
            name => name,
        };
        Self {
            height: y + SHARED + PAD,
            containers,
            volumes,
            shared,
            ip: pod.at("status.podIP").str().into(),
            hostname: hostname.into(),
        }
    }
}

fn container(pod: &Value, spec: &Value, init: bool, at: Rect, taken: &mut BTreeSet<i64>) -> ContainerBox {
    let list = if init { "initContainerStatuses" } else { "containerStatuses" };
    let status = pod["status"][list].items().iter().find(|s| s["name"] == spec["name"]);
    let has = |state: &str| status.is_some_and(|s| s["state"].get(state).is_some());
    let state = ["running", "terminated"].into_iter().find(|s| has(s)).unwrap_or("waiting");
    let mut x = at.x + 8.0;
    let mut ports = Vec::new();
    for port in spec["ports"].items().iter().take(3) {
        let number = port["containerPort"].int();
        let label = [":", &number.to_string()].concat();
        let w = label.len() as f64 * MONO + 10.0;
        if x + w > at.x + at.w - 4.0 {
            break;
        }
        ports.push(PortBox {
            label,
            at: Rect { x, y: at.y + 25.0, w, h: PORT },
            clash: !init && !taken.insert(number),
        });
        x += w + 4.0;
    }
    ContainerBox {
        name: shorten(spec["name"].str(), at.w - 16.0),
        state,
        init,
        at,
        files: Rect { x: at.x + 6.0, y: at.y + at.h - 28.0, w: at.w - 12.0, h: 22.0 },
        ports,
    }
}

/// Volumes that the pod's author wrote, side by side below the containers; the token that every pod has is left out.
fn volumes(pod: &Value, specs: &[(&Value, bool)], containers: &[ContainerBox], y: &mut f64) -> Vec<VolumeBox> {
    let all = pod.at("spec.volumes").items().iter().filter(|v| !v["name"].str().starts_with("kube-api-access-"));
    let all: Vec<&Value> = all.take(6).collect();
    if all.is_empty() {
        return Vec::new();
    }
    *y += 10.0;
    let per = all.len().min(3);
    let w = ((WIDTH - 2.0 * PAD - GAP * (per - 1) as f64) / per as f64).floor();
    let mut out = Vec::new();
    for (i, volume) in all.iter().enumerate() {
        let at =
            Rect { x: PAD + (i % per) as f64 * (w + GAP), y: *y + (i / per) as f64 * (VOLUME + GAP), w, h: VOLUME };
        let mounts = |spec: &Value| spec["volumeMounts"].items().iter().any(|m| m["name"] == volume["name"]);
        let users = specs.iter().zip(containers).filter(|((spec, _), _)| mounts(spec));
        let line = |c: &ContainerBox| {
            let (x1, y1) = (c.at.x + c.at.w / 2.0, c.at.y + c.at.h);
            let (x2, y2) = (at.x + at.w / 2.0, at.y);
            format!("M{x1} {y1}C{x1} {} {x2} {} {x2} {y2}", y1 + 10.0, y2 - 10.0)
        };
        let kind = volume.fields().map(|(k, _)| k).find(|k| *k != "name").unwrap_or("emptyDir").to_owned();
        let name = shorten(volume["name"].str(), at.w - 16.0);
        out.push(VolumeBox { name, kind, at, lines: users.map(|(_, c)| line(c)).collect() });
    }
    *y += all.len().div_ceil(per) as f64 * (VOLUME + GAP);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{list, object};

    fn container(name: &str, port: i64, mounts: &[&str]) -> Value {
        let mounts: Vec<Value> = mounts.iter().map(|m| object! { "name" => *m }).collect();
        object! { "name" => name, "ports" => list![object! { "containerPort" => port }], "volumeMounts" => Value::from(mounts) }
    }

    fn pod(containers: Vec<Value>) -> Value {
        object! {
            "metadata" => object! { "name" => "p" },
            "spec" => object! { "containers" => Value::from(containers), "volumes" => list![
                object! { "name" => "html", "emptyDir" => object! {} }, object! { "name" => "kube-api-access-x" } ] },
            "status" => object! { "podIP" => "10.244.1.2" },
        }
    }

    #[test]
    fn the_second_container_on_a_port_clashes() {
        let inside = Inside::new(&pod(vec![container("web", 80, &[]), container("web-2", 80, &[])]));
        let clashes: Vec<bool> = inside.containers.iter().map(|c| c.ports[0].clash).collect();
        assert_eq!(clashes, [false, true]);
        assert_eq!((inside.ip.as_str(), inside.hostname.as_str()), ("10.244.1.2", "p"));
    }

    #[test]
    fn a_volume_has_a_line_to_each_container_that_mounts_it() {
        let containers = vec![container("a", 1, &["html"]), container("b", 2, &["html"]), container("c", 3, &[])];
        let inside = Inside::new(&pod(containers));
        assert_eq!(inside.volumes.len(), 1, "the token's volume is left out");
        assert_eq!((inside.volumes[0].lines.len(), inside.volumes[0].kind.as_str()), (2, "emptyDir"));
    }

    #[test]
    fn everything_stays_inside_whatever_the_number() {
        for n in 0..8 {
            let inside = Inside::new(&pod((0..n).map(|i| container(&format!("c{i}"), i, &[])).collect()));
            for c in &inside.containers {
                assert!(c.at.x + c.at.w <= WIDTH && c.at.y + c.at.h <= inside.shared.y, "{n}: {c:?}");
            }
            assert!(inside.shared.y + inside.shared.h <= inside.height);
        }
    }
}
