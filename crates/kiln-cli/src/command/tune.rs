//! `kiln tune`.

use kiln_experiment::tune::{TuneSettings, find_study, resume_tune, tune};
use kiln_experiment::words;
use kiln_validate::search::is_space;

use crate::args::{ConfigArguments, Global, Tune};
use crate::configuration::{configuration, session};
use crate::error::CliError;
use crate::observe::Terminal;
use crate::output::Output;
use crate::{signal, tell};

pub(super) fn run(arguments: &Tune, global: &Global, out: Output) -> Result<u8, CliError> {
    let session = session(global, signal::listen());
    let interrupt = session.interrupt.clone();
    let observer = Terminal::new(global, out);
    let settings = TuneSettings {
        session,
        trials: arguments.trials,
        sampler: arguments.sampler.sampler(),
        workers: arguments.workers,
        lag: arguments.lag,
        timeout: arguments.timeout,
        ..TuneSettings::default()
    };
    let report = match &arguments.resume {
        Some(name) => {
            let path = find_study(name, &settings.session.runs_dir)?;
            resume_tune(&path, &settings, &observer)?
        }
        None => {
            let (config, words) = words(arguments.config.as_deref(), &arguments.arguments);
            let (spaces, overrides) = divide(words);
            let resolved = configuration(&ConfigArguments { config, overrides }, global)?;
            let pruner = arguments.pruner.pruner(resolved.config.train.epochs);
            tune(&resolved, &TuneSettings { spaces, pruner, ..settings }, &observer)?
        }
    };
    if out.json {
        tell::tune::event(&report, out)?;
    } else {
        out.data(&tell::tune::best(&report))?;
    }
    out.say(&tell::tune::next(&report));
    if let Some(code) = interrupt.exit_code() {
        return Ok(code);
    }
    report.must_have_a_model()?;
    Ok(0)
}

/// Takes `key=space` arguments apart from `key=value` ones.
fn divide(arguments: Vec<String>) -> (Vec<String>, Vec<String>) {
    let has_space = |argument: &String| argument.split_once('=').is_some_and(|(_, value)| is_space(value));
    arguments.into_iter().partition(has_space)
}
