//! What the page says beside an error, in the reader's language, with the command that mends it where there is one.
//! Reads what was printed, as a reader does; nothing else depends on it.

use super::screen::Note;
use crate::apimachinery::Object;
use crate::client::{Informers, Resource};
use crate::i18n::Texts;
use crate::view::intent::Intent;

/// What a note is made from.
pub struct Told<'a> {
    pub command: &'a str,
    pub stdout: &'a str,
    pub stderr: &'a str,
    pub informers: &'a Informers,
    pub current_namespace: &'a str,
    /// Files of the working directory.
    pub files: &'a [String],
    pub texts: &'a Texts,
}

/// A rule reads an error line and may have something to say.
type Rule = fn(&str, &Told<'_>) -> Option<Note>;

/// The first rule that has something to say is heard.
const RULES: &[Rule] = &[
    not_found,
    already_exists,
    protected,
    invalid,
    immutable,
    conflict,
    unknown_type,
    unknown_command,
    unknown_flag,
    unknown_field,
    no_such_file,
    bad_yaml,
    label_has_value,
    name_missing,
    bad_selector,
    no_container,
    exec_dashes,
    previous_log,
    container_waits,
    not_a_command,
    port_taken,
    connection,
    not_simulated,
    refused,
];

/// The note beside a command that failed; None where the error says enough.
pub fn note(told: &Told<'_>) -> Option<Note> {
    told.stderr.lines().find_map(|line| RULES.iter().find_map(|rule| rule(line, told)))
}

/// Kinds that are stored and that nothing acts on here, as kubectl names them.
const UNTENDED: &[&str] = &[
    "apiservice.apiregistration.k8s.io",
    "deviceclass.resource.k8s.io",
    "flowschema.flowcontrol.apiserver.k8s.io",
    "ingress.networking.k8s.io",
    "ingressclass.networking.k8s.io",
    "mutatingadmissionpolicy.admissionregistration.k8s.io",
    "mutatingwebhookconfiguration.admissionregistration.k8s.io",
    "networkpolicy.networking.k8s.io",
    "prioritylevelconfiguration.flowcontrol.apiserver.k8s.io",
    "resourceclaim.resource.k8s.io",
    "resourceclaimtemplate.resource.k8s.io",
    "storageclass.storage.k8s.io",
    "validatingadmissionpolicy.admissionregistration.k8s.io",
    "validatingwebhookconfiguration.admissionregistration.k8s.io",
    "volumeattachment.storage.k8s.io",
];

/// The note beside a command that ended well; None where there is nothing to remark.
pub fn remark(told: &Told<'_>) -> Option<Note> {
    untended(told.stdout, told.texts).or_else(|| told.stderr.lines().find_map(|line| nothing_found(line, told)))
}

/// The note beside output that was too long to be kept whole.
pub fn cut(texts: &Texts) -> Note {
    Note { text: texts.terminal.output_cut.into(), commands: Vec::new() }
}

/// The note beside `exit`.
pub fn shell_ended(texts: &Texts) -> Note {
    Note { text: texts.terminal.shell_ended.into(), commands: Vec::new() }
}

/// An empty list: perhaps because of a namespace that does not exist.
fn nothing_found(line: &str, told: &Told<'_>) -> Option<Note> {
    let namespace = line.strip_prefix("No resources found in ")?.strip_suffix(" namespace.")?;
    if told.informers.get(Resource::Namespaces, namespace).is_some() {
        let about_pods = Intent::of_line(&format!("{} x", told.command)).is_some_and(|i| i.is_about_pods());
        let elsewhere = told.informers.list_in(Resource::Pods, "").next().is_some();
        return plain((told.texts.notes.nothing_here)(namespace)).filter(|_| about_pods && elsewhere);
    }
    let names = told.informers.list_in(Resource::Namespaces, "").map(Object::name);
    let near = nearest(namespace, names);
    let text = (told.texts.notes.namespace_not_found)(namespace);
    let commands = near.map(|n| told.command.replacen(namespace, n, 1)).into_iter().collect();
    Some(Note {
        text: near.map_or(text.clone(), |n| text + told.texts.notes.gap + &(told.texts.notes.nearest)(n)),
        commands,
    })
}

/// An object was made on which nothing acts.
fn untended(stdout: &str, texts: &Texts) -> Option<Note> {
    let kinds = stdout.lines().filter_map(|line| Some(line.strip_suffix(" created")?.split_once('/')?.0));
    let kind = kinds.into_iter().find(|kind| UNTENDED.contains(kind))?;
    plain((texts.notes.no_controller)(kind.split('.').next().unwrap_or(kind)))
}

fn plain(text: impl Into<String>) -> Option<Note> {
    Some(Note { text: text.into(), commands: Vec::new() })
}

/// The n-th quoted part of a line.
fn quoted(line: &str, n: usize) -> Option<&str> {
    line.split('"').nth(2 * n + 1)
}

fn between<'a>(line: &'a str, from: &str, to: &str) -> Option<&'a str> {
    let rest = line.split_once(from)?.1;
    Some(rest.split_once(to).map_or(rest, |(found, _)| found))
}

