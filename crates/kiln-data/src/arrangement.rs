//! What is known of the rows of a data set beside inputs and targets.

use std::sync::Arc;

use crate::cell::CellRules;
use crate::{Skipped, Understood};

/// What is known of the rows of a data set beside inputs and targets: how they may be split, and where they come from. Default:
/// nothing.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Arrangement {
    /// Rows of the validation part that the source fixes, in rising order; empty when it fixes none.
    pub fixed_validation: Vec<usize>,
    /// Whether the items are image files, which a user is told of before training.
    pub from_files: bool,
    /// Files that the source left out.
    pub skipped: Vec<Skipped>,
    /// One number a row, equal for rows that must stay together in a split. Excludes `times`.
    pub groups: Option<Vec<u32>>,
    /// What the rows are in the order of, one number a row: what is held out are the last of them. Rows that the source fixes
    /// come after all others.
    pub times: Option<Vec<f64>>,
    /// With `times`: when all of an item is known, its target too, one number a row. A row that is known only after the first of the rows that are held out is
    /// neither held out nor trained on.
    pub known: Option<Vec<f64>>,
    /// The row of the file of each item, from 1, where items are not the rows of one file in their order.
    pub file_rows: Option<Vec<usize>>,
    /// What settings said of the cells of a table.
    pub(crate) cells: CellRules,
    /// What the reader understood of a table.
    pub understood: Option<Arc<Understood>>,
}

impl Arrangement {
    /// The row of the file that an item comes from, from 1.
    pub fn file_row(&self, item: usize) -> usize {
        self.file_rows.as_ref().and_then(|rows| rows.get(item)).copied().unwrap_or(item + 1)
    }

    /// What a split depends on, as bytes; empty where there is nothing.
    pub(crate) fn digest(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut part = |name: &str, length: usize| {
            bytes.extend_from_slice(name.as_bytes());
            bytes.extend_from_slice(&(length as u64).to_le_bytes());
        };
        if !self.fixed_validation.is_empty() {
            part("validation", self.fixed_validation.len());
        }
        if let Some(groups) = &self.groups {
            part("groups", groups.len());
        }
        if let Some(times) = &self.times {
            part("times", times.len());
        }
        if let Some(known) = &self.known {
            part("known", known.len());
        }
        bytes.extend(self.fixed_validation.iter().flat_map(|row| (*row as u64).to_le_bytes()));
        bytes.extend(self.groups.iter().flatten().flat_map(|group| group.to_le_bytes()));
        bytes.extend(self.times.iter().flatten().flat_map(|time| time.to_bits().to_le_bytes()));
        bytes.extend(self.known.iter().flatten().flat_map(|time| time.to_bits().to_le_bytes()));
        bytes
    }
}
