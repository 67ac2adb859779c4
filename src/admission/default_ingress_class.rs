//! The class of ingresses that name none. Models `DefaultIngressClass`.

use super::{Attributes, Context, Operation, Plugin};
use crate::apimachinery::{Object, Status};

pub struct DefaultIngressClass;

const GROUP: &str = "networking.k8s.io";
const MARK: &str = "ingressclass.kubernetes.io/is-default-class";

impl Plugin for DefaultIngressClass {
    fn admit(&self, attributes: &mut Attributes, context: &mut Context) -> Result<(), Status> {
        if !attributes.is(Operation::Create, GROUP, "ingresses") {
            return Ok(());
        }
        let old_way = attributes.object.annotation("kubernetes.io/ingress.class").is_some();
        if old_way || !attributes.object["spec"]["ingressClassName"].is_null() {
            return Ok(());
        }
        let classes = context.reader.list(GROUP, "ingressclasses", "");
        // The newest, and of those of one moment the first by name.
        let newest = classes
            .iter()
            .filter(|c| c.annotation(MARK) == Some("true"))
            .max_by(|a, b| a.creation_timestamp().cmp(&b.creation_timestamp()).then(b.name().cmp(a.name())));
        if let Some(class) = newest {
            attributes.object.set("spec.ingressClassName", class.name());
        }
        Ok(())
    }
}
