//! Which cluster to boot: its nodes and their constants, as data.

use crate::kubelet::NodeSpec;

/// A cluster to boot.
#[derive(Clone, Debug, PartialEq)]
pub struct ClusterSpec {
    pub name: String,
    pub nodes: Vec<NodeSpec>,
    pub seed: u64,
    /// Where virtual time starts, as RFC 3339.
    pub start: String,
}

/// Machine id, system UUID and boot id of the three recorded nodes.
const PLAIN_IDS: [[&str; 3]; 3] = [
    [
        "4900f0b08f2ee53e96e2eae6664d1799",
        "0fd48905-8322-4b56-8e54-00863a0f3a2e",
        "f537860d-3464-45f9-8cf1-e5466121727a",
    ],
    [
        "d1afe2dfeb430dfa3735fc578f7e13ef",
        "fecfc857-4148-4f03-88ef-ded8fea83716",
        "605dc17b-0bfd-418a-8ea3-0a0bb00bafe1",
    ],
    [
        "7cf6c7e3fc758fd5ae1e597b8ff78e67",
        "3c1f7a90-5e2b-4d68-9a4c-7b8d9e0f1a2b",
        "9e8d7c6b-5a49-4838-a727-161504f3e2d1",
    ],
];

impl ClusterSpec {
    /// Three nodes and nothing else: the cluster of the recorded transcripts, and the page's.
    pub fn plain(seed: u64) -> Self {
        Self::with_nodes("plain", 3, seed)
    }

    /// One node for every 100 pods, to measure with.
    pub fn bench(pods: usize, seed: u64) -> Self {
        Self::with_nodes("bench", pods.div_ceil(100).max(1), seed)
    }

    fn with_nodes(name: &str, count: usize, seed: u64) -> Self {
        let nodes = (0..count).map(numbered_node).collect();
        Self { name: name.into(), nodes, seed, start: "2026-11-23T12:20:00Z".into() }
    }
}

/// `node-1` for 0 and so on, with addresses that follow from the number.
fn numbered_node(i: usize) -> NodeSpec {
    let [machine_id, system_uuid, boot_id] = PLAIN_IDS.get(i).map_or_else(
        || {
            let uuid = |family: char| format!("00000000-0000-4000-{family}000-{i:012x}");
            [format!("{i:032x}"), uuid('8'), uuid('9')]
        },
        |ids| ids.map(str::to_owned),
    );
    let (name, host) = (format!("node-{}", i + 1), i + 2);
    NodeSpec {
        ip: format!("172.18.{}.{}", host / 256, host % 256),
        cpu: 4,
        memory: "7957368Ki".into(),
        ephemeral_storage: "101430960Ki".into(),
        pods: 110,
        machine_id,
        system_uuid,
        boot_id,
        provider_id: format!("kubemark://{name}"),
        port: 11_001,
        labels: Vec::new(),
        taints: Vec::new(),
        name,
    }
}
