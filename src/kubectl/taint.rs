//! `kubectl taint`. Models `kubectl/pkg/cmd/taint`.

use super::util::{self, DryRun};
use crate::action;
use crate::api::schema;
use crate::apimachinery::patch::strategic::{self, Schema};
use crate::apimachinery::{Value, names};
use crate::cli::builder::{Builder, Info};
use crate::cli::command::Command;
use crate::cli::errors::{Error, Result};
use crate::cli::factory::Factory;
use crate::cli::flags::Flag;
use crate::cli::{flag_sets, printers};
use crate::client::PatchType;
use crate::object;

const FLAGS: &[Flag] = &[
    Flag::bool("all", "Take all nodes."),
    Flag::str("field-manager", "kubectl-taint", "Name under which the fields written are owned."),
    Flag::bool("overwrite", "Replace taints that are there already."),
];

pub const COMMAND: Command = Command::new("taint", "Update the taints on one or more nodes", action!(run))
    .usage("NODE NAME KEY_1=VAL_1:TAINT_EFFECT_1 ... KEY_N=VAL_N:TAINT_EFFECT_N [options]")
    .long("Update the taints on one or more nodes.\n\n A taint has a key, a value and an effect: NoSchedule, PreferNoSchedule or NoExecute. KEY- removes all taints with the key, KEY:EFFECT- one")
    .examples("# Keep pods that do not tolerate it off node foo\nkubectl taint nodes foo dedicated=special-user:NoSchedule\n\n# Remove the taint with this key and effect\nkubectl taint nodes foo dedicated:NoSchedule-\n\n# Remove all taints with this key\nkubectl taint nodes foo dedicated-")
    .flags(&[FLAGS, flag_sets::DRY_RUN, flag_sets::PRINT, flag_sets::SELECTOR, flag_sets::VALIDATE]);

/// A taint of the command line; one that is to go may name its key alone.
#[derive(Clone, Debug, PartialEq)]
struct Taint {
    key: String,
    value: String,
    effect: String,
}

impl Taint {
    fn fits(&self, taint: &Value) -> bool {
        taint["key"].str() == self.key && (self.effect.is_empty() || taint["effect"].str() == self.effect)
    }

    fn object(&self) -> Value {
        let mut taint = object! { "effect" => self.effect.as_str(), "key" => self.key.as_str() };
        if !self.value.is_empty() {
            taint.set("value", self.value.as_str());
        }
        taint
    }

    /// `key=value:effect`
    fn text(&self) -> String {
        match (self.value.as_str(), self.effect.as_str()) {
            ("", "") => self.key.clone(),
            ("", effect) => format!("{}:{effect}", self.key),
            (value, "") => format!("{}={value}:", self.key),
            (value, effect) => format!("{}={value}:{effect}", self.key),
        }
    }
}

#[derive(Default)]
struct Changes {
    add: Vec<Taint>,
    remove: Vec<Taint>,
}

async fn run(f: &Factory) -> Result {
    let (resources, specs) = split(f.args())?;
    if resources.is_empty() {
        return Err("one or more resources must be specified as <resource> <name>".into());
    }
    if specs.is_empty() {
        return Err("at least one taint update is required".into());
    }
    let changes = parse(&specs).map_err(|e| f.usage_error(e))?;
    let (all, selector) = (f.flags.bool("all"), f.flags.str("selector"));
    let mut builder = Builder::new(f)?;
    if all || !selector.is_empty() {
        builder = builder.labelled("nodes", selector);
    } else if let Some(names) = resources.get(1..).filter(|names| !names.is_empty()) {
        builder = builder.named("nodes", names);
    }
    check(f, &resources, &changes)?;
    let mut errors = Vec::new();
    for entry in builder.entries(f).await? {
        let done = match entry {
            Ok(info) => one(f, &info, &changes).await,
            Err(e) => Err(e),
        };
        errors.extend(done.err());
    }
    Error::all(errors)
}

/// Words that name nodes, and those that name taints.
fn split(args: &[String]) -> Result<(Vec<String>, Vec<String>)> {
    let is_taint = |a: &String| a.contains('=') || a.contains(':') || a.ends_with('-');
    let at = args.iter().position(is_taint).unwrap_or(args.len());
    let (resources, specs) = args.split_at(at);
    match specs.iter().find(|a| !is_taint(a)) {
        Some(word) => Err(format!("all resources must be specified before taint changes: {word}").into()),
        None => Ok((resources.to_vec(), specs.to_vec())),
    }
}

fn parse(specs: &[String]) -> Result<Changes, String> {
    let mut changes = Changes::default();
    for spec in specs {
        if let Some(spec) = spec.strip_suffix('-') {
            changes.remove.push(parse_one(spec)?);
            continue;
        }
        let taint = parse_one(spec)?;
        if taint.effect.is_empty() {
            return Err(format!("invalid taint spec: {spec}"));
        }
        if changes.add.iter().any(|t| t.key == taint.key && t.effect == taint.effect) {
            let (key, value, effect) = (&taint.key, &taint.value, &taint.effect);
            return Err(format!("duplicated taints with the same key and effect: {{{key} {value} {effect} <nil>}}"));
        }
        changes.add.push(taint);
    }
    Ok(changes)
}

