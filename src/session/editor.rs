//! The open file: its problems as kubectl and the API server would name them.

use super::screen::{EditorView, Problem};
use crate::api::decode::{self, FieldValidation};
use crate::apimachinery::{Object, Value, yaml};
use std::rc::Rc;

/// The file that is open.
pub struct Editor {
    /// Absolute path; None for a new file without a name.
    pub path: Option<String>,
    original: Rc<str>,
    kind: String,
    problems: Rc<Vec<Problem>>,
}

impl Editor {
    pub fn open(path: Option<String>, text: &str) -> Self {
        let mut editor = Self { path, original: text.into(), kind: String::new(), problems: Rc::default() };
        editor.changed(text);
        editor
    }

    /// The text changed: reads it again.
    pub fn changed(&mut self, text: &str) {
        if !self.is_manifest() {
            return;
        }
        let (kind, problems) = read(text);
        self.kind = kind;
        if *self.problems != problems {
            self.problems = Rc::new(problems);
        }
    }

    /// What is saved is the new beginning.
    pub fn saved(&mut self, text: &str) {
        self.original = text.into();
    }

    fn name(&self) -> &str {
        self.path.as_deref().and_then(|p| p.rsplit('/').next()).unwrap_or("")
    }

    fn is_manifest(&self) -> bool {
        let name = self.name();
        name.is_empty() || [".yaml", ".yml", ".json"].iter().any(|end| name.ends_with(end))
    }

    pub fn view(&self) -> EditorView {
        let name = self.name().to_owned();
        let commands = if self.is_manifest() {
            vec![format!("kubectl create -f {name}"), format!("kubectl apply -f {name}")]
        } else {
            Vec::new()
        };
        EditorView {
            name,
            original: self.original.clone(),
            kind: self.kind.clone(),
            problems: self.problems.clone(),
            commands,
        }
    }
}

/// The kinds in a text, and what is wrong with it.
fn read(text: &str) -> (String, Vec<Problem>) {
    let (mut kinds, mut problems) = (Vec::new(), Vec::new());
    for document in yaml::documents(text) {
        let first = document.line + 1;
        match yaml::from_str(document.text) {
            Ok(Value::Null) => {}
            Ok(value) => {
                kinds.push(value.kind().to_owned());
                problems.extend(check(&value, document.text, first));
            }
            Err(error) => {
                let (line, column) = (first + error.mark.line, error.mark.column + 1);
                problems.push(Problem { line, column, text: error.to_string() });
            }
        }
    }
    kinds.retain(|k| !k.is_empty());
    (kinds.join(", "), problems)
}

/// Unknown fields and wrong types, as strict decoding finds them, at the line that names them.
fn check(object: &Value, text: &str, first: usize) -> Vec<Problem> {
    let found = match decode::decode(&object.gvk(), object, FieldValidation::Warn) {
        Ok(decoded) => decoded.warnings,
        Err(status) => vec![status.message],
    };
    let problem = |text_of: String| {
        let (line, column) = place(text, &text_of);
        Problem { line: first + line, column: column + 1, text: text_of }
    };
    found.into_iter().map(problem).collect()
}

/// Where the field stands that a message quotes: line and column from 0; the beginning where it is not found.
fn place(text: &str, message: &str) -> (usize, usize) {
    let quoted = message.split('"').nth(1).unwrap_or("");
    let field = quoted.rsplit('.').next().unwrap_or("").split('[').next().unwrap_or("");
    let names = |line: &str| line.trim_start().trim_start_matches("- ").trim_start_matches('"').starts_with(field);
    let found = text.lines().position(|l| !field.is_empty() && names(l));
    let column = found.and_then(|i| text.lines().nth(i)).and_then(|l| l.find(field));
    (found.unwrap_or(0), column.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_stands_where_its_field_does() {
        let text = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\nspec:\n  contianers: []\n";
        assert_eq!(place(text, "unknown field \"spec.contianers\""), (5, 2));
        assert_eq!(place(text, "something else"), (0, 0));
    }

    #[test]
    fn other_files_have_no_problems() {
        let editor = Editor::open(Some("/home/user/notes.txt".into()), "a: [");
        assert!(editor.view().problems.is_empty() && editor.view().commands.is_empty());
        let editor = Editor::open(Some("/home/user/a.yaml".into()), "a: [");
        assert_eq!(editor.view().problems.len(), 1);
    }
}
