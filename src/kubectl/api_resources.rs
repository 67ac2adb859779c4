//! `kubectl api-resources` and `kubectl api-versions`.

use super::ordered;
use crate::action;
use crate::apimachinery::{Value, yaml};
use crate::cli::command::Command;
use crate::cli::errors::Result;
use crate::cli::factory::Factory;
use crate::cli::flags::Flag;
use crate::cli::mapper::Mapping;
use crate::cli::printers::TabWriter;
use crate::object;
use std::collections::BTreeSet;
use std::rc::Rc;

static FLAGS: &[&[Flag]] = &[&[
    Flag::str("api-group", "", "Only resources of this API group."),
    Flag::bool("cached", "Use the list kept from before."),
    Flag::slice("categories", "Only resources of these categories."),
    Flag::bool_on("namespaced", "Only resources with a namespace, or with =false those without."),
    Flag::bool("no-headers", "Print no header."),
    Flag::str("output", "", "Output format. One of: (json, yaml, name, wide).").short('o'),
    Flag::str("sort-by", "", "Sort by 'name' or 'kind'."),
    Flag::slice("verbs", "Only resources that know these verbs."),
]];

pub const COMMAND: Command = Command::new("api-resources", "Print the supported API resources on the server", action!(run))
    .usage("[flags] [options]")
    .examples("# Print the resources of the server\nkubectl api-resources\n\n# Print those without a namespace\nkubectl api-resources --namespaced=false\n\n# Print those of one API group\nkubectl api-resources --api-group=apps")
    .flags(FLAGS);

async fn run(f: &Factory) -> Result {
    let output = f.flags.str("output");
    if !f.args().is_empty() {
        return Err(f.usage_error(format!("unexpected arguments: [{}]", f.args().join(" "))));
    }
    if !matches!(output, "" | "wide" | "name" | "json" | "yaml") {
        return Err(format!("--output {output} is not available").into());
    }
    if !matches!(f.flags.str("sort-by"), "" | "name" | "kind") {
        return Err("--sort-by accepts only name or kind".into());
    }
    let mapper = f.mapper().await?;
    let mut found: Vec<&Rc<Mapping>> = mapper.preferred().filter(|m| wanted(f, m)).collect();
    let key = |m: &Mapping| {
        let first = match f.flags.str("sort-by") {
            "name" => &m.resource.resource,
            "kind" => &m.kind,
            _ => &m.resource.group,
        };
        (first.clone(), m.resource.resource.clone())
    };
    found.sort_by_cached_key(|m| key(m));
    if matches!(output, "json" | "yaml") {
        return as_object(f, &found, output);
    }
    let mut table = TabWriter::table();
    if output != "name" && !f.flags.bool("no-headers") {
        let more = if output == "wide" { "\tVERBS\tCATEGORIES" } else { "" };
        table.write(&format!("NAME\tSHORTNAMES\tAPIVERSION\tNAMESPACED\tKIND{more}\n"));
    }
    found.iter().for_each(|m| table.write(&row(m, output)));
    f.out(&table.flush());
    Ok(())
}

fn wanted(f: &Factory, m: &Mapping) -> bool {
    let all = |flag: &str, has: &[String]| f.flags.list(flag).iter().all(|w| has.contains(w));
    !m.verbs.is_empty()
        && (!f.flags.changed("api-group") || f.flags.str("api-group") == m.resource.group)
        && (!f.flags.changed("namespaced") || f.flags.bool("namespaced") == m.namespaced)
        && all("verbs", &m.verbs)
        && all("categories", &m.categories)
}

fn row(m: &Mapping, output: &str) -> String {
    if output == "name" {
        return format!("{}\n", m.group_resource());
    }
    let (name, short, version) = (&m.resource.resource, m.short_names.join(","), m.resource.group_version());
    let more = match output {
        "wide" => format!("\t{}\t{}", m.verbs.join(","), m.categories.join(",")),
        _ => String::new(),
    };
    format!("{name}\t{short}\t{version}\t{}\t{}{more}\n", m.namespaced, m.kind)
}

fn as_object(f: &Factory, found: &[&Rc<Mapping>], output: &str) -> Result {
    let words = |list: &[String]| list.iter().map(String::as_str).collect::<Value>();
    let resource = |m: &&Rc<Mapping>| {
        let mut v = object! {
            "name" => m.resource.resource.as_str(), "singularName" => m.singular.as_str(),
            "namespaced" => m.namespaced, "version" => m.resource.version.as_str(),
            "kind" => m.kind.as_str(), "verbs" => words(&m.verbs),
        };
        if !m.resource.group.is_empty() {
            v.set("group", m.resource.group.as_str());
        }
        for (field, list) in [("shortNames", &m.short_names), ("categories", &m.categories)] {
            if !list.is_empty() {
                v.set(field, words(list));
            }
        }
        v
    };
    let list = object! {
        "kind" => "APIResourceList", "apiVersion" => "v1", "groupVersion" => "",
        "resources" => found.iter().map(resource).collect::<Value>(),
    };
    let order =
        ["kind", "apiVersion", "groupVersion", "name", "singularName", "namespaced", "group", "version", "resources"];
    f.out(&match output {
        "json" => ordered::pretty(&list, "    ", &order) + "\n",
        _ => yaml::to_string(&list),
    });
    Ok(())
}

pub const VERSIONS: Command = Command::new(
    "api-versions",
    "Print the supported API versions on the server, in the form of \"group/version\"",
    action!(versions),
)
.examples("# Print the versions of the API\nkubectl api-versions");

async fn versions(f: &Factory) -> Result {
    if !f.args().is_empty() {
        return Err(f.usage_error(format!("unexpected arguments: [{}]", f.args().join(" "))));
    }
    let mapper = f.mapper().await?;
    let all: BTreeSet<String> = mapper.mappings.iter().map(|m| m.resource.group_version().to_string()).collect();
    all.iter().for_each(|v| f.out(&format!("{v}\n")));
    Ok(())
}
