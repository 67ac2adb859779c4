//! What the page says beside an error, in the reader's language, with the command that mends it where there is one.
//! Reads what was printed, as a reader does; nothing else depends on it.

mod rules;

use rules::{RULES, nearest};

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
    "networkpolicy.networking.k8s.io",
    "prioritylevelconfiguration.flowcontrol.apiserver.k8s.io",
    "resourceclaim.resource.k8s.io",
    "resourceclaimtemplate.resource.k8s.io",
    "validatingadmissionpolicy.admissionregistration.k8s.io",
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

#[cfg(test)]
mod tests;
