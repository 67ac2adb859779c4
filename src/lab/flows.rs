//! What flows through the picture now: tunnels of port-forward from the laptop to pods.

use super::Lab;
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

    /// The tunnel of a port-forward's command line; None where it goes to no pod that there is.
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
        let pod = self.cluster.informers().get(Resource::Pods, &to);
        pod.map(|_| Flow { kind: FlowKind::Tunnel, from: None, to: to.clone(), label: ports.join(", "), broken: false })
    }
}
