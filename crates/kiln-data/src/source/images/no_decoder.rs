//! In place of `decode` where the feature `images` is missing: every image is one that cannot be read.

use std::path::Path;

use super::ImageProblem;
use super::header::Header;
use super::settings::ImageSettings;
use crate::DataError;
use crate::source::files::open;

/// An error: that the file is not there, or that this build reads no images.
pub(crate) fn header(path: &Path) -> Result<Header, DataError> {
    open(path)?;
    Err(DataError::image(path, ImageProblem::NotBuilt))
}

/// The same.
pub(crate) fn decode(path: &Path, _: &ImageSettings, _: usize, _: &mut [u8]) -> Result<(), DataError> {
    header(path).map(|_| ())
}
