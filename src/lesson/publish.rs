//! Writes the lessons as the page fetches them: structure as JSON, prose as it is, and one list of all of them.

use super::library::{Problem, load};
use super::prose::Prose;
use serde_json::{Value, json};
use std::path::Path;
use std::{fs, io};

/// Publishes the lessons below `root` into the folder `out`: `index.json`, and for each lesson `lesson.json`, `zh.md` and `en.md`. Returns how
/// many lessons there are; with any problem in them nothing is written.
pub fn publish(root: &Path, out: &Path) -> Result<usize, Vec<Problem>> {
    let (entries, problems) = load(root);
    if !problems.is_empty() {
        return Err(problems);
    }
    let write = || -> io::Result<()> {
        let mut chapters: Vec<Value> = Vec::new();
        for entry in &entries {
            let id = &entry.lesson.id;
            let chapter = id.split('/').next().unwrap_or(id);
            if chapters.last().is_none_or(|c| c["id"] != chapter) {
                let title = |language: &str| -> io::Result<String> {
                    let text = fs::read_to_string(root.join(chapter).join(format!("{language}.md")))?;
                    Ok(Prose::parse(&text).map(|p| p.title).unwrap_or_default())
                };
                chapters
                    .push(json!({ "id": chapter, "title": { "zh": title("zh")?, "en": title("en")? }, "lessons": [] }));
            }
            if let Some(list) = chapters.last_mut().and_then(|c| c["lessons"].as_array_mut()) {
                let title = json!({ "zh": entry.zh.title, "en": entry.en.title });
                list.push(json!({ "id": id, "title": title, "steps": entry.lesson.steps.len() }));
            }
            let (from, to) = (root.join(id), out.join(id));
            fs::create_dir_all(&to)?;
            let yaml = fs::read_to_string(from.join("lesson.yaml"))?;
            let structure: Value = serde_yaml::from_str(&yaml).map_err(io::Error::other)?;
            fs::write(to.join("lesson.json"), structure.to_string())?;
            for name in ["zh.md", "en.md"] {
                fs::copy(from.join(name), to.join(name))?;
            }
        }
        fs::create_dir_all(out)?;
        fs::write(out.join("index.json"), json!({ "chapters": chapters }).to_string())
    };
    match write() {
        Ok(()) => Ok(entries.len()),
        Err(e) => Err(vec![Problem { file: out.to_owned(), line: 0, message: e.to_string() }]),
    }
}

#[cfg(test)]
mod tests {
    use super::super::model::{Catalog, Lesson};
    use super::*;

    #[test]
    fn the_page_can_read_what_is_published() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("static/lessons");
        let out = std::env::temp_dir().join(format!("podium-published-{}", std::process::id()));
        let count = publish(&root, &out).unwrap();
        let read = |name: &str| fs::read_to_string(out.join(name)).unwrap();
        let catalog = Catalog::from_json(&read("index.json")).unwrap();
        let lessons: Vec<_> = catalog.chapters.iter().flat_map(|c| &c.lessons).collect();
        assert_eq!(lessons.len(), count);
        for entry in lessons {
            let lesson = Lesson::from_json(&read(&format!("{}/lesson.json", entry.id))).unwrap();
            assert_eq!((&lesson.id, lesson.steps.len()), (&entry.id, entry.steps));
            assert_eq!(Prose::parse(&read(&format!("{}/zh.md", entry.id))).unwrap().title, entry.title.zh);
        }
        fs::remove_dir_all(&out).unwrap();
    }
}
