//! Images that a CSV file names, with classes, labels or numbers for each.

use std::path::Path;

use super::named::NamedFiles;
use super::problem::ImageProblem;
use super::read::{How, Read, read};
use super::settings::Broken;
use crate::source::any_table::item_cells;
use crate::source::columns::Alone;
use crate::source::csv;
use crate::{Arrangement, DataConfig, DataError, Dataset, Features, SettingError, Skipped};

/// So many rows are looked at to find the column that names files.
const LOOKED_AT: usize = 20;

/// Reads the images that the file `config.path` names in one of its columns, below `folder`; targets, weights, groups and times are
/// other columns.
///
/// # Errors
/// What is wrong with the file, as without images; [`SettingError::NoFileColumn`] and [`SettingError::FileColumns`] where the column
/// cannot be told; the first file that is not there or cannot be read, where they are not to be left out.
pub(crate) fn load(config: &DataConfig, folder: &Path) -> Result<Dataset, DataError> {
    let how = How::of(config)?;
    let path = config.needed_path()?;
    let column = file_column(path, config, folder)?;
    let table = csv::load_beside(config, Alone::Files(&column))?;
    let (mut items, mut files, mut skipped) = (Vec::new(), Vec::new(), Vec::new());
    let mut named = NamedFiles::below(folder);
    for (item, (table, row, text)) in item_cells(&table, config, &column)?.into_iter().enumerate() {
        match named.find(&text) {
            Ok(file) => {
                items.push(item);
                files.push(file);
            }
            Err(file) => {
                let error = DataError::image(&file, ImageProblem::NoFile { table, row });
                if how.broken == Broken::Error {
                    return Err(error);
                }
                skipped.push(Skipped::of(&file, &error));
            }
        }
    }
    let Read { images, unreadable } = read(&files, &how)?;
    skipped.extend(unreadable.iter().map(|(index, error)| Skipped::of(&files[*index], error)));
    let mut lost = unreadable.iter().map(|(index, _)| *index).peekable();
    let kept: Vec<usize> =
        (0..items.len()).filter(|index| lost.next_if_eq(index).is_none()).map(|index| items[index]).collect();
    if kept.is_empty() {
        return Err(DataError::image(folder, ImageProblem::NoImages));
    }
    Ok(with_images(table, Features::Images(images), &kept, skipped))
}

/// The name of the column whose cells name files.
pub(super) fn file_column(path: &Path, config: &DataConfig, folder: &Path) -> Result<String, DataError> {
    let DataConfig { target, ignore, weight, group, time, .. } = config;
    let others: Vec<&String> = target.iter().chain(ignore).chain(weight).chain(group).chain(time).collect();
    let mut named = NamedFiles::below(folder);
    let mut found = Vec::new();
    let mut looked_at = Vec::new();
    for (name, texts) in csv::first_texts(path, LOOKED_AT)? {
        if name.is_empty() || others.contains(&&name) {
            continue;
        }
        let files = texts.iter().filter(|text| named.find(text).is_ok()).count();
        if 2 * files >= texts.len().max(1) {
            found.push(name.clone());
        }
        looked_at.push((name, texts.into_iter().next().unwrap_or_default()));
    }
    match <[String; 1]>::try_from(found) {
        Ok([column]) => Ok(column),
        Err(found) if found.is_empty() => {
            let (path, folder) = (path.to_owned(), folder.to_owned());
            // What was most likely meant: a cell with a point or a slash in it.
            let looks_so = looked_at.iter().find(|(_, text)| text.contains(['.', '/', '\\']));
            let (column, text) = looks_so.or(looked_at.first()).cloned().unwrap_or_default();
            Err(SettingError::NoFileColumn { path, folder, column, text }.into())
        }
        Err(columns) => Err(SettingError::FileColumns { path: path.to_owned(), columns }.into()),
    }
}

/// The items `kept` of a table, which rise, with images as their inputs.
fn with_images(table: Dataset, features: Features, kept: &[usize], skipped: Vec<Skipped>) -> Dataset {
    let Dataset { name, target, weights, fixed_test, arrangement, .. } = table;
    let all =
        fixed_test.iter().chain(&arrangement.fixed_validation).chain(kept).max().map_or(0, |last| last + 1);
    let mut places = vec![None; all];
    kept.iter().zip(0..).for_each(|(&item, place): (&usize, usize)| places[item] = Some(place));
    let rows = |part: &[usize]| -> Vec<usize> { part.iter().filter_map(|&item| places[item]).collect() };
    let as_in_file = kept.iter().enumerate().all(|(place, &item)| arrangement.file_row(item) == place + 1);
    let file_rows = kept.iter().map(|&item| arrangement.file_row(item)).collect();
    let arrangement = Arrangement {
        fixed_validation: rows(&arrangement.fixed_validation),
        groups: arrangement.groups.as_ref().map(|groups| kept.iter().map(|&item| groups[item]).collect()),
        known: None,
        times: arrangement.times.as_ref().map(|times| kept.iter().map(|&item| times[item]).collect()),
        file_rows: (!as_in_file).then_some(file_rows),
        understood: arrangement.understood.clone(),
        cells: arrangement.cells.clone(),
        from_files: true,
        skipped,
    };
    let weights = weights.map(|weights| kept.iter().map(|&item| weights[item]).collect());
    Dataset::with(name, features, target.of_rows(kept), rows(&fixed_test), weights).arranged(arrangement)
}
