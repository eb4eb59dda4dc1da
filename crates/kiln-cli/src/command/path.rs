//! `kiln path`.

use kiln_experiment::path::{PathSettings, path};

use crate::args::{Global, PathArguments};
use crate::configuration::{configuration, session};
use crate::error::CliError;
use crate::observe::Terminal;
use crate::output::Output;
use crate::{picture, signal, tell};

pub(super) fn run(arguments: &PathArguments, global: &Global, out: Output) -> Result<u8, CliError> {
    let resolved = configuration(&arguments.configuration, global)?;
    if let Some(file) = &arguments.output {
        picture::check_svg(file)?;
    }
    let settings = PathSettings {
        session: session(global, signal::listen()),
        lambdas: arguments.lambdas,
        ratio: arguments.ratio,
        l1_ratio: arguments.l1_ratio,
        folds: arguments.folds,
        metric: arguments.metric.clone(),
        by_steps: arguments.by_steps,
        epochs: arguments.epochs,
        jobs: arguments.jobs,
    };
    let Some(found) = path(&resolved, &settings, &Terminal::new(global, out))? else {
        out.say("stopped: there is no path");
        return Ok(settings.session.interrupt.exit_code().unwrap_or(130));
    };
    // First what needs no file: a full disk takes no more than the pictures.
    if out.json { tell::path::events(&found, out) } else { out.data(&tell::path::text(&found)) }?;
    if let Some(file) = &arguments.output {
        for file in tell::path_chart::draw(&found, file)? {
            out.say(&format!("written: {}", file.display()));
        }
    }
    Ok(0)
}
