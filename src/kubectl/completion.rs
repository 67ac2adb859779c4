//! What Tab offers behind `kubectl`: commands, flags and their values, types, names. Models the valid-args functions of
//! `k8s.io/kubectl/pkg/util/completion`; the names come from the server, as those of the real one do.

use super::ROOT;
use crate::action;
use crate::apimachinery::{Object, Value};
use crate::cli::Context;
use crate::cli::command::{Command, Found, find};
use crate::cli::errors::Result;
use crate::cli::factory::Factory;
use crate::cli::flags::{self, Flag};
use crate::cli::mapper::Mapping;
use crate::client::Request;
use std::rc::Rc;

/// Candidates for the word that is being typed; those that do not begin as it does are dropped by the shell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Candidates {
    pub words: Vec<String>,
    /// File names fit too.
    pub files: bool,
}

impl Candidates {
    fn of<T: Into<String>>(words: impl IntoIterator<Item = T>) -> Self {
        Self { words: words.into_iter().map(Into::into).collect(), files: false }
    }

    fn with_prefix(mut self, prefix: &str) -> Self {
        self.words.iter_mut().for_each(|w| w.insert_str(0, prefix));
        self
    }

    const FILES: Self = Self { words: Vec::new(), files: true };
}

/// What a command's arguments are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Args {
    /// A type that can do this, then names; or `type/name`.
    TypeAndNames(&'static str),
    Type,
    /// A pod, or `type/name`.
    Pod,
    Node,
    Context,
    Fixed(&'static [&'static str]),
    None,
}

/// By the command's path without `kubectl`.
const ARGS: &[(&str, Args)] = &[
    ("get", Args::TypeAndNames("list")),
    ("describe", Args::TypeAndNames("get")),
    ("delete", Args::TypeAndNames("delete")),
    ("edit", Args::TypeAndNames("update")),
    ("label", Args::TypeAndNames("patch")),
    ("annotate", Args::TypeAndNames("patch")),
    ("patch", Args::TypeAndNames("patch")),
    ("scale", Args::TypeAndNames("update")),
    ("autoscale", Args::TypeAndNames("update")),
    ("expose", Args::TypeAndNames("get")),
    ("wait", Args::TypeAndNames("get")),
    ("rollout status", Args::TypeAndNames("get")),
    ("rollout history", Args::TypeAndNames("get")),
    ("rollout undo", Args::TypeAndNames("get")),
    ("rollout restart", Args::TypeAndNames("get")),
    ("rollout pause", Args::TypeAndNames("get")),
    ("rollout resume", Args::TypeAndNames("get")),
    ("explain", Args::Type),
    ("logs", Args::Pod),
    ("exec", Args::Pod),
    ("attach", Args::Pod),
    ("port-forward", Args::Pod),
    ("debug", Args::Pod),
    ("top pod", Args::Pod),
    ("cordon", Args::Node),
    ("uncordon", Args::Node),
    ("drain", Args::Node),
    ("top node", Args::Node),
    ("taint", Args::TypeAndNames("patch")),
    ("config use-context", Args::Context),
    ("config delete-context", Args::Context),
    ("config rename-context", Args::Context),
    ("config set-context", Args::Context),
    ("completion", Args::Fixed(&SHELLS)),
];

/// Values of flags that are always the same.
const VALUES: &[(&str, &[&str])] = &[
    ("output", &["custom-columns=", "go-template=", "json", "jsonpath=", "name", "wide", "yaml"]),
    ("dry-run", &["client", "none", "server"]),
    ("cascade", &["background", "foreground", "orphan"]),
    ("restart", &["Always", "Never", "OnFailure"]),
    ("image-pull-policy", &["Always", "IfNotPresent", "Never"]),
    ("validate", &["ignore", "strict", "warn"]),
    ("for", &["condition=Ready", "create", "delete", "jsonpath="]),
];

