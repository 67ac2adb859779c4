//! Lessons in the session: a cluster of their own, their checks, what they show.

use super::Session;
use super::saved::Saved;
use super::{Arrangement, Effect, Selection};
use crate::apimachinery::Time;
use crate::cluster::ClusterSpec;
use crate::lab::Lab;
use crate::lesson::Lesson;
use std::rc::Rc;

impl Session {
    pub(super) fn fetched(&mut self, path: &str, result: Result<String, String>, effects: &mut Vec<Effect>) {
        if self.lessons.takes(path) {
            self.lessons.fetched(path, result);
            effects.extend(self.lessons.fetch(self.lang));
            self.begin_lesson();
        } else {
            self.lab.fetched(path, result);
        }
    }

    /// Opens the wanted lesson in a cluster of its own, once it has come.
    pub(super) fn begin_lesson(&mut self) {
        if let Some(lesson) = self.lessons.arrived() {
            self.enter(lesson);
        }
    }

    #[inline(never)]
    fn enter(&mut self, lesson: Rc<Lesson>) {
        self.reboot(&ClusterSpec::plain(lesson.seed));
        self.set_up(&lesson);
        self.lessons.begin(lesson);
        self.arrangement = Arrangement::default();
        self.point();
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
    pub(super) fn reboot(&mut self, spec: &ClusterSpec) {
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
        self.said.forget();
        self.stale = true;
    }

    #[inline(never)]
    pub(super) fn check_lesson(&mut self, effects: &mut Vec<Effect>) {
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
        self.point();
        effects.extend(self.lessons.current_step().map(Effect::ShowStep));
    }

    /// The picture shows what the current step is about.
    fn point(&mut self) {
        if let Some(show) = self.lessons.show() {
            if show.labels {
                self.picture.set_labels(true);
            }
            if show.workloads {
                self.arrangement = Arrangement::Workloads;
            }
            if let Some(object) = show.inspect.as_ref().filter(|o| o.resource == "pods") {
                let selection = Selection::Pod { namespace: object.namespace.clone(), name: object.name.clone() };
                self.selected = Some(selection);
            }
        }
    }

    /// Keeps history and progress for the next visit.
    #[inline(never)]
    pub(super) fn keep(&mut self, effects: &mut Vec<Effect>) {
        if let Some(terminal) = self.terminals.iter().find(|t| t.tab == self.current) {
            self.saved.history = terminal.history().map(str::to_owned).collect();
        }
        self.saved.progress = self.lessons.progress.clone();
        effects.push(Effect::Store { key: Saved::KEY, value: self.saved.to_json() });
    }
}
