//! Whether a path can hold the inputs of a model.

use std::path::Path;

use super::catalog::recognise;
use super::images::EXTENSIONS;
use crate::{DataError, FileError, Fitted};

/// Refuses what cannot be the inputs of a model by what it is called: a table for a model of images, images for one of tables.
pub(super) fn must_suit(path: &Path, fitted: &Fitted) -> Result<(), DataError> {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    let is_image = EXTENSIONS.iter().any(|known| extension.eq_ignore_ascii_case(known));
    let found = match recognise(path) {
        _ if !path.exists() => return Ok(()),
        Some("images") => Some("a folder"),
        Some("idx") => Some("a folder of IDX files"),
        Some(_) => None,
        None if is_image => Some("an image"),
        // What is in it is seen when it is read.
        None => return Ok(()),
    };
    let shape = fitted.input_shape();
    let wrong = match (fitted.columns().is_some(), found) {
        (true, Some(found)) => Some(found),
        (false, None) if shape.as_images().is_some() => Some("a table"),
        _ => None,
    };
    let Some(found) = wrong else { return Ok(()) };
    let columns = fitted.columns().unwrap_or_default().iter().map(|column| column.name.clone()).collect();
    Err(FileError::WrongForm { path: path.to_owned(), found, expected: shape.words(), columns }.into())
}
