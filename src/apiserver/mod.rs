//! The one door: routing, codecs, handlers, subresources, discovery. Models `k8s.io/apiserver/pkg/endpoints`.

pub mod proxy;

pub use proxy::NodeProxy;
