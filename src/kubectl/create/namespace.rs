//! `kubectl create namespace`.

use super::one;
use crate::cli::command::Command;
use crate::cli::errors::Result;
use crate::cli::factory::Factory;
use crate::{action, object};

pub const COMMAND: Command = Command::new("namespace", "Create a namespace with the specified name", action!(run))
    .aliases(&["ns"])
    .usage("NAME [--dry-run=server|client|none] [options]")
    .examples("# Create namespace test\nkubectl create namespace test")
    .flags(super::COMMON);

async fn run(f: &Factory) -> Result {
    let name = one::name(f)?;
    let namespace = object! {
        "apiVersion" => "v1", "kind" => "Namespace", "metadata" => object! { "name" => name },
        "spec" => object! {}, "status" => object! {},
    };
    one::create(f, namespace, "").await
}
