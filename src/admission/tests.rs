//! The plugins together, over a handful of stored objects.

use super::*;
use crate::api::resources;

/// Stored objects as (resource, namespace, name, object).
pub struct Stored(Vec<(&'static str, &'static str, &'static str, Value)>);

impl Reader for Stored {
    fn get(&self, _: &str, resource: &str, namespace: &str, name: &str) -> Option<Value> {
        let found = self.0.iter().find(|(r, ns, n, _)| *r == resource && *ns == namespace && *n == name);
        found.map(|(.., v)| v.clone())
    }
    fn list(&self, _: &str, resource: &str, namespace: &str) -> Vec<Value> {
        let fits = |ns: &str| namespace.is_empty() || ns == namespace;
        self.0.iter().filter(|(r, ns, ..)| *r == resource && fits(ns)).map(|(.., v)| v.clone()).collect()
    }
}

pub fn v(json: &str) -> Value {
    Value::from_json(json).unwrap()
}

fn stored(more: Vec<(&'static str, &'static str, &'static str, Value)>) -> Stored {
    let mut all = vec![
        ("namespaces", "", "default", v(r#"{"status":{"phase":"Active"}}"#)),
        ("namespaces", "", "ending", v(r#"{"status":{"phase":"Terminating"}}"#)),
        ("serviceaccounts", "default", "default", v("{}")),
    ];
    all.extend(more);
    Stored(all)
}

/// A store whose namespace `default` is this one.
pub fn stored_with(namespace: Value) -> Stored {
    let mut all = stored(vec![]);
    all.0.retain(|(resource, _, name, _)| (*resource, *name) != ("namespaces", "default"));
    all.0.push(("namespaces", "", "default", namespace));
    all
}

fn run(store: &Stored, operation: Operation, resource: &str, namespace: &str, object: &str) -> Result<Value, String> {
    run_warned(store, operation, resource, namespace, object).0
}

/// The object after all plugins, or the refusal; and the warnings.
pub fn run_warned(
    store: &Stored,
    operation: Operation,
    resource: &str,
    namespace: &str,
    object: &str,
) -> (Result<Value, String>, Vec<String>) {
    let resource = resources::all().iter().find(|r| r.resource == resource).unwrap();
    let (mut object, old, mut warnings) = (v(object), Value::Null, Vec::new());
    let name = object["metadata"]["name"].str().to_owned();
    let mut attributes = Attributes {
        operation,
        resource,
        subresource: "",
        namespace,
        name: &name,
        object: &mut object,
        old: &old,
        warnings: &mut warnings,
    };
    let mut rng = Rng::new(1);
    let mut context = Context { reader: store, now: Time(0), rng: &mut rng };
    let result = admit(&mut attributes, &mut context).and_then(|()| validate(&mut attributes, &mut context));
    (result.map(|()| object).map_err(|s| s.message), warnings)
}

pub const POD: &str = r#"{"metadata":{"name":"x"},"spec":{"containers":[{"name":"a","image":"n"}]}}"#;

#[test]
fn a_pod_gets_account_token_priority_and_tolerations() {
    let pod = run(&stored(vec![]), Operation::Create, "pods", "default", POD).unwrap();
    let spec = &pod["spec"];
    assert_eq!(spec["serviceAccountName"].str(), "default");
    let volume = spec["volumes"][0]["name"].str();
    assert!(volume.starts_with("kube-api-access-") && volume.len() == 21, "{volume}");
    assert_eq!(spec["containers"][0]["volumeMounts"][0]["name"].str(), volume);
    assert_eq!(spec["priority"].as_i64(), Some(0));
    assert_eq!(spec["preemptionPolicy"].str(), "PreemptLowerPriority");
    assert_eq!(
        spec["tolerations"].to_string(),
        r#"[{"effect":"NoExecute","key":"node.kubernetes.io/not-ready","operator":"Exists","tolerationSeconds":300},{"effect":"NoExecute","key":"node.kubernetes.io/unreachable","operator":"Exists","tolerationSeconds":300}]"#
    );
}

#[test]
fn refusals_are_worded_as_in_the_transcripts() {
    let store = stored(vec![(
        "limitranges",
        "default",
        "lim",
        v(
            r#"{"spec":{"limits":[{"type":"Container","max":{"cpu":"1"},"default":{"cpu":"200m"},"defaultRequest":{"cpu":"100m","memory":"64Mi"}}]}}"#,
        ),
    )]);
    let big = r#"{"metadata":{"name":"lim2"},"spec":{"containers":[{"name":"a","resources":{"limits":{"cpu":"2"}}}]}}"#;
    let refused = |store: &Stored, operation, resource, namespace, object| {
        run(store, operation, resource, namespace, object).unwrap_err()
    };
    assert_eq!(
        refused(&store, Operation::Create, "pods", "default", big),
        r#"pods "lim2" is forbidden: maximum cpu usage per Container is 1, but limit is 2"#
    );
    let pod = run(&store, Operation::Create, "pods", "default", POD).unwrap();
    assert_eq!(
        pod["metadata"]["annotations"]["kubernetes.io/limit-ranger"].str(),
        "LimitRanger plugin set: cpu, memory request for container a; cpu limit for container a"
    );
    let store = stored(vec![]);
    assert_eq!(refused(&store, Operation::Create, "pods", "nosuch", POD), r#"namespaces "nosuch" not found"#);
    assert_eq!(
        refused(&store, Operation::Create, "pods", "ending", POD),
        r#"pods "x" is forbidden: unable to create new content in namespace ending because it is being terminated"#
    );
    let default = r#"{"metadata":{"name":"default"}}"#;
    assert_eq!(
        refused(&store, Operation::Delete, "namespaces", "default", default),
        r#"namespaces "default" is forbidden: this namespace may not be deleted"#
    );
}

#[test]
fn a_quota_counts_what_is_stored() {
    let quota = v(r#"{"metadata":{"name":"q"},"spec":{"hard":{"pods":"1"}}}"#);
    let store = stored(vec![("resourcequotas", "default", "q", quota.clone())]);
    assert!(run(&store, Operation::Create, "pods", "default", POD).is_ok());
    let store = stored(vec![("resourcequotas", "default", "q", quota), ("pods", "default", "w", v(POD))]);
    assert_eq!(
        run(&store, Operation::Create, "pods", "default", POD).unwrap_err(),
        r#"pods "x" is forbidden: exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1"#
    );
    let cpu = v(r#"{"metadata":{"name":"q"},"spec":{"hard":{"cpu":"1","memory":"1Gi"}}}"#);
    let store = stored(vec![("resourcequotas", "default", "q", cpu)]);
    assert_eq!(
        run(&store, Operation::Create, "pods", "default", POD).unwrap_err(),
        r#"pods "x" is forbidden: failed quota: q: must specify cpu for: a; memory for: a"#
    );
}

/// The texts of the documentation's exercise on limits of storage.
#[test]
fn claims_are_measured_by_what_they_request() {
    let range = v(
        r#"{"metadata":{"name":"l"},"spec":{"limits":[{"type":"PersistentVolumeClaim","max":{"storage":"2Gi"},"min":{"storage":"1Gi"}}]}}"#,
    );
    let store = stored(vec![("limitranges", "default", "l", range)]);
    let refusal = |size: &str| {
        let claim =
            format!(r#"{{"metadata":{{"name":"c"}},"spec":{{"resources":{{"requests":{{"storage":"{size}"}}}}}}}}"#);
        run(&store, Operation::Create, "persistentvolumeclaims", "default", &claim).unwrap_err()
    };
    let head = "persistentvolumeclaims \"c\" is forbidden: ";
    let text = "maximum storage usage per PersistentVolumeClaim is 2Gi, but request is 5Gi";
    assert_eq!(refusal("5Gi"), format!("{head}{text}"));
    let text = "minimum storage usage per PersistentVolumeClaim is 1Gi, but request is 500Mi";
    assert_eq!(refusal("500Mi"), format!("{head}{text}"));
}

/// As `podRequests`: an init container counts where it asks for more than all that run after it.
#[test]
fn limits_of_pods_count_init_containers() {
    let range = v(r#"{"metadata":{"name":"l"},"spec":{"limits":[{"type":"Pod","max":{"cpu":"1"}}]}}"#);
    let store = stored(vec![("limitranges", "default", "l", range)]);
    let asks =
        |cpu: &str| format!(r#""image":"n","resources":{{"requests":{{"cpu":"{cpu}"}},"limits":{{"cpu":"{cpu}"}}}}"#);
    let pod = |init: &str, main: &str| {
        let (init, main) = (asks(init), asks(main));
        let text = format!(
            r#"{{"metadata":{{"name":"x"}},"spec":{{"initContainers":[{{"name":"i",{init}}}],"containers":[{{"name":"a",{main}}}]}}}}"#
        );
        run(&store, Operation::Create, "pods", "default", &text)
    };
    assert!(pod("1", "1").is_ok());
    let refusal = "pods \"x\" is forbidden: maximum cpu usage per Pod is 1, but limit is 2";
    assert_eq!(pod("2", "500m").unwrap_err(), refusal);
}

/// The texts of `webhook.ErrCallingWebhook` and `serviceresolver`.
#[test]
fn a_webhook_that_cannot_be_called_refuses_unless_it_is_to_be_ignored() {
    let hook = |policy: &str| {
        v(&format!(
            r#"{{"webhooks":[{{"name":"h.example.com","failurePolicy":"{policy}",
            "clientConfig":{{"service":{{"name":"s","namespace":"default","path":"/v"}}}},
            "rules":[{{"apiGroups":[""],"apiVersions":["v1"],"operations":["CREATE"],"resources":["configmaps"]}}]}}]}}"#
        ))
    };
    let try_with = |policy: &str, more: Vec<_>| {
        let mut all = vec![("validatingwebhookconfigurations", "", "h", hook(policy))];
        all.extend(more);
        let store = stored(all);
        let made = |resource| run(&store, Operation::Create, resource, "default", r#"{"metadata":{"name":"c"}}"#);
        assert!(made("secrets").is_ok());
        made("configmaps").map(drop)
    };
    let head = "Internal error occurred: failed calling webhook \"h.example.com\": failed to call webhook: Post \
                \"https://s.default.svc:443/v?timeout=10s\": ";
    assert_eq!(try_with("Fail", vec![]), Err(format!("{head}service \"s\" not found")));
    let service = ("services", "default", "s", v("{}"));
    assert_eq!(try_with("Fail", vec![service]), Err(format!("{head}no endpoints available for service \"s\"")));
    assert_eq!(try_with("Ignore", vec![]), Ok(()));
}
