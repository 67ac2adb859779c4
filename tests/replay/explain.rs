//! `kubectl explain`, by its structure: kinds, versions, fields, types, required marks, enums, errors and exit codes. The prose
//! comes from k8s-openapi and is not committed here; `106-explain.structure` is the recording without it.

use super::transcript::{Entry, parse};
use super::{Masks, read, shown};
use podium::cluster::ClusterSpec;
use podium::lab::Lab;
use podium::tool::replay::replay;
use podium::tool::scenario::Scenario;

/// Known to differ; take it off when it is built. The layout of OpenAPI v2 says that it is not simulated.
const DIFFER: &[&str] = &["kubectl explain pod.spec.restartPolicy --output=plaintext-openapiv2"];

/// Leaves headings, fields and enum values; prose goes.
fn structure(entry: &Entry) -> Entry {
    let mut values = false;
    let keep = |line: &&String| {
        let text = line.trim_start();
        let indent = line.len() - text.len();
        values = match text {
            _ if text.starts_with("ENUM:") || text.starts_with("enum:") => true,
            _ => values && indent == 4 && !text.contains(' '),
        };
        let heading =
            indent == 0 && text.split_once(':').is_some_and(|(h, _)| h.chars().all(|c| c.is_ascii_uppercase()));
        values || (heading && !text.starts_with(':')) || line.contains("\t<")
    };
    Entry { stdout: entry.stdout.iter().filter(keep).cloned().collect(), ..entry.clone() }
}

#[test]
fn explain_has_the_structure_of_the_real_one() {
    let mut lab = Lab::for_replay(&ClusterSpec::plain(1));
    let got = parse(&replay(&mut lab, &Scenario::parse(&read("106-explain.scn"))));
    let want = parse(&read("106-explain.structure"));
    assert_eq!(got.len(), want.len());
    let masks = Masks::new();
    let differ = want
        .iter()
        .zip(&got)
        .filter(|(want, got)| shown(&masks, want, &want.command) != shown(&masks, &structure(got), &got.command));
    let differ: Vec<&str> = differ.map(|(want, _)| want.command.as_str()).collect();
    assert_eq!(differ, DIFFER, "of {}", want.len());
}

#[test]
fn structure_is_all_but_prose() {
    let text = "$ x\nKIND:       Pod\n\nFIELD: a <string>\nENUM:\n    Always\n    Never\n\nDESCRIPTION:\n    Some prose: more.\n    Word\n\nFIELDS:\n  b\t<[]Port> -required-\n    Prose.\n  enum: A, B\n";
    let kept = &structure(&parse(text)[0]).stdout;
    let want = [
        "KIND:       Pod",
        "FIELD: a <string>",
        "ENUM:",
        "    Always",
        "    Never",
        "DESCRIPTION:",
        "FIELDS:",
        "  b\t<[]Port> -required-",
        "  enum: A, B",
    ];
    assert_eq!(kept, &want);
}
