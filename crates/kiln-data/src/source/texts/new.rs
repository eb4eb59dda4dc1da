//! New texts, for a model that was trained on texts.

use std::path::{Path, PathBuf};

use kiln_core::file::PathKind;

use super::layout::Contents;
use super::problem::TextProblem;
use super::read::read;
use crate::source::any_table::{header, read_texts};
use crate::source::files::kind;
use crate::source::reader::NewInputs;
use crate::{DataConfig, DataError, Features, Fitted, Texts};

/// What a column of texts is called where nobody has named it.
const NAME: &str = "text";

/// The texts of a table, one a row, or of files.
pub(crate) struct NewTexts {
    /// The column that they are in.
    pub(crate) column: String,
    pub(crate) texts: Texts,
    /// The file of each, below the folder that was read; none for a table.
    files: Vec<PathBuf>,
}

impl From<NewTexts> for NewInputs {
    fn from(NewTexts { texts, files, .. }: NewTexts) -> Self {
        let items = texts.len();
        Self { files, ..(Features::Text(texts), items).into() }
    }
}

/// Reads texts for a model that was trained on data of `config`: the column of a table, a file that is called `.txt`, or all files of a
/// folder. `None` where the model takes something else.
///
/// # Errors
/// A column that is not there; a file that is malformed, or not there.
pub(crate) fn read_new(
    path: &Path,
    config: &DataConfig,
    fitted: &Fitted,
) -> Option<Result<NewTexts, DataError>> {
    fitted.tokenizer()?;
    Some(match kind(path) {
        Err(error) => Err(error),
        Ok(PathKind::Folder) => of_folder(path),
        Ok(_) if path.extension().is_some_and(|end| end.eq_ignore_ascii_case("txt")) => of_file(path),
        Ok(_) => of_table(path, config),
    })
}

fn of_folder(path: &Path) -> Result<NewTexts, DataError> {
    let Contents { folders, files } = Contents::of(path)?;
    if let Some((_, folder)) = folders.first() {
        return Err(DataError::text(folder, TextProblem::NestedFolder));
    }
    if files.is_empty() {
        return Err(DataError::text(path, TextProblem::NoTexts));
    }
    let texts = read(&files)?;
    let names = files.iter().filter_map(|file| file.file_name()).map(PathBuf::from).collect();
    Ok(NewTexts { column: NAME.to_owned(), texts, files: names })
}

fn of_file(path: &Path) -> Result<NewTexts, DataError> {
    let texts = read(&[path.to_owned()])?;
    let names = path.file_name().map(PathBuf::from).into_iter().collect();
    Ok(NewTexts { column: NAME.to_owned(), texts, files: names })
}

fn of_table(path: &Path, config: &DataConfig) -> Result<NewTexts, DataError> {
    let column = match &config.text {
        Some(column) => column.clone(),
        None => only(header(path)?),
    };
    let texts = read_texts(path, std::slice::from_ref(&column))?.pop().unwrap_or_default();
    Ok(NewTexts { column, texts: Texts::new(texts), files: Vec::new() })
}

/// The only column, or the one that is called so.
fn only(names: Vec<String>) -> String {
    match <[String; 1]>::try_from(names) {
        Ok([name]) => name,
        Err(_) => NAME.to_owned(),
    }
}
