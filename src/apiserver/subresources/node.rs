//! `/exec`, `/attach` and `/portforward`: streams to a container. Models `pkg/registry/core/pod/rest/subresources.go`.

use crate::apimachinery::{Object, Status, Value};
use crate::apiserver::handlers::Call;
use crate::apiserver::options::bool_param;
use crate::apiserver::proxy::ExecOptions;
use crate::apiserver::{ApiServer, NodeProxy};
use crate::client::Reply;
use crate::client::request::ReplyBody;

impl ApiServer {
    pub(super) fn serve_exec(&mut self, call: &Call, nodes: &mut dyn NodeProxy, attach: bool) -> Result<Reply, Status> {
        let (pod, request) = (self.fetch(call)?, call.request);
        let container = choose_container(&pod, request.param("container"))?;
        check_host(&pod)?;
        let phase = pod.at("status.phase").str();
        if !attach && matches!(phase, "Succeeded" | "Failed") {
            let why = format!("cannot exec into a container in a completed pod; current phase is {phase}");
            return Err(Status::bad_request(why));
        }
        let command = request.query.iter().filter(|(n, _)| n == "command").map(|(_, v)| v.clone()).collect();
        let options = ExecOptions {
            container,
            command,
            stdin: bool_param(request, "stdin"),
            stdout: bool_param(request, "stdout"),
            stderr: bool_param(request, "stderr"),
            tty: bool_param(request, "tty"),
        };
        if !attach && options.command.is_empty() {
            return Err(Status::bad_request("you must specify at least 1 command for the container"));
        }
        let id = if attach { nodes.attach(&pod, options)? } else { nodes.exec(&pod, options)? };
        Ok(stream(id))
    }

    pub(super) fn serve_port_forward(&mut self, call: &Call, nodes: &mut dyn NodeProxy) -> Result<Reply, Status> {
        let pod = self.fetch(call)?;
        check_host(&pod)?;
        let given = call.request.param("ports");
        let first = given.split(',').next().unwrap_or("");
        let port = first.parse::<u16>().ok().filter(|p| *p > 0).ok_or_else(|| {
            Status::bad_request(format!("unable to parse {given:?} as a port: the query must name one port"))
        })?;
        Ok(stream(nodes.port_forward(&pod, port)?))
    }
}

fn stream(id: u64) -> Reply {
    Reply { code: 200, warnings: Vec::new(), body: ReplyBody::Stream(id) }
}

fn check_host(pod: &Value) -> Result<(), Status> {
    if pod.at("spec.nodeName").str().is_empty() {
        return Err(Status::bad_request(format!("pod {} does not have a host assigned", pod.name())));
    }
    Ok(())
}

/// The container that was named, or the only one. Models `podutils.HasContainer` and `getContainerName`.
pub(super) fn choose_container(pod: &Value, wanted: &str) -> Result<String, Status> {
    let names = |list: &str| -> Vec<&str> { pod["spec"][list].items().iter().map(|c| c["name"].str()).collect() };
    let (containers, init) = (names("containers"), names("initContainers"));
    let (name, ephemeral) = (pod.name(), names("ephemeralContainers"));
    if !wanted.is_empty() {
        let known = [&containers, &init, &ephemeral].iter().any(|list| list.contains(&wanted));
        return match known {
            true => Ok(wanted.to_owned()),
            false => Err(Status::bad_request(format!("container {wanted} is not valid for pod {name}"))),
        };
    }
    match containers.as_slice() {
        [only] => Ok((*only).to_owned()),
        [] => Err(Status::bad_request(format!("a container name must be specified for pod {name}"))),
        several => {
            let mut why =
                format!("a container name must be specified for pod {name}, choose one of: [{}]", several.join(" "));
            if !init.is_empty() {
                why += &format!(" or one of the init containers: [{}]", init.join(" "));
            }
            Err(Status::bad_request(why))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_container_must_be_named_where_there_are_several() {
        let pod = |spec: &str| Value::from_json(&format!(r#"{{"metadata":{{"name":"web"}},"spec":{spec}}}"#)).unwrap();
        let two = pod(r#"{"containers":[{"name":"nginx"},{"name":"side"}]}"#);
        assert_eq!(
            choose_container(&two, "").unwrap_err().message,
            "a container name must be specified for pod web, choose one of: [nginx side]"
        );
        assert_eq!(choose_container(&two, "x").unwrap_err().message, "container x is not valid for pod web");
        assert_eq!(choose_container(&two, "side").unwrap(), "side");
        assert_eq!(choose_container(&pod(r#"{"containers":[{"name":"a"}]}"#), "").unwrap(), "a");
    }
}
