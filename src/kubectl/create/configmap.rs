//! `kubectl create configmap`.

use super::{one, sources};
use crate::action;
use crate::apimachinery::base64;
use crate::cli::command::Command;
use crate::cli::errors::Result;
use crate::cli::factory::Factory;
use crate::cli::flag_sets;
use crate::object;

pub const COMMAND: Command =
    Command::new("configmap", "Create a config map from a local file, directory or literal value", action!(run))
        .aliases(&["cm"])
        .usage("NAME [--from-file=[key=]source] [--from-literal=key1=value1] [--dry-run=server|client|none] [options]")
        .examples("# Create a config map with the files of a folder\nkubectl create configmap my-config --from-file=path/to/bar\n\n# Create a config map with a key of your own\nkubectl create configmap my-config --from-file=key1=/path/to/bar/file1.txt\n\n# Create a config map with two values\nkubectl create configmap my-config --from-literal=key1=config1 --from-literal=key2=config2")
        .flags(&[
            sources::FLAGS,
            flag_sets::PRINT,
            flag_sets::DRY_RUN,
            flag_sets::VALIDATE,
            flag_sets::SAVE_CONFIG,
            super::FIELD_MANAGER,
        ]);

async fn run(f: &Factory) -> Result {
    let name = one::name(f)?;
    let data = sources::read(f, sources::Of::ConfigMap(&name))?;
    let mut config = object! {
        "apiVersion" => "v1", "kind" => "ConfigMap", "metadata" => object! { "name" => name },
    };
    for (key, value) in data {
        match String::from_utf8(value) {
            Ok(text) => config.set_in(&["data", &key], text),
            Err(e) => config.set_in(&["binaryData", &key], base64::encode(e.as_bytes())),
        }
    }
    one::create(f, config, "configmap").await
}
