//! The lessons as the page sees them: the list, the open lesson, its progress; fetched when they are first needed.

use super::action::Effect;
use super::screen::{ChapterView, LessonCard, LessonScreen, LessonView, StepView};
use crate::apimachinery::Value;
use crate::client::{Api, Request};
use crate::i18n::Lang;
use crate::lesson::model::Catalog;
use crate::lesson::prose::{StepProse, plain};
use crate::lesson::runner::{HintState, StepState};
use crate::lesson::{Lesson, Progress, Prose, Runner};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

const INDEX: &str = "lessons/index.json";

/// The open lesson.
struct Open {
    runner: Runner,
    /// Steps whose body the reader opened or closed against the default.
    toggled: BTreeSet<String>,
    solution_shown: BTreeSet<String>,
}

/// What the session knows of lessons.
#[derive(Default)]
pub struct Lessons {
    catalog: Option<Catalog>,
    structures: BTreeMap<String, Rc<Lesson>>,
    /// By path: `lessons/ch5/01-create-a-pod/zh.md`.
    prose: BTreeMap<String, Rc<Prose>>,
    /// Asked for, not come yet.
    pending: BTreeSet<String>,
    /// What could not be fetched and why; not asked for again until the reader wants something.
    missing: BTreeMap<String, String>,
    /// The lesson the reader wants; it opens when all of it has come.
    wanted: Option<String>,
    open: Option<Open>,
    /// Progress of every lesson, saved with the session.
    pub progress: BTreeMap<String, Progress>,
}

impl Lessons {
    /// With what was reached on earlier visits.
    pub fn with_progress(progress: BTreeMap<String, Progress>) -> Self {
        Self { progress, ..Self::default() }
    }

    /// Asks for whatever is missing to show the list or the wanted lesson in this language.
    pub fn fetch(&mut self, lang: Lang) -> Vec<Effect> {
        let mut paths = Vec::new();
        if self.catalog.is_none() {
            paths.push(INDEX.to_owned());
        }
        if let Some(id) = self.wanted.clone().or_else(|| self.open_id().map(str::to_owned)) {
            if !self.structures.contains_key(&id) {
                paths.push(format!("lessons/{id}/lesson.json"));
            }
            if !self.prose.contains_key(&prose_path(&id, lang)) {
                paths.push(prose_path(&id, lang));
            }
        }
        paths.retain(|p| !self.missing.contains_key(p) && self.pending.insert(p.clone()));
        paths.into_iter().map(|path| Effect::Fetch { path }).collect()
    }

    /// True where this is a file of the lessons.
    pub fn takes(&self, path: &str) -> bool {
        path.starts_with("lessons/")
    }

    /// A file has come, or has not.
    pub fn fetched(&mut self, path: &str, result: Result<String, String>) {
        self.pending.remove(path);
        if let Err(why) = result.and_then(|text| self.take(path, &text)) {
            self.missing.insert(path.to_owned(), why);
        }
    }

    fn take(&mut self, path: &str, text: &str) -> Result<(), String> {
        if path == INDEX {
            self.catalog = Some(Catalog::from_json(text).map_err(|e| e.to_string())?);
        } else if let Some(id) = path.strip_prefix("lessons/").and_then(|p| p.strip_suffix("/lesson.json")) {
            let lesson = Lesson::from_json(text).map_err(|e| e.to_string())?;
            self.structures.insert(id.to_owned(), Rc::new(lesson));
        } else {
            let prose = Prose::parse(text).map_err(|e| format!("line {}: {}", e.line, e.message))?;
            self.prose.insert(path.to_owned(), Rc::new(prose));
        }
        Ok(())
    }

    /// The reader wants this lesson, or the list.
    pub fn want(&mut self, id: Option<String>) {
        self.retry();
        self.close();
        self.wanted = id;
    }

    /// What could not be fetched may be asked for again.
    pub fn retry(&mut self) {
        self.missing.clear();
    }

    fn close(&mut self) {
        if let Some(open) = self.open.take() {
            self.progress.insert(open.runner.lesson.id.clone(), open.runner.progress);
        }
    }

