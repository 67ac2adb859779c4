//! Gives each namespace its `default` service account and the cluster's root certificate. Models
//! `pkg/controller/serviceaccount` and `pkg/controller/certificates/rootcacertpublisher`.

use super::{Context, Controller};
use crate::apimachinery::{Object, Status, Time, Value};
use crate::client::{Delta, Informers, Resource, WorkQueue};
use crate::object;

/// Makes one object in every namespace, and makes it again when it is deleted or changed.
#[derive(Clone)]
pub struct PerNamespace {
    name: &'static str,
    resource: Resource,
    object: &'static str,
    make: fn() -> Value,
}

impl PerNamespace {
    pub fn service_accounts() -> Box<dyn Controller> {
        Box::new(Self {
            name: "serviceaccount-controller",
            resource: Resource::ServiceAccounts,
            object: "default",
            make: || object! {},
        })
    }

    pub fn root_ca() -> Box<dyn Controller> {
        Box::new(Self {
            name: "root-ca-certificate-publisher-controller",
            resource: Resource::ConfigMaps,
            object: "kube-root-ca.crt",
            make: root_ca,
        })
    }
}

/// The certificate of the simulated cluster, as the recorded one reads: it signs nothing here.
const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----
MIIBfzCCASWgAwIBAgIUchqG5sxIqe2CCG7M1HRrnhXeg6AwCgYIKoZIzj0EAwIw
FTETMBEGA1UEAwwKa3ViZXJuZXRlczAeFw0yNjExMjMxMjE0MzZaFw0zNjExMjAx
MjE0MzZaMBUxEzARBgNVBAMMCmt1YmVybmV0ZXMwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAQ7M7GYI5Bf54rVvYpnxEBP+ny522Bue7WqwsoAZnhlykh/1YG5s2j7
anUlpjd0Bt2tDkNOlyj2LuzoNnh7qqB1o1MwUTAdBgNVHQ4EFgQUOGQqdG9tMcpl
kBtNMH6qOeMiKpwwHwYDVR0jBBgwFoAUOGQqdG9tMcplkBtNMH6qOeMiKpwwDwYD
VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiBb4n0D1ajZSgApKw/CvT3Y
bHe9+XatvzB22lYOVNzRSgIhALHt7ZNQGpNwALGD6jK/QWZlD+WSQhu+b+O6KlPM
RjZ2
-----END CERTIFICATE-----
";

fn root_ca() -> Value {
    const DESCRIPTION: &str = "Contains a CA bundle that can be used to verify the kube-apiserver when using internal \
                               endpoints such as the internal service IP or kubernetes.default.svc. No other usage is \
                               guaranteed across distributions of Kubernetes clusters.";
    object! {
        "metadata" => object! { "annotations" => object! { "kubernetes.io/description" => DESCRIPTION } },
        "data" => object! { "ca.crt" => CERTIFICATE },
    }
}

impl Controller for PerNamespace {
    fn name(&self) -> &'static str {
        self.name
    }

    fn watches(&self) -> &'static [Resource] {
        match self.resource {
            Resource::ConfigMaps => &[Resource::Namespaces, Resource::ConfigMaps],
            _ => &[Resource::Namespaces, Resource::ServiceAccounts],
        }
    }

    fn enqueue(&mut self, delta: &Delta, _: &Informers, queue: &mut WorkQueue, _: Time) {
        if delta.resource == Resource::Namespaces {
            if !delta.is_delete() {
                queue.add(&*delta.key);
            }
        } else if delta.object().name() == self.object {
            queue.add(delta.object().namespace());
        }
    }

    fn reconcile(&mut self, key: &str, context: &mut Context) -> Result<(), Status> {
        let active = context.get(Resource::Namespaces, key).is_some_and(|ns| !ns.is_terminating());
        if !active {
            return Ok(());
        }
        let mut object = (self.make)();
        object.set("apiVersion", self.resource.api_version());
        object.set("kind", self.resource.kind());
        object.set("metadata.name", self.object);
        object.set("metadata.namespace", key);
        let outcome = match context.get(self.resource, &format!("{key}/{}", self.object)) {
            None => context.door().create(self.resource, key, object),
            Some(there) if there["data"].same(&object["data"]) || object["data"].is_null() => return Ok(()),
            Some(there) => {
                let mut there = there.clone();
                there.set("data", object["data"].clone());
                context.door().update(self.resource, there)
            }
        };
        match outcome {
            Err(status) if status.code == 409 || status.code == 404 || status.code == 403 => Ok(()),
            other => other.map(|_| ()),
        }
    }
}
