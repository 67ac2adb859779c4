//! Writes the field descriptions that `kubectl explain` prints, taken from k8s-openapi's schemas on the host.
//! Only the native tool holds them; the page fetches them as a file when `explain` is first used.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    #[cfg(feature = "native")]
    descriptions::write();
}

#[cfg(feature = "native")]
mod descriptions {
    use schemars::generate::{SchemaGenerator, SchemaSettings};
    use serde_json::{Map, json};

    /// Adds each named type, and with it every type it uses, to the generator.
    macro_rules! add {
        ($generator:ident; $($($module:ident)::+ => { $($kind:ident),+ $(,)? }),+ $(,)?) => {
            $({
                use k8s_openapi::$($module)::+ as module;
                $($generator.subschema_for::<module::$kind>();)+
            })+
        };
    }

    /// `{definition: {"": its description, field: description}}`, without what has no description.
    pub fn write() {
        let mut generator = SchemaGenerator::new(SchemaSettings::draft07());
        add!(generator;
        api::admissionregistration::v1 => { MutatingAdmissionPolicy, MutatingAdmissionPolicyBinding, MutatingWebhookConfiguration, ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding, ValidatingWebhookConfiguration },
        api::apps::v1 => { ControllerRevision, DaemonSet, Deployment, ReplicaSet, StatefulSet },
        api::authentication::v1 => { SelfSubjectReview, TokenRequest, TokenReview },
        api::authorization::v1 => { LocalSubjectAccessReview, SelfSubjectAccessReview, SelfSubjectRulesReview, SubjectAccessReview },
        api::autoscaling::v1 => { HorizontalPodAutoscaler, Scale },
        api::autoscaling::v2 => { HorizontalPodAutoscaler },
        api::batch::v1 => { CronJob, Job },
        api::certificates::v1 => { CertificateSigningRequest },
        api::coordination::v1 => { Lease },
        api::core::v1 => { Binding, ComponentStatus, ConfigMap, Endpoints, Event, LimitRange, Namespace, Node, PersistentVolume, PersistentVolumeClaim, Pod, PodTemplate, ReplicationController, ResourceQuota, Secret, Service, ServiceAccount },
        api::discovery::v1 => { EndpointSlice },
        api::events::v1 => { Event },
        api::flowcontrol::v1 => { FlowSchema, PriorityLevelConfiguration },
        api::networking::v1 => { IPAddress, Ingress, IngressClass, NetworkPolicy, ServiceCIDR },
        api::node::v1 => { RuntimeClass },
        api::policy::v1 => { Eviction, PodDisruptionBudget },
        api::rbac::v1 => { ClusterRole, ClusterRoleBinding, Role, RoleBinding },
        api::resource::v1 => { DeviceClass, ResourceClaim, ResourceClaimTemplate, ResourceSlice },
        api::scheduling::v1 => { PriorityClass },
        api::storage::v1 => { CSIDriver, CSINode, CSIStorageCapacity, StorageClass, VolumeAttachment, VolumeAttributesClass },
        apiextensions_apiserver::pkg::apis::apiextensions::v1 => { CustomResourceDefinition },
        apimachinery::pkg::apis::meta::v1 => { APIGroup, APIVersions, DeleteOptions, Status },
        kube_aggregator::pkg::apis::apiregistration::v1 => { APIService }
        );
        let mut out = Map::new();
        for (name, schema) in generator.take_definitions(true) {
            let mut texts = Map::new();
            texts.insert(String::new(), schema["description"].clone());
            for (field, of) in schema["properties"].as_object().into_iter().flatten() {
                texts.insert(field.clone(), of["description"].clone());
            }
            texts.retain(|_, text| text.is_string());
            out.insert(name, texts.into());
        }
        #[expect(clippy::disallowed_methods, reason = "a build script is told by its environment where to write")]
        let path = std::env::var("OUT_DIR").expect("cargo sets OUT_DIR") + "/descriptions.json";
        std::fs::write(path, json!(out).to_string()).expect("OUT_DIR can be written to");
    }
}
