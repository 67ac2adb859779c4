//! What the native tool does: replay, serve, lessons, bench. Only here are files and sockets of the real machine used.

pub mod allocations;
pub mod bench;
pub mod fuzz;
pub mod fuzz_targets;
pub mod lessons;
pub mod replay;
pub mod scenario;
pub mod serve;
