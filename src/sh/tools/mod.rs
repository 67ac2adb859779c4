//! The tools that tutorials use, one file each: small state machines over a machine's system calls.

use super::process::Program;

pub mod sleep;

/// The program behind an executable's name; None where there is none.
pub fn load(name: &str, argv: &[String]) -> Option<Box<dyn Program>> {
    let args: Vec<String> = argv.iter().skip(1).cloned().collect();
    Some(match name {
        "sleep" => Box::new(sleep::Sleep::new(&args)),
        _ => return None,
    })
}
