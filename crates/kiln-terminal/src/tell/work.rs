//! The end of a worker.

use std::path::Path;

use kiln_experiment::Interrupt;
use kiln_experiment::work::WorkEnd;

use super::words::quoted;
use crate::output::Output;

/// What is said of the end of a worker, and the exit code. `next`: the command that takes what the workers have done.
pub fn end(end: WorkEnd, next: &str, folder: &Path, interrupt: &Interrupt, out: Output) -> u8 {
    let folder = quoted(folder);
    match end {
        WorkEnd::Done => {
            out.say(&format!("nothing is left to do\nNext:\n  kiln {next} {folder}"));
            0
        }
        // Without a signal its head is gone.
        WorkEnd::Stopped => {
            out.say("stopped; another worker goes on with what was at work");
            interrupt.exit_code().unwrap_or(0)
        }
    }
}
