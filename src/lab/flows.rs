//! What flows through the picture now: tunnels of port-forward from the laptop to pods.

use super::Lab;
use crate::apimachinery::Object;
use crate::client::Resource;
use crate::view::flow::{Flow, FlowKind};

impl Lab {
    /// The flows of this moment.
    pub fn flows(&self) -> Vec<Flow> {
        let kernel = self.shells.kernel().borrow();
        let running = kernel.processes().filter(|p| p.status.is_none());
        let forwards = running.filter(|p| p.argv.iter().any(|a| a == "port-forward"));
        forwards.filter_map(|p| self.tunnel(&p.argv)).collect()
    }

    /// Ports of the laptop on which something listens, in order.
    pub fn listening(&self) -> Vec<u16> {
        self.shells.kernel().borrow().listening().collect()
    }

    /// Requests from pod to pod since the last call.
    pub fn take_pod_requests(&mut self) -> Vec<Flow> {
        let spoken = self.cluster.take_spoken();
        if spoken.is_empty() {
            return Vec::new();
        }
        let pods = self.cluster.informers();
        let key = |uid: &str| pods.list_in(Resource::Pods, "").find(|p| p.uid() == uid).map(Object::key);
        let flow = |(from, to): &(std::rc::Rc<str>, std::rc::Rc<str>)| {
            let (from, to) = (key(from)?, key(to)?);
            Some(Flow { kind: FlowKind::Request, from: Some(from), to, label: String::new(), broken: false })
        };
        spoken.iter().filter_map(flow).collect()
    }

    /// The tunnel of a port-forward's command line; None where it names none.
    fn tunnel(&self, argv: &[String]) -> Option<Flow> {
        let mut namespace = self.namespace();
        let (mut target, mut ports) = (None, Vec::new());
        let mut words = argv.iter().skip_while(|w| *w != "port-forward").skip(1);
        while let Some(word) = words.next() {
            match word.as_str() {
                "-n" | "--namespace" => namespace = words.next()?.clone(),
                w if w.starts_with('-') => {}
                w if target.is_none() => target = Some(w.rsplit('/').next().unwrap_or(w)),
                w => ports.push(w.replace(':', " → ")),
            }
        }
        let to = format!("{namespace}/{}", target?);
        // kubectl notices only with the next connection that its pod is gone; the picture shows it at once.
        let pod = self.cluster.informers().get(Resource::Pods, &to);
        let broken = pod.is_none_or(|p| p.at("status.phase").str() != "Running");
        Some(Flow { kind: FlowKind::Tunnel, from: None, to, label: ports.join(", "), broken })
    }
}
