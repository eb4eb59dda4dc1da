//! New images that a table names, for a model that was trained on such a table.

use std::fs::canonicalize;
use std::path::{Path, PathBuf};

use super::named::NamedFiles;
use super::problem::ImageProblem;
use super::read::read_for_model;
use super::table::file_column;
use crate::source::csv::read_texts;
use crate::source::reader::NewInputs;
use crate::{DataConfig, DataError, Features, Fitted};

/// The images of a table, one a row.
pub(crate) struct Listed {
    /// The column that names them.
    pub(crate) column: String,
    pub(crate) features: Features,
    /// As the table names them.
    pub(crate) names: Vec<PathBuf>,
}

impl From<Listed> for NewInputs {
    fn from(Listed { features, names, .. }: Listed) -> Self {
        Self { features, items: names.len(), files: names, names: None, are_named: true }
    }
}

/// Reads the images that the rows of a table name, for a model that was trained on data of `config`. Names are paths below
/// `config.images`, or below the folder of the table. `source`: what reads a file of
/// this name, where one does. `None` where the model was trained on something else, or `path` is no table.
///
/// # Errors
/// A column that cannot be told, a file that is not there, [`ImageProblem::TwoFiles`] where a name is a file in both folders; what is
/// wrong with an image.
pub(crate) fn read_listed(
    path: &Path,
    source: Option<&str>,
    config: &DataConfig,
    fitted: &Fitted,
) -> Option<Result<Listed, DataError>> {
    let images = config.images.as_deref()?;
    let shape = fitted.input_shape().as_images()?;
    let is_table = match source {
        Some("csv") => true,
        // What has no name, such as the standard input, is a table where it names images.
        None => false,
        Some(_) => return None,
    };
    if !path.is_file() {
        return None;
    }
    match column(path, config, images) {
        Err(_) if !is_table => None,
        Err(error) => Some(Err(error)),
        Ok((column, folders)) => Some(read(path, column, folders, fitted, shape)),
    }
}

/// The column that names files, and the folders that they are in.
fn column<'a>(
    path: &'a Path,
    config: &DataConfig,
    images: &'a Path,
) -> Result<(String, Vec<NamedFiles<'a>>), DataError> {
    let beside = path.parent().unwrap_or(Path::new(""));
    let (below, other) = (NamedFiles::below(images), NamedFiles::below(beside));
    match (file_column(path, config, images), file_column(path, config, beside)) {
        (Ok(column), Ok(_)) => Ok((column, vec![below, other])),
        (Ok(column), Err(_)) => Ok((column, vec![below])),
        (Err(_), Ok(column)) => Ok((column, vec![other])),
        (Err(error), Err(_)) => Err(error),
    }
}

fn read(
    path: &Path,
    column: String,
    mut folders: Vec<NamedFiles<'_>>,
    fitted: &Fitted,
    shape: [usize; 3],
) -> Result<Listed, DataError> {
    let texts = read_texts(path, std::slice::from_ref(&column))?.pop().unwrap_or_default();
    let mut files = Vec::with_capacity(texts.len());
    for (row, text) in texts.iter().enumerate() {
        files.push(file_of(text, &mut folders, (path, row + 1))?);
    }
    let settings = fitted.image_settings();
    let [height, width] = settings.size.unwrap_or([shape[1], shape[2]]);
    let images = read_for_model(path, files, &settings, [shape[0], height, width])?;
    let names = texts.into_iter().map(PathBuf::from).collect();
    Ok(Listed { column, features: Features::Images(images), names })
}

/// The only file that a text names below the folders. `place`: the table and the row, from 1.
fn file_of(text: &str, folders: &mut [NamedFiles<'_>], place: (&Path, usize)) -> Result<PathBuf, DataError> {
    let (table, row) = (place.0.to_owned(), place.1);
    let (mut found, mut missing) = (None::<PathBuf>, None);
    for folder in folders {
        match (folder.find(text), &found) {
            (Err(file), _) => missing = missing.or(Some(file)),
            (Ok(other), Some(file)) if !is_same(file, &other) => {
                return Err(DataError::image(file, ImageProblem::TwoFiles { table, row, other }));
            }
            (Ok(file), _) => found = found.or(Some(file)),
        }
    }
    found.ok_or_else(|| DataError::image(&missing.unwrap_or_default(), ImageProblem::NoFile { table, row }))
}

fn is_same(a: &Path, b: &Path) -> bool {
    a == b || canonicalize(a).ok().zip(canonicalize(b).ok()).is_some_and(|(a, b)| a == b)
}
