//! `podium fuzz`: throws inputs at everything that reads text, and looks for panics and for inputs that never end.
//!
//! Inputs are made by a seeded generator, so that a failure repeats: from each target's own words, joined and damaged, and
//! from things people wrote, with words replaced, dropped, doubled and brought over from another. A target's work is counted in allocations: going over the budget of one input fails, and a loop that
//! allocates nothing is caught by a watchdog that names the input and ends the process.

use super::allocations;
use crate::sim::Rng;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

/// Something that reads text.
pub struct Target {
    pub name: &'static str,
    /// Words of its language; inputs are made from them.
    pub words: &'static [&'static str],
    /// Whole inputs that are right, or nearly.
    pub seeds: fn() -> Vec<String>,
    /// Allocations that one input may cost.
    pub budget: u64,
    /// Makes the function that is given the inputs and says whether it could use one; it may keep state from one to the next.
    pub make: fn() -> Box<dyn FnMut(&str) -> bool>,
}

/// What a run found.
#[derive(Debug, Default)]
pub struct Report {
    pub inputs: u64,
    /// Inputs that were well-formed: a run without many of them would not reach what lies behind the parser.
    pub accepted: u64,
    /// The worst input's allocations.
    pub worst: u64,
    pub failures: Vec<String>,
}

/// Failures after which a target is given up.
const ENOUGH: usize = 5;
/// Wall time after which one input counts as hanging, in seconds.
const HANG: u64 = 20;

/// Gives `count` inputs to a target.
pub fn run(target: &Target, count: u64, seed: u64) -> Report {
    let watch = Watchdog::start(target.name);
    let mut rng = Rng::new(seed).fork(target.name);
    let (mut report, mut read) = (Report::default(), (target.make)());
    let seeds: Vec<Vec<String>> = (target.seeds)().iter().map(|seed| tokens(seed)).collect();
    for turn in 0..count {
        let input = match turn % 2 {
            1 if !seeds.is_empty() => varied(&seeds, target.words, &mut rng),
            _ => input(target.words, &mut rng),
        };
        watch.begin(&input);
        let before = allocations::count();
        let outcome = catch_unwind(AssertUnwindSafe(|| read(&input)));
        let spent = allocations::count() - before;
        report.inputs += 1;
        report.accepted += u64::from(matches!(outcome, Ok(true)));
        report.worst = report.worst.max(spent);
        if let Err(panic) = outcome {
            let why = panic.downcast_ref::<String>().cloned();
            let why = why.or_else(|| panic.downcast_ref::<&str>().map(|s| (*s).to_owned())).unwrap_or_default();
            report.failures.push(format!("{}: panic on {input:?}: {why}", target.name));
            read = (target.make)();
        } else if spent > target.budget {
            report
                .failures
                .push(format!("{}: {spent} allocations (budget {}) on {input:?}", target.name, target.budget));
        }
        if report.failures.len() >= ENOUGH {
            break;
        }
    }
    report
}

/// Characters that parsers stumble over.
const ODD: [char; 22] = [
    '\0',
    '\t',
    '\n',
    '\r',
    ' ',
    '"',
    '\'',
    '\\',
    '$',
    '{',
    '}',
    '[',
    ']',
    '(',
    ')',
    ':',
    '-',
    '#',
    '\u{7f}',
    'é',
    '你',
    '\u{1f600}',
];

/// What takes the place of a word: numbers, strings and structures at the edges of what is allowed.
const EDGES: [&str; 20] = [
    "0",
    "-1",
    "1.5",
    "9223372036854775808",
    "-9223372036854775808",
    "1e400",
    "4294967296",
    "null",
    "true",
    "\"\"",
    "\"x\"",
    "{}",
    "[]",
    "[null]",
    "{\"a\":{}}",
    "\"\\u0000\"",
    "\"a/b/c\"",
    "\"2026-01-01T00:00:00Z\"",
    "\"5%\"",
    "-",
];

/// Cuts a text into words: what is quoted, runs of letters and digits, and every other character by itself.
fn tokens(text: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let (mut quoted, mut word) = (false, false);
    for c in text.chars() {
        let part = c.is_alphanumeric() || matches!(c, '_' | '.' | '-');
        match out.last_mut() {
            Some(last) if quoted || (word && part) => last.push(c),
            _ => out.push(c.to_string()),
        }
        quoted = if c == '"' { !quoted } else { quoted };
        word = part && !quoted;
    }
    out
}

