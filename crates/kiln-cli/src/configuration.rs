//! From a command line to a configuration, and to what all experiments share.

use std::path::PathBuf;

use kiln_config::{Flags, Request, Resolved, resolve};
use kiln_experiment::log::MlFlowConfig;
use kiln_experiment::{Interrupt, Session};
use kiln_report::human::shell_word;
use kiln_terminal::tell::words::data_flag;

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

/// The MLflow server that the environment names, as MLflow's own clients find it.
fn mlflow() -> MlFlowConfig {
    let named = |name| std::env::var(name).ok().filter(|value: &String| !value.is_empty());
    let default = MlFlowConfig::default();
    MlFlowConfig {
        uri: named("MLFLOW_TRACKING_URI").unwrap_or(default.uri),
        experiment: named("MLFLOW_EXPERIMENT_NAME").unwrap_or(default.experiment),
    }
}

/// What the experiments of this process share.
pub(crate) fn session(global: &Global, interrupt: Interrupt) -> Session {
    Session {
        runs_dir: global.runs_dir(),
        arguments: std::env::args().skip(1).collect(),
        interrupt,
        flags: global.flags(),
        mlflow: mlflow(),
        ..Session::default()
    }
}

/// The command that trains a configuration, with `changes` in place of what was said of the same settings.
pub(crate) fn train_command(configuration: &ConfigArguments, changes: &[String], global: &Global) -> String {
    let key = |set: &str| set.split('=').next().unwrap_or_default().to_owned();
    let is_changed = |set: &&String| changes.iter().any(|change| key(change) == key(set));
    let kept = configuration.overrides.iter().filter(|set| !is_changed(set));
    let words: Vec<String> =
        configuration.config.iter().chain(kept).chain(changes).map(|text| shell_word(text)).collect();
    let seed = global.seed.map(|seed| format!(" --seed {seed}")).unwrap_or_default();
    format!("kiln train {}{}{seed}", words.join(" "), data_flag(global.data.as_deref()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_command_says_where_the_data_are() {
        let overrides = ["data.source=csv", "optim.lr=1"].map(str::to_owned).to_vec();
        let configuration = ConfigArguments { config: None, overrides };
        let global = Global { data: Some("a b.csv".into()), seed: Some(3), ..Global::default() };
        let command = train_command(&configuration, &["optim.lr=2e-3".to_owned()], &global);
        assert_eq!(command, "kiln train data.source=csv optim.lr=2e-3 --data 'a b.csv' --seed 3");
    }
}
