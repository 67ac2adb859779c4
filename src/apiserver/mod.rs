//! The one door: routing, codecs, handlers, subresources, discovery. Models `k8s.io/apiserver/pkg/endpoints`.
//!
//! A write goes: route → decode and default → mutating admission → prepare → validate → canonicalize → validating
//! admission → store, in the server's order, since error texts depend on it.

mod bootstrap;
pub mod catalog;
mod component_status;
mod continue_token;
mod convert;
mod crd;
mod discovery;
mod handlers;
mod list;
mod managed;
mod nonresource;
mod openapi;
mod options;
pub mod proxy;
pub mod rbac;
pub mod request_info;
mod reviews;
mod server;
mod subresources;
mod table;
#[cfg(test)]
mod tests;
mod watch;

pub use proxy::NodeProxy;
pub use request_info::RequestInfo;
pub use server::{ApiServer, Config};
