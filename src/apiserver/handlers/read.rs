//! GET: one object, a list, a watch. Models `handlers/get.go` and `handlers/watch.go`.

use super::{ApiServer, Call};
use crate::apimachinery::Status;
use crate::apiserver::list::{self, ListOptions};
use crate::apiserver::watch::Watch;
use crate::apiserver::{options, table};
use crate::client::request::ReplyBody;
use crate::client::{Accept, Reply};

impl ApiServer {
    pub fn serve_get(&mut self, call: &Call) -> Result<Reply, Status> {
        let object = self.fetch(call)?;
        Ok(self.reply(call, 200, object, Vec::new()))
    }

    pub fn serve_list(&mut self, call: &Call) -> Result<Reply, Status> {
        let options = ListOptions::parse(call)?;
        let list = list::list(&self.store, call, &options)?;
        let body = match call.request.accept {
            Accept::Table => table::of_list(call, &list, self.now()),
            _ => list,
        };
        Ok(Reply::object(200, body))
    }

    pub fn serve_watch(&mut self, call: &Call) -> Result<Reply, Status> {
        let list_options = ListOptions::parse(call)?;
        let timeout = options::int_param(call.request, "timeoutSeconds")?;
        let watch = Watch::open(&self.store, call, list_options, timeout, self.now())?;
        let id = self.open_watch(watch);
        Ok(Reply { code: 200, warnings: Vec::new(), body: ReplyBody::Watch(id) })
    }
}
