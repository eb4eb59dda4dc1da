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

  check             format, crate edges, file sizes, clippy, docs, tests; stops at the first that fails
  check --fast      only what needs no build of the workspace
  check --no-tests  all but the tests";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let depth = match arguments.as_slice() {
        ["check"] => Depth::All,
        ["check", "--no-tests"] => Depth::NoTests,
        ["check", "--fast"] => Depth::Fast,
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match steps::run(depth) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("\nxtask: {failure}");
            ExitCode::FAILURE
        }
    }
}
