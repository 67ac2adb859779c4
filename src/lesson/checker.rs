//! The proof that a lesson works: no step is solved at its start or explains a mistake then, each solution solves its step and no more, no wrong answer does.

use super::audit::Audit;
use super::check::{World, holds};
use super::model::{Lesson, Step};
use super::runner::Runner;
use crate::apimachinery::Value;
use crate::client::{Api, Request};
use std::rc::Rc;

/// What one command line did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ran {
    pub stdout: String,
    pub stderr: String,
    pub code: i32,
    /// Every request the API server was asked while the line ran, with the HTTP code of its answer.
    pub requests: Vec<(Request, u16)>,
}

/// A cluster with a laptop, as the proof needs it.
pub trait Lab {
    /// Runs a command line to its end; one that ends in `&` goes on in the background.
    fn run(&mut self, line: &str) -> Ran;
    /// Lets time pass until the cluster is stable.
    fn settle(&mut self);
    fn api(&mut self) -> &mut dyn Api;
    /// The laptop's kubeconfig, as a value.
    fn kubeconfig(&self) -> Value;
}

/// Starts a lab from a lesson's seed and files; its `run` lines are run by the proof.
pub type Boot<'a> = dyn Fn(&Lesson) -> Box<dyn Lab> + 'a;

/// Returns what is wrong with the lesson, each with its step; nothing when it is proved.
pub fn prove(lesson: &Lesson, boot: &Boot<'_>) -> Vec<String> {
    let lesson = Rc::new(lesson.clone());
    let mut problems = Vec::new();
    let mut walk = Walk::begin(&lesson, boot, &mut problems);
    for (at, step) in lesson.steps.iter().enumerate() {
        let mut mine = Vec::new();
        for wrong in &step.wrong {
            let mut other = Walk::begin(&lesson, boot, &mut Vec::new());
            other.solve_first(at, &mut Vec::new());
            other.try_wrong(step, &wrong.run, wrong.when.is_some().then_some(wrong), &mut mine);
        }
        walk.solve(step, at, &mut mine);
        let stuck = walk.runner.progress.solved <= at;
        problems.extend(mine.into_iter().map(|m| format!("step {}: {m}", step.id)));
        if stuck {
            break;
        }
    }
    problems
}

struct Walk {
    lab: Box<dyn Lab>,
    runner: Runner,
}

impl Walk {
    fn begin(lesson: &Rc<Lesson>, boot: &Boot<'_>, problems: &mut Vec<String>) -> Walk {
        let mut walk = Walk { lab: boot(lesson), runner: Runner::new(lesson.clone()) };
        walk.lab.settle();
        for line in &lesson.setup.run {
            let ran = walk.lab.run(line);
            if ran.code != 0 {
                problems.push(format!("setup: `{line}` exits {}: {}", ran.code, ran.stderr.trim_end()));
            }
            walk.lab.settle();
        }
        walk.observe();
        if walk.runner.progress.solved > 0 {
            problems.push(format!("{} steps are solved at the start", walk.runner.progress.solved));
        }
        walk
    }

    fn observe(&mut self) {
        let kubeconfig = self.lab.kubeconfig();
        self.runner.observe(self.lab.api(), &kubeconfig);
    }

    /// Runs a line as the page does, and looks at the cluster when it ended and again when it is stable.
    fn run(&mut self, line: &str) -> Ran {
        self.runner.command_began();
        let ran = self.lab.run(line);
        for (request, code) in &ran.requests {
            self.runner.requested(request, *code);
        }
        self.runner.command_ended();
        self.observe();
        self.lab.settle();
        self.observe();
        ran
    }

    fn solve_first(&mut self, steps: usize, problems: &mut Vec<String>) {
        let lesson = self.runner.lesson.clone();
        for (at, step) in lesson.steps.iter().enumerate().take(steps) {
            self.solve(step, at, problems);
        }
    }

    fn solve(&mut self, step: &Step, at: usize, problems: &mut Vec<String>) {
        if self.runner.progress.solved != at {
            problems.push("is solved at its start".to_owned());
            return;
        }
        if let Some(wrong) = self.runner.progress.wrong.and_then(|i| step.wrong.get(i)) {
            problems.push(format!("explains the mistake {:?} before it is made", wrong.id));
        }
        for (i, line) in step.solution.iter().enumerate() {
            let ran = self.run(line);
            if ran.code != 0 {
                problems.push(format!("`{line}` exits {}: {}", ran.code, ran.stderr.trim_end()));
            }
            let solved = self.runner.progress.solved;
            if solved > at && i + 1 < step.solution.len() {
                problems.push(format!("`{line}` already solves it; what follows is not needed"));
                // The rest still runs: later steps stand on it.
            }
        }
        match self.runner.progress.solved {
            n if n <= at => {
                let unmet = step.goals.iter().zip(&self.runner.progress.met).filter(|(_, met)| !**met);
                let ids: Vec<&str> = unmet.map(|(goal, _)| goal.id.as_str()).collect();
                problems.push(format!("its solution does not solve it: {}", self.why(step, &ids)));
            }
            n if n > at + 1 => problems.push("its solution solves the next step too".to_owned()),
            _ => {}
        }
    }

