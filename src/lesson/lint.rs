//! What can be wrong with a lesson before it is run: ids, counts, and prose that does not fit the structure.

use super::model::{Check, Condition, Lesson, Step};
use super::path::reach;
use super::prose::{Block, Prose, StepProse};
use crate::apimachinery::Value;
use std::collections::BTreeSet;

/// Returns what is wrong with the structure itself.
pub fn structure(lesson: &Lesson) -> Vec<String> {
    let mut found = Vec::new();
    if lesson.steps.is_empty() {
        found.push("no steps".to_owned());
    }
    unique(lesson.steps.iter().map(|s| s.id.as_str()), "step", &mut found);
    for step in &lesson.steps {
        let mut mine = Vec::new();
        unique(step.goals.iter().map(|g| g.id.as_str()), "goal", &mut mine);
        unique(step.wrong.iter().map(|w| w.id.as_str()).filter(|id| !id.is_empty()), "wrong answer", &mut mine);
        for (missing, what) in [
            (step.goals.is_empty(), "no goals"),
            (step.solution.is_empty(), "no solution"),
            (step.wrong.is_empty(), "no wrong answers"),
            (step.wrong.iter().any(|w| w.run.is_empty()), "a wrong answer runs nothing"),
            (
                step.wrong.iter().any(|w| w.when.is_some() == w.id.is_empty()),
                "a wrong answer has an id exactly when it has `when`",
            ),
        ] {
            if missing {
                mine.push(what.to_owned());
            }
        }
        let whens = step.wrong.iter().filter_map(|w| w.when.as_ref());
        for check in step.goals.iter().map(|g| &g.check).chain(whens) {
            conditions(check, &mut |condition| {
                if let Some(problem) = condition_problem(condition) {
                    mine.push(problem);
                }
            });
        }
        found.extend(mine.into_iter().map(|m| format!("step {}: {m}", step.id)));
    }
    found
}

fn unique<'a>(ids: impl Iterator<Item = &'a str>, what: &str, found: &mut Vec<String>) {
    let mut seen = BTreeSet::new();
    for id in ids {
        let kebab = !id.is_empty() && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if !kebab {
            found.push(format!("{what} id {id:?} is not kebab-case"));
        }
        if !seen.insert(id) {
            found.push(format!("{what} id {id:?} comes twice"));
        }
    }
}

fn conditions(check: &Check, visit: &mut dyn FnMut(&Condition)) {
    match check {
        Check::Exists(objects) | Check::Absent(objects) => objects.conditions.iter().for_each(visit),
        Check::Count(count) => count.of.conditions.iter().for_each(visit),
        Check::All(checks) | Check::Any(checks) => checks.iter().for_each(|c| conditions(c, visit)),
        Check::Not(check) => conditions(check, visit),
        Check::Logged(_) | Check::Context(_) | Check::Requested(_) => {}
    }
}

fn condition_problem(c: &Condition) -> Option<String> {
    let asks =
        c.equals.is_some() || c.one_of.is_some() || c.contains.is_some() || c.at_least.is_some() || c.present.is_some();
    if !asks {
        return Some(format!("the condition on {} asks nothing", c.path));
    }
    reach(&Value::Null, &c.path).is_none().then(|| format!("malformed path {:?}", c.path))
}

/// Returns where one language's prose does not fit the structure.
pub fn prose(lesson: &Lesson, prose: &Prose) -> Vec<String> {
    let ids = |all: &mut dyn Iterator<Item = &str>| all.collect::<Vec<_>>().join(", ");
    let want = ids(&mut lesson.steps.iter().map(|s| s.id.as_str()));
    let got = ids(&mut prose.steps.iter().map(|s| s.id.as_str()));
    if want != got {
        return vec![format!("steps are [{got}], the structure's are [{want}]")];
    }
    let mut found = Vec::new();
    if prose.intro.is_empty() {
        found.push("no introduction".to_owned());
    }
    for (step, words) in lesson.steps.iter().zip(&prose.steps) {
        found.extend(step_prose(step, words).into_iter().map(|m| format!("step {}: {m}", step.id)));
    }
    found
}