fn not_found(line: &str, told: &Told<'_>) -> Option<Note> {
    let notes = &told.texts.notes;
    let message = between(line, "(NotFound): ", "\n")?;
    let message = message.rsplit_once("\": ").filter(|_| message.starts_with("error when")).map_or(message, |(_, m)| m);
    let resource = message.split(' ').next()?;
    let name = quoted(message, 0)?;
    if resource == "namespaces" {
        let commands = vec![format!("kubectl create namespace {name}")];
        return Some(Note { text: (notes.namespace_not_found)(name), commands });
    }
    if resource != "pods" {
        return plain((notes.not_found)(resource, name, told.current_namespace));
    }
    let mut text = (notes.not_found)(resource, name, told.current_namespace);
    let mut commands = Vec::new();
    let pods = || told.informers.list_in(Resource::Pods, "");
    if let Some(other) = pods().find(|p| p.name() == name && p.namespace() != told.current_namespace) {
        text = text + notes.gap + &(notes.found_elsewhere)(name, other.namespace());
        commands.push(format!("kubectl get pod {name} -n {}", other.namespace()));
    } else if let Some(near) =
        nearest(name, pods().filter(|p| p.namespace() == told.current_namespace).map(Object::name))
    {
        text = text + notes.gap + &(notes.nearest)(near);
        commands.push(told.command.replacen(name, near, 1));
    }
    Some(Note { text, commands })
}

/// The most alike name, if it is at most a third of it away.
fn nearest<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let most = name.chars().count() / 3 + 1;
    names.map(|n| (distance(name, n), n)).filter(|(d, _)| *d <= most).min().map(|(_, n)| n)
}

/// Levenshtein's distance, of names that are at most 253 characters long.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().take(253).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().take(253).enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, cb) in b.iter().enumerate() {
            let cost = diagonal + usize::from(ca != *cb);
            diagonal = row[j + 1];
            row[j + 1] = cost.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

fn already_exists(line: &str, told: &Told<'_>) -> Option<Note> {
    let message = between(line, "(AlreadyExists): ", "\n")?;
    let message = message.rsplit_once("\": ").filter(|_| message.starts_with("error when")).map_or(message, |(_, m)| m);
    plain((told.texts.notes.already_exists)(message.split(' ').next()?, quoted(message, 0)?))
}

fn protected(line: &str, told: &Told<'_>) -> Option<Note> {
    line.contains("this namespace may not be deleted").then_some(())?;
    plain((told.texts.notes.protected_namespace)(quoted(line, 0)?))
}

fn invalid(line: &str, told: &Told<'_>) -> Option<Note> {
    let rest = line.split_once(" is invalid: ")?.1;
    let field = rest.split(": ").next().filter(|f| !f.is_empty())?;
    if rest.contains("field is immutable") || rest.contains("may not change") {
        return plain((told.texts.notes.immutable)(field));
    }
    plain((told.texts.notes.invalid)(field))
}

fn immutable(line: &str, told: &Told<'_>) -> Option<Note> {
    let field = line.strip_prefix("* ")?.split(": ").next()?;
    plain((told.texts.notes.invalid)(field))
}

fn conflict(line: &str, told: &Told<'_>) -> Option<Note> {
    line.contains("(Conflict)").then_some(())?;
    plain(told.texts.notes.conflict)
}

fn unknown_type(line: &str, told: &Told<'_>) -> Option<Note> {
    let word = quoted(line.split_once("the server doesn't have a resource type ")?.1, 0)?;
    Some(Note { text: (told.texts.notes.unknown_type)(word), commands: vec!["kubectl api-resources".into()] })
}

