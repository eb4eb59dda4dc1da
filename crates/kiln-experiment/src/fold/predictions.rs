//! Predictions of every row by the model that has not seen it.

use std::path::Path;

use kiln_core::file::{self, write_durably};

use super::names::fold_folder;
use crate::error::{ExperimentError, RunError};

/// The name of the file, of a fold and of the whole.
pub const PREDICTIONS: &str = "predictions.csv";

/// Predictions as a table: the row, from 1, and the prediction for it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PredictionTable {
    header: Vec<String>,
    lines: Vec<Vec<String>>,
}

impl PredictionTable {
    /// An empty table. The column `row` comes before `columns`.
    ///
    /// ```
    /// use kiln_experiment::fold::PredictionTable;
    ///
    /// let mut table = PredictionTable::new(["actual", "prediction"]);
    /// table.push(4, [1.5, 1.25]);
    /// assert_eq!(table.rows().next(), Some((4, &["1.5".to_owned(), "1.25".to_owned()][..])));
    /// ```
    pub fn new(columns: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let columns = columns.into_iter().map(Into::into);
        Self { header: std::iter::once("row".to_owned()).chain(columns).collect(), lines: Vec::new() }
    }

    /// Adds the prediction for an item, counted from 0.
    pub fn push(&mut self, item: usize, cells: impl IntoIterator<Item = impl ToString>) {
        let cells = cells.into_iter().map(|cell| cell.to_string());
        self.lines.push(std::iter::once((item + 1).to_string()).chain(cells).collect());
    }

    /// The names of the columns, without `row`.
    pub fn columns(&self) -> &[String] {
        self.header.get(1..).unwrap_or_default()
    }

    /// The items, counted from 0, with the cells of their lines.
    pub fn rows(&self) -> impl Iterator<Item = (usize, &[String])> {
        self.lines.iter().filter_map(|line| {
            let (row, cells) = line.split_first()?;
            Some((row.parse::<usize>().ok()?.checked_sub(1)?, cells))
        })
    }

    /// Writes the table into `folder`.
    ///
    /// # Errors
    /// [`ExperimentError::Run`] where the file cannot be written.
    pub(crate) fn write(&self, folder: &Path) -> Result<(), ExperimentError> {
        let mut csv = csv::Writer::from_writer(Vec::new());
        for line in std::iter::once(&self.header).chain(&self.lines) {
            csv.write_record(line).map_err(ExperimentError::internal)?;
        }
        let bytes = csv.into_inner().map_err(ExperimentError::internal)?;
        let path = folder.join(PREDICTIONS);
        Ok(write_durably(&path, &bytes).map_err(RunError::io("write", &path))?)
    }

    /// The table in `folder`.
    ///
    /// # Errors
    /// [`RunError::Io`] if there is none, [`RunError::Record`] when it is damaged.
    pub fn read(folder: &Path) -> Result<Self, RunError> {
        let path = folder.join(PREDICTIONS);
        let bytes = file::read(&path).map_err(RunError::read(&path))?;
        let mut reader = csv::Reader::from_reader(bytes.as_slice());
        let damaged = |error: csv::Error| RunError::Record { path: path.clone(), reason: error.to_string() };
        let cells = |line: &csv::StringRecord| line.iter().map(str::to_owned).collect();
        let header = cells(reader.headers().map_err(damaged)?);
        let lines = reader.records().map(|line| line.map(|line| cells(&line)));
        Ok(Self { header, lines: lines.collect::<Result<_, _>>().map_err(damaged)? })
    }

    /// The table in `folder`, if there is one.
    pub(crate) fn find(folder: &Path) -> Result<Option<Self>, RunError> {
        let path = folder.join(PREDICTIONS);
        let there = file::is_file(&path).map_err(RunError::io("look at", &path))?;
        if there { Self::read(folder).map(Some) } else { Ok(None) }
    }

    /// Several tables below each other.
    pub(crate) fn concat(tables: Vec<Self>) -> Self {
        let header = tables.first().map(|table| table.header.clone()).unwrap_or_default();
        Self { header, lines: tables.into_iter().flat_map(|table| table.lines).collect() }
    }

    /// Of each line, whether the predicted class is the right one. `None` for numbers.
    pub(crate) fn right(&self) -> Option<Vec<bool>> {
        let is_classes = self.header.get(1).is_some_and(|name| name == "actual");
        is_classes.then(|| self.lines.iter().map(|line| line.get(1) == line.get(2)).collect())
    }
}

/// Joins the files of all folds, in their order.
pub(crate) fn join(run: &Path, folds: usize) -> Result<(), ExperimentError> {
    let mut all = Vec::new();
    for fold in 0..folds {
        let path = fold_folder(run, fold).join(PREDICTIONS);
        let bytes = file::read(&path).map_err(RunError::read(&path))?;
        // One header is enough. Names of classes may hold line breaks, so the first line is left to the reader of CSV.
        let mut reader = csv::Reader::from_reader(bytes.as_slice());
        reader.headers().map_err(ExperimentError::internal)?;
        let after = usize::try_from(reader.position().byte()).map_err(ExperimentError::internal)?;
        all.extend_from_slice(if fold == 0 { &bytes } else { &bytes[after..] });
    }
    let path = run.join(PREDICTIONS);
    Ok(write_durably(&path, &all).map_err(RunError::io("write", &path))?)
}
