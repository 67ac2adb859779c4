//! Reads the lessons' folder, natively. Errors name file and line.

use super::model::{Index, Lesson};
use super::prose::Prose;
use super::{lint, typography};
use serde::de::DeserializeOwned;
use std::fmt;
use std::path::{Path, PathBuf};

/// A lesson with its prose in both languages.
#[derive(Clone, Debug)]
pub struct Entry {
    pub lesson: Lesson,
    pub zh: Prose,
    pub en: Prose,
}

/// What is wrong, and where. Line 0 is the whole file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub file: PathBuf,
    pub line: usize,
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.file.display(), self.message),
            line => write!(f, "{}:{line}: {}", self.file.display(), self.message),
        }
    }
}

/// Every lesson of the index that could be read, in order, and what is wrong with them before any is run.
pub fn load(root: &Path) -> (Vec<Entry>, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut entries = Vec::new();
    let index: Index = match yaml(&root.join("index.yaml")) {
        Ok(index) => index,
        Err(problem) => return (entries, vec![problem]),
    };
    for chapter in &index.chapters {
        let folder = root.join(&chapter.id);
        for language in ["zh", "en"] {
            problems.extend(words(&folder.join(format!("{language}.md")), language).err());
        }
        for name in &chapter.lessons {
            match entry(&folder.join(name), &format!("{}/{name}", chapter.id), &mut problems) {
                Ok(entry) => entries.push(entry),
                Err(problem) => problems.push(problem),
            }
        }
    }
    (entries, problems)
}

fn entry(folder: &Path, id: &str, problems: &mut Vec<Problem>) -> Result<Entry, Problem> {
    let file = folder.join("lesson.yaml");
    let lesson: Lesson = yaml(&file)?;
    let at = |file: &Path, message: String| Problem { file: file.to_owned(), line: 0, message };
    if lesson.id != id {
        problems.push(at(&file, format!("id is {:?}, its folder says {id:?}", lesson.id)));
    }
    problems.extend(lint::structure(&lesson).into_iter().map(|m| at(&file, m)));
    let mut read = |language: &str| {
        let file = folder.join(format!("{language}.md"));
        let prose = words(&file, language)?;
        problems.extend(lint::prose(&lesson, &prose).into_iter().map(|m| at(&file, m)));
        Ok(prose)
    };
    let (zh, en) = (read("zh")?, read("en")?);
    problems.extend(lint::same_code(&zh, &en).into_iter().map(|m| at(folder, m)));
    Ok(Entry { lesson, zh, en })
}

fn yaml<T: DeserializeOwned>(file: &Path) -> Result<T, Problem> {
    let text = text(file)?;
    serde_yaml::from_str(&text).map_err(|e| {
        let line = e.location().map_or(0, |l| l.line());
        Problem { file: file.to_owned(), line, message: e.to_string() }
    })
}

fn words(file: &Path, language: &str) -> Result<Prose, Problem> {
    let text = text(file)?;
    if language == "zh" {
        for (at, line) in prose_lines(&text) {
            if let Some(message) = typography::problems(line).into_iter().next() {
                return Err(Problem { file: file.to_owned(), line: at, message });
            }
        }
    }
    Prose::parse(&text).map_err(|e| Problem { file: file.to_owned(), line: e.line, message: e.message })
}

/// The lines outside code blocks and without a heading's id, numbered from 1.
fn prose_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut in_code = false;
    text.lines().enumerate().filter_map(move |(i, line)| {
        if line.starts_with("```") {
            in_code = !in_code;
            return None;
        }
        let line = if line.starts_with("## ") { line.split_once(": ").map_or(line, |(_, title)| title) } else { line };
        (!in_code && !line.starts_with("### ")).then_some((i + 1, line))
    })
}

fn text(file: &Path) -> Result<String, Problem> {
    std::fs::read_to_string(file).map_err(|e| Problem { file: file.to_owned(), line: 0, message: e.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("static/lessons")
    }

    #[test]
    fn the_lessons_have_no_problem_before_they_run() {
        let (entries, problems) = load(&root());
        let texts: Vec<String> = problems.iter().map(Problem::to_string).collect();
        assert_eq!(texts, Vec::<String>::new());
        assert!(!entries.is_empty());
    }

    #[test]
    fn the_page_reads_the_same_structure_from_json() {
        for entry in load(&root()).0 {
            let file = root().join(&entry.lesson.id).join("lesson.yaml");
            let value: serde_json::Value = serde_yaml::from_str(&text(&file).unwrap()).unwrap();
            assert_eq!(Lesson::from_json(&value.to_string()).unwrap(), entry.lesson);
        }
    }

    #[test]
    fn an_error_names_file_and_line() {
        let folder = std::env::temp_dir().join(format!("podium-lessons-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).unwrap();
        write("lesson.yaml", "id: a/b\nseed: 1\nsteps:\n- id: x\n  goals: []\n  solution: []\n  tips: 1\n");
        let problem = entry(&folder, "a/b", &mut Vec::new()).unwrap_err();
        assert_eq!((problem.file, problem.line), (folder.join("lesson.yaml"), 7));
        write("zh.md", "# 好\n\n一个Pod\n");
        assert_eq!(words(&folder.join("zh.md"), "zh").unwrap_err().line, 3);
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