fn unknown_command(line: &str, told: &Told<'_>) -> Option<Note> {
    let word = quoted(line.split_once("error: unknown command ")?.1, 0)?;
    let guesses = told.stderr.split_once("Did you mean this?").map_or("", |(_, g)| g);
    let guess = guesses.split_whitespace().next();
    let mut text = (told.texts.notes.unknown_command)(word);
    if let Some(guess) = guess {
        text = text + told.texts.notes.gap + &(told.texts.notes.did_you_mean)(guess);
    }
    let commands = guess.map(|g| told.command.replacen(word, g, 1)).into_iter().collect();
    Some(Note { text, commands })
}

fn unknown_flag(line: &str, told: &Told<'_>) -> Option<Note> {
    let flag =
        line.split_once("error: unknown flag: ").or_else(|| line.split_once("error: unknown shorthand flag: "))?.1;
    plain((told.texts.notes.unknown_flag)(flag.rsplit(" in ").next()?))
}

fn unknown_field(line: &str, told: &Told<'_>) -> Option<Note> {
    plain((told.texts.notes.unknown_field)(quoted(line.split_once("unknown field ")?.1, 0)?))
}

fn no_such_file(line: &str, told: &Told<'_>) -> Option<Note> {
    let path = line.split_once("the path ")?.1;
    path.contains("does not exist").then_some(())?;
    let file = quoted(path, 0)?;
    let near = nearest(file, told.files.iter().map(String::as_str));
    let mut commands = vec!["ls".to_owned()];
    commands.extend(near.map(|n| told.command.replacen(file, n, 1)));
    commands.reverse();
    Some(Note { text: (told.texts.notes.no_such_file)(file), commands })
}

fn bad_yaml(line: &str, told: &Told<'_>) -> Option<Note> {
    let at = between(line, "yaml: line ", ":")?.parse().ok()?;
    plain((told.texts.notes.bad_yaml)(at))
}

fn label_has_value(line: &str, told: &Told<'_>) -> Option<Note> {
    line.contains("already has a value").then_some(())?;
    let key = line.split('\'').nth(1)?;
    let commands = vec![format!("{} --overwrite", told.command)];
    Some(Note { text: (told.texts.notes.label_has_value)(key), commands })
}

fn name_missing(line: &str, told: &Told<'_>) -> Option<Note> {
    line.contains("no name was specified").then_some(())?;
    plain(told.texts.notes.name_missing)
}

fn bad_selector(line: &str, told: &Told<'_>) -> Option<Note> {
    line.contains("that match label selector").then_some(())?;
    plain(told.texts.notes.bad_selector)
}

fn no_container(line: &str, told: &Told<'_>) -> Option<Note> {
    let container = between(line, "error: container ", " is not valid for pod")?;
    plain((told.texts.notes.no_container)(container, line.split_once("out of: ")?.1))
}

fn exec_dashes(line: &str, told: &Told<'_>) -> Option<Note> {
    line.contains("is not supported anymore. Use exec").then_some(())?;
    plain(told.texts.notes.exec_needs_dashes)
}

fn previous_log(line: &str, told: &Told<'_>) -> Option<Note> {
    (line.contains("previous terminated container") && line.contains("not found")).then_some(())?;
    plain(told.texts.notes.no_previous_log)
}

fn not_a_command(line: &str, told: &Told<'_>) -> Option<Note> {
    let word = line.strip_suffix(": command not found")?.rsplit(": ").next()?;
    let (mut text, mut commands) = ((told.texts.notes.not_a_shell_command)(word), vec!["help".to_owned()]);
    // The one name that is long enough to be misspelt again and again.
    if let Some(kubectl) = nearest(word, ["kubectl"].into_iter()) {
        text = text + told.texts.notes.gap + &(told.texts.notes.did_you_mean)(kubectl);
        commands.insert(0, told.command.replacen(word, kubectl, 1));
    }
    Some(Note { text, commands })
}

fn container_waits(line: &str, told: &Told<'_>) -> Option<Note> {
    (line.contains("container not found (") || line.contains("is waiting to start")).then_some(())?;
    plain(told.texts.notes.container_waits)
}

/// What the server refuses for reasons of its own, where no rule knows more.
fn refused(line: &str, told: &Told<'_>) -> Option<Note> {
    let notes = &told.texts.notes;
    let by_reason = [
        ("(Forbidden)", notes.forbidden),
        ("(BadRequest)", notes.bad_request),
        ("(MethodNotAllowed)", notes.not_allowed),
        ("(TooManyRequests)", notes.too_many),
    ];
    by_reason.into_iter().find(|(reason, _)| line.contains(reason)).and_then(|(_, text)| plain(text))
}

