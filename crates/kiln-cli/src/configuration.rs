//! From a command line to a configuration, and to what all experiments share.

use std::path::PathBuf;

use kiln_config::{Flags, Request, Resolved, resolve};
use kiln_experiment::{Interrupt, Session};

use crate::args::{ConfigArguments, Global};
use crate::error::CliError;

/// The configuration that a command line asks for.
pub(crate) fn configuration(arguments: &ConfigArguments, global: &Global) -> Result<Resolved, CliError> {
    configuration_with(arguments, global.flags())
}

/// The configuration that a command line asks for, with flags of its own.
pub(crate) fn configuration_with(arguments: &ConfigArguments, flags: Flags) -> Result<Resolved, CliError> {
    let request = Request {
        config: arguments.config.clone(),
        text: None,
        environment: std::env::vars_os().collect(),
        overrides: arguments.overrides.clone(),
        flags,
        fixed_defaults: false,
    };
    Ok(resolve(&request)?)
}

/// The files that a configuration was read from or names: no output may replace them.
pub(crate) fn inputs(arguments: &ConfigArguments, resolved: &Resolved) -> Vec<PathBuf> {
    arguments.config.iter().map(PathBuf::from).chain(resolved.config.data.path.clone()).collect()
}

/// What the experiments of this process share.
pub(crate) fn session(global: &Global, interrupt: Interrupt) -> Session {
    Session {
        runs_dir: global.runs_dir(),
        arguments: std::env::args().skip(1).collect(),
        interrupt,
        flags: global.flags(),
        ..Session::default()
    }
}
