//! `kubectl set serviceaccount`. Models `set_serviceaccount.go`.

use super::patches::{self, Changed, Setting};
use crate::action;
use crate::cli::command::Command;
use crate::cli::errors::Result;
use crate::cli::factory::Factory;
use crate::cli::flag_sets;
use crate::kubectl::util;

pub const COMMAND: Command = Command::new("serviceaccount", "Update the service account of a resource", action!(run))
    .aliases(&["sa"])
    .usage("(-f FILENAME | TYPE NAME) SERVICE_ACCOUNT [options]")
    .long("Update the service account of pod template resources.\n\n Possible resources (case insensitive) can be:\n\n replicationcontroller (rc), deployment (deploy), daemonset (ds), job, replicaset (rs), statefulset")
    .examples("# Set deployment nginx-deployment's service account to serviceaccount1\nkubectl set serviceaccount deployment nginx-deployment serviceaccount1")
    .flags(&[
        flag_sets::ALL,
        flag_sets::DRY_RUN,
        flag_sets::SET_MANAGER,
        flag_sets::FILES,
        flag_sets::LOCAL,
        flag_sets::PRINT,
        flag_sets::RECORD,
    ]);

async fn run(f: &Factory) -> Result {
    let Some((account, resources)) = f.args().split_last() else { return Err("serviceaccount is required".into()) };
    patches::check(f)?;
    let infos = patches::infos(f, resources).await?;
    let changed = infos.iter().map(|info| {
        let mut object = info.object.clone();
        let done = patches::pod_spec(&mut object).map(|spec| spec.set("serviceAccountName", account.as_str()));
        let object = done.map(|()| {
            util::record(f, &mut object);
            object
        });
        Changed { info, object }
    });
    let setting =
        Setting { done: "serviceaccount updated", failed: "failed to patch ServiceAccountName", always: true };
    setting.send(f, changed.collect(), Vec::new()).await
}
