//! Podium: a simulated Kubernetes cluster. The architecture is drawn and explained in `ARCHITECTURE.md`.
//!
//! The library is the core: it names no browser crate unless the feature `web` is on, reads no time, randomness or
//! environment, and does the same natively and in WebAssembly.

pub mod admission;
pub mod api;
pub mod apimachinery;
pub mod apiserver;
pub mod cli;
pub mod client;
pub mod cluster;
pub mod controllers;
pub mod host;
pub mod i18n;
pub mod kubectl;
pub mod kubelet;
pub mod lab;
pub mod lesson;
pub mod network;
pub mod registry;
pub mod scheduler;
pub mod session;
pub mod sh;
pub mod shell;
pub mod sim;
pub mod storage;
#[cfg(feature = "native")]
pub mod tool;
#[cfg(feature = "web")]
pub mod ui;
pub mod view;
