//! `componentstatuses`: computed, never stored. Models `pkg/registry/core/componentstatus`.

use super::handlers::Call;
use super::{ApiServer, list, table};
use crate::apimachinery::{Object, Status, Value};
use crate::client::{Accept, Reply};
use crate::{list, object};

/// In the order in which the real server answers.
const COMPONENTS: [&str; 3] = ["etcd-0", "scheduler", "controller-manager"];

impl ApiServer {
    #[inline(never)]
    pub(super) fn serve_component_status(&self, call: &Call) -> Result<Reply, Status> {
        let mut objects = COMPONENTS.iter().map(|name| component(name));
        if call.info.verb == "get" {
            let found = objects.find(|o| o.name() == call.info.name);
            let object = found.ok_or_else(|| Status::not_found(&call.resource.group_resource, call.info.name))?;
            return Ok(self.reply(call, 200, object, Vec::new()));
        }
        let mut answer = list::list_object(call.resource, self.store.revision(), objects.collect());
        answer.remove("metadata.resourceVersion");
        let body = match call.request.accept {
            Accept::Table => table::of_list(call, &answer, self.now()),
            _ => answer,
        };
        Ok(Reply::object(200, body))
    }
}

fn component(name: &str) -> Value {
    let healthy = object! { "type" => "Healthy", "status" => "True", "message" => "ok" };
    object! {
        "kind" => "ComponentStatus", "apiVersion" => "v1", "metadata" => object! { "name" => name },
        "conditions" => list![healthy],
    }
}
