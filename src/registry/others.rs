//! Groups of which a cluster has few objects. Models `pkg/registry/{scheduling,coordination,node,…}`.

use crate::apimachinery::{Object, Value};
use crate::object;
use crate::registry::printing::{self, AGE, NAME, integer, text};
use crate::registry::simple::Simple;
use crate::registry::validation::{immutable, metadata, misc, policies};

/// PriorityClasses.
pub static PRIORITY_CLASSES: Simple = Simple {
    generation: &["value"],
    check: misc::priority_class,
    check_update: |errors, new, old| {
        use crate::apimachinery::field::{Error, Path};
        if new["value"] != old["value"] {
            errors.push(Error::forbidden(&Path::new("value"), "may not be changed in an update."));
        }
        immutable(errors, &Path::new("preemptionPolicy"), &new["preemptionPolicy"], &old["preemptionPolicy"]);
    },
    columns: &[NAME, text("Value"), text("Global-Default"), AGE, text("PreemptionPolicy")],
    cells: |o, now| {
        vec![
            printing::name(o),
            o["value"].int().into(),
            o["globalDefault"].bool().into(),
            printing::age(o, now),
            o["preemptionPolicy"].clone(),
        ]
    },
    ..Simple::CLUSTER
};

/// Leases.
pub static LEASES: Simple = Simple {
    check: misc::lease,
    columns: &[NAME, text("Holder"), AGE],
    cells: |o, now| vec![printing::name(o), o["spec"]["holderIdentity"].str().into(), printing::age(o, now)],
    create_on_update: true,
    unconditional_update: false,
    ..Simple::PLAIN
};

/// RuntimeClasses.
pub static RUNTIME_CLASSES: Simple = Simple {
    check: misc::runtime_class,
    check_update: |errors, new, old| {
        immutable(errors, &crate::apimachinery::field::Path::new("handler"), &new["handler"], &old["handler"]);
    },
    columns: &[NAME, text("Handler"), AGE],
    cells: |o, now| vec![printing::name(o), o["handler"].clone(), printing::age(o, now)],
    ..Simple::CLUSTER
};

/// APIServices.
pub static API_SERVICES: Simple = Simple {
    status: Some(Value::object),
    columns: &[NAME, text("Service"), text("Available"), AGE],
    cells: |o, now| {
        let service = &o["spec"]["service"];
        let shown = match service.is_null() {
            true => "Local".to_owned(),
            false => format!("{}/{}", service["namespace"].str(), service["name"].str()),
        };
        let mut conditions = o["status"]["conditions"].items().iter();
        let available = match conditions.find(|c| c["type"].str() == "Available") {
            Some(c) if c["status"].str() == "True" => "True".to_owned(),
            Some(c) => format!("{} ({})", c["status"].str(), c["reason"].str()),
            None => "Unknown".to_owned(),
        };
        vec![printing::name(o), shown.into(), available.into(), printing::age(o, now)]
    },
    ..Simple::CLUSTER
};

/// CustomResourceDefinitions.
pub static DEFINITIONS: Simple = Simple {
    generation: &["spec"],
    check_update: |errors, new, old| {
        let path = crate::apimachinery::field::Path::new("spec");
        for field in ["scope", "group"] {
            immutable(errors, &path.child(field), &new["spec"][field], &old["spec"][field]);
        }
        for field in ["kind", "plural"] {
            let (new, old) = (&new["spec"]["names"][field], &old["spec"]["names"][field]);
            immutable(errors, &path.child("names").child(field), new, old);
        }
    },
    status: Some(|| {
        let names = object! { "kind" => "", "plural" => "" };
        object! { "acceptedNames" => names, "conditions" => Value::Null, "storedVersions" => Value::Null }
    }),
    ..Simple::CLUSTER
};

/// FlowSchemas.
pub static FLOW_SCHEMAS: Simple = Simple {
    name: metadata::path_segment,
    generation: &["spec"],
    status: Some(Value::object),
    columns: &[
        NAME,
        text("PriorityLevel"),
        integer("MatchingPrecedence"),
        text("DistinguisherMethod"),
        AGE,
        text("MissingPL"),
    ],
    cells: |o, now| {
        let spec = &o["spec"];
        let mut conditions = o["status"]["conditions"].items().iter();
        let dangling = conditions.find(|c| c["type"].str() == "Dangling").map_or("?", |c| c["status"].str());
        vec![
            printing::name(o),
            spec["priorityLevelConfiguration"]["name"].clone(),
            spec["matchingPrecedence"].int().into(),
            printing::or_none(&spec["distinguisherMethod"]["type"]),
            printing::age(o, now),
            dangling.into(),
        ]
    },
    ..Simple::CLUSTER
};

/// PriorityLevelConfigurations.
pub static PRIORITY_LEVELS: Simple = Simple {
    name: metadata::path_segment,
    generation: &["spec"],
    status: Some(Value::object),
    columns: &[
        NAME,
        text("Type"),
        text("NominalConcurrencyShares"),
        text("Queues"),
        text("HandSize"),
        text("QueueLengthLimit"),
        AGE,
    ],
    cells: |o, now| {
        let limited = &o["spec"]["limited"];
        let queuing = &limited["limitResponse"]["queuing"];
        let number = |v: &Value| v.as_i64().map_or_else(|| "<none>".into(), Value::from);
        vec![
            printing::name(o),
            o["spec"]["type"].clone(),
            number(&limited["nominalConcurrencyShares"]),
            number(&queuing["queues"]),
            number(&queuing["handSize"]),
            number(&queuing["queueLengthLimit"]),
            printing::age(o, now),
        ]
    },
    ..Simple::CLUSTER
};

