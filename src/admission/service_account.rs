//! Every pod runs as a service account and finds its token in a volume. Models `ServiceAccount`.

use super::{Attributes, Context, Plugin};
use crate::apimachinery::{Status, Value};
use crate::{list, object};

pub struct ServiceAccount;

const PREFIX: &str = "kube-api-access-";
const MOUNT_PATH: &str = "/var/run/secrets/kubernetes.io/serviceaccount";
const MIRROR: &str = "kubernetes.io/config.mirror";

thread_local! {
    /// The volume's source, shared by all pods.
    static TOKEN: Value = token_volume();
}

fn token_volume() -> Value {
    let token = object! { "expirationSeconds" => 3607, "path" => "token" };
    let certificate = object! {
        "name" => "kube-root-ca.crt", "items" => list![object! { "key" => "ca.crt", "path" => "ca.crt" }],
    };
    let field = object! { "apiVersion" => "v1", "fieldPath" => "metadata.namespace" };
    let namespace = object! { "items" => list![object! { "path" => "namespace", "fieldRef" => field }] };
    object! {
        "defaultMode" => 420,
        "sources" => list![
            object! { "serviceAccountToken" => token },
            object! { "configMap" => certificate },
            object! { "downwardAPI" => namespace },
        ],
    }
}

impl Plugin for ServiceAccount {
    fn admit(&self, attributes: &mut Attributes, context: &mut Context) -> Result<(), Status> {
        if !attributes.creates_pod() || !attributes.object["metadata"]["annotations"][MIRROR].is_null() {
            return Ok(());
        }
        if attributes.object["spec"]["serviceAccountName"].str().is_empty() {
            let spec = attributes.object.path_mut(&["spec"]).map_mut();
            spec.insert("serviceAccountName", "default");
            spec.insert("serviceAccount", "default");
        }
        let name = attributes.object["spec"]["serviceAccountName"].str();
        let Some(account) = context.reader.get("", "serviceaccounts", attributes.namespace, name) else {
            let namespace = attributes.namespace;
            let why = format!("error looking up service account {namespace}/{name}: serviceaccount {name:?} not found");
            return Err(attributes.forbidden(&why));
        };
        let automount = [&attributes.object["spec"], &account].map(|o| o["automountServiceAccountToken"].as_bool());
        if automount[0].or(automount[1]).unwrap_or(true) {
            mount_token(attributes.object, context);
        }
        let secrets = &account["imagePullSecrets"];
        if attributes.object["spec"]["imagePullSecrets"].is_empty() && !secrets.is_empty() {
            attributes.object.set("spec.imagePullSecrets", secrets.clone());
        }
        Ok(())
    }
}

/// Mounts the token in every container that has nothing at its place.
fn mount_token(pod: &mut Value, context: &mut Context) {
    let lacks = |c: &Value| !c["volumeMounts"].items().iter().any(|m| m["mountPath"].str() == MOUNT_PATH);
    let lists = ["initContainers", "containers"];
    if !lists.iter().any(|l| pod["spec"][*l].items().iter().any(lacks)) {
        return;
    }
    let volumes = pod["spec"]["volumes"].items();
    let existing = volumes.iter().map(|v| v["name"].str()).find(|n| n.starts_with(PREFIX)).map(str::to_owned);
    let (name, new): (Value, bool) = match existing {
        Some(name) => (name.into(), false),
        None => ((PREFIX.to_owned() + &context.rng.suffix(5)).into(), true),
    };
    let mount = object! { "mountPath" => MOUNT_PATH, "name" => name.clone(), "readOnly" => true };
    let spec = pod.path_mut(&["spec"]).map_mut();
    for list in lists {
        if spec.get(list).is_none_or(|l| l.items().is_empty()) {
            continue;
        }
        for container in spec.entry(list).list_mut() {
            if lacks(container) {
                container.map_mut().entry("volumeMounts").list_mut().push(mount.clone());
            }
        }
    }
    if new {
        let volume = object! { "name" => name, "projected" => TOKEN.with(Value::clone) };
        spec.entry("volumes").list_mut().push(volume);
    }
}
