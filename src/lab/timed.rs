//! Runs a script at given virtual times and hashes the event log: the same natively and in WebAssembly.

use super::Lab;
use crate::apimachinery::time::Duration;
use crate::cluster::ClusterSpec;

/// Runs a script of lines `SECONDS COMMAND`; each command starts at its time or when the one before has ended, whichever is
/// later. A minute after the last one, returns the hash of every event since the cluster booted, in hexadecimal.
///
/// Lines that begin with `#` and blank ones are skipped; a line without a time runs at once.
pub fn hash(script: &str, seed: u64) -> String {
    let mut lab = Lab::for_hash(&ClusterSpec::plain(seed));
    let start = lab.now();
    for line in script.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#')) {
        let (time, command) = line.split_once(' ').unwrap_or(("0", line));
        let (at, command) = match time.parse::<u32>() {
            Ok(seconds) => (start + Duration::from_secs(seconds.into()), command),
            Err(_) => (start, line),
        };
        lab.run_until(at.max(lab.now()));
        lab.run_line(command);
    }
    lab.run_until(lab.now() + Duration::from_secs(60));
    lab.event_hash().map_or_else(String::new, |h| format!("{h:016x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCRIPT: &str =
        "0 kubectl create -f kubia-manual.yaml\n5 kubectl label po kubia-manual a=b\n9 kubectl delete po --all";

    #[test]
    fn a_script_run_twice_leaves_the_same_log_and_another_seed_another_one() {
        let first = hash(SCRIPT, 1);
        assert_eq!(first.len(), 16);
        assert_eq!(first, hash(SCRIPT, 1));
        assert_ne!(first, hash(SCRIPT, 2));
        assert_ne!(first, hash("0 kubectl create ns a", 1));
    }
}
