//! Items with what they should be predicted as, for a model that was trained before.

use std::path::Path;

use kiln_core::nearest;

use super::any_table::{header, read_as, read_texts};
use super::catalog::recognise;
use super::files::name_of;
use super::images::{Listed, read_listed};
use super::suits::must_suit;
use super::texts::{self, NewTexts};
use crate::cell::Marks;
use crate::{
    Column, ColumnKind, ColumnSchema, DataConfig, DataError, Dataset, Features, FileError, Fitted, Target,
    TaskKind, Values,
};

/// New items with their targets.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Labelled {
    /// All items of the file.
    pub dataset: Dataset,
    /// Those that have a target.
    pub rows: Vec<usize>,
}

/// Reads items with their targets for a model that was trained before, whose section `[data]` was `config`: a table with the
/// columns of the model and of its target, or, where `config` has `images`, one that names images, with a column of the target;
/// a folder of images with a folder for each class, a folder of IDX files. Where
/// `config` names no target, it is the last column that is nothing else, of several one that holds the model's classes.
/// Rows without a target are not among [`Labelled::rows`].
///
/// # Errors
/// [`DataError`] when the file is missing, malformed, not what the model takes, or has a class that the model does not know.
pub fn read_labelled(path: &Path, config: &DataConfig, fitted: &Fitted) -> Result<Labelled, DataError> {
    let alone = inputs_alone(path, config, fitted)?;
    if alone.is_none() {
        must_suit(path, fitted)?;
    }
    if fitted.columns().is_some() || alone.is_some() {
        let column = alone.as_ref().map(|inputs| inputs.column.clone());
        return Table { path, config, fitted, alone: column, marks: fitted.marks() }.read(alone);
    }
    let source = recognise(path).map_or_else(|| config.source.clone(), str::to_owned);
    // Texts that were a column may be files now.
    let text = config.text.clone().filter(|_| source != "texts");
    let config = DataConfig { source, path: Some(path.to_owned()), text, ..config.clone() };
    let config = if fitted.channels().is_some() { series(config, fitted) } else { config };
    let mut dataset = config.load()?;
    if let (Target::Classes { labels, names }, Some(known)) = (&mut dataset.target, fitted.class_names()) {
        let class = |name: &String| class(name, known).ok_or_else(|| unknown(path, None, name, known));
        let places = names.iter().map(class).collect::<Result<Vec<_>, _>>()?;
        labels.iter_mut().for_each(|label| *label = places[*label as usize]);
        *names = known.to_vec();
    }
    let rows = (0..dataset.features.rows()?).collect();
    Ok(Labelled { dataset, rows })
}

/// The settings by which a file of time series is read as that of the training was.
fn series(config: DataConfig, fitted: &Fitted) -> DataConfig {
    let mut config = DataConfig { validation_path: None, test_path: None, ..config };
    if config.source == "ts" {
        return config;
    }
    let columns = fitted.step_columns().filter(|steps| !steps.is_empty()).or(fitted.channels());
    let columns = columns.unwrap_or_default().iter();
    let is_new = |column: &&String| !config.numeric.contains(column) && !config.categorical.contains(column);
    let columns: Vec<String> = columns.filter(is_new).cloned().collect();
    config.numeric.extend(columns);
    config.task = config.task.or(fitted.class_names().map(|_| TaskKind::Classification));
    config
}

/// Inputs that one column of a table is about.
struct Inputs {
    column: String,
    features: Features,
    items: usize,
}

/// The images that a column names, or the texts in it; `None` where columns are the inputs, or there is no table.
fn inputs_alone(path: &Path, config: &DataConfig, fitted: &Fitted) -> Result<Option<Inputs>, DataError> {
    if let Some(Listed { column, features, names }) =
        read_listed(path, recognise(path), config, fitted).transpose()?
    {
        return Ok(Some(Inputs { column, features, items: names.len() }));
    }
    // A folder has classes in it.
    if path.is_dir() {
        return Ok(None);
    }
    let texts = texts::read_new(path, config, fitted).transpose()?;
    let inputs = |NewTexts { column, texts, .. }: NewTexts| {
        let items = texts.len();
        Inputs { column, features: Features::Text(texts), items }
    };
    Ok(texts.map(inputs))
}

