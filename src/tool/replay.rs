//! `podium replay`: runs scenarios against a fresh cluster and writes what kubectl printed.

use super::scenario::{Scenario, Step, record};
use crate::apimachinery::time::Duration;
use crate::cluster::ClusterSpec;
use crate::lab::Lab;
use std::path::{Path, PathBuf};

/// What a command takes of the cluster's time: kubectl's start and its discovery.
const COMMAND: Duration = Duration::from_millis(100);

/// What `podium replay` was asked.
#[derive(Debug, Default)]
pub struct Options {
    /// `plain`.
    pub cluster: String,
    /// From which names, addresses and jitter come; the recorded clusters had others.
    pub seed: u64,
    /// Where `NAME.out` goes.
    pub out: PathBuf,
    pub scenarios: Vec<PathBuf>,
}

/// Replays every scenario in order; those with `# noclean` go on with the cluster of the one before.
///
/// # Errors
/// Names the file that could not be read or written, or the cluster that does not exist; once all are replayed, those in which
/// somebody did not come to rest, and who.
pub fn run(options: &Options) -> Result<(), String> {
    if options.cluster != "plain" {
        return Err(format!("no cluster is called {:?}; there is \"plain\"", options.cluster));
    }
    std::fs::create_dir_all(&options.out).map_err(|e| format!("{}: {e}", options.out.display()))?;
    let mut lab: Option<Lab> = None;
    let mut stopped = Vec::new();
    for path in &options.scenarios {
        let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
        let scenario = Scenario::parse(&text);
        let lab = match (&mut lab, scenario.noclean) {
            (Some(lab), true) => lab,
            (slot, _) => slot.insert(Lab::for_replay(&ClusterSpec::plain(options.seed))),
        };
        let out = options.out.join(file_name(path)).with_extension("out");
        std::fs::write(&out, replay(lab, &scenario)).map_err(|e| format!("{}: {e}", out.display()))?;
        stopped.extend(lab.stopped().map(|why| format!("{}: {why}", path.display())));
    }
    if stopped.is_empty() { Ok(()) } else { Err(stopped.join("\n")) }
}

fn file_name(path: &Path) -> &str {
    path.file_name().and_then(|n| n.to_str()).unwrap_or("scenario")
}

/// Runs one scenario and returns its transcript.
pub fn replay(lab: &mut Lab, scenario: &Scenario) -> String {
    let mut transcript = String::new();
    for step in &scenario.steps {
        match step {
            Step::File { name, text } => lab.write_file(name, text.as_bytes()),
            Step::Wait(secs) => lab.run_until(lab.now() + Duration::from_secs_f64(secs.max(0.0))),
            Step::Settle => lab.settle(),
            Step::Run(line) => {
                lab.run_until(lab.now() + COMMAND);
                let done = lab.run_line(line);
                record(&mut transcript, line, &done.stdout, &done.stderr, done.code);
            }
        }
    }
    transcript
}