/// Models `parseTaint`.
fn parse_one(spec: &str) -> Result<Taint, String> {
    let invalid = |why: &[String]| match why {
        [] => format!("invalid taint spec: {spec}"),
        why => format!("invalid taint spec: {spec}, {}", why.join("; ")),
    };
    let parts: Vec<&str> = spec.split(':').collect();
    let (pair, effect) = match parts.as_slice() {
        [key] => (vec![*key], ""),
        [pair, effect] => (pair.split('=').collect(), *effect),
        _ => return Err(invalid(&[])),
    };
    if parts.len() == 2 && !matches!(effect, "NoSchedule" | "PreferNoSchedule" | "NoExecute") {
        return Err(format!("invalid taint effect: {effect}, unsupported taint effect"));
    }
    let (key, value) = match pair.as_slice() {
        [key] => (*key, ""),
        [key, value] => (*key, *value),
        _ => return Err(invalid(&[])),
    };
    let mut wrong = names::is_label_value(value);
    if wrong.is_empty() {
        wrong = names::is_qualified_name(key);
    }
    if !wrong.is_empty() {
        return Err(invalid(&wrong));
    }
    Ok(Taint { key: key.to_owned(), value: value.to_owned(), effect: effect.to_owned() })
}

fn check(f: &Factory, resources: &[String], changes: &Changes) -> Result {
    let kind = resources.first().map_or("", String::as_str);
    if !matches!(kind.to_lowercase().as_str(), "node" | "nodes" | "no") {
        return Err(format!("invalid resource type {kind}, only node types are supported").into());
    }
    let mut both = Vec::new();
    for add in &changes.add {
        let same = |r: &&Taint| r.key == add.key && (r.effect.is_empty() || r.effect == add.effect);
        both.extend(changes.remove.iter().filter(same).map(|r| format!("{}={}", r.key, r.effect)));
    }
    if !both.is_empty() {
        let both = both.join(", ");
        return Err(format!("can not both modify and remove the following taint(s) in the same command: {both}").into());
    }
    if f.flags.bool("all") && !f.flags.str("selector").is_empty() {
        return Err("setting 'all' parameter with a non empty selector is prohibited".into());
    }
    if !f.flags.bool("all") && f.flags.str("selector").is_empty() && resources.len() < 2 {
        return Err("at least one resource name must be specified since 'all' parameter is not set".into());
    }
    Ok(())
}

async fn one(f: &Factory, info: &Info, changes: &Changes) -> Result {
    let options = util::write_options(f, "kubectl-taint")?;
    let mut object = info.object.clone();
    let operation = apply(&mut object, &info.name, changes, f.flags.bool("overwrite"))?;
    // As with patch, the dry run does not show.
    let mut printer = printers::for_operation(f, operation)?.typed();
    if options.dry_run == DryRun::Client {
        return printer.print(f, &object);
    }
    let schema = schema::by_gvk("", "v1", "Node");
    let schema = schema.as_ref().map(|s| s as &dyn Schema);
    let patch = strategic::two_way(&info.object, &object, schema)?;
    let object = util::patch(f, info, PatchType::Strategic, patch, "", &options).await?;
    printer.print(f, &object)
}

/// Changes the taints of a node, the new ones first, and says what that was. Models `reorganizeTaints`.
fn apply(node: &mut Value, name: &str, changes: &Changes, overwrite: bool) -> Result<&'static str> {
    let old = node.at("spec.taints").items().to_vec();
    let taken: Vec<&str> =
        changes.add.iter().filter(|t| old.iter().any(|o| t.fits(o))).map(|t| t.key.as_str()).collect();
    if !overwrite && !taken.is_empty() {
        let taken = taken.join(",");
        return Err(
            format!("node {name} already has {taken} taint(s) with same effect(s) and --overwrite is false").into()
        );
    }
    let mut taints: Vec<Value> = changes.add.iter().map(Taint::object).collect();
    taints.extend(old.iter().filter(|o| !changes.add.iter().any(|t| t.fits(o))).cloned());
    let added = taints.len() != old.len();
    let (mut removed, mut errors) = (false, Vec::new());
    for taint in &changes.remove {
        let before = taints.len();
        taints.retain(|t| !taint.fits(t));
        match before == taints.len() {
            true => errors.push(Error::Msg(format!("taint {:?} not found", taint.text()))),
            false => removed = true,
        }
    }
    Error::all(errors)?;
    match taints.is_empty() {
        true => drop(node.remove("spec.taints")),
        false => node.set("spec.taints", taints),
    }
    Ok(match (added && removed) || overwrite {
        true => "modified",
        false if added => "tainted",
        false => "untainted",
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::list;

    fn changes(specs: &[&str]) -> Changes {
        parse(&specs.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>()).unwrap()
    }

    /// As recorded in 306-nodes and 200-err-cli.
    #[test]
    fn taints_come_and_go_as_recorded() {
        let mut node = object! { "spec" => object! {} };
        let special = changes(&["dedicated=special:NoSchedule"]);
        assert_eq!(apply(&mut node, "node-2", &special, false).unwrap(), "tainted");
        let why = "node node-2 already has dedicated taint(s) with same effect(s) and --overwrite is false";
        assert_eq!(apply(&mut node, "node-2", &special, false).unwrap_err().text(), why);
        assert_eq!(apply(&mut node, "", &changes(&["dedicated=other:NoSchedule"]), true).unwrap(), "modified");
        let other = object! { "effect" => "NoSchedule", "key" => "dedicated", "value" => "other" };
        assert_eq!(*node.at("spec.taints"), list![other]);
        assert_eq!(apply(&mut node, "", &changes(&["dedicated:NoSchedule-"]), false).unwrap(), "untainted");
        let gone = apply(&mut node, "", &changes(&["dedicated-"]), false).unwrap_err();
        assert_eq!(gone.text(), "taint \"dedicated\" not found");
        assert_eq!(parse_one("foo=bar:Nosuch").unwrap_err(), "invalid taint effect: Nosuch, unsupported taint effect");
    }
}
