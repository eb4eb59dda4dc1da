//! Texts in a column of a table, with classes, labels or numbers for each.

use crate::source::any_table::{item_cells, load_beside};
use crate::source::columns::Alone;
use crate::{DataConfig, DataError, Dataset, Features, SettingError, Texts};

/// The settings that mean nothing without texts.
const OF_TEXTS: [&str; 2] = ["data.tokenizer", "data.longest"];
/// The settings that mean something to images alone.
const OF_IMAGES: [&str; 5] = ["data.images", "data.size", "data.resize", "data.crop", "data.broken"];

/// Whether the settings of a source that may have a column of texts go together.
///
/// # Errors
/// [`SettingError::Unused`] for one of texts without texts, and for one of images with texts.
pub(crate) fn check(config: &DataConfig) -> Result<(), DataError> {
    let (unused, with) =
        if config.text.is_some() { (&OF_IMAGES[..], "with") } else { (&OF_TEXTS[..], "without") };
    match config.of_readers().find(|setting| unused.contains(setting)) {
        Some(setting) => {
            let name = format!("{} {with} data.text", config.source);
            Err(SettingError::Unused { setting, name }.into())
        }
        None => Ok(()),
    }
}

/// Reads the texts of `column` in the table `config.path`; targets, weights, groups and times are other columns.
///
/// # Errors
/// What is wrong with the file, as without texts, and a column that is not there.
pub(crate) fn load(config: &DataConfig, column: &str) -> Result<Dataset, DataError> {
    let table = load_beside(config, Alone::Text(column))?;
    let cells = item_cells(&table, config, column)?;
    let texts = Texts::new(cells.into_iter().map(|(_, _, text)| text));
    let Dataset { name, target, weights, fixed_test, arrangement, .. } = table;
    Ok(Dataset::with(name, Features::Text(texts), target, fixed_test, weights).arranged(arrangement))
}
