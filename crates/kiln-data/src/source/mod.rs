//! Readers: bundled sets, IDX, CSV, image folders.
//!
//! [`DataConfig::load`] picks one by `data.source`; [`catalog()`] lists them. A new reader is a file that implements
//! `Reader`, and a line in `catalog.rs`.

pub mod bundled;
mod catalog;
pub mod csv;
pub mod fashion_mnist;
pub mod idx;
pub mod images;

use std::fs::File;
use std::path::Path;

use kiln_core::nearest;

pub use catalog::{Availability, SourceInfo, catalog, recognise};

use catalog::{Reader, readers};

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
            None => reader.load(self),
        }
    }

    fn needed_path(&self) -> Result<&Path, DataError> {
        let path = self.path.as_deref();
        path.ok_or_else(|| SettingError::PathNeeded { name: self.source.clone() }.into())
    }
}

/// Reads inputs for a model that was trained before: a CSV file for a table (the target need not be there), an IDX
/// file, an image or a folder of images for images. Gives the inputs and their number, which is 1 or more.
///
/// # Errors
/// [`DataError`] when the input is missing, malformed, or not what the model takes.
pub fn read_features(path: &Path, fitted: &Fitted) -> Result<(Features, usize), DataError> {
    readers().find_map(|reader| reader.read_inputs(path, fitted)).unwrap_or_else(|| {
        let wanted = fitted.input_shape().noun();
        Err(FileError::NoReader { path: path.to_owned(), wanted }.into())
    })
}

/// Opens a regular file; its length comes along.
fn open(path: &Path) -> Result<(File, u64), DataError> {
    let failed = |error| DataError::read(path, error);
    // Asked before it is opened: opening a pipe would wait for its writer.
    let metadata = std::fs::metadata(path).map_err(failed)?;
    if !metadata.is_file() {
        return Err(FileError::NotAFile { path: path.to_owned() }.into());
    }
    Ok((File::open(path).map_err(failed)?, metadata.len()))
}

/// Room for `bytes` elements, or an error when memory does not suffice.
fn reserve<T>(path: &Path, elements: u64) -> Result<Vec<T>, DataError> {
    let mut vec = Vec::new();
    let reserved = usize::try_from(elements).is_ok_and(|elements| vec.try_reserve_exact(elements).is_ok());
    if reserved {
        Ok(vec)
    } else {
        let bytes = elements.saturating_mul(size_of::<T>() as u64);
        Err(FileError::TooLarge { path: path.to_owned(), bytes }.into())
    }
}

/// The last part of a path, to call a data set by.
fn name_of(path: &Path) -> String {
    // `.` and `..` have no file name of their own.
    let full = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    full.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}
