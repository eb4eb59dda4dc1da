//! Project checks: `cargo xtask check` is what people and continuous integration run; cheapest first.

mod edges;
mod modules;
mod sizes;
mod steps;
mod unused;

use std::process::ExitCode;

use steps::Depth;

const USAGE: &str = "\
usage: cargo xtask check [--fast | --no-tests]
       cargo xtask circles

  check             format, crate edges, file sizes, clippy, docs, tests; stops at the first that fails
  check --fast      only what needs no build of the workspace
  check --no-tests  all but the tests
  circles           every use in every circle between the modules of a crate";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments.as_slice() {
        ["check"] => steps::run(Depth::All),
        ["check", "--no-tests"] => steps::run(Depth::NoTests),
        ["check", "--fast"] => steps::run(Depth::Fast),
        ["circles"] => steps::circles(),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("\nxtask: {failure}");
            ExitCode::FAILURE
        }
    }
}