    /// The wanted lesson, once its structure has come; the session then boots its cluster and calls [`Self::begin`].
    pub fn arrived(&self) -> Option<Rc<Lesson>> {
        self.structures.get(self.wanted.as_ref()?).cloned()
    }

    /// Opens the wanted lesson from its beginning.
    pub fn begin(&mut self, lesson: Rc<Lesson>) {
        self.wanted = None;
        let runner = Runner::new(lesson);
        self.open = Some(Open { runner, toggled: BTreeSet::new(), solution_shown: BTreeSet::new() });
    }

    pub fn open_id(&self) -> Option<&str> {
        self.open.as_ref().map(|o| o.runner.lesson.id.as_str())
    }

    pub fn command_began(&mut self) {
        if let Some(open) = &mut self.open {
            open.runner.command_began();
        }
    }

    pub fn command_ended(&mut self) {
        if let Some(open) = &mut self.open {
            open.runner.command_ended();
        }
    }

    pub fn requested(&mut self, request: &Request, code: u16) {
        if let Some(open) = &mut self.open {
            open.runner.requested(request, code);
        }
    }

    /// Looks at the cluster. Returns the ids of the steps that were solved by it.
    #[inline(never)]
    pub fn observe(&mut self, api: &mut dyn Api, kubeconfig: &Value) -> Vec<String> {
        let Some(open) = &mut self.open else { return Vec::new() };
        let before = open.runner.progress.solved;
        let solved = open.runner.observe(api, kubeconfig);
        let steps = open.runner.lesson.steps.iter().skip(before).take(solved);
        let ids: Vec<String> = steps.map(|s| s.id.clone()).collect();
        if !ids.is_empty() {
            self.progress.insert(open.runner.lesson.id.clone(), open.runner.progress.clone());
        }
        ids
    }

    /// Place (from 1), number of steps and id of each of these steps.
    pub fn positions(&self, ids: &[String]) -> Vec<(usize, usize, String)> {
        let Some(open) = &self.open else { return Vec::new() };
        let steps = &open.runner.lesson.steps;
        let place = |id: &String| steps.iter().position(|s| s.id == *id).map(|i| (i + 1, steps.len(), id.clone()));
        ids.iter().filter_map(place).collect()
    }

    /// A step's title in this language, or its id.
    pub fn title_of(&self, id: &str, lang: Lang) -> String {
        let prose = self.open_id().and_then(|lesson| self.prose.get(&prose_path(lesson, lang)));
        prose.and_then(|p| p.step(id)).map_or_else(|| id.to_owned(), |s| plain(&s.title))
    }

    pub fn is_finished(&self) -> bool {
        self.open.as_ref().is_some_and(|o| o.runner.is_finished())
    }

    /// What the picture does now that this step is the current one.
    pub fn show(&self) -> Option<&crate::lesson::model::Show> {
        self.open.as_ref()?.runner.current().map(|s| &s.show)
    }

    pub fn toggle_step(&mut self, id: String) {
        if let Some(open) = &mut self.open
            && !open.toggled.remove(&id)
        {
            open.toggled.insert(id);
        }
    }

    pub fn open_hint(&mut self) {
        if let Some(open) = &mut self.open {
            open.runner.open_hint();
        }
    }

    pub fn show_solution(&mut self, id: String) {
        if let Some(open) = &mut self.open {
            open.solution_shown.insert(id);
        }
    }

    /// The id of the current step.
    pub fn current_step(&self) -> Option<String> {
        self.open.as_ref()?.runner.current().map(|s| s.id.clone())
    }

    /// The panel in this language.
    pub fn screen(&self, lang: Lang) -> LessonScreen {
        // Whatever is missing is what the screen waits for: nothing else is asked for.
        let waiting = || match self.missing.first_key_value() {
            Some((path, why)) => LessonScreen::Failed(format!("{path}: {why}")),
            None => LessonScreen::Loading,
        };
        match (&self.open, &self.wanted, &self.catalog) {
            (Some(open), None, _) => match self.prose.get(&prose_path(&open.runner.lesson.id, lang)) {
                Some(prose) => LessonScreen::Lesson(Rc::new(self.lesson_view(open, prose, lang))),
                None => waiting(),
            },
            (None, None, Some(catalog)) => LessonScreen::List(Rc::new(self.list(catalog, lang))),
            _ => waiting(),
        }
    }

