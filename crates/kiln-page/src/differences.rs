//! What differs between runs: settings, and results.

use std::path::{Path, PathBuf};

use kiln_config::{Request, RunConfig, leaves, literal, resolve};
use kiln_experiment::ExperimentError;
use kiln_experiment::run::{CONFIG, RunRecord};
use kiln_report::human;

/// A setting or a result in which runs differ.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Difference {
    /// The dotted key of a setting, or the name of a result: `optim.lr`, `test accuracy`.
    pub name: String,
    /// Its value in each run, in their order; `None` where a run has none.
    pub values: Vec<Option<String>>,
}

/// The settings in which runs differ, in the order of a configuration, and then the results.
///
/// # Errors
/// A folder that is no run, a damaged record.
pub fn differences(runs: &[PathBuf]) -> Result<Vec<Difference>, ExperimentError> {
    let mut differences = differing(&each(runs, |run| Ok(settings(&config(run)?)))?);
    differences.extend(differing(&each(runs, |run| Ok(results(&RunRecord::read(run)?)))?));
    Ok(differences)
}

/// Names with a value each, in order.
pub(crate) type Named = Vec<(String, String)>;

pub(crate) fn each(
    runs: &[PathBuf],
    of: impl Fn(&Path) -> Result<Named, ExperimentError>,
) -> Result<Vec<Named>, ExperimentError> {
    runs.iter().map(|run| of(run)).collect()
}

/// The configuration of a run. The environment and the flags of today say nothing about it.
pub(crate) fn config(run: &Path) -> Result<RunConfig, ExperimentError> {
    config_of(&run.join(CONFIG))
}

/// The configuration beside a path, a curve or a comparison.
pub(crate) fn beside(folder: &Path) -> PathBuf {
    folder.join("config.toml")
}

/// The configuration in a file.
pub(crate) fn config_of(file: &Path) -> Result<RunConfig, ExperimentError> {
    let file = file.display().to_string();
    Ok(resolve(&Request { config: Some(file), ..Request::default() })?.config)
}

/// Each setting with its value, as TOML writes it.
pub(crate) fn settings(config: &RunConfig) -> Named {
    leaves(config).into_iter().map(|(key, value)| (key, literal(&value))).collect()
}

/// How a run ended, in numbers.
pub(crate) fn results(record: &RunRecord) -> Named {
    let mut results = Named::new();
    results.extend(record.best_epoch.map(|epoch| ("best epoch".to_owned(), epoch.to_string())));
    for (part, metrics) in [("validation", &record.validation), ("test", &record.test)] {
        results.extend(metrics.iter().map(|(name, value)| (format!("{part} {name}"), human::metric(value))));
    }
    results.extend(record.seconds.map(|seconds| ("time".to_owned(), human::seconds(seconds))));
    results.extend(record.weights_blake3.clone().map(|hash| ("weights".to_owned(), hash)));
    results
}

/// What is in all lists, or in some of them.
pub(crate) fn all(lists: &[Named]) -> Vec<Difference> {
    let mut names: Vec<&String> = Vec::new();
    for (name, _) in lists.iter().flatten() {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let value = |list: &Named, name: &str| {
        list.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    };
    let of = |name: &String| Difference {
        name: name.clone(),
        values: lists.iter().map(|list| value(list, name)).collect(),
    };
    names.into_iter().map(of).collect()
}

/// What is not in all lists, or has another value in some of them.
pub(crate) fn differing(lists: &[Named]) -> Vec<Difference> {
    let mut all = all(lists);
    all.retain(|found| found.values.windows(2).any(|pair| pair[0] != pair[1]));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_differences_are_left() {
        let named = |list: &[(&str, &str)]| -> Named {
            list.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        let a = named(&[("seed", "0"), ("optim.lr", "0.1"), ("optim.momentum", "0.9")]);
        let b = named(&[("seed", "0"), ("optim.lr", "0.2"), ("optim.eps", "1e-8")]);
        let text = |value: &str| Some(value.to_owned());
        let of = |name: &str, values: &[Option<String>]| Difference {
            name: name.to_owned(),
            values: values.to_vec(),
        };
        let expected = [
            of("optim.lr", &[text("0.1"), text("0.2"), text("0.1")]),
            of("optim.momentum", &[text("0.9"), None, text("0.9")]),
            of("optim.eps", &[None, text("1e-8"), None]),
        ];
        assert_eq!(differing(&[a.clone(), b, a.clone()]), expected);
        assert!(differing(&[a.clone(), a]).is_empty());
    }
}
