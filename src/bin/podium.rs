//! The native tool: `podium replay`, `podium serve`, `podium lessons`, `podium descriptions`.

use podium::lab::proof::Proof;
use podium::tool;
use std::process::ExitCode;

const USAGE: &str = "usage: podium COMMAND

  replay --cluster plain --out DIR [--seed N] FILE.scn...
                                                 run scenarios, write DIR/NAME.out
  serve --port N [--kubeconfig FILE] [--speed X] [--seed N]
                                                 serve the Kubernetes API on loopback
  bench [--json]                                 measure the core
  fuzz [--inputs N] [--seed N] [TARGET...]       look for panics and hangs
  hash SCRIPT [--seed N]                         run a timed script, print the hash of the event log
  lessons build [DIR] | lessons check            write the lessons for the page; prove them
  descriptions [DIR]                             write the prose of `kubectl explain` for the page
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let done = match args.first().map(String::as_str) {
        Some("bench") => {
            tool::bench::run(args.iter().any(|a| a == "--json"));
            Ok(())
        }
        Some("fuzz") => fuzz(&args[1..]),
        Some("hash") => hash(&args[1..]),
        Some("replay") => replay(&args[1..]),
        Some("serve") => serve(&args[1..]),
        Some("lessons") => tool::lessons::run(&args[1..], Some(&|lesson| Box::new(Proof::boot(lesson)))),
        Some("descriptions") => descriptions(&args[1..]),
        _ => Err(USAGE.to_owned()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprint!("{}", if why.ends_with('\n') { why } else { format!("podium: {why}\n") });
            ExitCode::from(2)
        }
    }
}

/// Writes below Trunk's staging directory, or below `dist`, where no directory is named.
fn descriptions(args: &[String]) -> Result<(), String> {
    use podium::cli::descriptions::{FILE, JSON};
    #[expect(clippy::disallowed_methods, reason = "Trunk tells its hooks by the environment where they write")]
    let staging = || std::env::var("TRUNK_STAGING_DIR").unwrap_or_else(|_| "dist".into());
    let path = std::path::Path::new(&args.first().cloned().unwrap_or_else(staging)).join(FILE);
    std::fs::write(&path, JSON).map_err(|e| format!("{}: {e}", path.display()))
}

/// Reads `--name value` pairs; what does not begin with `--` is returned in order.
fn flags<'a>(args: &'a [String], known: &[&str]) -> Result<(Vec<(&'a str, &'a str)>, Vec<&'a str>), String> {
    let (mut flags, mut rest) = (Vec::new(), Vec::new());
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let Some(name) = arg.strip_prefix("--") else {
            rest.push(arg.as_str());
            continue;
        };
        let (name, inline) = name.split_once('=').map_or((name, None), |(n, v)| (n, Some(v)));
        if !known.contains(&name) {
            return Err(format!("unknown flag --{name}"));
        }
        let value = match inline {
            Some(value) => value,
            None => args.next().ok_or_else(|| format!("--{name} needs a value"))?,
        };
        flags.push((name, value));
    }
    Ok((flags, rest))
}

fn number<T: std::str::FromStr>(name: &str, value: &str) -> Result<T, String> {
    value.parse().map_err(|_| format!("--{name}: {value:?} is not a number"))
}

fn replay(args: &[String]) -> Result<(), String> {
    let (given, rest) = flags(args, &["cluster", "out", "seed"])?;
    let mut options =
        tool::replay::Options { cluster: "plain".into(), out: ".".into(), seed: 1, scenarios: Vec::new() };
    for (name, value) in given {
        match name {
            "cluster" => options.cluster = value.into(),
            "seed" => options.seed = number(name, value)?,
            _ => options.out = value.into(),
        }
    }
    options.scenarios = rest.into_iter().map(Into::into).collect();
    tool::replay::run(&options)
}

/// Counts allocations, so that the work of an input can be bounded.
#[global_allocator]
static ALLOCATOR: tool::allocations::Counting = tool::allocations::Counting;

fn fuzz(args: &[String]) -> Result<(), String> {
    let (given, names) = flags(args, &["inputs", "seed"])?;
    let (mut inputs, mut seed) = (100_000, 1);
    for (name, value) in given {
        match name {
            "inputs" => inputs = number(name, value)?,
            _ => seed = number(name, value)?,
        }
    }
    // Panics are reported with their inputs; the default hook would print each as it comes.
    std::panic::set_hook(Box::new(|_| {}));
    let mut failed = 0;
    for target in tool::fuzz_targets::TARGETS.iter().filter(|t| names.is_empty() || names.contains(&t.name)) {
        let report = tool::fuzz::run(target, inputs, seed);
        println!(
            "{:12} {:>9} inputs, {:>8} of them well-formed, worst {:>8} allocations",
            target.name, report.inputs, report.accepted, report.worst
        );
        report.failures.iter().for_each(|failure| println!("  {failure}"));
        failed += report.failures.len();
    }
    if failed > 0 { Err(format!("{failed} failures")) } else { Ok(()) }
}

fn hash(args: &[String]) -> Result<(), String> {
    let (given, rest) = flags(args, &["seed"])?;
    let [path] = rest.as_slice() else { return Err("hash takes one script".into()) };
    let seed = given.first().map_or(Ok(1), |(name, value)| number(name, value))?;
    let script = std::fs::read_to_string(path).map_err(|e| format!("{path}: {e}"))?;
    println!("{}", podium::lab::timed::hash(&script, seed));
    Ok(())
}

fn serve(args: &[String]) -> Result<(), String> {
    let (given, rest) = flags(args, &["port", "kubeconfig", "speed", "seed"])?;
    if let Some(extra) = rest.first() {
        return Err(format!("serve takes no {extra:?}"));
    }
    let mut options = tool::serve::Options { port: 0, kubeconfig: None, speed: 1.0, seed: 1 };
    for (name, value) in given {
        match name {
            "port" => options.port = number(name, value)?,
            "speed" => options.speed = number(name, value)?,
            "seed" => options.seed = number(name, value)?,
            _ => options.kubeconfig = Some(value.into()),
        }
    }
    if !(options.speed.is_finite() && options.speed > 0.0) {
        return Err("--speed must be more than 0".into());
    }
    tool::serve::run(&options).map_err(|e| e.to_string())
}