/// A seed with up to three of its words changed.
fn varied(seeds: &[Vec<String>], words: &[&str], rng: &mut Rng) -> String {
    let pick = |rng: &mut Rng, count: usize| rng.below(count.max(1) as u64) as usize;
    let mut out = seeds[pick(rng, seeds.len())].clone();
    for _ in 0..rng.below(4) {
        if out.is_empty() {
            break;
        }
        let at = pick(rng, out.len());
        match rng.below(6) {
            0 => out[at] = EDGES[pick(rng, EDGES.len())].to_owned(),
            1 => out[at] = words[pick(rng, words.len())].to_owned(),
            2 => drop(out.remove(at)),
            3 => out.insert(at, out[at].clone()),
            4 => out.insert(at, words[pick(rng, words.len())].to_owned()),
            _ => {
                let other = &seeds[pick(rng, seeds.len())];
                let from = pick(rng, other.len());
                let to = (from + pick(rng, 12)).min(other.len());
                out.splice(at..at, other[from..to].iter().cloned());
            }
        }
    }
    out.concat()
}

/// An input: words joined, then damaged.
fn input(words: &[&str], rng: &mut Rng) -> String {
    let mut chars: Vec<char> = Vec::new();
    for _ in 0..rng.below(12) {
        chars.extend(words[rng.below(words.len() as u64) as usize].chars());
        if rng.below(3) == 0 {
            chars.push(' ');
        }
    }
    for _ in 0..rng.below(4) {
        let at = rng.below(chars.len() as u64 + 1) as usize;
        let odd = ODD[rng.below(ODD.len() as u64) as usize];
        match rng.below(4) {
            0 => chars.insert(at, odd),
            1 if at < chars.len() => {
                chars.remove(at);
            }
            2 if at < chars.len() => chars[at] = odd,
            _ => {
                // A stretch that comes again finds nesting without a bound.
                let (from, to) = (at.min(chars.len()), (at + rng.below(6) as usize).min(chars.len()));
                let part: Vec<char> = chars[from..to].to_vec();
                for _ in 0..rng.below(40) {
                    chars.extend(&part);
                }
            }
        }
    }
    chars.into_iter().collect()
}

/// Ends the process when one input takes too long, and says which.
struct Watchdog {
    current: Arc<Mutex<String>>,
    tick: Arc<AtomicU64>,
    done: Arc<AtomicU64>,
}

impl Watchdog {
    fn start(name: &'static str) -> Self {
        let watch =
            Self { current: Arc::default(), tick: Arc::new(AtomicU64::new(0)), done: Arc::new(AtomicU64::new(0)) };
        let (current, tick, done) = (watch.current.clone(), watch.tick.clone(), watch.done.clone());
        std::thread::spawn(move || {
            let mut seen = (u64::MAX, 0);
            while done.load(Ordering::Relaxed) == 0 {
                std::thread::sleep(std::time::Duration::from_secs(1));
                let now = tick.load(Ordering::Relaxed);
                seen = if now == seen.0 { (now, seen.1 + 1) } else { (now, 0) };
                if seen.1 >= HANG && done.load(Ordering::Relaxed) == 0 {
                    let input = current.lock().map(|s| s.clone()).unwrap_or_default();
                    eprintln!("{name}: hangs on {input:?}");
                    std::process::exit(1);
                }
            }
        });
        watch
    }

    fn begin(&self, input: &str) {
        self.tick.fetch_add(1, Ordering::Relaxed);
        if let Ok(mut current) = self.current.lock() {
            current.clear();
            current.push_str(input);
        }
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        self.done.store(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(make: fn() -> Box<dyn FnMut(&str) -> bool>) -> Target {
        Target { name: "test", words: &["a", "b"], seeds: Vec::new, budget: 1_000, make }
    }

    #[test]
    fn a_panic_and_a_spender_are_found_and_a_good_reader_is_not() {
        assert!(run(&target(|| Box::new(|_| true)), 100, 1).failures.is_empty());
        let panics = run(&target(|| Box::new(|s| if s.contains("ab") { panic!("found") } else { true })), 500, 1);
        assert!(panics.failures.iter().any(|f| f.contains("panic on")), "{panics:?}");
        // Without the counting allocator (as in unit tests) nothing is spent; the native tool has it.
        let spends = run(
            &target(|| {
                Box::new(|_| {
                    allocations::charge(5_000);
                    true
                })
            }),
            3,
            1,
        );
        assert!(spends.failures.iter().all(|f| f.contains("allocations")) && spends.failures.len() == 3);
    }

    #[test]
    fn a_seed_is_cut_into_words_and_nothing_is_lost() {
        let text = r#"PUT /a?b=c {"k": "v w", "n":-1.5}"#;
        assert_eq!(tokens(text).concat(), text);
        assert!(tokens(text).contains(&r#""v w""#.to_owned()) && tokens(text).contains(&"-1.5".to_owned()));
    }

    #[test]
    fn the_same_seed_makes_the_same_inputs() {
        let make = |seed| -> Vec<String> {
            let mut rng = Rng::new(seed);
            (0..50).map(|_| input(&["kubectl", "get"], &mut rng)).collect()
        };
        assert_eq!(make(7), make(7));
        assert_ne!(make(7), make(8));
    }
}
