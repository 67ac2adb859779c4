//! The page's state machine, without a browser: `update(Action) -> Vec<Effect>` and `screen()` to draw.

pub mod action;
mod browser;
mod editor;
mod inspector;
mod lessons;
mod notes;
mod saved;
pub mod screen;
mod terminal;
mod time;

pub use action::{Action, Effect, InspectorTab, LineKey, Options, Selection, TabId};
use saved::{Saved, Unreadable};
pub use screen::Screen;

use crate::apimachinery::time::Duration;
use crate::apimachinery::{Time, Value};
use crate::client::Resource;
use crate::cluster::ClusterSpec;
use crate::i18n::{Lang, Texts};
use crate::lab::Lab;
use crate::lesson::Lesson;
use crate::view::intent::Intent;
use crate::view::matrix::matrix;
use crate::view::picture::{Moment, Picture};
use browser::Browser;
use editor::Editor;
use lessons::Lessons;
use screen::{InspectorView, PictureView};
use std::collections::BTreeSet;
use std::rc::Rc;
use terminal::{Surroundings, Terminal};
use time::TimeControl;

/// Timers that one frame works off at most: what is left over waits for the next frame.
const TIMERS_A_FRAME: usize = 400;
/// Rounds in which terminals and cluster answer each other within one instant.
const ROUNDS: usize = 10_000;
/// How far `SkipWait` goes at most.
const LONGEST_SKIP: Duration = Duration::from_secs(600);
/// How often the picture is drawn anew while something in it moves by itself.
const RESTLESS: Duration = Duration::from_millis(200);
/// How long a request from pod to pod is shown: its packet goes there and back.
const REQUEST_SHOWN: Duration = Duration::from_millis(1_800);
const MOST_REQUESTS: usize = 16;
const DEFAULT_SEED: u64 = 1;

/// Everything the page knows.
pub struct Session {
    lab: Lab,
    /// The reader's time since the page began.
    wall: Time,
    time: TimeControl,
    terminals: Vec<Terminal>,
    current: TabId,
    last_tab: TabId,
    wrap: bool,
    picture: Picture,
    intent: Option<Intent>,
    selected: Option<Selection>,
    inspector_tab: InspectorTab,
    /// The keys of the matrix while it is shown; "" leaves the choice to it.
    matrix: Option<[String; 2]>,
    lessons: Lessons,
    editor: Option<Editor>,
    browser: Option<Browser>,
    lang: Lang,
    theme: String,
    seed: u64,
    saved: Saved,
    /// Requests from pod to pod that are shown, and since when.
    requests: Vec<(Time, screen::Flow)>,
    /// The revision that was drawn and checked last, and when it was drawn.
    seen: (u64, Time),
    /// The cluster's second that was drawn last: countdowns follow it.
    second: i64,
    /// Something outside the cluster changed what is drawn.
    stale: bool,
    announced_ready: bool,
    /// Ended commands since the lesson looked last.
    ended: usize,
    cached_inspector: Option<Rc<InspectorView>>,
    cached_lesson: Option<screen::LessonScreen>,
}

impl Session {
    /// Boots a cluster and opens a terminal. The effects ask for the lessons.
    pub fn new(options: Options) -> (Self, Vec<Effect>) {
        let seed = options.seed.unwrap_or(DEFAULT_SEED);
        let texts = options.lang.texts();
        let (saved, unreadable) = match options.saved.as_deref().map(Saved::from_json) {
            None => (Saved::default(), None),
            Some(Ok(saved)) => (saved, None),
            Some(Err(Unreadable::Damaged)) => (Saved::default(), Some(texts.storage.damaged)),
            Some(Err(Unreadable::Newer)) => (Saved::default(), Some(texts.storage.newer)),
        };
        let mut session = Self {
            lab: Lab::for_page(&ClusterSpec::plain(seed)),
            wall: Time::default(),
            time: TimeControl::default(),
            terminals: Vec::new(),
            current: 1,
            last_tab: 0,
            wrap: false,
            picture: Picture::new(marks(texts)),
            intent: None,
            selected: None,
            inspector_tab: InspectorTab::default(),
            matrix: None,
            lessons: Lessons::with_progress(saved.progress.clone()),
            editor: None,
            browser: None,
            lang: options.lang,
            theme: options.theme,
            seed,
            saved,
            requests: Vec::new(),
            seen: (0, Time::default()),
            second: 0,
            stale: true,
            announced_ready: false,
            ended: 0,
            cached_inspector: None,
            cached_lesson: None,
        };
        session.open_tab();
        session.lessons.want(options.lesson);
        let mut effects = session.lessons.fetch(session.lang);
        effects.extend(unreadable.map(|why| Effect::Announce(why.into())));
        (session, effects)
    }

