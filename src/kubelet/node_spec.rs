//! What a machine is, as data: the composition root gives one for each node.

/// A machine that becomes a node.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NodeSpec {
    /// `node-1`
    pub name: String,
    /// Address of the node: `172.18.0.2`
    pub ip: String,
    /// Whole CPUs.
    pub cpu: i64,
    /// A quantity: `7957368Ki`
    pub memory: String,
    /// A quantity: `101430960Ki`
    pub ephemeral_storage: String,
    /// How many pods the node takes: 110.
    pub pods: i64,
    pub machine_id: String,
    pub system_uuid: String,
    pub boot_id: String,
    /// `spec.providerID`, or "".
    pub provider_id: String,
    /// The kubelet's port.
    pub port: u16,
    /// Labels besides those every node has.
    pub labels: Vec<(String, String)>,
    /// Taints, as `key=value:Effect` or `key:Effect`.
    pub taints: Vec<String>,
}

impl NodeSpec {
    /// What the node's agent calls itself to the API server: kubemark's is hollow.
    pub fn agent(&self) -> &'static str {
        if self.provider_id.starts_with("kubemark://") { "hollow-kubelet" } else { "kubelet" }
    }
}
