//! `--raw` of create, replace and delete: a file sent to a path as it stands. Models `kubectl/pkg/rawhttp`.

use super::util::url_request;
use crate::api::codec;
use crate::cli::builder::file;
use crate::cli::errors::Result;
use crate::cli::factory::Factory;
use crate::client::request::{Method, ReplyBody};
use crate::client::{Body, Request};

/// What `--raw` does not go with. `min` is how many files there must be at least.
pub fn check(f: &Factory, min: usize) -> Result {
    let (files, raw) = (f.flags.list("filename"), f.flags.str("raw"));
    if files.len() > 1 || files.len() < min {
        return Err("--raw can only use a single local file or stdin".into());
    }
    if files.first().is_some_and(|file| file.starts_with("http")) {
        return Err("--raw cannot read from a url".into());
    }
    let taken = |flag: &str| !matches!(f.flags.str(flag), "" | "false");
    for (flag, shown) in [("recursive", "--recursive"), ("selector", "--selector (-l)"), ("output", "--output")] {
        if taken(flag) {
            return Err(format!("--raw and {shown} are mutually exclusive").into());
        }
    }
    check_path(raw)
}

/// Go's `url.ParseRequestURI`, as far as a path goes.
pub fn check_path(raw: &str) -> Result {
    match raw.starts_with('/') {
        true => Ok(()),
        false => Err(format!("--raw must be a valid URL path: parse {raw:?}: invalid URI for request").into()),
    }
}

/// Sends the file and prints the answer.
pub async fn send(f: &Factory, method: Method) -> Result {
    let body = match f.flags.list("filename").first() {
        Some(path) => {
            let (_, text) = file(f, path).await?;
            Body::from_json(text.as_bytes())
        }
        None => Body::Empty,
    };
    let request = Request { method, body, ..url_request(f.flags.str("raw")) };
    match f.reply(request).await?.body {
        ReplyBody::Status(status) if status.code >= 400 => return Err(status.into()),
        ReplyBody::Status(status) => f.out(&(codec::encode(&status.to_value()) + "\n")),
        ReplyBody::Object(value) => f.out(&(codec::encode(&value) + "\n")),
        ReplyBody::Text(text) => f.out(&text),
        ReplyBody::Watch(_) | ReplyBody::Stream(_) => {}
    }
    Ok(())
}
