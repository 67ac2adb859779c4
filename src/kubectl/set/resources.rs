//! `kubectl set resources`. Models `set_resources.go`.

use super::patches::{self, Changed, Setting};
use crate::action;
use crate::cli::command::Command;
use crate::cli::errors::{Error, Result};
use crate::cli::factory::Factory;
use crate::cli::flag_sets;
use crate::cli::flags::Flag;
use crate::kubectl::create::resource_list;
use crate::kubectl::util;

pub const COMMAND: Command =
    Command::new("resources", "Update resource requests/limits on objects with pod templates", action!(run))
        .usage("(-f FILENAME | TYPE NAME) ([--limits=LIMITS & --requests=REQUESTS] [options]")
        .long("Specify compute resource requirements (CPU, memory) for any resource that defines a pod template.\n\n A pod is guaranteed what it requests and kept to its limits; a request that is left out is taken from the limit")
        .examples("# Set a deployments nginx container cpu limits to \"200m\" and memory to \"512Mi\"\nkubectl set resources deployment nginx -c=nginx --limits=cpu=200m,memory=512Mi\n\n# Set the resource request and limits for all containers in nginx\nkubectl set resources deployment nginx --limits=cpu=200m,memory=512Mi --requests=cpu=100m,memory=256Mi\n\n# Remove the resource requests for resources on containers in nginx\nkubectl set resources deployment nginx --limits=cpu=0,memory=0 --requests=cpu=0,memory=0")
        .flags(&[
            &[
                Flag::str("containers", "*", "The containers to change, by name; * fits any text.").short('c'),
                Flag::str("limits", "", "Limits as resource=quantity, by comma: cpu=100m,memory=256Mi."),
                Flag::str("requests", "", "Requests as resource=quantity, by comma: cpu=100m,memory=256Mi."),
            ],
            flag_sets::ALL,
            flag_sets::DRY_RUN,
            flag_sets::SET_MANAGER,
            flag_sets::FILES,
            flag_sets::LOCAL,
            flag_sets::PRINT,
            flag_sets::RECORD,
            flag_sets::SELECTOR,
        ]);

async fn run(f: &Factory) -> Result {
    let infos = patches::infos(f, f.args()).await?;
    patches::check(f)?;
    let (limits, requests) = (f.flags.str("limits"), f.flags.str("requests"));
    if limits.is_empty() && requests.is_empty() {
        return Err("you must specify an update to requests or limits (in the form of --requests/--limits)".into());
    }
    let amounts = [("limits", resource_list(limits)?), ("requests", resource_list(requests)?)];
    let names = f.flags.str("containers");
    let (mut changed, mut errors) = (Vec::new(), Vec::new());
    for info in &infos {
        let mut object = info.object.clone();
        let count = patches::pod_spec(&mut object).map(|spec| {
            patches::each_container(spec, names, |container| {
                for (field, list) in &amounts {
                    for (name, quantity) in list.fields() {
                        container.set_in(&["resources", field, name], quantity.clone());
                    }
                }
            })
        });
        match count {
            Err(why) => changed.push(Changed { info, object: Err(why) }),
            Ok(0) => errors.push(Error::Msg(format!("error: unable to find container named {names}"))),
            Ok(_) => {
                util::record(f, &mut object);
                changed.push(Changed { info, object: Ok(object) });
            }
        }
    }
    let setting = Setting {
        done: "resource requirements updated",
        failed: "failed to patch resources update to pod template",
        always: false,
    };
    setting.send(f, changed, errors).await
}
