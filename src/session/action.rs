//! What the reader does, and what the page has to do in return. Data flows one way: actions in, effects out.

use crate::apimachinery::time::Duration;

/// How a session begins: `Session::new(Options) -> (Session, Vec<Effect>)`.
///
/// The page then calls `update(Action) -> Vec<Effect>`, `screen() -> Screen` after each update, and
/// `next_frame() -> Option<Duration>`: how much of the reader's time may pass before the next `Action::Frame` (zero: at the
/// next repaint; None: nothing moves, time is paused).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Options {
    pub lang: crate::i18n::Lang,
    /// `light`, `dark` or `auto`
    pub theme: String,
    pub seed: Option<u64>,
    /// The lesson to open first: `ch5/01-create-a-pod`.
    pub lesson: Option<String>,
    /// An embedded lab: nothing is kept.
    pub embed: bool,
    /// What was stored under `session` the last time, if anything.
    pub saved: Option<String>,
}

/// Names a terminal tab.
pub type TabId = u32;

/// What may be selected in the picture and shown in the inspector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    Pod { namespace: String, name: String },
    Node { name: String },
}

/// What the picture sorts the pods by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Arrangement {
    #[default]
    Nodes,
    /// The keys of two labels, of rows and columns; "" leaves the choice to the picture.
    Labels([String; 2]),
    /// Who keeps them.
    Workloads,
}

/// The inspector's pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InspectorTab {
    #[default]
    Overview,
    Yaml,
    Logs,
    Events,
}

/// A key that edits the line or acts on the terminal; the page sends only those that are not plain typing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineKey {
    Up,
    Down,
    /// Ctrl-A, Ctrl-E
    Home,
    End,
    /// Ctrl-U, Ctrl-K, Ctrl-W
    KillToStart,
    KillToEnd,
    KillWord,
    /// Ctrl-Y
    Yank,
    /// Ctrl-R; again for the next match
    ReverseSearch,
    Escape,
    Tab,
    BackTab,
    /// While Ctrl-R searches: one more letter of the query (the field shows the match), or one less.
    Search(char),
    SearchBack,
}

/// What the reader did.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Wall time passed: one animation frame. The core gets at most `budget` of it to compute.
    Frame {
        elapsed: Duration,
    },
    /// The stage has this size in CSS pixels.
    Resize {
        width: f64,
        height: f64,
    },

    /// Enter: run the line (or give it to the running command as input).
    Submit {
        tab: TabId,
        line: String,
    },
    /// Many lines at once: each runs after the one before has ended.
    Paste {
        tab: TabId,
        text: String,
    },
    /// The line changed by typing; highlights what it would match or remove, closes choices.
    Typed {
        tab: TabId,
        text: String,
        cursor: usize,
    },
    Key {
        tab: TabId,
        key: LineKey,
        text: String,
        cursor: usize,
    },
    /// A completion was clicked.
    Choose {
        tab: TabId,
        index: usize,
    },
    /// Ctrl-C
    Interrupt {
        tab: TabId,
    },
    /// Ctrl-D on an empty line
    EndOfInput {
        tab: TabId,
    },
    /// Ctrl-L
    Clear {
        tab: TabId,
    },
    NewTab,
    CloseTab {
        tab: TabId,
    },
    SelectTab {
        tab: TabId,
    },
    ToggleWrap,
    /// A command tapped anywhere: runs in the current tab.
    Run {
        line: String,
    },
    /// `run()` of the element: types the line into this tab (1 is the first; opened if need be), shows it there, and
    /// answers with `Effect::Finished` of the same ticket.
    Call {
        tab: TabId,
        line: String,
        ticket: u64,
    },

    Play,
    Pause,
    /// One event further: to the next timer.
    Step,
    /// Virtual seconds per second: 0.25, 1, 5, 30.
    Speed(f64),
    /// Jump to the moment for which the foreground command waits.
    SkipWait,

    Select(Option<Selection>),
    Inspect(InspectorTab),
    /// None shows all namespaces.
    FilterNamespace(Option<String>),
    ToggleLabels,
    /// What the picture sorts the pods by.
    Arrange(Arrangement),
    Zoom(i32),

    /// Opens the small browser on a port of the laptop, or fetches anew where it is open; None closes it.
    Browse(Option<u16>),

    /// `chapter/lesson` id, or None for the list.
    OpenLesson(Option<String>),
    OpenStep(String),
    ShowHint {
        step: String,
    },
    ShowSolution {
        step: String,
    },
    RestartLesson,
    /// Fetches again what of the lessons could not be fetched.
    RetryLesson,

    /// A file of the laptop by its path; None asks for a new one.
    OpenFile(Option<String>),
    EditorChanged {
        text: String,
    },
    /// Saves; then runs the command (such as `kubectl apply -f NAME`) where there is one.
    EditorSave {
        text: String,
        then: Option<String>,
    },
    EditorClose,

    SetLang(crate::i18n::Lang),
    /// `light`, `dark` or `auto`
    SetTheme(String),
    /// A file that the page was asked to fetch has come, or why it has not.
    Fetched {
        path: String,
        result: Result<String, String>,
    },
    /// Start again from nothing with this seed.
    Reset,
}

/// What the page has to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Put this into the terminal's field (never during composition).
    SetInput {
        tab: TabId,
        text: String,
        cursor: usize,
    },
    /// Follow the end of the output unless the reader scrolled up.
    ScrollToEnd {
        tab: TabId,
    },
    /// Fetch a file below the page's own folder and send `Fetched`.
    Fetch {
        path: String,
    },
    /// Keep this under this key in the browser's storage.
    Store {
        key: &'static str,
        value: String,
    },
    /// Say this once to screen readers and in the toast.
    Announce(String),
    /// Tell embedders: `step`, `solved` with this detail (JSON; see static/embed/SEAM.md).
    Emit {
        event: &'static str,
        detail: String,
    },
    /// Set `lang` and theme on the document.
    ApplyLang,
    ApplyTheme,
    FocusTerminal,
    /// Scroll the current lesson step into view inside the lesson's own scroller.
    ShowStep(String),
    /// The cluster stopped for good, and why: a mistake of Podium's.
    Stopped(String),
    /// `run()` of the element ended: its ticket, with what it printed.
    Finished {
        ticket: u64,
        stdout: String,
        stderr: String,
        code: i32,
    },
}
