//! Project checks: `cargo xtask check` is what people and continuous integration run; cheapest first.

mod edges;
mod sizes;
mod steps;

use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask check [--fast]

  check         format, crate edges, file sizes, clippy, docs, tests; stops at the first that fails
  check --fast  only what needs no build of the workspace";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let fast = match arguments.as_slice() {
        ["check"] => false,
        ["check", "--fast"] => true,
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match steps::run(fast) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("\nxtask: {failure}");
            ExitCode::FAILURE
        }
    }
}
