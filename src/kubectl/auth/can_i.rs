//! `kubectl auth can-i`. Models `cani.go`.

use crate::apimachinery::Value;
use crate::cli::command::Command;
use crate::cli::errors::{Error, Result};
use crate::cli::factory::Factory;
use crate::cli::flag_sets;
use crate::cli::flags::Flag;
use crate::cli::printers::TabWriter;
use crate::client::Request;
use crate::kubectl::{describe, util};
use crate::{action, object};

const FLAGS: &[Flag] = &[
    Flag::bool("list", "Print all that is allowed."),
    Flag::bool("no-headers", "With --list: leave out the headers."),
    Flag::bool("quiet", "Print nothing; the exit code says it.").short('q'),
    Flag::str("subresource", "", "The subresource, as log of pods or scale of deployments."),
];

pub const COMMAND: Command = Command::new("can-i", "Check whether an action is allowed", action!(run))
    .usage("VERB [TYPE | TYPE/NAME | NONRESOURCEURL] [options]")
    .long("Check whether an action is allowed.\n\n VERB is one of the API's: get, list, watch, create, update, patch, delete, deletecollection. TYPE is a resource; NONRESOURCEURL a path that begins with /")
    .examples("# Check to see if I can create pods in any namespace\nkubectl auth can-i create pods --all-namespaces\n\n# Check to see if service account \"foo\" of namespace \"dev\" can list pods\nkubectl auth can-i list pods --as=system:serviceaccount:dev:foo -n prod\n\n# List all allowed actions in namespace \"foo\"\nkubectl auth can-i --list --namespace=foo")
    .flags(&[FLAGS, flag_sets::ALL_NAMESPACES]);

const RESOURCE_VERBS: [&str; 16] = [
    "get",
    "list",
    "watch",
    "create",
    "update",
    "patch",
    "delete",
    "deletecollection",
    "use",
    "bind",
    "impersonate",
    "*",
    "approve",
    "sign",
    "escalate",
    "attest",
];
const URL_VERBS: [&str; 8] = ["get", "put", "post", "head", "options", "delete", "patch", "*"];
const SELF: &str = "/apis/authorization.k8s.io/v1/selfsubject";

async fn run(f: &Factory) -> Result {
    let (list, all) = (f.flags.bool("list"), f.flags.bool("all-namespaces"));
    if list {
        if !f.args().is_empty() {
            return Err("list option must be specified with no arguments".into());
        }
        if f.flags.bool("quiet") || all || !f.flags.str("subresource").is_empty() {
            return Err(
                "list option can't be specified with neither quiet, all-namespaces nor subresource options".into()
            );
        }
        return print_rules(f).await;
    }
    let [verb, what] = f.args() else {
        return Err(Error::msg(
            "you must specify two arguments: verb resource or verb resource/resourceName.\nSee 'kubectl auth can-i \
             -h' for help and examples.",
        ));
    };
    let namespace = if all { String::new() } else { f.namespace()?.0 };
    let spec = match what.starts_with('/') {
        true => url(f, verb, what)?,
        false => resource(f, verb, what, &namespace).await?,
    };
    if f.flags.bool("no-headers") {
        return Err("--no-headers cannot be set without --list specified".into());
    }
    let review = object! {
        "apiVersion" => "authorization.k8s.io/v1", "kind" => "SelfSubjectAccessReview", "metadata" => object! {},
        "spec" => spec,
    };
    let status = f.send(Request::post(format!("{SELF}accessreviews"), review)).await?["status"].clone();
    let allowed = status["allowed"].bool();
    if !f.flags.bool("quiet") {
        let mut text = if allowed { "yes" } else { "no" }.to_owned();
        for why in [&status["reason"], &status["evaluationError"]] {
            if !allowed && !why.str().is_empty() {
                text.push_str(&format!(" - {}", why.str()));
            }
        }
        f.out(&(text + "\n"));
    }
    if allowed { Ok(()) } else { Err(Error::Exit(1)) }
}

fn url(f: &Factory, verb: &str, path: &str) -> Result<Value> {
    if !f.flags.str("subresource").is_empty() {
        return Err("--subresource can not be used with NonResourceURL".into());
    }
    if !URL_VERBS.contains(&verb) {
        f.warn(&format!("verb '{verb}' is not a known verb\n"));
    }
    Ok(object! { "nonResourceAttributes" => object! { "path" => path, "verb" => verb } })
}

async fn resource(f: &Factory, verb: &str, what: &str, namespace: &str) -> Result<Value> {
    let (word, name) = what.split_once('/').unwrap_or((what, ""));
    let (group, resource, namespaced) = find(f, word).await?;
    if !namespaced && !namespace.is_empty() {
        let of_group = if group.is_empty() { String::new() } else { format!(" in group '{group}'") };
        f.warn(&format!("resource '{resource}' is not namespace scoped{of_group}\n"));
    }
    if !RESOURCE_VERBS.contains(&verb) {
        f.warn(&format!("verb '{verb}' is not a known verb\n"));
    }
    let mut attributes = object! { "resource" => resource, "verb" => verb };
    let subresource = f.flags.str("subresource");
    for (field, value) in
        [("group", group.as_str()), ("name", name), ("namespace", namespace), ("subresource", subresource)]
    {
        if !value.is_empty() {
            attributes.set(field, value);
        }
    }
    Ok(object! { "resourceAttributes" => attributes })
}

/// Group, resource and scope of a word; what the server does not have is asked for as it is, with a warning.
async fn find(f: &Factory, word: &str) -> Result<(String, String, bool)> {
    if word == "*" {
        return Ok((String::new(), word.to_owned(), true));
    }
    match f.lookup(|mapper| mapper.for_arg(&word.to_lowercase()).cloned()).await {
        Ok(found) => {
            if let Some(mapping) = found {
                return Ok((mapping.resource.group.clone(), mapping.resource.resource.clone(), mapping.namespaced));
            }
        }
        Err(Error::Refused(host)) => (0..2).for_each(|_| util::discovery_failed(f, &host)),
        Err(e) => return Err(e),
    }
    let lower = word.to_lowercase();
    let (name, group) = lower.split_once('.').unwrap_or((&lower, ""));
    if !matches!(lower.as_str(), "users" | "groups") {
        let of_group = if group.is_empty() { String::new() } else { format!(" in group '{group}'") };
        f.warn(&format!("the server doesn't have a resource type '{name}'{of_group}\n"));
    }
    Ok((String::new(), word.to_owned(), true))
}

async fn print_rules(f: &Factory) -> Result {
    let review = object! {
        "apiVersion" => "authorization.k8s.io/v1", "kind" => "SelfSubjectRulesReview", "metadata" => object! {},
        "spec" => object! { "namespace" => f.namespace()?.0 },
    };
    let status = f.send(Request::post(format!("{SELF}rulesreviews"), review)).await?["status"].clone();
    if status["incomplete"].bool() {
        f.warn(&format!("the list may be incomplete: {}", status["evaluationError"].str()));
    }
    let rules: Vec<Value> =
        status["resourceRules"].items().iter().chain(status["nonResourceRules"].items()).cloned().collect();
    let mut table = TabWriter::table();
    if !f.flags.bool("no-headers") {
        table.write("Resources\tNon-Resource URLs\tResource Names\tVerbs\n");
    }
    for row in describe::rule_rows(&rules) {
        table.write(&(row.join("\t") + "\n"));
    }
    f.out(&table.flush());
    Ok(())
}
