//! What a pod's worker may use, and how it reaches the machines of its containers.

use super::node::Node;
use super::pod::{Exit, Pod, State};
use super::world::{Neighbours, Pods, World};
use crate::apimachinery::{Object, Status, Time, Value};
use crate::client::recorder::Ref;
use crate::client::{Api, Door, Informers, Resource};
use crate::network::Network;
use crate::sh::{Env, Files, Kernel};
use std::collections::BTreeMap;

/// The world of one pod while it is worked on; the pod itself is taken out of it.
pub struct Context<'a> {
    pub informers: &'a Informers,
    pub api: &'a mut dyn Api,
    pub now: Time,
    pub node: &'a mut Node,
    pub others: &'a mut Pods,
    pub network: &'a mut Network,
    /// Volumes that outlive pods.
    pub shared: &'a mut BTreeMap<String, Files>,
}

impl Context<'_> {
    pub fn door(&mut self) -> Door<'_> {
        Door { api: &mut *self.api, agent: self.node.spec.agent() }
    }

    /// Records an event about a pod, or about one of its containers where `container` is not "".
    pub fn event(&mut self, pod: &Pod, container: &str, kind: &'static str, reason: &str, message: &str) {
        let path = if container.is_empty() { String::new() } else { pod.field_path(container) };
        let about = Ref::part(&pod.object, &path);
        self.node.events.event(self.api, self.now, &about, (kind, reason, ""), message);
    }

    /// Works on the machine of a container with the world around it. None where it has none (any more).
    pub fn with_kernel<R>(
        &mut self,
        pod: &mut Pod,
        id: &str,
        work: impl FnOnce(&mut Kernel, &mut dyn Env) -> R,
    ) -> Option<R> {
        let mut kernel = pod.by_id_mut(id)?.kernel.take()?;
        kernel.tell_time(self.now);
        let ip = pod.sandbox.as_ref().map_or("", |s| s.ip.as_str()).to_owned();
        let mut world = World {
            pods: Neighbours { uid: &pod.uid, siblings: &mut pod.instances, others: &mut *self.others },
            object: &pod.object,
            ip: &ip,
            volumes: &mut pod.volumes,
            shared: &mut *self.shared,
            ports: &mut pod.ports,
            network: &mut *self.network,
            informers: self.informers,
            rng: &mut self.node.rng,
        };
        let result = work(&mut kernel, &mut world);
        pod.by_id_mut(id)?.kernel = Some(kernel);
        Some(result)
    }

    /// Steps the machines of a pod that have something to do. True where anything moved.
    pub fn run_containers(&mut self, pod: &mut Pod) -> bool {
        let now = self.now;
        let ready: Vec<String> = pod
            .instances
            .iter()
            .filter(|i| i.kernel.as_ref().is_some_and(|k| k.is_ready(now)))
            .map(|i| i.id.clone())
            .collect();
        let mut moved = false;
        for id in ready {
            moved |= self.with_kernel(pod, &id, |kernel, env| kernel.step(now, env)).unwrap_or(false);
            self.collect(pod, &id);
        }
        moved
    }

    /// Takes a container's output, and notes its end.
    pub fn collect(&mut self, pod: &mut Pod, id: &str) {
        let Some(instance) = pod.by_id_mut(id) else { return };
        let Some(kernel) = &mut instance.kernel else { return };
        for chunk in kernel.take_output(instance.main) {
            instance.log.write(&chunk);
        }
        if let Some(status) = kernel.exit_status(instance.main).filter(|_| instance.state == State::Running) {
            self.exited(pod, id, status.code, status.at);
        }
    }

    fn exited(&mut self, pod: &mut Pod, id: &str, code: i32, at: Time) {
        let Some(name) = pod.by_id_mut(id).map(|i| i.name.clone()) else { return };
        let (spec, _) = pod.container_spec(&name);
        let path = spec["terminationMessagePath"].str().to_owned();
        let from_log = spec["terminationMessagePolicy"].str() == "FallbackToLogsOnError" && code != 0;
        let Some(instance) = pod.by_id_mut(id) else { return };
        let oom = instance.kernel.as_ref().is_some_and(|k| k.is_out_of_memory);
        // The machine ends with its first process; execs that were in it end with it.
        let written = instance.kernel.take().and_then(|k| k.files.read(&path).ok());
        let mut message = written.map(|data| tail(&data, 4_096)).unwrap_or_default();
        if message.is_empty() && from_log {
            message = instance.log.tail(80, 2_048);
        }
        let reason = match code {
            _ if oom => "OOMKilled",
            0 => "Completed",
            _ => "Error",
        };
        instance.state = State::Exited(Exit { code, reason, message, at });
        self.release_ports(pod);
        pod.worker.note_change(self.now);
    }

    /// Frees ports that no running container holds any more.
    fn release_ports(&mut self, pod: &mut Pod) {
        let held = |pod: &Pod, port: u16| {
            pod.instances.iter().filter_map(|i| i.kernel.as_ref()).any(|k| k.listening_ports().contains(&port))
        };
        let free: Vec<u16> = pod.ports.iter().copied().filter(|port| !held(pod, *port)).collect();
        for port in free {
            pod.ports.remove(&port);
        }
    }

    /// Writes a pod's status where it differs from what was sent last. A conflict is tried again on the fresh pod.
    pub fn send_status(&mut self, pod: &mut Pod, status: Value) {
        if !pod.exists || pod.sent.same(&status) {
            return;
        }
        let mut object = pod.object.clone();
        for _ in 0..3 {
            object.set("status", status.clone());
            match self.door().update_status(Resource::Pods, object.clone()) {
                Ok(written) => {
                    pod.object = written;
                    break;
                }
                Err(error) if error.reason == "Conflict" => match self.fresh(pod) {
                    Some(fresh) => object = fresh,
                    None => return,
                },
                Err(_) => return,
            }
        }
        pod.sent = status;
    }

    /// The pod as the API server has it now; None where it is gone or another one.
    pub fn fresh(&mut self, pod: &Pod) -> Option<Value> {
        let object = self.door().get(Resource::Pods, &pod.object.key()).ok()?;
        (object.uid() == &*pod.uid).then_some(object)
    }

    /// Removes a pod from the API, now that nothing of it runs.
    pub fn delete_pod(&mut self, pod: &Pod) -> Result<Value, Status> {
        let options = crate::object! {
            "apiVersion" => "v1", "kind" => "DeleteOptions", "gracePeriodSeconds" => 0,
            "preconditions" => crate::object! { "uid" => &*pod.uid },
        };
        self.door().delete(Resource::Pods, &pod.object.key(), options)
    }
}

/// The last bytes as text.
fn tail(data: &[u8], max: usize) -> String {
    String::from_utf8_lossy(data.get(data.len().saturating_sub(max)..).unwrap_or(data)).into_owned()
}
