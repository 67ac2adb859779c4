//! The project's own commands: `cargo xtask serve|test|dist|bench|fuzz`.
//!
//! Each fetches the pinned tools it needs into the project's own folders and says plainly what the machine lacks.
#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    reason = "this is a tool, not the deterministic core: it reads the clock and the environment"
)]

mod bench;
mod budget;
mod dist;
mod fuzz;
mod kubectl;
mod process;
mod serve;
mod stages;
mod tools;

use process::{Failure, Result};

const USAGE: &str = "\
The project's own commands.

Usage: cargo xtask COMMAND [OPTIONS]

  serve [--port N] [--release]   build the page, serve it at http://127.0.0.1:8080/ and rebuild it on save
  test [--no-browser] [STAGE...] everything that must hold, stage by stage; with names, only those stages
  dist                           the optimised static folder dist/, which works from any sub-path
  bench [--no-browser]           time and size, native and in the browser, beside each other
  fuzz [--inputs N] [TARGET...]  random inputs against every parser and the API (default 1000000 each)
  tools                          fetch every pinned tool and say what is lacking
";

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if let Err(Failure(text)) = dispatch(&args) {
        eprintln!("xtask: {text}");
        std::process::exit(1);
    }
}

fn dispatch(args: &[String]) -> Result<()> {
    let Some((command, rest)) = args.split_first() else {
        print!("{USAGE}");
        return Ok(());
    };
    match command.as_str() {
        "serve" => serve::run(rest),
        "test" => stages::run(rest),
        "dist" => dist::run(rest),
        "bench" => bench::run(rest),
        "fuzz" => fuzz::run(rest),
        "tools" => tools::fetch_all(),
        "help" | "--help" | "-h" => {
            print!("{USAGE}");
            Ok(())
        }
        other => Err(Failure(format!("no command {other:?}\n\n{USAGE}"))),
    }
}
