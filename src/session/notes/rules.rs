//! The rules: each knows one error of kubectl's, or of the shell's.

use super::super::screen::Note;
use super::{Told, plain};
use crate::apimachinery::Object;
use crate::client::Resource;

/// A rule reads an error line and may have something to say.
type Rule = fn(&str, &Told<'_>) -> Option<Note>;

/// The first rule that has something to say is heard.
pub(super) const RULES: &[Rule] = &[
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
pub(super) fn nearest<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let most = name.chars().count() / 3 + 1;
    names.map(|n| (distance(name, n), n)).filter(|(d, _)| *d <= most).min().map(|(_, n)| n)
}

/// Levenshtein's distance, of names that are at most 253 characters long.
pub(super) fn distance(a: &str, b: &str) -> usize {
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
