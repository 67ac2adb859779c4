//! What every kubectl command is built from: flags in pflag's manner, the resource builder, printers, and the
//! machine a command runs on. Models `spf13/pflag`, `spf13/cobra` and `k8s.io/cli-runtime`.

pub mod system;