/// What may stand at the end of `words` (the last one is being typed; the first is the program).
pub async fn complete(ctx: Context, words: Vec<String>) -> Candidates {
    let Some((typed, before)) = words.get(1..).and_then(<[String]>::split_last) else { return Candidates::default() };
    let found = find(&ROOT, before);
    let sets = found.command.all_flags();
    if before.iter().any(|w| w == "--") {
        return Candidates::FILES;
    }
    let waits = found.words.last().and_then(|w| awaits_value(&sets, w));
    // What stands there so far decides the namespace; a line that does not parse yet decides nothing.
    let complete = &found.words[..found.words.len() - usize::from(waits.is_some())];
    let parsed = flags::parse(&sets, complete).unwrap_or_default();
    let path = found.path.strip_prefix("kubectl").unwrap_or("").trim_start().to_owned();
    let asker = Asker { f: Factory::new(ctx, &ROOT, found.command, found.path.clone(), parsed) };
    if let Some(flag) = waits {
        return asker.value(flag).await;
    }
    if let Some((name, _)) = typed.split_once('=').filter(|_| typed.starts_with("--")) {
        let Some(flag) = flags::lookup(&sets, name.trim_start_matches('-')) else { return Candidates::default() };
        let found = asker.value(flag).await;
        return if found.files { found } else { found.with_prefix(&[name, "="].concat()) };
    }
    if typed.starts_with('-') {
        return flag_names(&sets);
    }
    asker.argument(&found, &path, typed).await
}

/// The flag whose value the next word is.
fn awaits_value<'a>(sets: &[&'a [Flag]], word: &str) -> Option<&'a Flag> {
    let flag = match word.strip_prefix("--") {
        Some(name) => flags::lookup(sets, name)?,
        None => {
            let mut letters = word.strip_prefix('-')?.chars();
            let last = letters.next_back()?;
            flags::lookup_short(sets, last)?
        }
    };
    (flag.no_opt.is_empty() && !word.contains('=')).then_some(flag)
}

