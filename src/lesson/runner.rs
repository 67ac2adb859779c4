//! Where the reader is in a lesson: one step after another, hints, and what was asked on the way.

use super::audit::Audit;
use super::check::{World, holds};
use super::model::{Lesson, Step};
use crate::apimachinery::Value;
use crate::client::{Api, Request};
use serde::{Deserialize, Serialize};
use std::rc::Rc;

/// How far the reader has come: data that is saved with the session and restored with a snapshot.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Progress {
    /// The steps solved; the next one is the current one.
    pub solved: usize,
    /// For each goal of the current step whether it held when last looked at.
    pub met: Vec<bool>,
    /// The mistake that was seen last, by its place among the step's wrong answers.
    pub wrong: Option<usize>,
    /// Hints that the reader opened in this step.
    pub hints_open: usize,
    /// Commands since the step began, or since the last hint was opened.
    pub tries: usize,
    /// What kubectl asked since the step began.
    pub audit: Audit,
}

/// Whether a step is behind the reader, before them, or further on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepState {
    Solved,
    Current,
    Locked,
}

/// Whether a hint may be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HintState {
    Open,
    /// A tap opens it.
    Ready,
    /// After one more try.
    Locked,
}

/// A lesson and the reader's progress in it.
#[derive(Clone, Debug)]
pub struct Runner {
    pub lesson: Rc<Lesson>,
    pub progress: Progress,
}

impl Runner {
    pub fn new(lesson: Rc<Lesson>) -> Self {
        Self::resume(lesson, Progress::default())
    }

    /// Goes on from saved progress. Progress that does not fit the lesson any more is cut to fit.
    pub fn resume(lesson: Rc<Lesson>, mut progress: Progress) -> Self {
        progress.solved = progress.solved.min(lesson.steps.len());
        let mut runner = Self { lesson, progress };
        let goals = runner.current().map_or(0, |s| s.goals.len());
        runner.progress.met.resize(goals, false);
        runner
    }

    /// The current step; none when the lesson is finished.
    pub fn current(&self) -> Option<&Step> {
        self.lesson.steps.get(self.progress.solved)
    }

    pub fn is_finished(&self) -> bool {
        self.current().is_none()
    }

    pub fn state(&self, step: usize) -> StepState {
        match step.cmp(&self.progress.solved) {
            std::cmp::Ordering::Less => StepState::Solved,
            std::cmp::Ordering::Equal => StepState::Current,
            std::cmp::Ordering::Greater => StepState::Locked,
        }
    }

    /// The state of a hint of the current step. The first is ready at once; each further one after another try.
    pub fn hint(&self, hint: usize) -> HintState {
        let Progress { hints_open, tries, .. } = self.progress;
        if hint < hints_open {
            HintState::Open
        } else if hint == hints_open && (hint == 0 || tries > 0) {
            HintState::Ready
        } else {
            HintState::Locked
        }
    }

    /// Opens the next hint of the current step, if it is ready.
    pub fn open_hint(&mut self) {
        let next = self.progress.hints_open;
        let there = self.current().is_some_and(|s| next < s.hints);
        if there && self.hint(next) == HintState::Ready {
            self.progress.hints_open += 1;
            self.progress.tries = 0;
        }
    }

    /// A command line of the reader's begins: its requests are counted as one command's.
    pub fn command_began(&mut self) {
        self.progress.audit.begin_command();
    }

    /// A command line of the reader's ended.
    pub fn command_ended(&mut self) {
        self.progress.tries = self.progress.tries.saturating_add(1);
    }

    /// Hears of a request that reached the API server, and of the HTTP code of its answer.
    pub fn requested(&mut self, request: &Request, code: u16) {
        self.progress.audit.record(request, code);
    }

