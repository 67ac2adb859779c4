//! `/finalize` of a namespace: takes finalizers from its spec; without any it goes. Models
//! `pkg/registry/core/namespace/storage` (FinalizeREST).

use crate::api::decode::Decoded;
use crate::apimachinery::Status;
use crate::apiserver::ApiServer;
use crate::apiserver::handlers::Call;
use crate::apiserver::options::WriteOptions;
use crate::client::Reply;
use crate::registry::store::Part;

impl ApiServer {
    pub(super) fn serve_finalize(&mut self, call: &Call) -> Result<Reply, Status> {
        let options = WriteOptions::parse(call.request, "UpdateOptions")?;
        let Decoded { object: wanted, mut warnings } = self.decode_body(call, options.validation)?;
        let mut new = self.fetch(call)?;
        new.set("metadata.resourceVersion", wanted.at("metadata.resourceVersion").clone());
        if wanted.at("spec.finalizers").items().is_empty() {
            new.remove("spec.finalizers");
        } else {
            new.set("spec.finalizers", wanted.at("spec.finalizers").clone());
        }
        let name = call.info.name;
        let (stored, _) = self.with_registry(call, options.dry_run, &mut warnings, |registry| {
            registry.update(call.resource, "", name, new, Part::Subresource)
        })?;
        Ok(self.reply(call, 200, stored, warnings))
    }
}
