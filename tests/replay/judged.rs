//! Scenarios whose transcripts a real kubectl wrote, against `podium serve`: what is client-side in them is as real as can
//! be. `tests/judged/README.md` says how they are made.

use super::mask::Masks;
use super::shown;
use super::transcript::parse;
use podium::cluster::ClusterSpec;
use podium::lab::Lab;
use podium::tool::replay::replay;
use podium::tool::scenario::Scenario;
use std::path::Path;

/// A transcript holds fewer commands than its scenario: those on which kubectl 1.33 and 1.36 differ are not in it.
#[test]
fn judged_scenarios_replay_as_a_real_kubectl_printed_them() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judged");
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap_or_else(|e| panic!("{name}: {e}"));
    let masks = Masks::new();
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .expect("the transcripts are there")
        .filter_map(|e| e.ok()?.file_name().to_str()?.strip_suffix(".out").map(str::to_owned))
        .collect();
    names.sort();
    let (mut wrong, mut all) = (Vec::new(), 0);
    for name in names {
        let mut lab = Lab::for_replay(&ClusterSpec::plain(1));
        let got = parse(&replay(&mut lab, &Scenario::parse(&read(&format!("{name}.scn")))));
        let mut rest = got.iter();
        for want in parse(&read(&format!("{name}.out"))) {
            all += 1;
            let Some(entry) = rest.find(|g| g.command == want.command) else {
                wrong.push(format!("{name}: {}: not in the replay", want.command));
                break;
            };
            let (got, want) = (shown(&masks, entry, &want.command), shown(&masks, &want, &want.command));
            if got != want {
                wrong.push(format!("{name}: {}\n  real  {want:#?}\n  here  {got:#?}", entry.command));
            }
        }
    }
    assert!(all > 0 && wrong.is_empty(), "{} of {all} differ:\n{}", wrong.len(), wrong.join("\n"));
}
