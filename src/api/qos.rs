//! The quality of service of a pod. Models `pkg/apis/core/v1/helper/qos`.

use crate::apimachinery::Value;
use crate::apimachinery::quantity::Quantity;

/// `Guaranteed`, `Burstable` or `BestEffort`. Models `ComputePodQOS`.
pub fn qos_class(pod: &Value) -> &'static str {
    let spec = &pod["spec"];
    let all = || spec["containers"].items().iter().chain(spec["initContainers"].items());
    let (mut any, mut guaranteed) = (false, true);
    for container in all() {
        let (limits, requests) = (&container["resources"]["limits"], &container["resources"]["requests"]);
        for name in ["cpu", "memory"] {
            let (limit, request) = (Quantity::of(&limits[name]), Quantity::of(&requests[name]));
            any |= !limit.is_zero() || !request.is_zero();
            guaranteed &= !limit.is_zero() && limit == request;
        }
    }
    match (any, guaranteed) {
        (false, _) => "BestEffort",
        (true, true) => "Guaranteed",
        (true, false) => "Burstable",
    }
}
