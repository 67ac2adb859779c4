//! `kubectl certificate`. Models `kubectl/pkg/cmd/certificates`.

use crate::apimachinery::{Object, Value};
use crate::cli::builder::{Builder, Info};
use crate::cli::command::{Action, Command};
use crate::cli::errors::{Error, Result};
use crate::cli::factory::Factory;
use crate::cli::flags::Flag;
use crate::cli::{flag_sets, printers};
use crate::client::Request;
use crate::{action, object};

const FLAGS: &[&[Flag]] = &[
    &[Flag::bool("force", "Change the certificate request even if it was decided already.")],
    flag_sets::FILES,
    flag_sets::PRINT,
];

pub const COMMAND: Command = Command::new("certificate", "Modify certificate resources", Action::Group).subcommands(&[
    Command::new("approve", "Approve a certificate signing request", action!(approve))
        .usage("(-f FILENAME | NAME) [options]")
        .examples("# Approve CSR 'csr-sqgzp'\nkubectl certificate approve csr-sqgzp")
        .flags(FLAGS),
    Command::new("deny", "Deny a certificate signing request", action!(deny))
        .usage("(-f FILENAME | NAME) [options]")
        .examples("# Deny CSR 'csr-sqgzp'\nkubectl certificate deny csr-sqgzp")
        .flags(FLAGS),
]);

async fn approve(f: &Factory) -> Result {
    decide(f, "Approved", "KubectlApprove", "This CSR was approved by kubectl certificate approve.").await
}

async fn deny(f: &Factory) -> Result {
    decide(f, "Denied", "KubectlDeny", "This CSR was denied by kubectl certificate deny.").await
}

async fn decide(f: &Factory, kind: &str, reason: &str, message: &str) -> Result {
    if f.args().is_empty() && f.flags.list("filename").is_empty() {
        return Err("one or more CSRs must be specified as <name> or -f <filename>".into());
    }
    let mut builder = Builder::new(f)?.files(f);
    builder.latest = true;
    if !f.args().is_empty() {
        builder = builder.named("certificatesigningrequests", f.args());
    }
    let done = kind.to_lowercase();
    for info in builder.all_infos(f).await? {
        let object = one(f, &info, kind, object! { "reason" => reason, "message" => message }).await?;
        printers::for_operation(f, &done)?.print(f, &object)?;
    }
    Ok(())
}

async fn one(f: &Factory, info: &Info, kind: &str, why: Value) -> Result<Value> {
    let mut object = info.object.clone();
    if object.kind() != "CertificateSigningRequest" {
        return Err(Error::Msg(format!("can only handle CertificateSigningRequest objects, got {}", object.kind())));
    }
    let (opposite, has) = (if kind == "Approved" { "Denied" } else { "Approved" }, |kind: &str| {
        info.object.at("status.conditions").items().iter().any(|c| c["type"].str() == kind)
    });
    if has(opposite) {
        return Err(Error::Msg(format!("certificate signing request {:?} is already {opposite}", info.name)));
    }
    if has(kind) && !f.flags.bool("force") {
        return Ok(object);
    }
    let now = f.ctx.client.clock.now().rfc3339();
    let mut condition = why;
    condition.set("type", kind);
    condition.set("status", "True");
    condition.set("lastUpdateTime", now.as_str());
    condition.set("lastTransitionTime", now.as_str());
    object.at_mut("status.conditions").list_mut().push(condition);
    f.send(Request::put(format!("{}/approval", info.url()), object)).await
}