/// A table with its targets.
struct Table<'a> {
    path: &'a Path,
    config: &'a DataConfig,
    fitted: &'a Fitted,
    /// The column that names images or holds texts, where these are the inputs.
    alone: Option<String>,
    marks: Marks,
}

impl Table<'_> {
    /// `alone`: the images or texts that are the inputs, where columns are not.
    fn read(&self, alone: Option<Inputs>) -> Result<Labelled, DataError> {
        let Self { path, config, fitted, .. } = self;
        let columns = fitted.columns().unwrap_or_default();
        let (targets, are_numbers) = self.targets()?;
        let numeric = |name: &String| ColumnSchema { name: name.clone(), kind: ColumnKind::Numeric };
        let numbers = if are_numbers { targets.as_slice() } else { &[] };
        let more = numbers.iter().chain(&config.weight).map(numeric);
        let wanted: Vec<ColumnSchema> = columns.iter().cloned().chain(more).collect();
        let (features, items) = read_as(path, fitted, &wanted)?;
        let Features::Table(mut all) = features else { return Err(self.no_target()) };
        let mut others =
            all.split_off(columns.len()).into_iter().filter_map(|Column { values, .. }| match values {
                Values::Numeric(values) => Some(values),
                _ => None,
            });
        let mut has_target = vec![true; items];
        let target = if are_numbers {
            let columns: Vec<_> = others.by_ref().take(targets.len()).collect();
            for column in &columns {
                has_target.iter_mut().zip(column).for_each(|(has, value)| *has &= !value.is_nan());
            }
            self.of_numbers(&columns, targets, items)
        } else {
            self.of_texts(&targets, &mut has_target)?
        };
        let weights = others.next();
        let features = match alone {
            Some(inputs) if inputs.items != items => {
                return Err(FileError::Changed { path: path.to_path_buf() }.into());
            }
            Some(inputs) => inputs.features,
            None => Features::Table(all),
        };
        let dataset = Dataset::with(name_of(path), features, target, Vec::new(), weights);
        let rows: Vec<usize> = (0..items).filter(|&row| has_target[row]).collect();
        if rows.is_empty() { Err(self.no_target()) } else { Ok(Labelled { dataset, rows }) }
    }

    /// The columns of the target, and whether they hold numbers.
    fn targets(&self) -> Result<(Vec<String>, bool), DataError> {
        if let Some(names) = self.fitted.target_names() {
            return Ok((names.to_vec(), true));
        }
        if !self.config.target.is_empty() {
            return Ok((self.config.target.clone(), self.config.target.len() > 1));
        }
        Ok((vec![self.free()?], false))
    }

    /// The last column that is nothing else to the model, and that holds its classes where any does.
    fn free(&self) -> Result<String, DataError> {
        let DataConfig { ignore, weight, group, .. } = self.config;
        let columns = self.fitted.columns().unwrap_or_default();
        let is_free = |name: &String| {
            columns.iter().all(|column| column.name != *name)
                && self.alone.as_ref() != Some(name)
                && !ignore.contains(name)
                && weight.as_ref() != Some(name)
                && group.as_ref() != Some(name)
        };
        let mut free: Vec<String> = header(self.path)?.into_iter().filter(is_free).collect();
        if let (2.., Some(known)) = (free.len(), self.fitted.class_names()) {
            let is_target = |texts: &Vec<String>| {
                let is_class = |text: &String| class(text, known).is_some();
                texts.iter().any(is_class) && texts.iter().all(|text| is_class(text) || self.is_missing(text))
            };
            if let Some(place) = read_texts(self.path, &free)?.iter().rposition(is_target) {
                return Ok(free.swap_remove(place));
            }
        }
        free.pop().ok_or_else(|| self.no_target())
    }

    /// Numbers, or labels that are 1.
    fn of_numbers(&self, columns: &[Vec<f64>], names: Vec<String>, items: usize) -> Target {
        let row = |row: usize| columns.iter().map(move |column| column[row]);
        match self.fitted.label_names() {
            Some(labels) => {
                let set = |item: usize| -> Vec<u32> {
                    let there = row(item).zip(&names).filter(|(value, _)| *value == 1.0);
                    let mut set: Vec<u32> = there
                        .filter_map(|(_, name)| labels.iter().position(|label| label == name))
                        .map(|place| place as u32)
                        .collect();
                    set.sort_unstable();
                    set
                };
                Target::Labels { sets: (0..items).map(set).collect(), names: labels.to_vec() }
            }
            None => Target::Values { values: (0..items).flat_map(row).collect(), names },
        }
    }

    /// Classes, or labels with `|` between them, by their names.
    fn of_texts(&self, targets: &[String], has_target: &mut [bool]) -> Result<Target, DataError> {
        let texts = read_texts(self.path, targets)?.into_iter().next().unwrap_or_default();
        if texts.len() != has_target.len() {
            return Err(FileError::Changed { path: self.path.to_owned() }.into());
        }
        let Some(known) = self.fitted.class_names() else { return self.labels(&texts, has_target) };
        let mut labels = Vec::with_capacity(texts.len());
        for (row, (text, has_target)) in texts.iter().zip(has_target).enumerate() {
            let found = class(text, known);
            *has_target = found.is_some();
            if found.is_none() && !self.is_missing(text) {
                return Err(unknown(self.path, Some(row + 1), text, known));
            }
            labels.push(found.unwrap_or_default());
        }
        Ok(Target::Classes { labels, names: known.to_vec() })
    }

    fn labels(&self, texts: &[String], has_target: &mut [bool]) -> Result<Target, DataError> {
        let known = self.fitted.label_names().unwrap_or_default();
        let mut sets = Vec::with_capacity(texts.len());
        for (row, (text, has_target)) in texts.iter().zip(has_target).enumerate() {
            *has_target = !self.is_missing(text);
            let mut set = Vec::new();
            for label in text.split('|').map(str::trim).filter(|label| *has_target && !label.is_empty()) {
                let place = known.iter().position(|name| name == label);
                set.push(place.ok_or_else(|| unknown(self.path, Some(row + 1), label, known))? as u32);
            }
            set.sort_unstable();
            set.dedup();
            sets.push(set);
        }
        Ok(Target::Labels { sets, names: known.to_vec() })
    }

    fn is_missing(&self, text: &str) -> bool {
        self.marks.of(text).is_some()
    }

    fn no_target(&self) -> DataError {
        FileError::NoTarget { path: self.path.to_owned() }.into()
    }
}

