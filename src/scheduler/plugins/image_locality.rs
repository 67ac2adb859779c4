//! Prefers nodes that have the pod's images already.

use crate::scheduler::framework::{Cycle, MAX_SCORE, Plugin};
use crate::scheduler::node_info::NodeInfo;
use crate::scheduler::pod_info::PodInfo;

pub struct ImageLocality;

const MIN_BYTES: i64 = 23 << 20;
const MAX_BYTES_PER_CONTAINER: i64 = 1_000 << 20;

/// The names under which a node may list an image: `nginx` is `docker.io/library/nginx:latest`.
fn normalized(image: &str) -> String {
    let mut name = image.to_owned();
    let first = image.split('/').next().unwrap_or("");
    if !image.contains('/') {
        name = format!("docker.io/library/{image}");
    } else if !first.contains('.') && !first.contains(':') && first != "localhost" {
        name = format!("docker.io/{image}");
    }
    let last = name.rsplit('/').next().unwrap_or("");
    if last.contains(':') || last.contains('@') { name } else { name + ":latest" }
}

impl Plugin for ImageLocality {
    fn name(&self) -> &'static str {
        "ImageLocality"
    }

    fn weight(&self) -> i64 {
        1
    }

    fn score(&self, pod: &PodInfo, node: &NodeInfo, cycle: &Cycle) -> i64 {
        if node.images.is_empty() {
            return 0;
        }
        let containers = pod.pod["spec"]["containers"].items();
        let mut sum = 0;
        for container in containers {
            let image = normalized(container["image"].str());
            if let Some(size) = node.images.get(&image) {
                let spread = cycle.nodes.values().filter(|n| n.images.contains_key(&image)).count() as i64;
                sum += size / cycle.nodes.len().max(1) as i64 * spread;
            }
        }
        let max = MAX_BYTES_PER_CONTAINER * containers.len().max(1) as i64;
        MAX_SCORE * (sum.clamp(MIN_BYTES, max) - MIN_BYTES) / (max - MIN_BYTES)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_completed_as_containerd_does() {
        assert_eq!(normalized("nginx"), "docker.io/library/nginx:latest");
        assert_eq!(normalized("luksa/kubia:v1"), "docker.io/luksa/kubia:v1");
        assert_eq!(normalized("localhost:5000/x"), "localhost:5000/x:latest");
    }
}
