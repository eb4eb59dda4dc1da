//! What has changed in a configuration since a run was trained with it.
//!
//! The trainer compares what it knows: the loop, the optimiser, the loss. What is left is compared here, with the copy of the
//! configuration that every checkpoint holds, so that no edit of `run.toml` passes without a word.

use std::collections::BTreeMap;
use std::path::Path;

use kiln_config::{Resolved, RunConfig, leaves, literal};
use kiln_train::{Change, ResumeError, TrainError};

use crate::error::{ExperimentError, Locate};
use crate::run::SETTINGS;

/// Sections and settings that change no bit of a run.
const FREE: [&str; 10] = [
    "device",
    "threads",
    "name",
    "checkpoint",
    "train.time_limit",
    "train.prefetch",
    // The contents are compared, not the place.
    "data.path",
    "model.weights",
    "data.cache",
    "data.cache_limit",
];

/// Sections that the trainer does not compare setting by setting.
const OWN: [&str; 4] = ["model", "data", "augment", "mix"];

/// Whether `name` is a section or setting that is compared here and that the trainer does not know at all.
pub(crate) fn is_own(name: &str) -> bool {
    ["augment", "mix"].iter().any(|section| is_within(name, section))
}

/// The files beside the weights of a checkpoint.
type Extra = BTreeMap<String, Vec<u8>>;

/// What differs from the configuration that the checkpoint at `path` was made with, and is taken up. Nothing is known of
/// checkpoints of older programs.
///
/// # Errors
/// [`ResumeError::Changed`] for a change of model, data or augmentation that `allow` does not name.
pub(crate) fn changes(
    resolved: &Resolved,
    path: &Path,
    extra: &Extra,
    allow: &[String],
) -> Result<Vec<Change>, ExperimentError> {
    let all = since(resolved, extra);
    let is_refused = |change: &&Change| {
        OWN.iter().any(|section| is_within(&change.name, section))
            && !allow.iter().any(|name| is_within(&change.name, name))
    };
    refuse(resolved, path, all.iter().filter(is_refused).cloned().collect())?;
    Ok(all)
}

/// Refuses a configuration whose `sections` are not those that the checkpoint at `path` was made with: its weights would
/// mean something else.
///
/// # Errors
/// [`ResumeError::Changed`].
pub(crate) fn must_be_as_trained(
    resolved: &Resolved,
    path: &Path,
    extra: &Extra,
    sections: &[&str],
) -> Result<(), ExperimentError> {
    let mut changes = since(resolved, extra);
    changes.retain(|change| sections.iter().any(|section| is_within(&change.name, section)));
    refuse(resolved, path, changes)
}

fn since(resolved: &Resolved, extra: &Extra) -> Vec<Change> {
    let was = extra.get(SETTINGS).and_then(|bytes| RunConfig::from_json(bytes).ok());
    was.map_or_else(Vec::new, |was| differences(&was, &resolved.config))
}

fn refuse(resolved: &Resolved, path: &Path, changes: Vec<Change>) -> Result<(), ExperimentError> {
    if changes.is_empty() {
        return Ok(());
    }
    let error = ResumeError::Changed { path: path.to_owned(), changes };
    Err(resolved.locate(TrainError::from(error)))
}

/// The settings of one of the two that the other has otherwise, but for those that change nothing.
fn differences(was: &RunConfig, is: &RunConfig) -> Vec<Change> {
    let texts = |config: &RunConfig| -> Vec<(String, String)> {
        leaves(config).into_iter().map(|(key, value)| (key, literal(&value))).collect()
    };
    let (was, is) = (texts(was), texts(is));
    let value = |list: &[(String, String)], key: &str| {
        list.iter()
            .find(|(known, _)| known == key)
            .map_or_else(|| "none".to_owned(), |(_, text)| text.clone())
    };
    let mut changes: Vec<Change> = Vec::new();
    for (key, _) in is.iter().chain(&was) {
        let [before, now] = [value(&was, key), value(&is, key)];
        let is_told = changes.iter().any(|change| change.name == *key);
        if before != now && !is_told && !FREE.iter().any(|free| is_within(key, free)) {
            changes.push(Change::new(key, before, now));
        }
    }
    changes
}

/// Whether `key` is `name` or within it.
fn is_within(key: &str, name: &str) -> bool {
    key.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use kiln_config::{Request, resolve};

    use super::*;

    fn config(overrides: &[&str]) -> RunConfig {
        let overrides = overrides.iter().map(|text| (*text).to_owned()).collect();
        resolve(&Request { config: Some("digits".to_owned()), overrides, ..Request::default() })
            .unwrap()
            .config
    }

    #[test]
    fn a_setting_that_changes_bits_is_told_and_another_is_not() {
        let told = |overrides: &[&str]| -> Vec<String> {
            differences(&config(&[]), &config(overrides)).iter().map(Change::to_string).collect()
        };
        assert_eq!(told(&["model.dropout=0.5"]), ["model.dropout was 0.2, is 0.5"]);
        assert_eq!(told(&["data.select=3"]), ["data.select was none, is 3"]);
        assert_eq!(
            told(&["device=ndarray", "threads=1", "checkpoint.keep=1", "train.time_limit=9"]),
            [""; 0]
        );
        let both = told(&["train.epochs=41", "mix.mixup=0.5"]);
        for change in ["train.epochs was 40, is 41", "mix.mixup was none, is 0.5"] {
            assert!(both.iter().any(|told| told == change), "{both:?}");
        }
        assert!(is_own("mix.mixup") && is_own("augment") && !is_own("model.dropout") && !is_own("mixture"));
    }
}
