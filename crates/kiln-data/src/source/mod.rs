//! Readers: bundled sets, IDX, tables, time series, folders of images and of texts.
//!
//! [`DataConfig::load`] picks one by `data.source`; [`catalog()`] lists them. A new reader is a file that implements
//! `Reader`, and a line in `catalog.rs`.

mod any_table;
pub mod bundled;
mod catalog;
mod columns;
mod corpus;
pub mod csv;
pub mod fashion_mnist;
mod files;
pub mod idx;
pub mod images;
mod labelled;
mod reader;
mod series;
mod suits;
mod table;
mod texts;
mod typed;

use std::path::Path;

use kiln_core::nearest;

pub use any_table::read_texts;
pub use catalog::{catalog, recognise};
pub use columns::{ColumnRole, Understood, UnderstoodColumn};
pub use labelled::{Labelled, read_labelled};
pub use reader::{Availability, NewInputs, SourceInfo};
pub use series::SeriesProblem;
pub use texts::TextProblem;
pub use typed::TableProblem;

use catalog::readers;
use suits::must_suit;

use crate::{DataConfig, DataError, Dataset, Features, FileError, Fitted, SettingError};

impl DataConfig {
    /// Reads the data set that `source` and `path` name.
    ///
    /// # Errors
    /// [`DataError`]: of kind usage when the settings do not fit, of kind data when the data are missing or
    /// malformed, of kind I/O when the operating system refuses to read.
    pub fn load(&self) -> Result<Dataset, DataError> {
        let Some((reader, info)) =
            readers().map(|reader| (reader, reader.info())).find(|(_, info)| info.name == self.source)
        else {
            let nearest = nearest(&self.source, catalog().iter().map(|source| source.name));
            return Err(SettingError::UnknownSource { name: self.source.clone(), nearest }.into());
        };
        let unused = self.of_readers().find(|setting| !info.settings.contains(setting));
        match unused {
            Some(setting) => Err(SettingError::Unused { setting, name: self.source.clone() }.into()),
            None => {
                if info.settings.contains(&"data.text") {
                    texts::check(self)?;
                    series::check(self)?;
                }
                if self.series.is_some() || self.horizon.is_some() || self.wide {
                    return series::load(self);
                }
                match (&self.text, &self.images) {
                    (Some(column), _) => texts::load(self, column),
                    (None, Some(folder)) => images::load_named(self, folder),
                    (None, None) => reader.load(self),
                }
            }
        }
    }
}

/// Reads inputs for a model that was trained before: a table (the target need not be there), an IDX
/// file, an image or a folder of images for images. Gives the inputs and their number, which is 1 or more.
///
/// # Errors
/// [`DataError`] when the input is missing, malformed, or not what the model takes: [`FileError::WrongForm`] for a table where
/// the model takes images, and the other way round.
pub fn read_features(path: &Path, fitted: &Fitted) -> Result<(Features, usize), DataError> {
    read_new(path, &DataConfig::new("csv"), fitted).map(|new| (new.features, new.items))
}

/// As [`read_features`], with the files that the items come from. `config`: the section `[data]` of the training. Where it has
/// `images`, a CSV file may name the images, by paths below that folder or below its own.
///
/// # Errors
/// As [`read_features`].
pub fn read_new(path: &Path, config: &DataConfig, fitted: &Fitted) -> Result<NewInputs, DataError> {
    if let Some(listed) = images::read_listed(path, recognise(path), config, fitted) {
        return listed.map(NewInputs::from);
    }
    if let Some(texts) = texts::read_new(path, config, fitted) {
        return texts.map(NewInputs::from);
    }
    if let Some(series) = series::read_new(path, config, fitted) {
        return series;
    }
    must_suit(path, fitted)?;
    readers().find_map(|reader| reader.read_inputs(path, fitted)).unwrap_or_else(|| {
        let wanted = fitted.input_shape().noun();
        Err(FileError::NoReader { path: path.to_owned(), wanted }.into())
    })
}