fn step_prose(step: &Step, words: &StepProse) -> Vec<String> {
    let mut found = Vec::new();
    let mut same = |what: &str, want: Vec<&str>, got: Vec<&str>| {
        if want != got {
            found.push(format!("{what} are {got:?}, the structure's are {want:?}"));
        }
    };
    same(
        "goals",
        step.goals.iter().map(|g| g.id.as_str()).collect(),
        words.goals.iter().map(|g| g.0.as_str()).collect(),
    );
    let explained = step.wrong.iter().filter(|w| !w.id.is_empty()).map(|w| w.id.as_str()).collect();
    same("wrong answers", explained, words.wrong.iter().map(|w| w.0.as_str()).collect());
    if words.hints.len() != step.hints {
        found.push(format!("{} hints, the structure says {}", words.hints.len(), step.hints));
    }
    if words.title.is_empty() {
        found.push("no title".to_owned());
    }
    found.extend(words.parts().filter(|(_, blocks)| blocks.is_empty()).map(|(part, _)| format!("{part} is empty")));
    found
}

/// Returns where two languages tell the reader to run different commands, or show different code.
pub fn same_code(a: &Prose, b: &Prose) -> Vec<String> {
    let code = |blocks: &[Block]| -> Vec<String> {
        let of = |block: &Block| match block {
            Block::Run(lines) => Some(lines.join("\n")),
            Block::Code { language: "yaml", text } => Some(uncommented(text)),
            _ => None,
        };
        blocks.iter().filter_map(of).collect()
    };
    let mut found = Vec::new();
    if code(&a.intro) != code(&b.intro) {
        found.push("introduction: the languages show different code".to_owned());
    }
    for (x, y) in a.steps.iter().zip(&b.steps) {
        for ((part, left), (_, right)) in x.parts().zip(y.parts()) {
            if code(left) != code(right) {
                found.push(format!("step {}, {part}: the languages show different code", x.id));
            }
        }
    }
    found
}

/// YAML without its comments, which are sentences.
fn uncommented(text: &str) -> String {
    text.lines().map(|l| l.split(" #").next().unwrap_or("").trim_end()).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"{"id":"x/y","seed":1,"steps":[{"id":"a","goals":[{"id":"g","check":
        {"exists":{"resource":"pods","where":[{"path":"a.b","present":true}]}}}],"hints":1,"solution":["x"],
        "wrong":[{"run":["y"]},{"id":"w","run":["z"],"when":{"absent":{"resource":"pods"}}}]}]}"#;
    const WORDS: &str =
        "# T\nI\n\n## a: A\nB\n```run\nls\n```\n### goal g\nG\n### hint\nH\n### wrong w\nW\n### done\nD\n";

    fn lesson(from: &str, to: &str) -> Lesson {
        assert!(GOOD.contains(from), "{from}");
        Lesson::from_json(&GOOD.replace(from, to)).unwrap()
    }

    #[test]
    fn a_sound_lesson_has_no_problem() {
        assert_eq!(structure(&lesson("x", "x")), Vec::<String>::new());
        assert_eq!(prose(&lesson("x", "x"), &Prose::parse(WORDS).unwrap()), Vec::<String>::new());
    }

    #[test]
    fn each_rule_of_structure_can_fail() {
        for (from, to) in [
            (r#""id":"a""#, r#""id":"A b""#),
            (r#""id":"g""#, r#""id":"""#),
            (r#""solution":["x"]"#, r#""solution":[]"#),
            (r#"{"run":["y"]}"#, r#"{"run":[]}"#),
            (r#""id":"w","#, ""),
            (r#","present":true"#, ""),
            (r#""a.b""#, r#""a..b""#),
        ] {
            assert_ne!(structure(&lesson(from, to)), Vec::<String>::new(), "{to}");
        }
    }

    #[test]
    fn each_rule_of_prose_can_fail() {
        for (from, to) in [
            ("## a:", "## b:"),
            ("### goal g", "### goal h"),
            ("### hint\nH\n", ""),
            ("### wrong w\nW\n", ""),
            ("### done\nD\n", ""),
            ("\nI\n", "\n"),
        ] {
            assert!(WORDS.contains(from), "{from}");
            let words = Prose::parse(&WORDS.replace(from, to)).unwrap();
            assert_ne!(prose(&lesson("x", "x"), &words), Vec::<String>::new(), "{to}");
        }
        let other = Prose::parse(&WORDS.replace("\nls\n", "\nls -l\n")).unwrap();
        assert_ne!(same_code(&Prose::parse(WORDS).unwrap(), &other), Vec::<String>::new());
    }
}
