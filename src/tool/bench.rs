//! `podium bench`: the core's figures, natively.

use crate::apimachinery::Value;
use crate::lab::bench;
use crate::object;

/// Runs the benchmarks and prints a table, or JSON.
pub fn run(json: bool) {
    let mut figures = measure();
    figures.list_mut().push(object! { "name" => "heap at the end", "unit" => "MB", "value" => resident_megabytes() });
    if json {
        println!("{}", object! { "rows" => figures });
        return;
    }
    for figure in figures.items() {
        let value = figure["value"].as_f64().unwrap_or(f64::NAN);
        println!("{:50} {value:>10.1} {}", figure["name"].str(), figure["unit"].str());
    }
}

/// By CPU time, so that whatever else runs on the machine does not count; by the wall where the system does not say it.
#[expect(clippy::disallowed_types, reason = "a stopwatch is what a benchmark is")]
fn measure() -> Value {
    let begin = std::time::Instant::now();
    bench::run(&|| cpu_milliseconds().unwrap_or_else(|| begin.elapsed().as_secs_f64() * 1_000.0))
}

/// Time this thread spent on a CPU: the first figure, in nanoseconds, of Linux's `schedstat`.
fn cpu_milliseconds() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds: f64 = text.split(' ').next()?.parse().ok()?;
    Some(nanoseconds / 1e6)
}

/// Resident memory of this process; 0 where the system does not say.
fn resident_megabytes() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmRSS:"));
    let kilobytes: Option<f64> = line.and_then(|l| l.trim().trim_end_matches(" kB").trim().parse().ok());
    kilobytes.map_or(0.0, |kb| kb / 1_024.0)
}
