//! The page's state machine, without a browser: `update(Action) -> Vec<Effect>` and `screen()` to draw.

pub mod action;
mod browser;
mod course;
mod draw;
mod editor;
mod inspector;
mod lessons;
mod notes;
mod obey;
mod said;
mod saved;
pub mod screen;
mod terminal;
#[cfg(test)]
mod tests;
mod time;

pub use action::{Action, Arrangement, Effect, InspectorTab, LineKey, Options, Selection, TabId};
pub use screen::Screen;

use crate::apimachinery::Time;
use crate::apimachinery::time::Duration;
use crate::cluster::ClusterSpec;
use crate::i18n::{Lang, Texts};
use crate::lab::Lab;
use crate::view::intent::Intent;
use crate::view::picture::Picture;
use browser::Browser;
use editor::Editor;
use lessons::Lessons;
use said::Said;
use saved::{Saved, Unreadable};
use screen::InspectorView;
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
    arrangement: Arrangement,
    lessons: Lessons,
    editor: Option<Editor>,
    browser: Option<Browser>,
    lang: Lang,
    theme: String,
    seed: u64,
    saved: Saved,
    said: Said,
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
            arrangement: Arrangement::default(),
            lessons: Lessons::with_progress(saved.progress.clone()),
            editor: None,
            browser: None,
            lang: options.lang,
            theme: options.theme,
            seed,
            saved,
            said: Said::default(),
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
                if let Some(code) = polled.failed {
                    self.said.failed(code, self.lang.texts());
                }
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
        effects.extend(self.lab.stopped().map(|why| Effect::Stopped(why.to_owned())));
        if !self.announced_ready {
            self.announced_ready = true;
            effects.push(Effect::Emit { event: "ready", detail: "null".into() });
        }
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
}

fn marks(texts: &Texts) -> [&'static str; 3] {
    [texts.picture.api_server, texts.picture.scheduler, texts.picture.controllers]
}
