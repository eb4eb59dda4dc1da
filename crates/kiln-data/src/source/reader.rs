//! What a reader is, and what it says of itself.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::{DataConfig, DataError, Dataset, Features, Fitted};

/// What makes a data set of what `data.source` names.
pub(super) trait Reader: fmt::Debug + Sync {
    /// The name and what it needs.
    fn info(&self) -> SourceInfo;

    /// Reads a data set to train on. What [`SourceInfo::settings`] does not list is not set.
    fn load(&self, config: &DataConfig) -> Result<Dataset, DataError>;

    /// Whether a path, which may not exist, looks like something to read.
    fn recognises(&self, _path: &Path) -> bool {
        false
    }

    /// Reads inputs for a model that was trained before; `None` when it makes no inputs of this form, or the path holds
    /// something else.
    fn read_inputs(&self, _path: &Path, _fitted: &Fitted) -> Option<Result<NewInputs, DataError>> {
        None
    }
}

/// New inputs for a model that was trained before.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct NewInputs {
    /// The inputs.
    pub features: Features,
    /// How many items there are, 1 or more.
    pub items: usize,
    /// The file of each item, below the folder that was read, or as a table names it; empty where items are rows of one file.
    pub files: Vec<PathBuf>,
    /// What tells items apart, where it is neither a row nor a file: the column of the names of series, and those.
    pub names: Option<(String, Vec<String>)>,
    /// Whether a table names the files: then the items are its rows.
    pub are_named: bool,
}

impl From<(Features, usize)> for NewInputs {
    fn from((features, items): (Features, usize)) -> Self {
        Self { features, items, files: Vec::new(), names: None, are_named: false }
    }
}

/// A data set or a format that `data.source` can name.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SourceInfo {
    /// The value of `data.source`.
    pub name: &'static str,
    /// Number of items, for sets.
    pub items: Option<usize>,
    /// What it holds, in a few words.
    pub what: &'static str,
    /// Under which licence, for sets.
    pub licence: &'static str,
    /// The settings that mean something to it, beside those of all sources: `data.path`.
    pub settings: &'static [&'static str],
    /// Whether it can be used right away.
    pub availability: Availability,
}

impl SourceInfo {
    /// A format, which is read from a path that the user gives.
    pub(super) fn format(name: &'static str, what: &'static str, settings: &'static [&'static str]) -> Self {
        Self { name, items: None, what, licence: "", settings, availability: Availability::NeedsPath }
    }
}

/// Where the data are.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Availability {
    /// Part of the program.
    Bundled,
    /// On this machine, in this folder.
    Found(PathBuf),
    /// Not on this machine; these folders were searched.
    Missing(Vec<PathBuf>),
    /// A format: the user gives the path.
    NeedsPath,
}