    fn try_wrong(
        &mut self,
        step: &Step,
        lines: &[String],
        explained: Option<&super::model::Wrong>,
        problems: &mut Vec<String>,
    ) {
        let before = self.runner.progress.solved;
        for line in lines {
            self.run(line);
        }
        let shown = lines.join("; ");
        if self.runner.progress.solved > before {
            problems.push(format!("the wrong answer `{shown}` passes"));
        } else if let Some(wrong) = explained
            && self.runner.progress.wrong.and_then(|i| step.wrong.get(i)) != Some(wrong)
        {
            problems.push(format!("after `{shown}` the explanation {:?} does not show", wrong.id));
        }
    }

    /// The unmet goals, with the mistakes in them that kept them from being asked.
    fn why(&mut self, step: &Step, ids: &[&str]) -> String {
        let kubeconfig = self.lab.kubeconfig();
        let audit: Audit = self.runner.progress.audit.clone();
        let mut texts = Vec::new();
        for goal in step.goals.iter().filter(|g| ids.contains(&g.id.as_str())) {
            let mut world = World { api: self.lab.api(), audit: &audit, kubeconfig: &kubeconfig };
            texts.push(match holds(&goal.check, &mut world) {
                Err(mistake) => format!("goal {} cannot be asked: {mistake}", goal.id),
                Ok(_) => format!("goal {} does not hold", goal.id),
            });
        }
        texts.join("; ")
    }
}

#[cfg(test)]
mod tests {
    use super::super::check::tests::Shelf;
    use super::*;

    /// A lab that knows `make NAME` and `look`.
    struct Toy(Shelf);

    impl Lab for Toy {
        fn run(&mut self, line: &str) -> Ran {
            let mut ran = Ran::default();
            match line.split_once(' ') {
                Some(("make", name)) => {
                    self.0.0.insert(format!("/api/v1/namespaces/default/pods/{name}"), Value::object());
                }
                _ if line == "look" => {
                    ran.requests.push((Request::get("/api/v1/namespaces/default/pods").user_agent("kubectl"), 200));
                }
                _ => ran.code = 127,
            }
            ran
        }
        fn settle(&mut self) {}
        fn api(&mut self) -> &mut dyn Api {
            &mut self.0
        }
        fn kubeconfig(&self) -> Value {
            Value::Null
        }
    }

    const GOOD: &str = r#"{"id":"x/y","seed":1,"setup":{"run":["make base"]},"steps":[
        {"id":"a","goals":[{"id":"a","check":{"exists":{"resource":"pods","namespace":"default","name":"a"}}}],
         "solution":["make a"],"wrong":[{"run":["make b"]},
         {"id":"c","run":["make c"],"when":{"exists":{"resource":"pods","namespace":"default","name":"c"}}}]},
        {"id":"b","goals":[{"id":"b","check":{"requested":{"resource":"pods","verb":"list"}}}],
         "solution":["look"],"wrong":[{"run":["make a"]}]}]}"#;

    fn proved(from: &str, to: &str) -> Vec<String> {
        assert!(GOOD.contains(from), "{from}");
        let lesson = Lesson::from_json(&GOOD.replace(from, to)).unwrap();
        prove(&lesson, &|_| Box::new(Toy(Shelf::default())))
    }

    #[test]
    fn a_sound_lesson_is_proved() {
        assert_eq!(proved("x", "x"), Vec::<String>::new());
    }

    #[test]
    fn the_proof_can_fail_in_each_way() {
        for (from, to, want) in [
            (r#"["make base"]"#, r#"["make a"]"#, "1 steps are solved at the start"),
            (r#"["make base"]"#, r#"["mak"]"#, "setup: `mak` exits 127"),
            (r#""solution":["make a"]"#, r#""solution":["make b"]"#, "goal a does not hold"),
            (r#""solution":["make a"]"#, r#""solution":["make a","make d"]"#, "already solves it"),
            (r#"{"run":["make b"]}"#, r#"{"run":["make a"]}"#, "the wrong answer `make a` passes"),
            (r#"["make base"]"#, r#"["make c"]"#, "explains the mistake \"c\" before it is made"),
            (r#""run":["make c"]"#, r#""run":["make d"]"#, "the explanation \"c\" does not show"),
            (r#""run":["make a"]"#, r#""run":["look"]"#, "the wrong answer `look` passes"),
            (r#""resource":"pods","verb":"list""#, r#""resource":"pods","verb":"get""#, "goal b does not hold"),
            (
                r#""resource":"pods","namespace":"default","name":"a""#,
                r#""resource":"pod","name":"a""#,
                "cannot be asked",
            ),
        ] {
            let problems = proved(from, to);
            assert!(problems.iter().any(|p| p.contains(want)), "{want}: {problems:?}");
        }
    }
}
