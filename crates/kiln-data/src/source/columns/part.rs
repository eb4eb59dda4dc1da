//! The rows of one file, column by column, and what is done with them before they are a data set.

use std::sync::Arc;

use crate::{MISSING, Values};

/// The rows of one file.
#[derive(Debug)]
pub(super) struct Part {
    /// One for each column; `None` where it is not read.
    pub(super) columns: Vec<Option<Values>>,
    /// The row of the file of each, from 1.
    pub(super) rows: Vec<usize>,
    /// Rows that were left out.
    pub(super) skipped: usize,
}

impl Part {
    /// Of `count` rows.
    pub(super) fn new(columns: Vec<Option<Values>>, count: usize) -> Self {
        Self { columns, rows: (1..=count).collect(), skipped: 0 }
    }

    /// Leaves out the rows in which one of these columns has no value.
    pub(super) fn leave_out_missing(&mut self, columns: &[usize]) {
        let is_missing = |row: usize| {
            columns
                .iter()
                .any(|&column| self.columns[column].as_ref().is_some_and(|values| lacks(values, row)))
        };
        let kept: Vec<usize> = (0..self.rows.len()).filter(|&row| !is_missing(row)).collect();
        self.skipped = self.rows.len() - kept.len();
        if self.skipped > 0 {
            self.pick(&kept);
        }
    }

    /// Puts the rows in the order of a column, whose numbers come from it; rows of one time keep their order.
    pub(super) fn sort_by(&mut self, times: &[f64]) {
        let mut order: Vec<usize> = (0..self.rows.len()).collect();
        order.sort_by(|&a, &b| times[a].total_cmp(&times[b]));
        if !order.is_sorted() {
            self.pick(&order);
        }
    }

    /// Keeps these rows, in this order.
    fn pick(&mut self, rows: &[usize]) {
        // The columns of a file that are on disk are of one store.
        let mut picked = None;
        for values in self.columns.iter_mut().flatten() {
            match values {
                Values::Stored(stored) => {
                    *stored = stored.of(picked.get_or_insert_with(|| Arc::new(stored.store().pick(rows))));
                }
                Values::Numeric(cells) => *cells = rows.iter().map(|&row| cells[row]).collect(),
                Values::Dates { days, .. } => *days = rows.iter().map(|&row| days[row]).collect(),
                Values::Categorical { codes, .. } => *codes = rows.iter().map(|&row| codes[row]).collect(),
            }
        }
        self.rows = rows.iter().map(|&row| self.rows[row]).collect();
    }

    /// The numbers of a column: days of dates; none of categories.
    pub(super) fn numbers(&self, column: usize) -> Option<&[f64]> {
        match self.columns.get(column)?.as_ref()? {
            Values::Numeric(cells) => Some(cells),
            Values::Dates { days, .. } => Some(days),
            Values::Categorical { .. } | Values::Stored(_) => None,
        }
    }
}

/// Whether a cell has no value.
fn lacks(values: &Values, row: usize) -> bool {
    match values {
        Values::Numeric(cells) => cells[row].is_nan(),
        Values::Dates { days, .. } => days[row].is_nan(),
        Values::Categorical { codes, .. } => codes[row] == MISSING,
        // Inputs alone are on disk.
        Values::Stored(_) => false,
    }
}
