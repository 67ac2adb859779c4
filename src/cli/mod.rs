//! What every kubectl command is built from: flags in pflag's manner, the resource builder, printers, and the
//! machine a command runs on. Models `spf13/pflag`, `spf13/cobra` and `k8s.io/cli-runtime`.

pub mod builder;
pub mod command;
pub mod descriptions;
pub mod errors;
pub mod factory;
pub mod flag_sets;
pub mod flags;
pub mod help;
pub mod json;
pub mod kubeconfig;
pub mod kustomize;
pub mod mapper;
pub mod memory;
pub mod printers;
pub mod system;
pub mod traffic;
pub mod typed;

pub use errors::{Error, Result};
pub use factory::{Context, Factory};