fn port_taken(line: &str, told: &Told<'_>) -> Option<Note> {
    line.contains("address already in use").then_some(())?;
    let port = between(line, "127.0.0.1:", ":").or_else(|| between(line, "port ", " "))?;
    plain((told.texts.notes.port_taken)(port))
}

fn connection(line: &str, told: &Told<'_>) -> Option<Note> {
    if let Some(port) = between(line, "error forwarding port ", " to pod").filter(|_| line.contains("refused")) {
        return plain((told.texts.notes.nothing_listens)(port));
    }
    if line.contains("lost connection to pod") {
        return plain(told.texts.notes.connection_lost);
    }
    let rest = line.strip_prefix("curl: (7) Failed to connect to ")?;
    let mut words = rest.split(' ');
    let (host, port) = (words.next()?, words.nth(1)?);
    plain((told.texts.notes.connection_refused)(&format!("{host}:{port}")))
}

fn not_simulated(line: &str, told: &Told<'_>) -> Option<Note> {
    line.contains("not simulated here").then_some(())?;
    plain(told.texts.notes.not_simulated)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Lang;

    fn told(command: &str, stderr: &str) -> Option<Note> {
        let files = ["kubia-manual.yaml".to_owned()];
        note(&Told {
            command,
            stdout: "",
            stderr,
            informers: &Informers::default(),
            current_namespace: "default",
            files: &files,
            texts: Lang::En.texts(),
        })
    }

    #[test]
    fn errors_of_the_real_kubectl_are_explained() {
        // Standard error as recorded from the real one.
        for (command, stderr) in [
            ("kubectl get po nosuch", "Error from server (NotFound): pods \"nosuch\" not found\n"),
            (
                "kubectl create -f a.yaml",
                "Error from server (AlreadyExists): error when creating \"a.yaml\": pods \"web\" already exists\n",
            ),
            (
                "kubectl delete ns default",
                "Error from server (Forbidden): namespaces \"default\" is forbidden: this namespace may not be deleted\n",
            ),
            ("kubectl get foo", "error: the server doesn't have a resource type \"foo\"\n"),
            ("kubectl get pods --foo", "error: unknown flag: --foo\nSee 'kubectl get --help' for usage.\n"),
            ("kubectl delete pod", "error: resource(s) were provided, but no name was specified\n"),
            ("kubectl exec web -c x -- true", "error: container x is not valid for pod web out of: nginx, side\n"),
            ("kubectl exec web -- true", "error: unable to upgrade connection: container not found (\"nginx\")\n"),
            ("kubectl get x --as=y", "Error from server (Forbidden): pods is forbidden: User \"y\" cannot list\n"),
        ] {
            assert!(told(command, stderr).is_some(), "{stderr}");
        }
        assert_eq!(told("true", "something else\n"), None);
    }

    #[test]
    fn a_slip_is_offered_mended() {
        let note = told(
            "kubectl creat -f x",
            "error: unknown command \"creat\" for \"kubectl\"\n\nDid you mean this?\n\tcreate\n",
        );
        assert_eq!(note.unwrap().commands, ["kubectl create -f x"]);
        let note = told("kubectl create -f kubia-manul.yaml", "error: the path \"kubia-manul.yaml\" does not exist\n");
        assert_eq!(note.unwrap().commands[0], "kubectl create -f kubia-manual.yaml");
        let note = told("kubctl get po", "bash: kubctl: command not found\n");
        assert_eq!(note.unwrap().commands, ["kubectl get po", "help"]);
        let note = told("cube", "bash: cube: command not found\n");
        assert_eq!(note.unwrap().commands, ["help"]);
        let note =
            told("kubectl label po a env=b", "error: 'env' already has a value (prod), and --overwrite is false\n");
        assert_eq!(note.unwrap().commands, ["kubectl label po a env=b --overwrite"]);
    }

    #[test]
    fn distances_are_levenshteins() {
        for (a, b, d) in
            [("kitten", "sitting", 3), ("", "abc", 3), ("kubia", "kubia", 0), ("kubia-manaul", "kubia-manual", 2)]
        {
            assert_eq!(distance(a, b), d);
        }
    }
}
