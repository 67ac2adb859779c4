//! Which cluster to boot: its nodes and their constants, as data.

/// One node as its kubelet reports it.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeSpec {
    pub name: String,
    /// Address of the node.
    pub ip: String,
    /// Addresses of its pods, such as `10.244.0.0/24`.
    pub pod_cidr: String,
    /// Whole CPUs.
    pub cpu: u32,
    /// As a quantity: `7957368Ki`.
    pub memory: String,
    pub max_pods: u32,
    pub machine_id: String,
    pub system_uuid: String,
    pub boot_id: String,
    /// Node age at the start, in seconds: the recorded nodes came up one after the other.
    pub age: u32,
}

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
        let nodes = (0..count).map(|i| NodeSpec::numbered(i, count)).collect();
        Self { name: name.into(), nodes, seed, start: "2026-11-23T12:20:00Z".into() }
    }
}

impl NodeSpec {
    /// `node-1` for 0 and so on, with addresses that follow from the number.
    fn numbered(i: usize, count: usize) -> Self {
        let ids = PLAIN_IDS.get(i).map_or_else(
            || [format!("{i:032x}"), format!("00000000-0000-4000-8000-{i:012x}"), format!("00000000-0000-4000-9000-{i:012x}")],
            |ids| ids.map(str::to_owned),
        );
        let [machine_id, system_uuid, boot_id] = ids;
        let host = i + 2;
        Self {
            name: format!("node-{}", i + 1),
            ip: format!("172.18.{}.{}", host / 256, host % 256),
            pod_cidr: format!("10.{}.{}.0/24", 244 + i / 256, i % 256),
            cpu: 4,
            memory: "7957368Ki".into(),
            max_pods: 110,
            machine_id,
            system_uuid,
            boot_id,
            age: (count - i) as u32,
        }
    }
}
