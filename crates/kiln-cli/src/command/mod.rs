//! One file for each command.

mod augment;
mod compare;
mod completions;
mod config;
mod curve;
mod cv;
mod data;
mod devices;
mod eval;
mod lr_find;
mod path;
mod predict;
mod resume;
mod runs;
mod schedule;
mod train;
mod tune;
mod verify;

use crate::args::{Cli, Command, Global};
use crate::error::CliError;
use crate::output::Output;

/// Runs a command and gives back the exit code: 0, or 130 and 143 after a signal.
///
/// # Errors
/// Whatever keeps the command from its end.
pub(crate) fn run(cli: &Cli) -> Result<u8, CliError> {
    let (global, out) = (&cli.global, Output::new(&cli.global));
    refuse_flags(&cli.command, global)?;
    match &cli.command {
        Command::Devices => devices::run(out)?,
        Command::Config(command) => config::run(command, global, out)?,
        Command::Data(command) => data::run(command, global, out)?,
        Command::Runs(command) => runs::run(command, global, out)?,
        Command::Completions { shell } => completions::run(*shell, out)?,
        Command::Cv(arguments) => return cv::run(arguments, global, out),
        Command::Curve(command) => return curve::run(command, global, out),
        Command::Train(arguments) => return train::run(arguments, global, out),
        Command::Resume(arguments) => return resume::run(arguments, global, out),
        Command::Eval(arguments) => eval::run(arguments, global, out)?,
        Command::Predict(arguments) => predict::run(arguments, global, out)?,
        Command::Compare(arguments) => compare::run(arguments, global, out)?,
        Command::Schedule(command) => schedule::run(command, global, out)?,
        Command::Augment(command) => augment::run(command, global, out)?,
        Command::LrFind(arguments) => lr_find::run(arguments, global, out)?,
        Command::Path(arguments) => return path::run(arguments, global, out),
        Command::Tune(arguments) => return tune::run(arguments, global, out),
        Command::Verify(arguments) => verify::run(arguments, global, out)?,
    }
    Ok(0)
}

/// Flags that would be passed over without a word.
fn refuse_flags(command: &Command, global: &Global) -> Result<(), CliError> {
    // A run's own settings stand; only where its data are and where it computes may change.
    let (command, has_run) = match command {
        Command::Resume(_) => ("resume", true),
        Command::Eval(_) => ("eval", true),
        Command::Predict(_) => ("predict", true),
        Command::Verify(_) => ("verify", true),
        Command::Compare(_) => ("compare", false),
        Command::Schedule(_) => ("schedule plot", false),
        Command::Augment(_) => ("augment preview", false),
        Command::LrFind(_) => ("lr-find", false),
        Command::Path(_) => ("path", false),
        Command::Tune(arguments) => ("tune", arguments.resume.is_some()),
        Command::Curve(_) => ("curve", false),
        Command::Cv(arguments) => ("cv", arguments.action.is_some()),
        _ => return Ok(()),
    };
    let given = [
        ("--dry-run", global.dry_run),
        ("--seed", has_run && global.seed.is_some()),
        ("--name", has_run && global.name.is_some()),
    ];
    match given.into_iter().find(|(_, given)| *given) {
        Some((flag, _)) => Err(CliError::Flag { flag, command }),
        None => Ok(()),
    }
}
