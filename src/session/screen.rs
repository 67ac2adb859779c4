//! What the page shows, as plain data that components compare by pointer or by value.

use super::action::{InspectorTab, Selection, TabId};
use std::rc::Rc;

/// A stretch of output of one kind, in the order of arrival.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    Stdout(Rc<str>),
    Stderr(Rc<str>),
}

/// The page's own words beside an error, never copied with the output.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    pub text: String,
    /// Commands to tap.
    pub commands: Vec<String>,
}

/// A command with what it printed so far.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    pub id: u64,
    pub prompt: Prompt,
    pub command: String,
    pub pieces: Vec<Piece>,
    /// None while it runs.
    pub exit: Option<i32>,
    pub note: Option<Note>,
    /// Names in the output that are objects: `(text, selection)`.
    pub names: Rc<Vec<(String, Selection)>>,
}

/// What stands before a line.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Prompt {
    /// The namespace, where it is not `default`.
    pub namespace: Option<(String, usize)>,
    /// The working directory, where it is not home.
    pub directory: String,
    /// While Ctrl-R searches: the query.
    pub search: Option<String>,
    /// A here-document or an open quote goes on: `>`.
    pub continues: bool,
}

/// A wait that takes long, with what it waits for.
#[derive(Clone, Debug, PartialEq)]
pub struct Wait {
    pub text: String,
    /// Virtual seconds until it ends, where known.
    pub seconds: Option<u64>,
}

/// One choice of a completion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    pub text: String,
    pub detail: String,
}

/// One terminal tab. Blocks are shared: a block that did not change keeps its pointer.
#[derive(Clone, Debug, PartialEq)]
pub struct TerminalView {
    pub tab: TabId,
    pub title: String,
    pub running: bool,
    pub blocks: Rc<Vec<Rc<Block>>>,
    pub prompt: Prompt,
    pub choices: Rc<Vec<Choice>>,
    pub chosen: Option<usize>,
    pub wait: Option<Wait>,
}

/// The clock and its controls.
#[derive(Clone, Debug, PartialEq)]
pub struct TimeView {
    pub paused: bool,
    pub speed: f64,
    /// Virtual time since the start: `00:16:42`.
    pub clock: String,
}

/// A namespace of the filter bar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamespaceView {
    pub name: String,
    pub hue: usize,
    pub pods: usize,
    /// The kubeconfig's current one.
    pub current: bool,
    pub shown: bool,
}

/// One fact of the inspector.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    pub name: String,
    pub value: String,
}

/// The inspector's contents.
#[derive(Clone, Debug, PartialEq)]
pub struct InspectorView {
    pub selection: Selection,
    pub tab: InspectorTab,
    pub kind: &'static str,
    pub title: String,
    pub namespace: Option<(String, usize)>,
    pub phase: Option<crate::view::pod::Phase>,
    pub pod: Option<Rc<crate::view::pod::PodView>>,
    pub facts: Vec<Fact>,
    pub labels: Vec<(String, String)>,
    pub annotations: Vec<(String, String)>,
    pub yaml: String,
    pub logs: String,
    /// type, age, reason, message
    pub events: Vec<(String, String, String, String)>,
}

/// A problem in the open file.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// From 1.
    pub line: usize,
    pub column: usize,
    pub text: String,
}

/// The open file.
#[derive(Clone, Debug, PartialEq)]
pub struct EditorView {
    pub name: String,
    /// Text when it was opened; the field itself is uncontrolled.
    pub original: Rc<str>,
    pub kind: String,
    pub problems: Rc<Vec<Problem>>,
    /// Commands that may follow the save: `kubectl create -f NAME`, `kubectl apply -f NAME`.
    pub commands: Vec<String>,
}
