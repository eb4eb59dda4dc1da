//! What data there is to train on, for `kiln data list`.

use std::path::PathBuf;

use super::{bundled, fashion_mnist};

/// A data set or a format that `data.source` can name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceInfo {
    /// The value of `data.source`.
    pub name: &'static str,
    /// Number of items, for sets.
    pub items: Option<usize>,
    /// What it holds, in a few words.
    pub what: &'static str,
    /// Under which licence, for sets.
    pub licence: &'static str,
    /// Whether it can be used right away.
    pub availability: Availability,
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

/// Everything that `data.source` can name: sets first, then formats.
pub fn catalog() -> Vec<SourceInfo> {
    let format = |name, what| SourceInfo {
        name,
        items: None,
        what,
        licence: "",
        availability: Availability::NeedsPath,
    };
    bundled::infos()
        .chain([fashion_mnist::info()])
        .chain([
            format("csv", "a file with a header; the last column is the target"),
            format("idx", "a folder of MNIST's four files, plain or gzip"),
            format("images", "a folder of PNG and JPEG files, one folder for each class"),
        ])
        .collect()
}
