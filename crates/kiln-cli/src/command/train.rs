//! `kiln train`.

use kiln_config::Flags;
use kiln_experiment::{dry_run, train};
use kiln_train::Stop;

use crate::args::{Global, Train};
use crate::configuration::{configuration_with, session};
use crate::error::CliError;
use crate::observe::Terminal;
use crate::output::Output;
use crate::{signal, tell};

pub(super) fn run(arguments: &Train, global: &Global, out: Output) -> Result<u8, CliError> {
    let interrupt = signal::listen();
    let flags = Flags { solver: arguments.solver.map(|solver| solver.name()), ..global.flags() };
    let resolved = configuration_with(&arguments.configuration, flags)?;
    let observer = Terminal::new(global, out);
    if global.dry_run {
        let found = dry_run(&resolved, &observer)?;
        return tell::dry_run::report(&found, &resolved, out).map(|()| 0);
    }
    let trained = train(&resolved, &session(global, interrupt), &observer)?;
    match trained.outcome.stop {
        Stop::Interrupted => Ok(trained.record.exit_code.unwrap_or(130)),
        _ => Ok(0),
    }
}
