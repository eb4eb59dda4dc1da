//! What data there is to train on: the readers, and what `kiln data list` says of them.

use std::fmt;
use std::path::{Path, PathBuf};

use super::{bundled, csv, fashion_mnist, idx, images};
use crate::{DataConfig, DataError, Dataset, Features, Fitted};

/// All readers, in the order of `kiln data list`: sets first, then formats. A new reader is a line here. Of two that
/// recognise a path, the first is taken.
pub(super) fn readers() -> impl Iterator<Item = &'static dyn Reader> {
    let others: [&dyn Reader; 4] = [&fashion_mnist::FashionMnist, &csv::Csv, &idx::Idx, &images::ImageFolder];
    bundled::SETS.iter().map(|set| set as &dyn Reader).chain(others)
}

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

    /// Reads inputs for a trained model, and how many there are; `None` when it makes no inputs of this form, or the path holds
    /// something else.
    fn read_inputs(&self, _path: &Path, _fitted: &Fitted) -> Option<Result<(Features, usize), DataError>> {
        None
    }
}

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

/// Everything that `data.source` can name: sets first, then formats.
pub fn catalog() -> Vec<SourceInfo> {
    readers().map(Reader::info).collect()
}

/// The value of `data.source` for a file or folder; `None` when it looks like nothing that can be read.
///
/// ```
/// use std::path::Path;
/// assert_eq!(kiln_data::source::recognise(Path::new("wine.csv")), Some("csv"));
/// assert_eq!(kiln_data::source::recognise(Path::new("wine.xyz")), None);
/// ```
pub fn recognise(path: &Path) -> Option<&'static str> {
    readers().find(|reader| reader.recognises(path)).map(|reader| reader.info().name)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::TaskKind;

    #[test]
    fn every_setting_of_a_reader_is_a_key_and_every_such_key_has_a_reader() {
        let all = DataConfig {
            path: Some("x".into()),
            target: vec!["y".to_owned()],
            task: Some(TaskKind::Regression),
            ignore: vec!["id".to_owned()],
            weight: Some("w".to_owned()),
            ..DataConfig::new("csv")
        };
        let of_readers: BTreeSet<&str> =
            catalog().iter().flat_map(|source| source.settings).copied().collect();
        assert_eq!(of_readers, all.of_readers().collect());
        let stored = serde_json::to_value(&all).unwrap();
        for key in of_readers {
            let name = key.strip_prefix("data.").unwrap();
            assert!(stored.get(name).is_some(), "{key} is no setting");
        }
    }

    #[test]
    fn names_are_unique_and_formats_need_a_path() {
        let sources = catalog();
        let names: BTreeSet<&str> = sources.iter().map(|source| source.name).collect();
        assert_eq!(names.len(), sources.len());
        for source in sources.iter().filter(|source| source.availability == Availability::NeedsPath) {
            assert!(source.settings.contains(&"data.path"), "{}", source.name);
            let error = DataConfig::new(source.name).load().unwrap_err().to_string();
            assert_eq!(error, format!("the data source {} needs a path", source.name));
        }
    }

    #[test]
    fn files_and_folders_are_recognised() {
        let folder = tempfile::TempDir::new().unwrap();
        assert_eq!(recognise(folder.path()), Some("images"));
        std::fs::write(folder.path().join("train-images-idx3-ubyte.gz"), "").unwrap();
        assert_eq!(recognise(folder.path()), Some("idx"));
        let table = folder.path().join("table.csv");
        assert_eq!(recognise(&table), Some("csv"));
        std::fs::create_dir(&table).unwrap();
        assert_eq!(recognise(&table), Some("images"));
        assert_eq!(recognise(&folder.path().join("T.TSV")), Some("csv"));
        assert_eq!(recognise(&folder.path().join("notes.txt")), None);
    }
}
