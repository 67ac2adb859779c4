//! What the page shows, as plain data that components compare by pointer or by value.

use super::action::{InspectorTab, Selection, TabId};
use crate::i18n::Lang;
pub use crate::lesson::prose;
pub use crate::lesson::runner::HintState;
pub use crate::view::flow::{Flow, FlowKind};
use crate::view::matrix::Matrix;
pub use crate::view::picture::NamespaceView;
use crate::view::stage::Stage;
use crate::view::workloads::Workload;
use std::collections::BTreeSet;
use std::rc::Rc;

/// Everything the page shows at one moment: what `Session::screen()` returns after each update. Cheap to make, clone
/// and compare: a part that did not change keeps its pointer.
#[derive(Clone, Debug, PartialEq)]
pub struct Screen {
    /// The first prompt stands and takes input.
    pub ready: bool,
    pub lang: Lang,
    /// `light`, `dark` or `auto`
    pub theme: String,
    pub time: TimeView,
    pub picture: PictureView,
    pub tabs: Rc<Vec<TabView>>,
    /// The current tab.
    pub terminal: TerminalView,
    pub wrap: bool,
    pub lesson: LessonScreen,
    pub inspector: Option<Rc<InspectorView>>,
    pub editor: Option<Rc<EditorView>>,
    /// Ports of the laptop on which something listens.
    pub ports: Rc<Vec<u16>>,
    pub browser: Option<BrowserView>,
    /// What a reader who does not see the picture hears of it.
    pub said: Rc<str>,
    /// Files of the laptop's home directory.
    pub files: Rc<Vec<String>>,
}

/// The picture: the laid out stage, and what of it stands out now.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PictureView {
    pub namespaces: Rc<Vec<NamespaceView>>,
    pub stage: Rc<Stage>,
    /// Label chips are drawn.
    pub labels: bool,
    pub sorted: Sorted,
    pub selected: Option<Selection>,
    /// Pods (`namespace/name`) and nodes (`/name`) that the line being typed would match; None while it selects nothing.
    pub matching: Option<Rc<BTreeSet<String>>>,
    /// Pods (`namespace/name`) that the line being typed would delete.
    pub doomed: Rc<BTreeSet<String>>,
    /// The label key that is asked for: its chips stand out.
    pub key: String,
    /// Marks of the control plane that work: `client`, `apiserver`, `scheduler`, `controllers`.
    pub active: Vec<&'static str>,
    /// What flows now: requests between pods, tunnels of port-forward.
    pub flows: Vec<Flow>,
}

/// The pods as the picture sorts them.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Sorted {
    /// By their nodes, as the stage has it.
    #[default]
    Nodes,
    Labels(Rc<Matrix>),
    Workloads(Rc<Vec<Workload>>),
}

/// A tab's handle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TabView {
    pub tab: TabId,
    /// `bash`, or the command that runs.
    pub title: String,
    pub running: bool,
}

/// A stretch of output of one kind, in the order of arrival.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    Stdout(Rc<str>),
    Stderr(Rc<str>),
}

/// The page's own words beside an error, never copied with the output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    pub text: String,
    /// Commands to tap.
    pub commands: Vec<String>,
}

/// The small browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrowserView {
    pub port: u16,
    pub loading: bool,
    /// There was no answer; the text is curl's.
    pub failed: bool,
    pub text: Rc<str>,
}

/// A command with what it printed so far.
#[derive(Clone, Debug, PartialEq, Eq)]
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
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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
#[derive(Clone, Debug, PartialEq, Eq)]
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
#[derive(Clone, Debug, PartialEq, Eq)]
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

/// One fact of the inspector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    pub name: String,
    pub value: String,
}

/// The inspector's contents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InspectorView {
    pub selection: Selection,
    pub tab: InspectorTab,
    pub kind: &'static str,
    pub title: String,
    pub namespace: Option<(String, usize)>,
    pub phase: Option<crate::view::pod::Phase>,
    pub pod: Option<Rc<crate::view::pod::PodView>>,
    pub facts: Vec<Fact>,
    /// What to do where something is wrong.
    pub advice: Option<Note>,
    /// A look inside the pod.
    pub inside: Option<Rc<crate::view::inside::Inside>>,
    pub labels: Vec<(String, String)>,
    pub annotations: Vec<(String, String)>,
    pub yaml: String,
    pub logs: String,
    /// type, age, reason, message
    pub events: Vec<(String, String, String, String)>,
}

/// A problem in the open file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// From 1.
    pub line: usize,
    pub column: usize,
    pub text: String,
}

/// The open file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EditorView {
    pub name: String,
    /// Text when it was opened; the field itself is uncontrolled.
    pub original: Rc<str>,
    pub kind: String,
    pub problems: Rc<Vec<Problem>>,
    /// Commands that may follow the save: `kubectl create -f NAME`, `kubectl apply -f NAME`.
    pub commands: Vec<String>,
}

/// The lesson panel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LessonScreen {
    /// Being fetched.
    Loading,
    /// It could not be fetched: why.
    Failed(String),
    List(Rc<Vec<ChapterView>>),
    Lesson(Rc<LessonView>),
}

/// A chapter of the list of lessons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChapterView {
    pub title: String,
    pub lessons: Vec<LessonCard>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LessonCard {
    /// `ch5/01-create-a-pod`
    pub id: String,
    pub title: String,
    pub steps: usize,
    pub solved: usize,
}

/// The open lesson. Sentences are the prose's typed blocks, in the reader's language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LessonView {
    pub id: String,
    /// The chapter's title.
    pub chapter: String,
    pub title: String,
    pub intro: Vec<prose::Block>,
    pub steps: Vec<StepView>,
    /// How many steps are solved; the next one is the current one.
    pub solved: usize,
    /// The lesson after this one.
    pub next: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepView {
    pub id: String,
    pub title: Vec<prose::Inline>,
    pub solved: bool,
    pub current: bool,
    /// Its body is shown.
    pub open: bool,
    pub body: Vec<prose::Block>,
    /// Whether it is met, and its sentence.
    pub goals: Vec<(bool, Vec<prose::Block>)>,
    /// What to say of a mistake that was seen (false), or of the solved step (true).
    pub note: Option<(bool, Vec<prose::Block>)>,
    pub hints: Vec<(HintState, Vec<prose::Block>)>,
    pub solution: Vec<String>,
}
