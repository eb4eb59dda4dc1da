//! Readers: bundled sets, IDX, CSV, image folders.
//!
//! [`DataConfig::load`] picks one by `data.source`; [`catalog()`] lists them.

pub mod bundled;
mod catalog;
pub mod csv;
pub mod fashion_mnist;
mod fingerprint;
pub mod idx;
pub mod images;

use std::fs::File;
use std::io::Read;
use std::path::Path;

pub use catalog::{Availability, SourceInfo, catalog};

use kiln_core::nearest;

use crate::{DataConfig, DataError, Dataset, Features, Fitted, InputShape, Target};

impl DataConfig {
    /// Reads the data set that `source` and `path` name.
    ///
    /// # Errors
    /// [`DataError`]: of kind usage when the settings do not fit, of kind data when the data are missing or
    /// malformed, of kind I/O when the operating system refuses to read.
    pub fn load(&self) -> Result<Dataset, DataError> {
        if self.source != "csv" {
            self.unused("data.target", !self.target.is_empty())?;
            self.unused("data.task", self.task.is_some())?;
            self.unused("data.ignore", !self.ignore.is_empty())?;
            self.unused("data.weight", self.weight.is_some())?;
        }
        match self.source.as_str() {
            "csv" => {
                let weight = self.weight.as_deref();
                csv::load(self.needed_path()?, &self.target, self.task, &self.ignore, weight)
            }
            "idx" => idx::load(self.needed_path()?),
            "images" => images::load(self.needed_path()?),
            fashion_mnist::NAME => fashion_mnist::load(self.path.as_deref()),
            name => match bundled::load(name) {
                Some(set) => {
                    self.unused("data.path", self.path.is_some())?;
                    set
                }
                None => Err(DataError::UnknownSource {
                    name: name.to_owned(),
                    nearest: nearest(name, catalog().iter().map(|source| source.name)),
                }),
            },
        }
    }

    fn needed_path(&self) -> Result<&Path, DataError> {
        self.path.as_deref().ok_or_else(|| DataError::PathNeeded { name: self.source.clone() })
    }

    fn unused(&self, setting: &'static str, is_set: bool) -> Result<(), DataError> {
        if is_set { Err(DataError::Unused { setting, name: self.source.clone() }) } else { Ok(()) }
    }
}

/// Reads inputs for a model that was trained before: a CSV file for a table (the target need not be there), an IDX
/// file, an image or a folder of images for images. Gives the inputs and their number, which is 1 or more.
///
/// # Errors
/// [`DataError`] when the input is missing, malformed, or not what the model takes.
pub fn read_features(path: &Path, fitted: &Fitted) -> Result<(Features, usize), DataError> {
    match fitted.input_shape() {
        InputShape::Table(_) => csv::read_columns(path, fitted.columns().unwrap_or_default()),
        InputShape::Images(shape) if looks_like_idx(path) => idx::read_images(path, shape),
        InputShape::Images(shape) => images::read_images(path, shape),
    }
}

/// Told by the first bytes: no image file begins with two zeros or as gzip does.
fn looks_like_idx(path: &Path) -> bool {
    let mut start = [0; 2];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut start));
    read.is_ok() && matches!(start, [0, 0] | [0x1f, 0x8b])
}

/// A data set with its fingerprint.
fn dataset(name: String, features: Features, target: Target, fixed_test: Vec<usize>) -> Dataset {
    weighted(name, features, target, fixed_test, None)
}

/// The same with weights of the items.
fn weighted(
    name: String,
    features: Features,
    target: Target,
    fixed_test: Vec<usize>,
    weights: Option<Vec<f32>>,
) -> Dataset {
    let fingerprint = fingerprint::fingerprint(&features, &target, &fixed_test, weights.as_deref());
    Dataset { name, features, target, weights, fixed_test, fingerprint }
}

/// Opens a regular file; its length comes along.
fn open(path: &Path) -> Result<(File, u64), DataError> {
    let failed = |error| DataError::read(path, error);
    // Asked before it is opened: opening a pipe would wait for its writer.
    let metadata = std::fs::metadata(path).map_err(failed)?;
    if !metadata.is_file() {
        return Err(DataError::NotAFile { path: path.to_owned() });
    }
    Ok((File::open(path).map_err(failed)?, metadata.len()))
}

/// Room for `bytes` elements, or an error where there is not so much memory.
fn reserve<T>(path: &Path, elements: u64) -> Result<Vec<T>, DataError> {
    let mut vec = Vec::new();
    let reserved = usize::try_from(elements).is_ok_and(|elements| vec.try_reserve_exact(elements).is_ok());
    if reserved {
        Ok(vec)
    } else {
        Err(DataError::TooLarge {
            path: path.to_owned(),
            bytes: elements.saturating_mul(size_of::<T>() as u64),
        })
    }
}

/// The last part of a path, to call a data set by.
fn name_of(path: &Path) -> String {
    // `.` and `..` have no file name of their own.
    let full = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    full.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}
