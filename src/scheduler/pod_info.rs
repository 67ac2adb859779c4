//! What the scheduler reads of a pod, once. Models `framework.PodInfo` and `component-helpers/resource`.

use crate::apimachinery::quantity::Quantity;
use crate::apimachinery::{Object, Value};
use std::collections::BTreeMap;

/// Amounts by resource name: CPU in thousandths, the rest in whole units.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resources {
    pub milli_cpu: i64,
    pub memory: i64,
    pub ephemeral_storage: i64,
    /// Extended resources, such as `nvidia.com/gpu`.
    pub scalar: BTreeMap<String, i64>,
}

impl Resources {
    /// Reads a map of quantities.
    pub fn read(list: &Value) -> Self {
        let mut out = Self::default();
        for (name, quantity) in list.fields() {
            let quantity = Quantity::of(quantity);
            match name {
                "cpu" => out.milli_cpu = quantity.milli_value(),
                "memory" => out.memory = quantity.value(),
                "ephemeral-storage" => out.ephemeral_storage = quantity.value(),
                "pods" => {}
                _ => {
                    out.scalar.insert(name.to_owned(), quantity.value());
                }
            }
        }
        out
    }

    fn combine(&mut self, other: &Self, f: impl Fn(i64, i64) -> i64) {
        self.milli_cpu = f(self.milli_cpu, other.milli_cpu);
        self.memory = f(self.memory, other.memory);
        self.ephemeral_storage = f(self.ephemeral_storage, other.ephemeral_storage);
        for (name, amount) in &other.scalar {
            let mine = self.scalar.entry(name.clone()).or_default();
            *mine = f(*mine, *amount);
        }
    }

    pub fn add(&mut self, other: &Self) {
        self.combine(other, i64::saturating_add);
    }

    pub fn subtract(&mut self, other: &Self) {
        self.combine(other, i64::saturating_sub);
    }

    pub fn max(&mut self, other: &Self) {
        self.combine(other, i64::max);
    }
}

/// A port of the node that a pod takes: address, protocol, port.
pub type HostPort = (String, String, i64);

/// A pod as the scheduler sees it.
#[derive(Clone, Debug)]
pub struct PodInfo {
    pub pod: Value,
    pub requests: Resources,
    /// CPU and memory with what containers without requests count for when nodes are scored.
    pub nonzero: (i64, i64),
    pub host_ports: Vec<HostPort>,
    pub priority: i64,
    /// The uid of the controller, or "".
    pub controller: String,
}

/// What a container without requests counts for: 100m and 200Mi. Models `GetNonzeroRequests`.
const DEFAULT_MILLI_CPU: i64 = 100;
const DEFAULT_MEMORY: i64 = 200 << 20;

impl PodInfo {
    pub fn new(pod: &Value) -> Self {
        let spec = &pod["spec"];
        Self {
            requests: requests(spec, &|_| {}),
            nonzero: {
                let filled = requests(spec, &|r| {
                    r.milli_cpu = if r.milli_cpu == 0 { DEFAULT_MILLI_CPU } else { r.milli_cpu };
                    r.memory = if r.memory == 0 { DEFAULT_MEMORY } else { r.memory };
                });
                (filled.milli_cpu, filled.memory)
            },
            host_ports: host_ports(spec),
            priority: spec["priority"].int(),
            controller: pod.controller_of().map_or("", |r| r["uid"].str()).to_owned(),
            pod: pod.clone(),
        }
    }
}

/// What a pod asks for: its containers together, or the largest of its init containers, whichever is more.
/// Sidecars count from their start on. Models `PodRequests`.
fn requests(spec: &Value, fill: &dyn Fn(&mut Resources)) -> Resources {
    let of = |container: &Value| {
        let mut amounts = Resources::read(&container["resources"]["requests"]);
        fill(&mut amounts);
        amounts
    };
    let (mut sidecars, mut init) = (Resources::default(), Resources::default());
    for container in spec["initContainers"].items() {
        let mut amounts = of(container);
        if container["restartPolicy"].str() == "Always" {
            sidecars.add(&amounts);
            init.max(&sidecars);
        } else {
            amounts.add(&sidecars);
            init.max(&amounts);
        }
    }
    let mut total = sidecars;
    for container in spec["containers"].items() {
        total.add(&of(container));
    }
    total.max(&init);
    total.add(&Resources::read(&spec["overhead"]));
    total
}

fn host_ports(spec: &Value) -> Vec<HostPort> {
    let ports = spec["containers"].items().iter().flat_map(|c| c["ports"].items());
    let taken = ports.filter(|p| p["hostPort"].int() > 0);
    let or = |value: &Value, default: &str| if value.str().is_empty() { default } else { value.str() }.to_owned();
    taken.map(|p| (or(&p["hostIP"], "0.0.0.0"), or(&p["protocol"], "TCP"), p["hostPort"].int())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{list, object};

    #[test]
    fn init_containers_count_where_they_ask_for_more() {
        let container = |cpu: &str| {
            object! { "resources" => object! { "requests" => object! { "cpu" => cpu, "memory" => "1Mi" } } }
        };
        let pod = object! { "spec" => object! {
            "containers" => list![container("100m"), container("200m")], "initContainers" => list![container("1")],
        } };
        let info = PodInfo::new(&pod);
        assert_eq!((info.requests.milli_cpu, info.requests.memory), (1_000, 2 << 20));
    }
}
