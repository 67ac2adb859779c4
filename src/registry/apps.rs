//! The apps group. Models `pkg/registry/apps`.

pub mod daemon_set;
pub mod deployment;
pub mod replica_set;
pub mod revision;
pub mod stateful_set;