/// CertificateSigningRequests.
pub static SIGNING_REQUESTS: Simple = Simple {
    check: misc::signing_request,
    status: Some(Value::object),
    columns: &[NAME, AGE, text("SignerName"), text("Requestor"), text("RequestedDuration"), text("Condition")],
    cells: |o, now| {
        let conditions = o["status"]["conditions"].items();
        let has = |kind: &str| conditions.iter().any(|c| c["type"].str() == kind);
        let mut state = match () {
            () if has("Denied") => "Denied",
            () if has("Approved") => "Approved",
            () => "Pending",
        }
        .to_owned();
        for (kind, word) in [("Failed", "Failed"), ("", "")] {
            if !kind.is_empty() && has(kind) {
                state = format!("{state},{word}");
            }
        }
        if !o["status"]["certificate"].is_empty() {
            state.push_str(",Issued");
        }
        let duration = o["spec"]["expirationSeconds"].as_i64().map_or_else(
            || "<none>".to_owned(),
            |s| {
                let secs = u64::try_from(s).unwrap_or(0);
                crate::apimachinery::time::human_duration(std::time::Duration::from_secs(secs))
            },
        );
        vec![
            printing::name(o),
            printing::age(o, now),
            printing::or_none(&o["spec"]["signerName"]),
            o["spec"]["username"].str().into(),
            duration.into(),
            state.into(),
        ]
    },
    ..Simple::CLUSTER
};

/// Webhook configurations of both kinds.
pub static WEBHOOKS: Simple = Simple {
    check: policies::webhooks,
    generation: &["webhooks"],
    columns: &[NAME, integer("Webhooks"), AGE],
    cells: |o, now| vec![printing::name(o), o["webhooks"].items().len().into(), printing::age(o, now)],
    ..Simple::CLUSTER
};

fn parameter_kind(policy: &Value) -> String {
    let kind = &policy["spec"]["paramKind"];
    if kind.is_null() { "<unset>".to_owned() } else { format!("{}/{}", kind["apiVersion"].str(), kind["kind"].str()) }
}

/// ValidatingAdmissionPolicies.
pub static VALIDATING_POLICIES: Simple = Simple {
    check: policies::validating_policy,
    generation: &["spec"],
    status: Some(Value::object),
    columns: &[NAME, integer("Validations"), text("ParamKind"), AGE],
    cells: |o, now| {
        let count = o["spec"]["validations"].items().len();
        vec![printing::name(o), count.into(), parameter_kind(o).into(), printing::age(o, now)]
    },
    ..Simple::CLUSTER
};

/// MutatingAdmissionPolicies.
pub static MUTATING_POLICIES: Simple = Simple {
    generation: &["spec"],
    columns: &[NAME, integer("Mutations"), text("ParamKind"), AGE],
    cells: |o, now| {
        let count = o["spec"]["mutations"].items().len();
        vec![printing::name(o), count.into(), parameter_kind(o).into(), printing::age(o, now)]
    },
    ..Simple::CLUSTER
};

/// MutatingAdmissionPolicyBindings.
pub static MUTATING_BINDINGS: Simple = Simple { check: |_, _| {}, ..VALIDATING_BINDINGS };

/// ValidatingAdmissionPolicyBindings.
pub static VALIDATING_BINDINGS: Simple = Simple {
    generation: &["spec"],
    check: policies::validating_binding,
    columns: &[NAME, text("PolicyName"), text("ParamRef"), AGE],
    cells: |o, now| {
        let parameters = &o["spec"]["paramRef"];
        let shown = match (parameters["namespace"].str(), parameters["name"].str()) {
            (_, "") if parameters["selector"].is_null() => "<unset>".to_owned(),
            (_, "") => crate::apimachinery::labels::format_label_selector(&parameters["selector"]),
            ("", name) => format!("*/{name}"),
            (namespace, name) => format!("{namespace}/{name}"),
        };
        vec![printing::name(o), o["spec"]["policyName"].clone(), shown.into(), printing::age(o, now)]
    },
    ..Simple::CLUSTER
};

/// Cluster-wide kinds that are printed by name and age.
pub static AGED: Simple = Simple {
    generation: &["spec"],
    columns: &[NAME, AGE],
    cells: |o, now| vec![printing::name(o), printing::age(o, now)],
    ..Simple::CLUSTER
};

/// ResourceClaims.
pub static RESOURCE_CLAIMS: Simple = Simple {
    status: Some(Value::object),
    columns: &[NAME, text("State"), AGE],
    cells: |o, now| {
        let mut states = Vec::new();
        if o.is_terminating() {
            states.push("deleted");
        }
        if o["status"]["allocation"].is_null() {
            if !o.is_terminating() {
                states.push("pending");
            }
        } else {
            states.push("allocated");
            if !o["status"]["reservedFor"].is_empty() {
                states.push("reserved");
            }
        }
        vec![printing::name(o), states.join(",").into(), printing::age(o, now)]
    },
    ..Simple::PLAIN
};

/// ResourceClaimTemplates.
pub static RESOURCE_CLAIM_TEMPLATES: Simple =
    Simple { columns: &[NAME, AGE], cells: |o, now| vec![printing::name(o), printing::age(o, now)], ..Simple::PLAIN };

/// ResourceSlices.
pub static RESOURCE_SLICES: Simple = Simple {
    generation: &["spec"],
    columns: &[NAME, text("Node"), text("Driver"), text("Pool"), AGE],
    cells: |o, now| {
        let spec = &o["spec"];
        let node = if spec["nodeName"].str().is_empty() { "<unset>".into() } else { spec["nodeName"].clone() };
        vec![printing::name(o), node, spec["driver"].clone(), spec["pool"]["name"].clone(), printing::age(o, now)]
    },
    ..Simple::CLUSTER
};
