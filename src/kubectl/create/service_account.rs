//! `kubectl create serviceaccount` and `kubectl create token`.

use super::one;
use crate::action;
use crate::apimachinery::Value;
use crate::cli::command::Command;
use crate::cli::errors::{Error, Result};
use crate::cli::factory::Factory;
use crate::cli::flags::Flag;
use crate::cli::{flag_sets, printers};
use crate::client::Request;
use crate::object;

pub const COMMAND: Command =
    Command::new("serviceaccount", "Create a service account with the specified name", action!(run))
        .aliases(&["sa"])
        .usage("NAME [--dry-run=server|client|none] [options]")
        .examples("# Create a service account\nkubectl create serviceaccount my-service-account")
        .flags(super::COMMON);

async fn run(f: &Factory) -> Result {
    let name = one::name(f)?;
    let account = object! {
        "apiVersion" => "v1", "kind" => "ServiceAccount", "metadata" => object! { "name" => name },
    };
    one::create(f, account, "serviceaccount").await
}

pub const TOKEN: Command = Command::new("token", "Request a service account token", action!(token))
    .usage("SERVICE_ACCOUNT_NAME [options]")
    .examples("# Request a token for a service account\nkubectl create token myapp\n\n# Request one that ends after 10 minutes\nkubectl create token myapp --duration 10m")
    .flags(&[
        &[
            Flag::array("audience", "Who may take the token; the API server where it is left out."),
            Flag::str("bound-object-kind", "", "Kind of the object that the token is bound to: Pod or Secret."),
            Flag::str("bound-object-name", "", "Name of that object."),
            Flag::str("bound-object-uid", "", "UID of that object."),
            Flag::duration("duration", "0s", "How long the token should hold; 0 leaves it to the server."),
        ],
        flag_sets::PRINT,
    ]);

async fn token(f: &Factory) -> Result {
    let name = one::name(f)?;
    let nanos = f.flags.nanos("duration");
    if nanos < 0 {
        return Err("--duration must be greater than or equal to 0".into());
    }
    if nanos % 1_000_000_000 != 0 {
        return Err("--duration cannot be expressed in units less than seconds".into());
    }
    let audiences = f.flags.list("audience");
    if audiences.iter().any(String::is_empty) {
        return Err("--audience must not be an empty string".into());
    }
    let mut request = object! {
        "apiVersion" => "authentication.k8s.io/v1", "kind" => "TokenRequest", "metadata" => object! {},
        "spec" => object! { "audiences" => audiences.iter().map(String::as_str).collect::<Value>() },
        "status" => object! {},
    };
    if nanos > 0 {
        request.set("spec.expirationSeconds", nanos / 1_000_000_000);
    }
    if let Some(bound) = bound_object(f)? {
        request.set("spec.boundObjectRef", bound);
    }
    let (namespace, _) = f.namespace()?;
    let path = format!("/api/v1/namespaces/{namespace}/serviceaccounts/{name}/token");
    let mut reply = f.send(Request::post(path, request)).await.map_err(|e| match e {
        Error::Status(s) => Error::Msg(format!("failed to create token: {}", s.message)),
        other => other,
    })?;
    let text = reply.at("status.token").str();
    if text.is_empty() {
        return Err("failed to create token: no token in server response".into());
    }
    if printers::has_output(f) {
        // Go writes the pointer that is not set.
        reply.map_mut().entry("spec").default_to("boundObjectRef", Value::Null);
        return printers::for_operation(f, "created")?.typed().print(f, &reply);
    }
    // A reader at a terminal gets a line of his own; a pipe the bare token.
    let end = if f.ctx.system.stdin_is_terminal() { "\n" } else { "" };
    f.out(&format!("{text}{end}"));
    Ok(())
}

fn bound_object(f: &Factory) -> Result<Option<Value>> {
    let get = |flag: &str| f.flags.str(flag).to_owned();
    let (kind, name, uid) = (get("bound-object-kind"), get("bound-object-name"), get("bound-object-uid"));
    if kind.is_empty() {
        if !name.is_empty() {
            return Err("--bound-object-name can only be set if --bound-object-kind is provided".into());
        }
        if !uid.is_empty() {
            return Err("--bound-object-uid can only be set if --bound-object-kind is provided".into());
        }
        return Ok(None);
    }
    if !matches!(kind.as_str(), "Node" | "Pod" | "Secret") {
        return Err("supported --bound-object-kind values are Node, Pod, Secret".into());
    }
    if name.is_empty() {
        return Err("--bound-object-name is required if --bound-object-kind is provided".into());
    }
    let mut bound = object! { "apiVersion" => "v1", "kind" => kind, "name" => name };
    if !uid.is_empty() {
        bound.set("uid", uid);
    }
    Ok(Some(bound))
}