    /// Looks at the cluster: marks the goals that hold and moves on while the current step is solved. Returns how many steps were solved.
    ///
    /// To call when a command ended and when the cluster changed. A goal that cannot be asked counts as not met; the checker reports it.
    pub fn observe(&mut self, api: &mut dyn Api, kubeconfig: &Value) -> usize {
        let before = self.progress.solved;
        let lesson = self.lesson.clone();
        while let Some(step) = lesson.steps.get(self.progress.solved) {
            let audit = &self.progress.audit;
            let mut world = World { api, audit, kubeconfig };
            let met: Vec<bool> = step.goals.iter().map(|g| holds(&g.check, &mut world).unwrap_or(false)).collect();
            let shows = |world: &mut World<'_>, i: usize| {
                step.wrong.get(i).and_then(|w| w.when.as_ref()).is_some_and(|when| holds(when, world).unwrap_or(false))
            };
            if !met.iter().all(|m| *m) {
                self.progress.wrong = (0..step.wrong.len()).find(|i| shows(&mut world, *i));
                self.progress.met = met;
                break;
            }
            let next = lesson.steps.get(self.progress.solved + 1);
            self.progress = Progress {
                solved: self.progress.solved + 1,
                met: vec![false; next.map_or(0, |s| s.goals.len())],
                ..Progress::default()
            };
        }
        self.progress.solved - before
    }
}

#[cfg(test)]
mod tests {
    use super::super::check::tests::Shelf;
    use super::*;

    fn lesson() -> Rc<Lesson> {
        let pods = |name: &str| format!(r#"{{"exists":{{"resource":"pods","namespace":"default","name":"{name}"}}}}"#);
        let json = format!(
            r#"{{"id":"x/y","seed":1,"steps":[
                {{"id":"a","goals":[{{"id":"a","check":{}}}],"hints":2,"solution":["x"],
                  "wrong":[{{"run":["z"]}},{{"id":"c","run":["y"],"when":{}}}]}},
                {{"id":"b","goals":[{{"id":"b","check":{{"requested":{{"resource":"pods","verb":"list"}}}}}}],"solution":["x"]}}]}}"#,
            pods("a"),
            pods("c")
        );
        Rc::new(Lesson::from_json(&json).unwrap())
    }

    fn shelf(names: &[&str]) -> Shelf {
        let path = |n: &&str| (format!("/api/v1/namespaces/default/pods/{n}"), Value::object());
        Shelf(names.iter().map(path).collect())
    }

    #[test]
    fn a_step_is_solved_when_its_goals_hold_and_the_next_begins_with_an_empty_audit_log() {
        let mut runner = Runner::new(lesson());
        let list = Request::get("/api/v1/namespaces/default/pods").user_agent("kubectl");
        runner.requested(&list, 200);
        assert_eq!(runner.observe(&mut shelf(&[]), &Value::Null), 0);
        assert_eq!(runner.observe(&mut shelf(&["a"]), &Value::Null), 1);
        assert_eq!((runner.state(0), runner.state(1)), (StepState::Solved, StepState::Current));
        // It stays solved, whatever becomes of the pod.
        assert_eq!(runner.observe(&mut shelf(&[]), &Value::Null), 0);
        runner.requested(&list, 200);
        assert_eq!(runner.observe(&mut shelf(&[]), &Value::Null), 1);
        assert!(runner.is_finished());
    }

    #[test]
    fn an_explained_mistake_shows_as_long_as_it_is_there() {
        let mut runner = Runner::new(lesson());
        runner.observe(&mut shelf(&["c"]), &Value::Null);
        assert_eq!(runner.progress.wrong, Some(1));
        runner.observe(&mut shelf(&[]), &Value::Null);
        assert_eq!(runner.progress.wrong, None);
    }

    #[test]
    fn a_further_hint_wants_another_try() {
        let mut runner = Runner::new(lesson());
        assert_eq!((runner.hint(0), runner.hint(1)), (HintState::Ready, HintState::Locked));
        runner.open_hint();
        runner.open_hint();
        assert_eq!((runner.hint(0), runner.hint(1)), (HintState::Open, HintState::Locked));
        runner.command_ended();
        assert_eq!(runner.hint(1), HintState::Ready);
        runner.open_hint();
        runner.command_ended();
        runner.open_hint();
        assert_eq!(runner.progress.hints_open, 2);
    }

    #[test]
    fn progress_goes_through_json_and_is_cut_to_the_lesson() {
        let mut runner = Runner::new(lesson());
        runner.requested(&Request::get("/api/v1/pods").user_agent("kubectl"), 200);
        let text = serde_json::to_string(&runner.progress).unwrap();
        let back: Progress = serde_json::from_str(&text).unwrap();
        assert_eq!(back, runner.progress);
        let far = Progress { solved: 99, ..Progress::default() };
        assert!(Runner::resume(lesson(), far).is_finished());
    }
}
