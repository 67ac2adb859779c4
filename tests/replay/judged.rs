//! Scenarios whose transcripts a real kubectl wrote, against `podium serve`: what is client-side in them is as real as can
//! be. `tests/judged/README.md` says how they are made; `PODIUM_JUDGED=DIR`, which its `record.py` sets, keeps of the
//! transcripts in that directory what agrees.

use super::mask::Masks;
use super::shown;
use super::transcript::{Entry, parse};
use podium::cluster::ClusterSpec;
use podium::lab::Lab;
use podium::tool::replay::replay;
use podium::tool::scenario::Scenario;
use std::path::{Path, PathBuf};

/// What marks a command that prints the recording machine's paths, and long help.
const LEFT_OUT: [&str; 3] = ["/tmp/", "kubectl-edit-", "Usage:"];
const LONGEST: usize = 2_500;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judged")
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// The names of the transcripts in a directory, sorted.
fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("the transcripts are there");
    let name = |e: std::fs::DirEntry| e.file_name().to_str()?.strip_suffix(".out").map(str::to_owned);
    let mut names: Vec<String> = entries.filter_map(|e| name(e.ok()?)).collect();
    names.sort();
    names
}

/// Each command of a transcript that a real kubectl wrote, with what Podium's own printed; None where it did not run.
fn judged(name: &str, transcript: &str) -> Vec<(Entry, Option<Entry>)> {
    let mut lab = Lab::for_replay(&ClusterSpec::plain(1));
    let scenario = Scenario::parse(&read(&folder().join(format!("{name}.scn"))));
    let ours = parse(&replay(&mut lab, &scenario));
    let mut rest = &ours[..];
    let pair = |real: Entry| {
        let own = next(&mut rest, &real.command).cloned();
        (real, own)
    };
    parse(transcript).into_iter().map(pair).collect()
}

/// The next entry of this command; what stands before it is passed over.
fn next<'a>(rest: &mut &'a [Entry], command: &str) -> Option<&'a Entry> {
    let at = rest.iter().position(|entry| entry.command == command)?;
    let found = &rest[at];
    *rest = &rest[at + 1..];
    Some(found)
}

/// A transcript holds fewer commands than its scenario: those on which kubectl 1.33 and 1.36 differ are not in it.
#[test]
fn judged_scenarios_replay_as_a_real_kubectl_printed_them() {
    #[expect(clippy::disallowed_methods, reason = "a switch for whoever records anew")]
    if let Ok(recorded) = std::env::var("PODIUM_JUDGED") {
        keep(Path::new(&recorded));
        return;
    }
    let masks = Masks::new();
    let (mut wrong, mut all) = (Vec::new(), 0);
    for name in names(&folder()) {
        for (want, got) in judged(&name, &read(&folder().join(format!("{name}.out")))) {
            all += 1;
            let shown = |entry: &Entry| shown(&masks, entry, &want.command);
            let (got, real) = (got.as_ref().map(shown), shown(&want));
            if got.as_ref() != Some(&real) {
                wrong.push(format!("{name}: {}\n  real  {real:#?}\n  here  {got:#?}", want.command));
            }
        }
    }
    assert!(all > 0 && wrong.is_empty(), "{} of {all} differ:\n{}", wrong.len(), wrong.join("\n"));
}

/// Writes the commands on which both agree to `tests/judged`, and names those that were there and are no more.
fn keep(recorded: &Path) {
    let masks = Masks::new();
    for name in names(recorded) {
        let text = read(&recorded.join(format!("{name}.out")));
        let text = text.strip_prefix("$ ").unwrap_or(&text);
        let blocks = text.trim_end_matches('\n').split("\n$ ").map(|block| format!("$ {block}\n"));
        let pairs = judged(&name, &blocks.clone().collect::<String>());
        let of = pairs.len();
        let agrees = |(block, (real, own)): &(String, (Entry, Option<Entry>))| {
            let same =
                own.as_ref().is_some_and(|o| shown(&masks, o, &real.command) == shown(&masks, real, &real.command));
            same && block.len() < LONGEST && !LEFT_OUT.iter().any(|mark| block.contains(mark))
        };
        let kept: Vec<String> = blocks.zip(pairs).filter(agrees).map(|(block, _)| block).collect();
        let path = folder().join(format!("{name}.out"));
        println!("{name}: keeps {} of {of}", kept.len());
        let now = parse(&kept.concat());
        let mut rest = &now[..];
        for before in parse(&std::fs::read_to_string(&path).unwrap_or_default()) {
            if next(&mut rest, &before.command).is_none() {
                println!("  no longer: {}", before.command);
            }
        }
        std::fs::write(&path, kept.concat()).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    }
}