fn flag_names(sets: &[&'static [Flag]]) -> Candidates {
    let shown = sets.iter().flat_map(|s| s.iter()).filter(|f| !f.hidden);
    Candidates::of(shown.map(|f| if f.no_opt.is_empty() { format!("--{}=", f.name) } else { format!("--{}", f.name) }))
}

/// Asks the cluster for what there is.
struct Asker {
    f: Factory,
}

impl Asker {
    async fn argument(&self, found: &Found, path: &str, typed: &str) -> Candidates {
        let args = self.f.args();
        let mut out = Candidates::default();
        if args.is_empty() {
            out = Candidates::of(found.command.subcommands.iter().map(|c: &Command| c.name));
        }
        let kind = ARGS.iter().find(|(p, _)| *p == path).map_or(Args::None, |(_, a)| *a);
        out.words.extend(self.of_kind(kind, args, typed).await.words);
        out
    }

    async fn of_kind(&self, kind: Args, args: &[String], typed: &str) -> Candidates {
        match (kind, args.first()) {
            (Args::None, _) => Candidates::default(),
            (Args::Fixed(words), None) => Candidates::of(words.iter().copied()),
            (Args::Context, None) => self.contexts(),
            (Args::Fixed(_) | Args::Context, _) => Candidates::default(),
            (Args::Node, _) => Candidates::of(self.names("nodes").await),
            (Args::Pod, None) => match typed.split_once('/') {
                Some((word, _)) => Candidates::of(self.names(word).await).with_prefix(&[word, "/"].concat()),
                None => Candidates::of(self.names("pods").await),
            },
            (Args::Pod, Some(_)) => Candidates::default(),
            (Args::Type, None) => self.types("", typed).await,
            (Args::Type, Some(_)) => Candidates::default(),
            (Args::TypeAndNames(verb), None) => match typed.split_once('/') {
                Some((word, _)) => Candidates::of(self.names(word).await).with_prefix(&[word, "/"].concat()),
                None => self.types(verb, typed).await,
            },
            (Args::TypeAndNames(_), Some(first)) if first.contains('/') => Candidates::default(),
            (Args::TypeAndNames(_), Some(first)) => {
                let mut names = self.names(first).await;
                names.retain(|n| !args.iter().skip(1).any(|a| a == n));
                Candidates::of(names)
            }
        }
    }

    /// Plural names of the types; behind a comma another one.
    async fn types(&self, verb: &str, typed: &str) -> Candidates {
        let Ok(mapper) = self.f.mapper().await else { return Candidates::default() };
        let can = |m: &&Rc<Mapping>| verb.is_empty() || m.can(verb);
        let name = |m: &Rc<Mapping>| match mapper.for_arg(&m.resource.resource) {
            // The short form means the one that it resolves to; others are told apart by their group.
            Some(first) if first.resource.group != m.resource.group => m.group_resource(),
            _ => m.resource.resource.clone(),
        };
        let before = typed.rsplit_once(',').map_or(String::new(), |(before, _)| [before, ","].concat());
        Candidates::of(mapper.preferred().filter(can).map(name)).with_prefix(&before)
    }

    async fn names(&self, word: &str) -> Vec<String> {
        let Some(items) = self.list(word).await else { return Vec::new() };
        items.iter().map(|item| item.name().to_owned()).collect()
    }

    async fn list(&self, word: &str) -> Option<Vec<Value>> {
        let mapper = self.f.mapper().await.ok()?;
        let mapping = mapper.for_arg(word.split(',').next()?)?;
        let (namespace, _) = self.f.namespace().ok()?;
        let list = self.f.send(Request::get(mapping.url(&namespace, ""))).await.ok()?;
        Some(list["items"].items().to_vec())
    }

    async fn value(&self, flag: &Flag) -> Candidates {
        match flag.name {
            "filename" | "kubeconfig" | "from-file" | "from-env-file" | "patch-file" => Candidates::FILES,
            "namespace" => Candidates::of(self.names("namespaces").await),
            "container" => Candidates::of(self.containers().await),
            "context" => self.contexts(),
            "selector" => Candidates::of(self.selectors().await),
            name => Candidates::of(VALUES.iter().find(|(n, _)| *n == name).map_or(&[][..], |(_, v)| v).iter().copied()),
        }
    }

    /// The containers of the pod that the line names.
    async fn containers(&self) -> Vec<String> {
        let named = self.f.arg(0).rsplit('/').next().unwrap_or("").to_owned();
        let pods = self.list("pods").await.unwrap_or_default();
        let Some(pod) = pods.iter().find(|p| p.name() == named) else { return Vec::new() };
        let of = |list: &str| pod["spec"][list].items().iter().map(|c| c["name"].str().to_owned()).collect::<Vec<_>>();
        [of("initContainers"), of("containers")].concat()
    }

    /// The labels that the objects of the line's type carry, as selectors.
    async fn selectors(&self) -> Vec<String> {
        let word = Some(self.f.arg(0)).filter(|w| !w.is_empty()).unwrap_or("pods").to_owned();
        let items = self.list(&word).await.unwrap_or_default();
        let labels =
            items.iter().flat_map(|i| i.labels().fields().map(|(k, v)| [k, "=", v.str()].concat()).collect::<Vec<_>>());
        labels.collect()
    }

    fn contexts(&self) -> Candidates {
        let Ok(config) = self.f.kubeconfig() else { return Candidates::default() };
        Candidates::of(config.value["contexts"].items().iter().map(|c| c["name"].str().to_owned()))
    }
}

pub const COMMAND: Command =
    Command::new("completion", "Output shell completion code for the specified shell", action!(run)).usage("SHELL");

const SHELLS: [&str; 4] = ["bash", "zsh", "fish", "powershell"];

async fn run(f: &Factory) -> Result {
    match f.args() {
        [] => Err(f.usage_error("Shell not specified.")),
        // What loads the script goes on; there is nothing that it would have to do.
        [shell] if SHELLS.contains(&shell.as_str()) => {
            f.out("# Nothing to load: this terminal completes kubectl with the Tab key.\n");
            Ok(())
        }
        [shell] => Err(f.usage_error(format!("Unsupported shell type {shell:?}."))),
        _ => Err(f.usage_error("Too many arguments. Expected only the shell type.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_that_takes_a_value_waits_for_it() {
        let sets = find(&ROOT, &["get".to_owned()]).command.all_flags();
        let waits = |word: &str| awaits_value(&sets, word).map(|f| f.name);
        assert_eq!(waits("-n"), Some("namespace"));
        assert_eq!(waits("--output"), Some("output"));
        for word in ["--namespace=a", "-A", "--all-namespaces", "pods", "--nosuch", "-"] {
            assert_eq!(waits(word), None, "{word}");
        }
    }

    #[test]
    fn every_path_of_the_table_names_a_command_that_there_is_or_may_come() {
        for (path, _) in ARGS {
            let first = path.split(' ').next().unwrap_or_default();
            assert!(ROOT.subcommand(first).is_some(), "{path}");
        }
    }
}
