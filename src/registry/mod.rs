//! What the API server knows of each kind: a strategy per kind over one generic store.
//! Models `pkg/registry` and `apiserver/pkg/registry/generic`.

pub mod strategy;
