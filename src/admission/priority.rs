//! The number behind a pod's priority class. Models `Priority`.

use super::{Attributes, Context, Operation, Plugin};
use crate::apimachinery::{Object, Status, Value};

pub struct Priority;

const GROUP: &str = "scheduling.k8s.io";

impl Plugin for Priority {
    fn admit(&self, attributes: &mut Attributes, context: &mut Context) -> Result<(), Status> {
        if !attributes.creates_pod() {
            return Ok(());
        }
        let wanted = attributes.object["spec"]["priorityClassName"].str();
        let class = match wanted {
            "" => default_class(context).unwrap_or_default(),
            name => match context.reader.get(GROUP, "priorityclasses", "", name) {
                Some(class) => class,
                None => return Err(attributes.forbidden(&format!("no PriorityClass with name {name} was found"))),
            },
        };
        let value = class["value"].int();
        if let Some(given) = attributes.object["spec"]["priority"].as_i64().filter(|g| *g != value) {
            let why = format!(
                "the integer value of priority ({given}) must not be provided in pod spec; priority admission \
                 controller computed {value} from the given PriorityClass name"
            );
            return Err(attributes.forbidden(&why));
        }
        let policy = match class["preemptionPolicy"].as_str() {
            None => "PreemptLowerPriority".into(),
            Some(policy) => Value::from(policy),
        };
        let spec = attributes.object.path_mut(&["spec"]).map_mut();
        spec.insert("priority", value);
        if !class.is_null() {
            spec.insert("priorityClassName", class.name());
        }
        if spec.get("preemptionPolicy").is_none_or(Value::is_null) {
            spec.insert("preemptionPolicy", policy);
        }
        Ok(())
    }

    fn validate(&self, attributes: &mut Attributes, context: &mut Context) -> Result<(), Status> {
        let touches = [Operation::Create, Operation::Update].map(|o| attributes.is(o, GROUP, "priorityclasses"));
        if touches == [false, false] || !attributes.object["globalDefault"].bool() {
            return Ok(());
        }
        match default_class(context) {
            Some(other) if other.name() != attributes.object.name() => {
                let name = other.name();
                let why = format!("PriorityClass {name} is already marked as default. Only one default can exist");
                Err(attributes.forbidden(&why))
            }
            _ => Ok(()),
        }
    }
}

/// The class of pods that name none: of several, that with the lowest value.
fn default_class(context: &Context) -> Option<Value> {
    let classes = context.reader.list(GROUP, "priorityclasses", "");
    classes.into_iter().filter(|c| c["globalDefault"].bool()).min_by_key(|c| c["value"].int())
}
