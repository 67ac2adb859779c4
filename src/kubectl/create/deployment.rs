//! `kubectl create deployment`.

use super::one;
use crate::action;
use crate::apimachinery::Value;
use crate::cli::command::Command;
use crate::cli::errors::Result;
use crate::cli::factory::Factory;
use crate::cli::flag_sets;
use crate::cli::flags::Flag;
use crate::sim::Rng;
use crate::{list, object};

pub const COMMAND: Command = Command::new("deployment", "Create a deployment with the specified name", action!(run))
    .aliases(&["deploy"])
    .usage("NAME --image=image -- [COMMAND] [args...] [options]")
    .examples("# Create a deployment that runs nginx\nkubectl create deployment my-dep --image=nginx\n\n# Create a deployment with a command\nkubectl create deployment my-dep --image=busybox -- date\n\n# Create a deployment with 3 replicas\nkubectl create deployment my-dep --image=nginx --replicas=3\n\n# Create a deployment that serves a port\nkubectl create deployment my-dep --image=busybox --port=5701")
    .flags(&[
        &[
            Flag::slice("image", "The images to run."),
            Flag::int32("port", "-1", "The port that the containers serve."),
            Flag::int32("replicas", "1", "How many pods to run.").short('r'),
        ],
        flag_sets::PRINT,
        flag_sets::DRY_RUN,
        flag_sets::VALIDATE,
        flag_sets::SAVE_CONFIG,
        super::FIELD_MANAGER,
    ])
    .required(&["image"]);

async fn run(f: &Factory) -> Result {
    let name = one::name(f)?;
    let (_, command) = f.flags.split_at_dash();
    let images = f.flags.list("image");
    if images.len() > 1 && !command.is_empty() {
        return Err("cannot specify multiple --image options and command".into());
    }
    let mut containers: Vec<Value> = Vec::new();
    for image in images {
        let mut container = object! {
            "name" => container_name(f, image), "image" => image.as_str(), "resources" => object! {},
        };
        if !command.is_empty() {
            container.set("command", command.iter().map(String::as_str).collect::<Value>());
        }
        if containers.is_empty() && f.flags.int("port") >= 0 {
            container.set("ports", list![object! { "containerPort" => f.flags.int("port") }]);
        }
        containers.push(container);
    }
    let labels = object! { "app" => name.as_str() };
    let deployment = object! {
        "apiVersion" => "apps/v1", "kind" => "Deployment",
        "metadata" => object! { "name" => name, "labels" => labels.clone() },
        "spec" => object! {
            "replicas" => f.flags.int("replicas"), "selector" => object! { "matchLabels" => labels.clone() },
            "strategy" => object! {},
            "template" => object! {
                "metadata" => object! { "labels" => labels }, "spec" => object! { "containers" => containers },
            },
        },
        "status" => object! {},
    };
    one::create(f, deployment, "deployment").await
}

/// The last part of the image without tag and digest; what no name may hold is replaced and the name made unique.
fn container_name(f: &Factory, image: &str) -> String {
    let name = image.rsplit('/').next().unwrap_or(image);
    let name = name.split([':', '@']).next().unwrap_or(name);
    if !name.contains(['_', '.']) {
        return name.to_owned();
    }
    let mut rng = Rng::new(f.ctx.client.clock.now().0 as u64).fork(image);
    format!("{}-{}", name.replace(['_', '.'], "-"), rng.suffix(5))
}