/// The class that a text names: the text itself, or the only number that it is.
fn class(text: &str, known: &[String]) -> Option<u32> {
    if let Some(place) = known.iter().position(|name| name == text) {
        return Some(place as u32);
    }
    let number: f64 = text.parse().ok()?;
    let mut equal = (0..).zip(known).filter(|(_, name)| name.parse::<f64>() == Ok(number));
    let (place, _) = equal.next()?;
    equal.next().is_none().then_some(place)
}

fn unknown(path: &Path, row: Option<usize>, class: &str, known: &[String]) -> DataError {
    let nearest = nearest(class, known.iter().map(String::as_str));
    FileError::UnknownClass { path: path.to_owned(), row, class: class.to_owned(), nearest }.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_is_its_text_or_the_only_number_that_it_is() {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let known = names(&["1", "2", "cat"]);
        let found = ["cat", "2", "1.0", "01"].map(|text| class(text, &known));
        assert_eq!(found, [Some(2), Some(1), Some(0), Some(0)]);
        assert_eq!(["Cat", "3", ""].map(|text| class(text, &known)), [None; 3]);
        // Which of the two is meant cannot be known.
        let twice = names(&["1", "01"]);
        assert_eq!(["01", "1.0"].map(|text| class(text, &twice)), [Some(1), None]);
    }
}
