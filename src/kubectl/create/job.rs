//! `kubectl create job` and `kubectl create cronjob`.

use super::one;
use crate::action;
use crate::apimachinery::{Object, Value};
use crate::cli::builder::Builder;
use crate::cli::command::Command;
use crate::cli::errors::{Error, Result};
use crate::cli::factory::Factory;
use crate::cli::flag_sets;
use crate::cli::flags::Flag;
use crate::{list, object};

pub const COMMAND: Command = Command::new("job", "Create a job with the specified name", action!(run))
    .usage("NAME --image=image [--from=cronjob/name] -- [COMMAND] [args...] [options]")
    .examples("# Create a job\nkubectl create job my-job --image=busybox\n\n# Create a job with a command\nkubectl create job my-job --image=busybox -- date\n\n# Create a job from a cron job\nkubectl create job test-job --from=cronjob/a-cronjob")
    .flags(&[
        &[
            Flag::str("from", "", "The resource to make the job from; only cronjob/NAME."),
            Flag::str("image", "", "The image to run."),
        ],
        flag_sets::PRINT,
        flag_sets::DRY_RUN,
        flag_sets::VALIDATE,
        flag_sets::SAVE_CONFIG,
        super::FIELD_MANAGER,
    ]);

async fn run(f: &Factory) -> Result {
    let name = one::name(f)?;
    let (image, from) = (f.flags.str("image"), f.flags.str("from"));
    let (_, command) = f.flags.split_at_dash();
    if image.is_empty() == from.is_empty() {
        return Err("either --image or --from must be specified".into());
    }
    if !command.is_empty() && !from.is_empty() {
        return Err("cannot specify --from and command".into());
    }
    let job = if from.is_empty() { from_image(&name, image, command) } else { from_cron_job(f, &name, from).await? };
    one::create(f, job, "job").await
}

fn container(name: &str, image: &str, command: &[String]) -> Value {
    let mut container = object! { "name" => name, "image" => image, "resources" => object! {} };
    if !command.is_empty() {
        container.set("command", command.iter().map(String::as_str).collect::<Value>());
    }
    container
}

fn template(name: &str, image: &str, command: &[String], restart: &str) -> Value {
    object! {
        "metadata" => object! {},
        "spec" => object! { "containers" => list![container(name, image, command)], "restartPolicy" => restart },
    }
}

fn from_image(name: &str, image: &str, command: &[String]) -> Value {
    object! {
        "apiVersion" => "batch/v1", "kind" => "Job", "metadata" => object! { "name" => name },
        "spec" => object! { "template" => template(name, image, command, "Never") }, "status" => object! {},
    }
}

async fn from_cron_job(f: &Factory, name: &str, from: &str) -> Result<Value> {
    let infos = Builder::new(f)?.args(f, false, &[from.to_owned()]).await?.all_infos(f).await?;
    let [info] = infos.as_slice() else {
        return Err("from must be an existing cronjob".into());
    };
    let cron = &info.object;
    if info.mapping.kind != "CronJob" {
        let kind = &info.mapping.kind;
        return Err(Error::Msg(format!("unknown object type *v1.{kind}, only cronjob is supported as a source")));
    }
    let template = cron.at("spec.jobTemplate");
    let mut annotations = template.annotations().clone();
    annotations.set_in(&["cronjob.kubernetes.io/instantiate"], "manual");
    let owner = object! {
        "apiVersion" => "batch/v1", "kind" => "CronJob", "name" => cron.name(), "uid" => cron.uid(),
        "controller" => true,
    };
    let mut metadata = object! { "name" => name, "annotations" => annotations, "ownerReferences" => list![owner] };
    if !template.labels().is_empty() {
        metadata.set("labels", template.labels());
    }
    Ok(object! {
        "apiVersion" => "batch/v1", "kind" => "Job", "metadata" => metadata, "spec" => &template["spec"],
        "status" => object! {},
    })
}

pub const CRON_JOB: Command = Command::new("cronjob", "Create a cron job with the specified name", action!(run_cron_job))
    .aliases(&["cj"])
    .usage("NAME --image=image --schedule='0/5 * * * ?' -- [COMMAND] [args...] [flags] [options]")
    .examples("# Create a cron job\nkubectl create cronjob my-job --image=busybox --schedule=\"*/1 * * * *\"\n\n# Create a cron job with a command\nkubectl create cronjob my-job --image=busybox --schedule=\"*/1 * * * *\" -- date")
    .flags(&[
        &[
            Flag::str("image", "", "The image to run."),
            Flag::str("restart", "", "The restart policy of the pods: OnFailure or Never."),
            Flag::str("schedule", "", "When to run, in the format of cron."),
        ],
        flag_sets::PRINT,
        flag_sets::DRY_RUN,
        flag_sets::VALIDATE,
        flag_sets::SAVE_CONFIG,
        super::FIELD_MANAGER,
    ])
    .required(&["image", "schedule"]);

async fn run_cron_job(f: &Factory) -> Result {
    let name = one::name(f)?;
    let (_, command) = f.flags.split_at_dash();
    let restart = match f.flags.str("restart") {
        "" => "OnFailure",
        policy => policy,
    };
    let template = template(&name, f.flags.str("image"), command, restart);
    let cron = object! {
        "apiVersion" => "batch/v1", "kind" => "CronJob", "metadata" => object! { "name" => name.as_str() },
        "spec" => object! {
            "schedule" => f.flags.str("schedule"),
            "jobTemplate" => object! {
                "metadata" => object! { "name" => name }, "spec" => object! { "template" => template },
            },
        },
        "status" => object! {},
    };
    one::create(f, cron, "cronjob").await
}
