//! Project checks: `cargo xtask check` is what people and continuous integration run; cheapest first.

mod api;
mod conformance;
mod edges;
mod features;
mod modules;
mod package;
mod sizes;
mod steps;
mod timing;
mod unused;

use std::path::Path;
use std::process::ExitCode;

use steps::Depth;

const USAGE: &str = "\
usage: cargo xtask COMMAND

  check                    format, crate edges, unused dependencies, features, circles, file sizes, clippy, docs, the library
                           alone, tests; stops at the first that fails
  check --fast             only what needs no build of the workspace
  check --no-tests         all but the tests; and whether docs/api lists the public API
  api --write              list it: what every crate makes public goes to docs/api
  circles                  every use in every circle between the modules of a crate
  conformance DEVICE       the tests whose subject runs on a device: ndarray, wgpu, wgpu:cpu
  conformance --no-run     build them
  package                  the packages as crates.io would get them: complete, without tests, and they compile
  time-tests PROGRAM …     run a test program and add its times to the file KILN_TEST_TIMES: cargo's runner
  slowest FILE             the slowest tests in such a file";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments.as_slice() {
        ["check"] => steps::run(Depth::All),
        ["check", "--no-tests"] => steps::run(Depth::NoTests),
        ["check", "--fast"] => steps::run(Depth::Fast),
        ["api", "--write"] => steps::list_api(),
        ["circles"] => steps::circles(),
        ["conformance", "--no-run"] => steps::conformance(None),
        ["conformance", device] => steps::conformance(Some(device)),
        ["package"] => steps::package(),
        ["time-tests", program, rest @ ..] => match timing::run(program, rest) {
            Ok(code) => return ExitCode::from(u8::try_from(code).unwrap_or(101)),
            Err(failure) => Err(failure),
        },
        ["slowest", log] => timing::slowest(Path::new(log)).map(|table| print!("{table}")),
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
