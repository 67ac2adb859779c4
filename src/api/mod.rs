//! What is known of every kind: the table of resources, the schema, decoding and defaults. Models `k8s.io/api`,
//! its OpenAPI documents and `pkg/apis/*/v1/defaults.go`.

pub mod cron;
pub mod decode;
pub mod defaults;
pub mod node_affinity;
pub mod pod_status;
pub mod qos;
pub mod quota;
pub mod resources;
pub mod schema;
pub mod tolerations;

pub use resources::Resource;
