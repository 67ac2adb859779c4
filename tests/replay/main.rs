//! Replays the recorded scenarios and holds every command against what the real kubectl printed.
//!
//! `tests/transcripts/known-failures.txt` lists what is not equal yet, with its reason. A command that fails and is not
//! listed fails the test; so does one that is listed and passes: take it off the list. `PODIUM_ACCEPT=1` rewrites the list
//! (reasons stay).

mod explain;
mod judged;
mod mask;
mod transcript;

use mask::Masks;
use podium::cluster::ClusterSpec;
use podium::lab::Lab;
use podium::tool::replay::replay;
use podium::tool::scenario::Scenario;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use transcript::{Entry, parse};

/// Scenario and index of a command.
type Place = (String, usize);

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/transcripts")
}

fn read(name: &str) -> String {
    let path = folder().join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// The rows of a list file: place, command, reason.
fn listed(name: &str) -> BTreeMap<Place, (String, String)> {
    let text = std::fs::read_to_string(folder().join(name)).unwrap_or_default();
    let rows = text.lines().filter(|l| !l.trim().is_empty() && !l.starts_with('#'));
    let row = |line: &str| {
        let mut cells = line.split('\t').map(str::to_owned);
        let (scenario, index) = (cells.next()?, cells.next()?.parse().ok()?);
        Some(((scenario, index), (cells.next().unwrap_or_default(), cells.next().unwrap_or_default())))
    };
    rows.filter_map(row).collect()
}

fn shown(masks: &Masks, entry: &Entry, command: &str) -> Vec<String> {
    let out = entry.stdout.iter().map(|l| masks.line(l));
    let err = entry.stderr.iter().map(|l| format!("! {}", masks.line(l)));
    let lines = out.chain(err).chain([format!("? {}", entry.code)]).collect();
    masks.settle_order(command, lines)
}

/// Every scored command, and whether the replay printed the same.
fn replay_all() -> BTreeMap<Place, (String, bool)> {
    let (masks, unscored) = (Masks::new(), listed("unscored.txt"));
    let mut names: Vec<String> = std::fs::read_dir(folder())
        .expect("the transcripts are there")
        .filter_map(|e| e.ok()?.file_name().to_str()?.strip_suffix(".out").map(str::to_owned))
        .collect();
    names.sort();
    let mut results = BTreeMap::new();
    for name in names {
        let scenario = Scenario::parse(&read(&format!("{name}.scn")));
        let mut lab = Lab::for_replay(&ClusterSpec::plain(1));
        let got = parse(&replay(&mut lab, &scenario));
        let want = parse(&read(&format!("{name}.out")));
        let mut at = 0;
        for (index, entry) in want.iter().enumerate() {
            let found = got.iter().enumerate().skip(at).take(40).find(|(_, g)| g.command == entry.command);
            let place = (name.clone(), index);
            let scored = !unscored.contains_key(&place);
            let equal = found.is_some_and(|(i, g)| {
                at = i + 1;
                scored && shown(&masks, entry, &entry.command) == shown(&masks, g, &entry.command)
            });
            if scored {
                results.insert(place, (entry.command.clone(), equal));
            }
        }
    }
    results
}

fn share(results: &BTreeMap<Place, (String, bool)>, keep: impl Fn(&Place) -> bool) -> (usize, usize) {
    let kept: Vec<bool> = results.iter().filter(|(p, _)| keep(p)).map(|(_, (_, equal))| *equal).collect();
    (kept.iter().filter(|e| **e).count(), kept.len())
}

#[test]
fn recorded_scenarios_replay_as_the_real_kubectl_printed_them() {
    let results = replay_all();
    let known = listed("known-failures.txt");
    #[expect(clippy::disallowed_methods, reason = "a switch for whoever mends the list")]
    if std::env::var("PODIUM_ACCEPT").is_ok() {
        accept(&results, &known);
        return;
    }
    let failing: BTreeSet<&Place> = results.iter().filter(|(_, (_, equal))| !equal).map(|(p, _)| p).collect();
    let new: Vec<_> = failing.iter().filter(|p| !known.contains_key(**p)).map(|p| (p, &results[*p].0)).collect();
    let mended: Vec<_> = known.keys().filter(|p| !failing.contains(p)).collect();
    let (equal, all) = share(&results, |_| true);
    println!("{equal} of {all} recorded commands are equal; {} known failures", known.len());
    assert!(new.is_empty(), "not listed as failing: {new:#?}");
    assert!(mended.is_empty(), "listed as failing and equal now; take them off known-failures.txt: {mended:#?}");
    let chapter = share(&results, |(name, _)| name.starts_with("10"));
    assert!(chapter.0 * 100 >= chapter.1 * 97, "the chapter: {chapter:?}");
    let scope = listed("scope-errors.txt");
    let errors = share(&results, |place| scope.contains_key(place));
    assert!(errors.0 * 100 >= errors.1 * 90, "errors in scope: {errors:?}");
}

/// Rewrites the list of known failures; reasons that are there stay.
fn accept(results: &BTreeMap<Place, (String, bool)>, known: &BTreeMap<Place, (String, String)>) {
    let mut text = String::from(
        "# Commands that are not equal yet: scenario, index from 0, command, why. tests/replay holds this list exact.\n",
    );
    for (place, (command, equal)) in results {
        if !equal {
            let why = known.get(place).map_or("not looked into yet", |(_, why)| why);
            text += &format!("{}\t{}\t{command}\t{why}\n", place.0, place.1);
        }
    }
    std::fs::write(folder().join("known-failures.txt"), text).expect("the list can be written");
}

#[test]
fn masks_hide_what_differs_and_nothing_else() {
    let masks = Masks::new();
    for (line, want) in [
        ("kubia-6x5xv   1/1     Running   0          4s", "kubia-<5>  1/1  Running  0  <age>"),
        ("    cpu: 250m", "    cpu: 250m"),
        ("node-1   Ready    <none>   34s   v1.36.2", "node-1  Ready  <none>  <age>  v1.36.2"),
        ("pod/a on node-2 at 10.244.1.3", "pod/a on node-<n> at <pod-ip>"),
        ("service 10.96.0.1 and 10.96.7.8", "service 10.96.0.1 and <service-ip>"),
    ] {
        assert_eq!(masks.line(line), want);
    }
    let lines = ["! The Pod", "! * b", "! * a", "! end"].map(str::to_owned).to_vec();
    assert_eq!(masks.settle_order("kubectl create", lines), ["! The Pod", "! * a", "! * b", "! end"]);
}