    fn list(&self, catalog: &Catalog, lang: Lang) -> Vec<ChapterView> {
        let title = |t: &crate::lesson::model::Titles| match lang {
            Lang::En => t.en.clone(),
            Lang::Zh => t.zh.clone(),
        };
        let solved = |id: &str| self.progress.get(id).map_or(0, |p| p.solved);
        let chapters = catalog.chapters.iter().map(|chapter| ChapterView {
            title: title(&chapter.title),
            lessons: chapter
                .lessons
                .iter()
                .map(|l| LessonCard {
                    id: l.id.clone(),
                    title: title(&l.title),
                    steps: l.steps,
                    solved: solved(&l.id).min(l.steps),
                })
                .collect(),
        });
        chapters.collect()
    }

    #[inline(never)]
    fn lesson_view(&self, open: &Open, prose: &Prose, lang: Lang) -> LessonView {
        let lesson = &open.runner.lesson;
        let steps = lesson.steps.iter().enumerate();
        let chapters = self.catalog.as_ref().map(|c| self.list(c, lang)).unwrap_or_default();
        let of_chapter = chapters.iter().find(|c| c.lessons.iter().any(|l| l.id == lesson.id));
        let cards: Vec<&LessonCard> = chapters.iter().flat_map(|c| &c.lessons).collect();
        let at = cards.iter().position(|l| l.id == lesson.id);
        LessonView {
            id: lesson.id.clone(),
            chapter: of_chapter.map(|c| c.title.clone()).unwrap_or_default(),
            title: prose.title.clone(),
            intro: prose.intro.clone(),
            steps: steps.filter_map(|(i, s)| Some(step_view(open, i, prose.step(&s.id)?))).collect(),
            solved: open.runner.progress.solved,
            next: at.and_then(|i| cards.get(i + 1)).map(|l| l.id.clone()),
        }
    }
}

fn prose_path(id: &str, lang: Lang) -> String {
    format!("lessons/{id}/{}.md", lang.code())
}

fn step_view(open: &Open, at: usize, prose: &StepProse) -> StepView {
    let runner = &open.runner;
    let step = &runner.lesson.steps[at];
    let state = runner.state(at);
    let current = state == StepState::Current;
    let met = |goal: usize| match state {
        StepState::Solved => true,
        StepState::Current => runner.progress.met.get(goal).copied().unwrap_or(false),
        StepState::Locked => false,
    };
    let by_id = |all: &[(String, Vec<_>)], id: &str| {
        all.iter().find(|(i, _)| i == id).map(|(_, blocks)| blocks.clone()).unwrap_or_default()
    };
    let wrong = runner.progress.wrong.filter(|_| current).and_then(|w| step.wrong.get(w));
    let note = match state {
        StepState::Solved => Some((true, prose.done.clone())).filter(|(_, done)| !done.is_empty()),
        _ => wrong.map(|w| (false, by_id(&prose.wrong, &w.id))).filter(|(_, text)| !text.is_empty()),
    };
    let hint = |i: usize| if current { runner.hint(i) } else { HintState::Open };
    StepView {
        id: step.id.clone(),
        title: prose.title.clone(),
        solved: state == StepState::Solved,
        current,
        open: current != open.toggled.contains(&step.id),
        body: prose.body.clone(),
        goals: step.goals.iter().enumerate().map(|(i, g)| (met(i), by_id(&prose.goals, &g.id))).collect(),
        note,
        hints: prose.hints.iter().cloned().enumerate().map(|(i, blocks)| (hint(i), blocks)).collect(),
        // Folded by the page until the reader asks for it.
        solution: step.solution.clone(),
    }
}
