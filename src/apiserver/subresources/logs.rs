//! `/log`: which container's log, and whether there is one. Models `pkg/registry/core/pod/strategy.go`
//! (LogLocation) and the kubelet's `validateContainerLogStatus`.

use super::node::choose_container;
use crate::apimachinery::field::{Error, ErrorList, Path};
use crate::apimachinery::time::Duration;
use crate::apimachinery::{GroupVersionKind, Object, Status, Time, Value};
use crate::apiserver::handlers::Call;
use crate::apiserver::nonresource::text;
use crate::apiserver::options::{bool_param, int_param};
use crate::apiserver::proxy::LogOptions;
use crate::apiserver::{ApiServer, NodeProxy};
use crate::client::Reply;
use crate::client::request::ReplyBody;

impl ApiServer {
    pub(super) fn serve_logs(&mut self, call: &Call, nodes: &mut dyn NodeProxy) -> Result<Reply, Status> {
        let mut options = self.log_options(call)?;
        let pod = self.fetch(call)?;
        options.container = choose_container(&pod, &options.container)?;
        if pod.at("spec.nodeName").str().is_empty() {
            // There is no kubelet to ask yet: the log is empty.
            return Ok(text(200, ""));
        }
        let node = pod.at("spec.nodeName").str();
        if self.store.get("nodes", node).is_none() {
            // As the server words it: the resource is that of the request.
            return Err(Status::not_found("pods", node));
        }
        check_status(&pod, &options.container, options.previous)?;
        let id = nodes.logs(&pod, options)?;
        Ok(Reply { code: 200, warnings: Vec::new(), body: ReplyBody::Stream(id) })
    }

    /// Reads and checks the query. Models `ValidatePodLogOptions`.
    fn log_options(&self, call: &Call) -> Result<LogOptions, Status> {
        let request = call.request;
        let (seconds, time) = (int_param(request, "sinceSeconds")?, request.param("sinceTime"));
        let mut options = LogOptions {
            container: request.param("container").to_owned(),
            follow: bool_param(request, "follow"),
            previous: bool_param(request, "previous"),
            since: Time::parse_rfc3339(time),
            timestamps: bool_param(request, "timestamps"),
            tail_lines: int_param(request, "tailLines")?,
            limit_bytes: int_param(request, "limitBytes")?,
        };
        let mut errors = ErrorList::new();
        let mut at_least = |name: &str, value: Option<i64>, min: i64, why: &str| {
            if let Some(n) = value.filter(|n| *n < min) {
                errors.push(Error::invalid(&Path::new(name), n, why));
            }
        };
        at_least("tailLines", options.tail_lines, 0, "must be greater than or equal to 0");
        at_least("limitBytes", options.limit_bytes, 1, "must be greater than 0");
        at_least("sinceSeconds", seconds, 1, "must be greater than 0");
        if seconds.is_some() && !time.is_empty() {
            let why = "at most one of `sinceTime` or `sinceSeconds` may be specified";
            errors.push(Error::forbidden(&Path::new(""), why));
        }
        if !errors.is_empty() {
            let gvk = GroupVersionKind::new("", "v1", "PodLogOptions");
            return Err(Status::invalid(&gvk, call.info.name, &errors));
        }
        if let Some(seconds) = seconds {
            options.since = Some(self.now() - Duration::from_secs(seconds.unsigned_abs()));
        }
        Ok(options)
    }
}

/// Whether the kubelet has, or has had, a container to read from.
fn check_status(pod: &Value, container: &str, previous: bool) -> Result<(), Status> {
    let name = pod.name();
    let lists = ["containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"];
    let mut statuses = lists.iter().flat_map(|list| pod["status"][*list].items());
    let Some(status) = statuses.find(|s| s["name"].str() == container) else {
        return Err(refuse(format!("container {container:?} in pod {name:?} is not available")));
    };
    let state = &status["state"];
    let has_run = |ended: &Value| !ended["containerID"].str().is_empty();
    let last = &status["lastState"]["terminated"];
    if previous {
        return match has_run(last) {
            true => Ok(()),
            false => Err(refuse(format!("previous terminated container {container:?} in pod {name:?} not found"))),
        };
    }
    if !state["running"].is_null() || has_run(&state["terminated"]) || has_run(last) {
        return Ok(());
    }
    if !state["terminated"].is_null() || !last.is_null() {
        return Err(refuse(format!("container {container:?} in pod {name:?} is terminated")));
    }
    let waits = format!("container {container:?} in pod {name:?} is waiting to start");
    Err(refuse(match state["waiting"]["reason"].str() {
        _ if state["waiting"].is_null() => format!("{waits} - no logs yet"),
        "ErrImagePull" => format!("{waits}: image can't be pulled"),
        "ImagePullBackOff" => format!("{waits}: trying and failing to pull image"),
        reason => format!("{waits}: {reason}"),
    }))
}

fn refuse(message: String) -> Status {
    Status::bad_request(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn why_there_is_no_log_is_told_as_the_kubelet_does() {
        let pod = |state: &str| {
            Value::from_json(&format!(
                r#"{{"metadata":{{"name":"p"}},"status":{{"containerStatuses":[{{"name":"a",{state}}}]}}}}"#
            ))
            .unwrap()
        };
        let cases = [
            (
                r#""state":{"waiting":{"reason":"ImagePullBackOff"}}"#,
                false,
                "container \"a\" in pod \"p\" is waiting to start: trying and failing to pull image",
            ),
            (
                r#""state":{"waiting":{"reason":"ContainerCreating"}}"#,
                false,
                "container \"a\" in pod \"p\" is waiting to start: ContainerCreating",
            ),
            (r#""state":{"running":{}}"#, true, "previous terminated container \"a\" in pod \"p\" not found"),
            (r#""state":{"running":{}}"#, false, ""),
            (
                r#""state":{"waiting":{"reason":"CrashLoopBackOff"}},"lastState":{"terminated":{"containerID":"x"}}"#,
                false,
                "",
            ),
        ];
        for (state, previous, want) in cases {
            let got = check_status(&pod(state), "a", previous).err().map(|s| s.message).unwrap_or_default();
            assert_eq!(got, want, "{state}");
        }
    }
}
