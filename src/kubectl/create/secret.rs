//! `kubectl create secret generic|docker-registry|tls`.

use super::{one, sources};
use crate::action;
use crate::apimachinery::Value;
use crate::apimachinery::base64;
use crate::cli::command::{Action, Command};
use crate::cli::errors::{Error, Result};
use crate::cli::factory::Factory;
use crate::cli::flag_sets;
use crate::cli::flags::Flag;
use crate::object;

pub const COMMAND: Command = Command::new("secret", "Create a secret using a specified subcommand", Action::Group)
    .usage("(docker-registry | generic | tls) [options]")
    .long("Create a secret with specified type.\n\n A docker-registry secret holds what a registry asks for, a generic one is Opaque, a tls one holds a certificate and its key")
    .subcommands(&[DOCKER_REGISTRY, GENERIC, TLS]);

const GENERIC: Command =
    Command::new("generic", "Create a secret from a local file, directory, or literal value", action!(generic))
        .usage("NAME [--type=string] [--from-file=[key=]source] [--from-literal=key1=value1] [--dry-run=server|client|none] [options]")
        .examples("# Create a secret with two values\nkubectl create secret generic my-secret --from-literal=key1=supersecret --from-literal=key2=topsecret")
        .flags(&[
            &[Flag::str("type", "", "The type of the secret.")],
            sources::FLAGS,
            flag_sets::PRINT,
            flag_sets::DRY_RUN,
            flag_sets::VALIDATE,
            flag_sets::SAVE_CONFIG,
            super::FIELD_MANAGER,
        ]);

fn secret(name: &str, kind: &str, data: impl IntoIterator<Item = (String, Vec<u8>)>) -> Value {
    let mut secret = object! {
        "apiVersion" => "v1", "kind" => "Secret", "metadata" => object! { "name" => name },
    };
    if !kind.is_empty() {
        secret.set("type", kind);
    }
    for (key, value) in data {
        secret.set_in(&["data", &key], base64::encode(&value));
    }
    secret
}

async fn generic(f: &Factory) -> Result {
    let name = one::name(f)?;
    let data = sources::read(f, sources::Of::Secret)?;
    one::create(f, secret(&name, f.flags.str("type"), data), "secret").await
}

const DOCKER_REGISTRY: Command =
    Command::new("docker-registry", "Create a secret for use with a Docker registry", action!(docker_registry))
        .usage("NAME --docker-username=user --docker-password=password --docker-email=email [--docker-server=string] [--from-file=[key=]source] [--dry-run=server|client|none] [options]")
        .examples("# Create a secret for a registry\nkubectl create secret docker-registry my-secret --docker-server=registry.example --docker-username=me --docker-password=secret")
        .flags(&[
            &[
                Flag::str("docker-email", "", "Email for the registry."),
                Flag::str("docker-password", "", "Password for the registry."),
                Flag::str("docker-server", "https://index.docker.io/v1/", "Address of the registry."),
                Flag::str("docker-username", "", "Name for the registry."),
            ],
            sources::FLAGS,
            flag_sets::PRINT,
            flag_sets::DRY_RUN,
            flag_sets::VALIDATE,
            flag_sets::SAVE_CONFIG,
            super::FIELD_MANAGER,
        ]);

async fn docker_registry(f: &Factory) -> Result {
    const KIND: &str = "kubernetes.io/dockerconfigjson";
    let name = one::name(f)?;
    let (user, password) = (f.flags.str("docker-username"), f.flags.str("docker-password"));
    if !f.flags.list("from-file").is_empty() {
        let data = sources::read(f, sources::Of::Secret)?;
        return one::create(f, secret(&name, KIND, data), "secret").await;
    }
    if user.is_empty() || password.is_empty() {
        let text = "either --from-file or the combination of --docker-username, --docker-password and --docker-server is required";
        return Err(text.into());
    }
    // Go's struct has the fields in this order; the text is what is stored.
    let mut entry = Vec::new();
    let auth = base64::encode(format!("{user}:{password}").as_bytes());
    let email = f.flags.str("docker-email");
    for (field, value) in [("username", user), ("password", password), ("email", email), ("auth", auth.as_str())] {
        if !value.is_empty() {
            entry.push(format!("{}:{}", Value::from(field), Value::from(value)));
        }
    }
    let server = Value::from(f.flags.str("docker-server"));
    let json = format!("{{\"auths\":{{{server}:{{{}}}}}}}", entry.join(","));
    one::create(f, secret(&name, KIND, [(".dockerconfigjson".to_owned(), json.into_bytes())]), "secret").await
}

const TLS: Command = Command::new("tls", "Create a TLS secret", action!(tls))
    .usage("NAME --cert=path/to/cert/file --key=path/to/key/file [--dry-run=server|client|none] [options]")
    .examples(
        "# Create a TLS secret\nkubectl create secret tls tls-secret --cert=path/to/tls.crt --key=path/to/tls.key",
    )
    .flags(&[
        &[
            Flag::bool("append-hash", "Append a hash of the content to the name."),
            Flag::str("cert", "", "File with the certificate, PEM."),
            Flag::str("key", "", "File with the key, PEM."),
        ],
        flag_sets::PRINT,
        flag_sets::DRY_RUN,
        flag_sets::VALIDATE,
        flag_sets::SAVE_CONFIG,
        super::FIELD_MANAGER,
    ]);

async fn tls(f: &Factory) -> Result {
    let name = one::name(f)?;
    let (cert, key) = (f.flags.str("cert"), f.flags.str("key"));
    if key.is_empty() || cert.is_empty() {
        return Err("key and cert must be specified".into());
    }
    let read = |path: &str| {
        f.ctx
            .system
            .read_file(path)
            .map_err(|e| Error::Msg(format!("Cannot read file {path}, open {path}: {}", e.text())))
    };
    let (cert, key) = (read(cert)?, read(key)?);
    for (data, what) in [(&cert, "certificate"), (&key, "key")] {
        if !String::from_utf8_lossy(data).contains("-----BEGIN ") {
            return Err(format!("tls: failed to find any PEM data in {what} input").into());
        }
    }
    let data = [("tls.crt".to_owned(), cert), ("tls.key".to_owned(), key)];
    one::create(f, secret(&name, "kubernetes.io/tls", data), "secret").await
}
