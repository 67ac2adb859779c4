//! `podium lessons build|check`: publishes the lessons for the page, and proves them.

use crate::lesson::checker::{Boot, prove};
use crate::lesson::library::{Problem, load};
use crate::lesson::publish::publish;
use std::path::{Path, PathBuf};

/// Where the lessons are, seen from the repository's root.
const ROOT: &str = "static/lessons";

/// Runs `lessons build [DIR]` or `lessons check`. Without a directory, `build` writes below Trunk's staging directory, or below `dist`.
pub fn run(args: &[String], boot: Option<&Boot<'_>>) -> Result<(), String> {
    match args.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["build"] => {
            let base = std::env::var_os("TRUNK_STAGING_DIR").map_or_else(|| PathBuf::from("dist"), PathBuf::from);
            build(&base.join("lessons"))
        }
        ["build", dir] => build(Path::new(dir)),
        ["check"] => check(boot),
        _ => Err("usage: podium lessons build [DIR] | podium lessons check".to_owned()),
    }
}

fn build(out: &Path) -> Result<(), String> {
    publish(Path::new(ROOT), out).map(|_| ()).map_err(|problems| listed(&problems))
}

fn listed(problems: &[Problem]) -> String {
    problems.iter().map(|p| format!("{p}\n")).collect()
}

/// Checks every lesson as it lies there, then runs each in a cluster of its own.
fn check(boot: Option<&Boot<'_>>) -> Result<(), String> {
    let (entries, problems) = load(Path::new(ROOT));
    let mut failed = listed(&problems);
    let (mut proved, mut wrong) = (0, problems.len());
    for entry in entries.iter().filter(|_| boot.is_some()) {
        let found = boot.map(|boot| prove(&entry.lesson, boot)).unwrap_or_default();
        failed.extend(found.iter().map(|problem| format!("{ROOT}/{}: {problem}\n", entry.lesson.id)));
        proved += usize::from(found.is_empty());
        wrong += found.len();
    }
    if boot.is_none() {
        println!("NOT RUN: the lessons' solutions, for want of a lab to run them in");
    }
    println!("lessons: {proved} passed, {wrong} problems");
    if failed.is_empty() { Ok(()) } else { Err(failed) }
}