    fn texts(&self) -> &'static Texts {
        self.lang.texts()
    }

    /// Does what the reader did, lets the cluster react at this instant, and says what the page has to do.
    pub fn update(&mut self, action: Action) -> Vec<Effect> {
        let mut effects = Vec::new();
        self.act(action, &mut effects);
        self.pump(&mut effects);
        self.observe(&mut effects);
        effects
    }

    fn act(&mut self, action: Action, effects: &mut Vec<Effect>) {
        match action {
            Action::Frame { elapsed } => self.frame(elapsed),
            Action::Resize { width, height } => self.picture.resize(width, height),
            Action::Typed { tab, text, .. } => {
                self.with(tab, |t, _| t.typed());
                self.set_intent(&text);
            }
            Action::Fetched { path, result } => self.fetched(&path, result, effects),
            asked => self.obey(asked, effects),
        }
    }

    /// What a reader asks for, which is nothing before the first prompt stands.
    #[inline(never)]
    fn obey(&mut self, action: Action, effects: &mut Vec<Effect>) {
        match action {
            Action::Frame { .. } | Action::Resize { .. } | Action::Typed { .. } | Action::Fetched { .. } => {}

            Action::Submit { tab, line } => self.with(tab, |t, lab| t.submit(&line, lab)),
            Action::Paste { tab, text } => self.paste(tab, &text),
            Action::Key { tab, key, text, cursor } => {
                let found = self.terminals.iter_mut().find(|t| t.tab == tab);
                let keyed = found.map(|t| t.key(key, &text, cursor, &mut self.lab)).unwrap_or_default();
                if let Some(Effect::SetInput { text, .. }) = keyed.last() {
                    let text = text.clone();
                    self.set_intent(&text);
                }
                effects.extend(keyed);
            }
            Action::Choose { tab, index } => {
                let found = self.terminals.iter_mut().find(|t| t.tab == tab);
                effects.extend(found.map(|t| t.choose(index)).unwrap_or_default());
            }
            Action::Interrupt { tab } => {
                let found = self.terminals.iter_mut().find(|t| t.tab == tab);
                effects.extend(found.map(|t| t.interrupt(&mut self.lab)).unwrap_or_default());
                self.intent = None;
            }
            Action::EndOfInput { tab } => self.with(tab, |t, lab| t.end_of_input(lab)),
            Action::Clear { tab } => self.with(tab, |t, _| t.clear()),
            Action::NewTab => {
                self.open_tab();
                self.current = self.last_tab;
                effects.push(Effect::FocusTerminal);
            }
            Action::CloseTab { tab } => self.close_tab(tab),
            Action::SelectTab { tab } if self.terminals.iter().any(|t| t.tab == tab) => self.current = tab,
            Action::SelectTab { .. } => {}
            Action::ToggleWrap => self.wrap = !self.wrap,
            Action::Run { line } => self.with(self.current, |t, _| t.enqueue(&line, None)),
            Action::Call { tab, line, ticket } => self.call(tab, &line, ticket),

            Action::Play => self.time.paused = false,
            Action::Pause => self.time.paused = true,
            Action::Step => self.lab.step_timer(),
            Action::Speed(speed) => self.time.set_speed(speed),
            Action::SkipWait => self.skip_wait(effects),

            Action::Select(selection) => self.select(selection),
            Action::Inspect(tab) => {
                self.inspector_tab = tab;
                self.stale = true;
            }
            Action::FilterNamespace(namespace) => self.picture.set_filter(namespace),
            Action::ToggleLabels => self.picture.set_labels(!self.picture.labels()),
            Action::ToggleMatrix => self.matrix = if self.matrix.is_some() { None } else { Some(Default::default()) },
            Action::MatrixKeys(keys) => self.matrix = Some(keys),
            Action::Zoom(steps) => self.picture.zoom(steps),

            Action::Browse(port) => self.browse(port),

            Action::OpenLesson(id) => {
                self.lessons.want(id);
                effects.extend(self.lessons.fetch(self.lang));
                self.begin_lesson(effects);
            }
            Action::RestartLesson => {
                if let Some(id) = self.lessons.open_id().map(str::to_owned) {
                    self.lessons.want(Some(id));
                    self.begin_lesson(effects);
                }
            }
            Action::OpenStep(id) => self.lessons.toggle_step(id),
            Action::ShowHint { .. } => self.lessons.open_hint(),
            Action::ShowSolution { step } => self.lessons.show_solution(step),

            Action::OpenFile(path) => self.open_file(path),
            Action::EditorChanged { text } => {
                if let Some(editor) = &mut self.editor {
                    editor.changed(&text);
                }
            }
            Action::EditorSave { text, then } => self.save_file(&text, then),
            Action::EditorClose => self.close_editor(effects),

            Action::SetLang(lang) => self.set_lang(lang, effects),
            Action::SetTheme(theme) => {
                effects.push(Effect::Store { key: "theme", value: theme.clone() });
                effects.push(Effect::ApplyTheme);
                self.theme = theme;
            }
            Action::Reset => {
                self.lessons.want(None);
                self.reboot(&ClusterSpec::plain(self.seed));
            }
        }
    }

    fn with(&mut self, tab: TabId, act: impl FnOnce(&mut Terminal, &mut Lab)) {
        if let Some(terminal) = self.terminals.iter_mut().find(|t| t.tab == tab) {
            act(terminal, &mut self.lab);
        }
    }

    fn frame(&mut self, elapsed: Duration) {
        self.wall = self.wall + elapsed;
        let target = self.lab.now() + self.time.share(elapsed);
        if target > self.lab.now() {
            self.lab.advance(target, TIMERS_A_FRAME);
        }
    }

    /// The lines of a paste run one after another; what follows the last newline is left to the field.
    fn paste(&mut self, tab: TabId, text: &str) {
        self.with(tab, |t, _| {
            for line in text.lines().filter(|l| !l.trim().is_empty()) {
                // Posts show commands behind a prompt.
                let line = line.strip_prefix("$ ").unwrap_or(line);
                t.enqueue(line, None);
            }
        });
    }

    fn set_intent(&mut self, text: &str) {
        self.intent = Intent::of_line(text);
    }

    fn open_tab(&mut self) {
        self.last_tab += 1;
        let history = self.saved.history.clone();
        self.terminals.push(Terminal::new(self.last_tab, &mut self.lab, history));
    }

    fn close_tab(&mut self, tab: TabId) {
        if self.terminals.len() < 2 {
            return;
        }
        if let Some(at) = self.terminals.iter().position(|t| t.tab == tab) {
            self.terminals.remove(at).close(&mut self.lab);
            if self.current == tab {
                self.current = self.terminals[at.min(self.terminals.len() - 1)].tab;
            }
        }
    }

    /// `run()`: opens terminals up to the one named.
    fn call(&mut self, tab: TabId, line: &str, ticket: u64) {
        const MOST_TABS: TabId = 16;
        while self.last_tab < tab.min(MOST_TABS) {
            self.open_tab();
        }
        let known = self.terminals.iter().any(|t| t.tab == tab);
        let tab = if known { tab } else { self.current };
        self.current = tab;
        self.with(tab, |t, _| t.enqueue(line, Some(ticket)));
    }

    fn browse(&mut self, port: Option<u16>) {
        match (port, &mut self.browser) {
            (Some(port), Some(open)) if open.port() == port => open.reload(&mut self.lab),
            (port, _) => {
                if let Some(open) = self.browser.take() {
                    open.close(&mut self.lab);
                }
                self.browser = port.map(|port| Browser::open(port, &mut self.lab));
            }
        }
    }

    fn select(&mut self, selection: Option<Selection>) {
        if selection != self.selected {
            self.inspector_tab = InspectorTab::default();
        }
        self.selected = selection;
        self.stale = true;
    }

    /// Lets virtual time run until the current terminal's command has ended.
    fn skip_wait(&mut self, effects: &mut Vec<Effect>) {
        let end = self.lab.now() + LONGEST_SKIP;
        while self.lab.now() < end && self.terminals.iter().any(|t| t.tab == self.current && t.is_running()) {
            self.lab.step_timer();
            self.pump(effects);
        }
    }

    fn open_file(&mut self, path: Option<String>) {
        let text = path.as_deref().and_then(|p| self.lab.read_file(p)).unwrap_or_default();
        let absolute = path.map(|p| self.lab.absolute(&p));
        self.editor = Some(Editor::open(absolute, &String::from_utf8_lossy(&text)));
    }

    fn save_file(&mut self, text: &str, then: Option<String>) {
        let Some(editor) = &mut self.editor else { return };
        let path = editor.path.get_or_insert_with(|| self.lab.absolute("new.yaml")).clone();
        editor.saved(text);
        self.lab.write_file(&path, text.as_bytes());
        if let Some(line) = then {
            self.with(self.current, |t, _| t.enqueue(&line, None));
        }
    }

    fn close_editor(&mut self, effects: &mut Vec<Effect>) {
        if let Some(path) = self.editor.take().and_then(|e| e.path) {
            self.lab.close_editor(&path);
        }
        effects.push(Effect::FocusTerminal);
    }

    fn set_lang(&mut self, lang: Lang, effects: &mut Vec<Effect>) {
        self.lang = lang;
        self.picture.set_marks(marks(self.texts()));
        effects.push(Effect::Store { key: "lang", value: lang.code().into() });
        effects.push(Effect::ApplyLang);
        effects.extend(self.lessons.fetch(lang));
        self.stale = true;
    }

    fn fetched(&mut self, path: &str, result: Result<String, String>, effects: &mut Vec<Effect>) {
        if self.lessons.takes(path) {
            self.lessons.fetched(path, result);
            effects.extend(self.lessons.fetch(self.lang));
            self.begin_lesson(effects);
        } else {
            self.lab.fetched(path, result);
        }
    }

    /// Opens the wanted lesson in a cluster of its own, once it has come.
    fn begin_lesson(&mut self, effects: &mut Vec<Effect>) {
        if let Some(lesson) = self.lessons.arrived() {
            self.enter(lesson, effects);
        }
    }

    #[inline(never)]
    fn enter(&mut self, lesson: Rc<Lesson>, effects: &mut Vec<Effect>) {
        self.reboot(&ClusterSpec::plain(lesson.seed));
        self.set_up(&lesson);
        self.lessons.begin(lesson);
        self.show_step(effects);
    }

    fn set_up(&mut self, lesson: &Lesson) {
        for file in &lesson.setup.files {
            let path = self.lab.absolute(&file.path);
            self.lab.write_file(&path, file.text.as_bytes());
        }
        for line in &lesson.setup.run {
            self.lab.run_line(line);
            self.lab.settle();
        }
        // What the setup asked is not the reader's doing.
        self.lab.take_requests();
    }

    /// A new cluster and new terminals; the reader's choices stay.
    fn reboot(&mut self, spec: &ClusterSpec) {
        self.lab = Lab::for_page(spec);
        self.terminals.clear();
        self.last_tab = 0;
        self.open_tab();
        self.current = self.last_tab;
        self.selected = None;
        self.intent = None;
        self.editor = None;
        self.browser = None;
        self.seen = (0, Time::default());
        self.picture.forget();
        self.stale = true;
    }

    /// Lets terminals and cluster answer each other until nothing moves at this instant.
    fn pump(&mut self, effects: &mut Vec<Effect>) {
        let namespace = self.lab.namespace();
        for _ in 0..ROUNDS {
            let mut busy = self.lab.round();
            let around = Surroundings { wall: self.wall, namespace: &namespace, texts: self.texts() };
            for terminal in &mut self.terminals {
                let polled = terminal.poll(&mut self.lab, &around);
                effects.extend(polled.effects);
                if polled.began > 0 {
                    self.intent = None;
                    self.lessons.command_began();
                }
                for (request, code) in self.lab.take_requests() {
                    self.lessons.requested(&request, code);
                }
                for _ in 0..polled.ended {
                    self.lessons.command_ended();
                }
                self.ended += polled.ended;
                busy |= polled.changed;
            }
            if let Some(browser) = &mut self.browser {
                busy |= browser.poll(&mut self.lab);
            }
            if !busy {
                break;
            }
        }
        effects.extend(self.lab.take_wanted_files().into_iter().map(|path| Effect::Fetch { path }));
        if self.editor.is_none()
            && let Some(path) = self.lab.file_to_edit()
        {
            self.open_file(Some(path));
        }
    }

    /// Draws and checks what has changed since the last time.
    fn observe(&mut self, effects: &mut Vec<Effect>) {
        let revision = self.lab.revision();
        let changed = revision != self.seen.0;
        if changed || self.ended > 0 {
            self.check_lesson(effects);
        }
        if std::mem::take(&mut self.ended) > 0 {
            self.keep(effects);
        }
        let restless = self.picture.restless() && self.wall.since(self.seen.1) >= RESTLESS;
        let spoken = self.lab.take_pod_requests();
        let wall = self.wall;
        for flow in spoken.into_iter().take(MOST_REQUESTS) {
            // The same way again begins anew.
            self.requests.retain(|(_, f)| *f != flow);
            self.requests.push((wall, flow));
        }
        self.requests.retain(|(since, _)| wall.since(*since) < REQUEST_SHOWN);
        let second = self.lab.now().secs();
        let ticked = self.picture.ticks() && second != self.second;
        if changed || restless || ticked || std::mem::take(&mut self.stale) {
            self.seen = (revision, self.wall);
            self.second = second;
            if changed {
                self.picture.touch("apiserver");
            }
            self.draw();
        }
        if !self.announced_ready {
            self.announced_ready = true;
            effects.push(Effect::Emit { event: "ready", detail: "null".into() });
        }
    }

    #[inline(never)]
    fn check_lesson(&mut self, effects: &mut Vec<Effect>) {
        let kubeconfig = self.lab.kubeconfig();
        let solved = self.lessons.observe(&mut self.lab, &kubeconfig);
        let lesson = self.lessons.open_id().unwrap_or_default().to_owned();
        for (index, total, id) in self.lessons.positions(&solved) {
            let detail = crate::object! {
            "lesson" => lesson.as_str(), "step" => id.as_str(), "index" => index, "total" => total };
            effects.push(Effect::Emit { event: "step", detail: detail.to_string() });
            effects.push(Effect::Announce((self.texts().said.step_solved)(&self.lessons.title_of(&id, self.lang))));
        }
        if solved.is_empty() {
            return;
        }
        if self.lessons.is_finished() {
            let detail = crate::object! { "lesson" => lesson };
            effects.push(Effect::Emit { event: "solved", detail: detail.to_string() });
        }
        self.show_step(effects);
    }

    /// The picture shows what the current step is about.
    fn show_step(&mut self, effects: &mut Vec<Effect>) {
        if let Some(show) = self.lessons.show() {
            if show.labels {
                self.picture.set_labels(true);
            }
            if let Some(object) = show.inspect.as_ref().filter(|o| o.resource == "pods") {
                let selection = Selection::Pod { namespace: object.namespace.clone(), name: object.name.clone() };
                self.selected = Some(selection);
            }
        }
        effects.extend(self.lessons.current_step().map(Effect::ShowStep));
    }

    /// Keeps history and progress for the next visit.
    #[inline(never)]
    fn keep(&mut self, effects: &mut Vec<Effect>) {
        if let Some(terminal) = self.terminals.iter().find(|t| t.tab == self.current) {
            self.saved.history = terminal.history().map(str::to_owned).collect();
        }
        self.saved.progress = self.lessons.progress.clone();
        effects.push(Effect::Store { key: Saved::KEY, value: self.saved.to_json() });
    }

    fn draw(&mut self) {
        let namespace = self.lab.namespace();
        let informers = self.lab.cluster().informers();
        let all = |r: Resource| -> Vec<Value> { informers.list_in(r, "").cloned().collect() };
        let (pods, nodes, namespaces) = (all(Resource::Pods), all(Resource::Nodes), all(Resource::Namespaces));
        self.picture.observe(&Moment {
            pods: &pods,
            nodes: &nodes,
            namespaces: &namespaces,
            current: &namespace,
            now: self.lab.now(),
            wall: self.wall,
        });
        self.picture.set_verdicts(&self.verdicts());
        self.cached_inspector = self.inspect();
    }

    /// Why each node refused the selected pod, or else the only one that waits.
    fn verdicts(&self) -> Vec<(String, String)> {
        let mut waiting = self.picture.pods().iter().filter(|p| p.node.is_empty());
        let key = match (&self.selected, waiting.next(), waiting.next()) {
            (Some(Selection::Pod { namespace, name }), ..) => format!("{namespace}/{name}"),
            (_, Some(pod), None) => pod.key(),
            _ => return Vec::new(),
        };
        let error = self.lab.cluster().scheduler().verdicts(&key);
        let said = error.iter().flat_map(|e| &e.verdicts);
        let texts = self.texts();
        said.map(|(node, v)| (node.clone(), (texts.picture.refused)(&v.refusal.reasons.join(", ")))).collect()
    }

    fn inspect(&mut self) -> Option<Rc<InspectorView>> {
        let selection = self.selected.clone()?;
        let informers = self.lab.cluster().informers().clone();
        let (now, texts) = (self.lab.now(), self.texts());
        let view = inspector::inspect(
            &selection,
            self.inspector_tab,
            &informers,
            &mut self.picture,
            &mut self.lab,
            now,
            texts,
        );
        let Some(view) = view else {
            self.selected = None;
            return None;
        };
        Some(match &self.cached_inspector {
            Some(before) if **before == view => before.clone(),
            _ => Rc::new(view),
        })
    }

    /// How much of the reader's time may pass before the next `Action::Frame`: zero at the next repaint, None while
    /// nothing moves.
    pub fn next_frame(&self) -> Option<Duration> {
        const IDLE: Duration = Duration::from_millis(250);
        let loading = self.browser.as_ref().is_some_and(Browser::is_loading);
        if loading || self.terminals.iter().any(Terminal::is_running) {
            return Some(Duration::ZERO);
        }
        if self.picture.restless() || !self.requests.is_empty() {
            return Some(RESTLESS);
        }
        if self.time.paused {
            return None;
        }
        let next = self.lab.next_timer().map(|t| t.since(self.lab.now()).div_f64(self.time.speed));
        Some(next.unwrap_or(IDLE).min(IDLE))
    }

    pub fn lang(&self) -> Lang {
        self.lang
    }

    pub fn theme(&self) -> &str {
        &self.theme
    }

    pub fn lab(&mut self) -> &mut Lab {
        &mut self.lab
    }

    /// What the page shows now.
    pub fn screen(&mut self) -> Screen {
        let namespace = self.lab.namespace();
        let lesson = self.lessons.screen(self.lang);
        let lesson = match self.cached_lesson.take() {
            Some(before) if before == lesson => before,
            _ => lesson,
        };
        self.cached_lesson = Some(lesson.clone());
        let hue = self.picture.hue(&namespace);
        let around = Surroundings { wall: self.wall, namespace: &namespace, texts: self.texts() };
        let at = self.terminals.iter().position(|t| t.tab == self.current).unwrap_or(0);
        Screen {
            ready: true,
            lang: self.lang,
            theme: self.theme.clone(),
            time: self.time.view(self.lab.start(), self.lab.now()),
            picture: self.picture_view(&namespace),
            tabs: Rc::new(self.terminals.iter().map(Terminal::handle).collect()),
            terminal: self.terminals[at].view(&self.lab, &around, |_| hue),
            wrap: self.wrap,
            lesson,
            inspector: self.cached_inspector.clone().filter(|_| self.selected.is_some()),
            editor: self.editor.as_ref().map(|e| Rc::new(e.view())),
            ports: Rc::new(self.lab.listening()),
            browser: self.browser.as_ref().map(Browser::view),
            files: Rc::new(self.lab.files()),
        }
    }

    fn picture_view(&self, namespace: &str) -> PictureView {
        let mut view = PictureView {
            namespaces: self.picture.namespaces().clone(),
            stage: self.picture.stage().clone(),
            labels: self.picture.labels(),
            matrix: self.matrix.as_ref().map(|keys| Rc::new(matrix(self.picture.pods(), keys))),
            active: self.picture.active(),
            selected: self.selected.clone(),
            flows: self.lab.flows().into_iter().chain(self.requests.iter().map(|(_, f)| f.clone())).collect(),
            ..PictureView::default()
        };
        let Some(intent) = &self.intent else { return view };
        let informers = self.lab.cluster().informers();
        let pods = informers.list_in(Resource::Pods, "").filter(|p| intent.matches_pod(p, namespace));
        let hit: BTreeSet<String> = pods.map(crate::apimachinery::Object::key).collect();
        view.key = intent.key().to_owned();
        if intent.deletes {
            view.doomed = Rc::new(hit);
        } else {
            let nodes = informers.list_in(Resource::Nodes, "").filter(|n| intent.matches_node(n));
            let nodes = nodes.map(|n| format!("/{}", crate::apimachinery::Object::name(n)));
            view.matching = Some(Rc::new(hit.into_iter().chain(nodes).collect()));
        }
        view
    }
}

fn marks(texts: &Texts) -> [&'static str; 3] {
    [texts.picture.api_server, texts.picture.scheduler, texts.picture.controllers]
}
