//! `kubectl explain`. Models `kubectl/pkg/cmd/explain` and `kubectl/pkg/explain/v2`: the server's OpenAPI document tells
//! the fields, the prose comes from elsewhere (`cli::descriptions`).

mod document;
mod wrap;

use crate::action;
use crate::apimachinery::{GroupVersion, Value};
use crate::cli::command::Command;
use crate::cli::descriptions::Loaded;
use crate::cli::errors::{Error, Result};
use crate::cli::factory::Factory;
use crate::cli::flags::Flag;
use crate::cli::mapper::{Mapping, RestMapper};
use crate::client::Request;
use crate::sim::clock::Yield;
use document::Document;
use std::rc::Rc;
use wrap::{indent, wrap};

static FLAGS: &[&[Flag]] = &[&[
    Flag::str("api-version", "", "The version of the API (group/version) to explain."),
    Flag::str("output", "plaintext", "How to lay the text out: plaintext."),
    Flag::bool("recursive", "Print the names of all fields below, without their texts."),
]];

pub const COMMAND: Command = Command::new("explain", "Get documentation for a resource", action!(run))
    .usage("TYPE [--recursive=FALSE|TRUE] [--api-version=api-version-group] [--output=plaintext|plaintext-openapiv2] [options]")
    .long("Describe fields and structure of various resources.\n\n Fields are named by a path:\n\n        <type>.<fieldName>[.<fieldName>]")
    .examples("# Show what a pod is and its fields\nkubectl explain pods\n\n# Show all fields of a pod\nkubectl explain pods --recursive\n\n# Show one field\nkubectl explain pods.spec.containers\n\n# Show another version of a kind\nkubectl explain hpa --api-version=autoscaling/v1")
    .flags(FLAGS);

async fn run(f: &Factory) -> Result {
    let word = match f.args() {
        [] => {
            return Err(
                "You must specify the type of resource to explain. Use \"kubectl api-resources\" for a complete \
                        list of supported resources."
                    .into(),
            );
        }
        [word] => word,
        _ => return Err("We accept only this format: explain RESOURCE".into()),
    };
    let mapper = f.mapper().await?;
    let (mapping, path) = split(&mapper, word, f.flags.str("api-version").is_empty())?;
    match f.flags.str("output") {
        "plaintext" => {}
        "plaintext-openapiv2" => return Err("explain --output=plaintext-openapiv2 is not simulated here".into()),
        other => return Err(format!("unrecognized format: {other}").into()),
    }
    let mut resource = mapping.resource.clone();
    if !f.flags.str("api-version").is_empty() {
        let text = f.flags.str("api-version");
        let gv =
            GroupVersion::parse(text).ok_or_else(|| Error::Msg(format!("unexpected GroupVersion string: {text}")))?;
        (resource.group, resource.version) = (gv.group, gv.version);
    }
    let gv = resource.group_version();
    let named = format!("{}/{}, Resource={}", gv.group, gv.version, resource.resource);
    let served = mapper.mappings.iter().any(|m| m.resource.group_version() == gv);
    let unknown = || match served {
        true => Error::Msg(format!("GVR ({named}) not found in OpenAPI schema")),
        false => Error::Msg(format!("couldn't find resource for {named:?}")),
    };
    let found = mapper.mappings.iter().find(|m| m.resource == resource).ok_or_else(unknown)?;
    let url = match gv.group.as_str() {
        "" => format!("/openapi/v3/api/{}", gv.version),
        group => format!("/openapi/v3/apis/{group}/{}", gv.version),
    };
    let openapi = f.send(Request::get(url)).await?;
    let document = Document { schemas: openapi.at("components.schemas").clone(), prose: prose(f).await };
    print(f, &document, &gv, found, &path)
}

/// The prose, waited for where it is on its way.
async fn prose(f: &Factory) -> Value {
    let Some(source) = &f.ctx.descriptions else { return Value::Null };
    loop {
        match source.load() {
            Loaded::Table(table) => return table,
            Loaded::Missing => return Value::Null,
            Loaded::Pending => Yield::default().await,
        }
    }
}

/// A resource and the path below it. Models `SplitAndParseResourceRequestWithMatchingPrefix`.
fn split(mapper: &RestMapper, word: &str, with_group: bool) -> Result<(Rc<Mapping>, Vec<String>)> {
    let mut names = path_of(word)?.into_iter();
    let name = names.next().unwrap_or_default();
    let all: Vec<&Rc<Mapping>> = mapper.preferred().filter(|m| m.is_named(&name)).collect();
    let first = all.first().ok_or_else(|| Error::Raw(format!("the server doesn't have a resource type {name:?}")))?;
    if with_group {
        for mapping in &all {
            if let Some(rest) = word.strip_prefix(mapping.group_resource().as_str()) {
                let path = path_of(rest.trim_start_matches('.'))?;
                return Ok(((*mapping).clone(), path));
            }
        }
    }
    Ok(((*first).clone(), names.collect()))
}

fn path_of(word: &str) -> Result<Vec<String>> {
    let word = word.strip_suffix('.').unwrap_or(word);
    if word.is_empty() {
        return Ok(Vec::new());
    }
    if word.split('.').any(|part| part.is_empty() || part.contains(['[', ']', '*', '@'])) {
        return Err("invalid jsonpath syntax, first node must be field node".into());
    }
    Ok(word.split('.').map(str::to_owned).collect())
}

fn print(f: &Factory, document: &Document, gv: &GroupVersion, mapping: &Mapping, path: &[String]) -> Result {
    let mut head = String::new();
    if !gv.group.is_empty() {
        head += &format!("GROUP:      {}\n", gv.group);
    }
    f.out(&format!("{head}KIND:       {}\nVERSION:    {}\n\n", mapping.kind, gv.version));
    let Some(kind) = document.kind(&gv.group, &gv.version, &mapping.kind) else {
        return Err(format!("GVK {} not found in OpenAPI schema", mapping.kind).into());
    };
    let Some(schema) = document.follow(&kind, path) else {
        let name = path.last().map_or("", String::as_str);
        return Err(format!("field {name:?} does not exist").into());
    };
    let mut out = String::new();
    if let Some(name) = path.last() {
        out += &format!("FIELD: {name} <{}>\n{}\n\n", document.type_name(&schema), document.enum_list(&schema));
    }
    let text = match document.description(&schema) {
        text if text.is_empty() => "<empty>".to_owned(),
        text => text,
    };
    out += &format!("DESCRIPTION:\n{}\n", indent(&wrap(&text, 76), 4));
    let fields = document.field_list(&schema, f.flags.bool("recursive"));
    if !fields.is_empty() {
        out += &format!("FIELDS:\n{fields}");
    }
    f.out(&(out + "\n"));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_fields_only() {
        assert_eq!(path_of("pod.spec.").unwrap(), ["pod", "spec"]);
        assert!(path_of(".spec").is_err() && path_of("pod.spec[0]").is_err());
    }
}
