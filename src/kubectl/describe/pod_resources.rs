//! What a pod asks for in all, and its class. Models `component-helpers/resource` and `kubectl/pkg/util/qos`.

use crate::apimachinery::Value;
use crate::apimachinery::quantity::Quantity;
use std::collections::BTreeMap;

/// Amounts by resource name.
pub type Amounts = BTreeMap<String, Quantity>;

/// Requests or limits of a pod: containers run together, init containers one after another, sidecars with all.
pub fn of_pod(pod: &Value, which: &str) -> Amounts {
    let spec = &pod["spec"];
    let mut total = Amounts::new();
    for c in spec["containers"].items() {
        add(&mut total, &amounts(&c["resources"][which]));
    }
    let (mut sidecars, mut peak) = (Amounts::new(), Amounts::new());
    for c in spec["initContainers"].items() {
        let own = amounts(&c["resources"][which]);
        let mut at_once = sidecars.clone();
        add(&mut at_once, &own);
        if c["restartPolicy"].str() == "Always" {
            add(&mut total, &own);
            add(&mut sidecars, &own);
        }
        max(&mut peak, &at_once);
    }
    max(&mut total, &peak);
    // What is asked for the whole pod counts instead.
    total.extend(amounts(&spec["resources"][which]));
    for (name, more) in amounts(&spec["overhead"]) {
        if which == "requests" || total.get(&name).is_some_and(|q| !q.is_zero()) {
            *total.entry(name).or_insert(Quantity::ZERO) += more;
        }
    }
    total
}

fn amounts(list: &Value) -> Amounts {
    list.fields().map(|(name, q)| (name.to_owned(), Quantity::of(q))).collect()
}

/// Adds amounts to amounts.
pub fn add(to: &mut Amounts, more: &Amounts) {
    for (name, amount) in more {
        match to.get_mut(name) {
            Some(sum) => *sum += *amount,
            None => {
                to.insert(name.clone(), *amount);
            }
        }
    }
}

fn max(to: &mut Amounts, other: &Amounts) {
    for (name, amount) in other {
        if to.get(name).is_none_or(|q| *q < *amount) {
            to.insert(name.clone(), *amount);
        }
    }
}

/// `Guaranteed`, `Burstable` or `BestEffort`, where the server has not said.
pub fn qos(pod: &Value) -> &'static str {
    let containers = || ["initContainers", "containers"].into_iter().flat_map(|l| pod["spec"][l].items());
    let asks = |c: &Value, which: &str, name: &str| !Quantity::of(&c["resources"][which][name]).is_zero();
    let any = |c: &Value| ["requests", "limits"].iter().any(|w| ["cpu", "memory"].iter().any(|n| asks(c, w, n)));
    let all = |c: &Value| {
        ["cpu", "memory"].iter().all(|n| {
            let (request, limit) = (&c["resources"]["requests"][*n], &c["resources"]["limits"][*n]);
            asks(c, "limits", n) && (request.is_null() || Quantity::of(request) == Quantity::of(limit))
        })
    };
    if !containers().any(any) {
        "BestEffort"
    } else if containers().all(all) {
        "Guaranteed"
    } else {
        "Burstable"
    }
}
