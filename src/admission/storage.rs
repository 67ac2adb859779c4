//! What claims and volumes get when they are made. Models `DefaultStorageClass`, `StorageObjectInUseProtection` and
//! `PersistentVolumeClaimResize`.

use super::{Attributes, Context, Operation, Plugin};
use crate::apimachinery::quantity::Quantity;
use crate::apimachinery::{Object, Status};

pub struct DefaultStorageClass;
pub struct InUseProtection;
pub struct ClaimResize;

const GROUP: &str = "storage.k8s.io";
const MARK: &str = "storageclass.kubernetes.io/is-default-class";

impl Plugin for DefaultStorageClass {
    fn admit(&self, attributes: &mut Attributes, context: &mut Context) -> Result<(), Status> {
        let claim = attributes.is(Operation::Create, "", "persistentvolumeclaims");
        if !claim || !attributes.object["spec"]["storageClassName"].is_null() {
            return Ok(());
        }
        let classes = context.reader.list(GROUP, "storageclasses", "");
        let newest = classes
            .iter()
            .filter(|c| c.annotation(MARK) == Some("true"))
            .max_by(|a, b| a.creation_timestamp().cmp(&b.creation_timestamp()).then(b.name().cmp(a.name())));
        if let Some(class) = newest {
            attributes.object.set("spec.storageClassName", class.name());
        }
        Ok(())
    }
}

impl Plugin for InUseProtection {
    fn admit(&self, attributes: &mut Attributes, _: &mut Context) -> Result<(), Status> {
        let create = |resource| attributes.is(Operation::Create, "", resource);
        let finalizer = match (create("persistentvolumes"), create("persistentvolumeclaims")) {
            (true, _) => "kubernetes.io/pv-protection",
            (_, true) => "kubernetes.io/pvc-protection",
            _ => return Ok(()),
        };
        if !attributes.object.finalizers().any(|f| f == finalizer) {
            attributes.object.path_mut(&["metadata", "finalizers"]).list_mut().push(finalizer.into());
        }
        Ok(())
    }
}

impl Plugin for ClaimResize {
    fn validate(&self, attributes: &mut Attributes, context: &mut Context) -> Result<(), Status> {
        if !attributes.is(Operation::Update, "", "persistentvolumeclaims") {
            return Ok(());
        }
        const SIZE: &str = "spec.resources.requests.storage";
        let (new, old) = (Quantity::of(attributes.object.at(SIZE)), Quantity::of(attributes.old.at(SIZE)));
        if new <= old {
            return Ok(());
        }
        if attributes.old["status"]["phase"].str() != "Bound" {
            return Err(attributes.forbidden("Only bound persistent volume claims can be expanded"));
        }
        let class = attributes.object["spec"]["storageClassName"].str();
        let class = context.reader.get(GROUP, "storageclasses", "", class).unwrap_or_default();
        if class["allowVolumeExpansion"].bool() {
            return Ok(());
        }
        let why = "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize";
        Err(attributes.forbidden(why))
    }
}
