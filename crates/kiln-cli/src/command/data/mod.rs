//! `kiln data list`, `info` and `check`.

mod check;
mod info;
mod list;

use crate::args::{DataCommand, Global};
use crate::error::CliError;
use crate::output::Output;

pub(super) fn run(command: &DataCommand, global: &Global, out: Output) -> Result<(), CliError> {
    match command {
        DataCommand::List => list::run(out),
        DataCommand::Info(plan) => info::run(plan, global, out),
        DataCommand::Check(plan) => check::run(plan, global, out),
    }
}
