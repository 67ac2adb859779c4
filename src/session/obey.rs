//! What a reader's actions do.

use super::browser::Browser;
use super::editor::Editor;
use super::terminal::Terminal;
use super::{Action, Effect, InspectorTab, Selection, TabId};
use super::{LONGEST_SKIP, Session, TIMERS_A_FRAME, marks};
use crate::apimachinery::time::Duration;
use crate::cluster::ClusterSpec;
use crate::i18n::Lang;
use crate::lab::Lab;

impl Session {
    pub(super) fn act(&mut self, action: Action, effects: &mut Vec<Effect>) {
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
            Action::Paste { tab, text } => self.paste(tab, &text, effects),
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
            Action::Step => drop(self.lab.step_timer()),
            Action::Speed(speed) => self.time.set_speed(speed),
            Action::SkipWait => self.skip_wait(effects),

            Action::Select(selection) => self.select(selection),
            Action::Inspect(tab) => {
                self.inspector_tab = tab;
                self.stale = true;
            }
            Action::FilterNamespace(namespace) => self.picture.set_filter(namespace),
            Action::ToggleLabels => self.picture.set_labels(!self.picture.labels()),
            Action::Arrange(arrangement) => self.arrangement = arrangement,
            Action::Zoom(steps) => self.picture.zoom(steps),

            Action::Browse(port) => self.browse(port),

            Action::OpenLesson(id) => {
                self.lessons.want(id);
                effects.extend(self.lessons.fetch(self.lang));
                self.begin_lesson();
            }
            Action::RestartLesson => {
                if let Some(id) = self.lessons.open_id().map(str::to_owned) {
                    self.lessons.want(Some(id));
                    self.begin_lesson();
                    effects.extend(self.lessons.current_step().map(Effect::ShowStep));
                }
            }
            Action::RetryLesson => {
                self.lessons.retry();
                effects.extend(self.lessons.fetch(self.lang));
                self.begin_lesson();
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
    fn paste(&mut self, tab: TabId, text: &str, effects: &mut Vec<Effect>) {
        // Posts show commands behind a prompt.
        let lines = || text.lines().map(|l| l.strip_prefix("$ ").unwrap_or(l));
        let count = lines().filter(|l| !l.trim().is_empty()).count();
        if count > 1 {
            effects.push(Effect::Announce((self.texts().terminal.lines_pasted)(count)));
        }
        self.with(tab, |t, _| t.paste(lines()));
    }

    pub(super) fn open_tab(&mut self) {
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
            let moved = self.lab.step_timer();
            self.pump(effects);
            if !moved {
                break;
            }
        }
    }

    pub(super) fn open_file(&mut self, path: Option<String>) {
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
}
