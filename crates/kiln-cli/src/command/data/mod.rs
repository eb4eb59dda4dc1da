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
        DataCommand::Info(arguments) => info::run(arguments, global, out),
        DataCommand::Check(arguments) => check::run(arguments, global, out),
    }
}
