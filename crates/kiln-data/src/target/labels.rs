//! Any number of labels an item.

use serde::{Deserialize, Serialize};

use super::kind::{TargetEncoding, TargetKind, must_stay, same_names};
use super::targets::TargetNumbers;
use crate::description::{Cell, Table};
use crate::hash::Hash;
use crate::preprocess::{FitRows, Matrix};
use crate::{DataError, Description, Inconsistency, Preprocess};

/// More labels than this are counted, not listed.
const MOST_LISTED: usize = 30;

/// The fields of [`Target::Labels`](crate::Target::Labels).
#[derive(Clone, Copy)]
pub(super) struct LabelSets<'a> {
    pub(super) sets: &'a Vec<Vec<u32>>,
    pub(super) names: &'a Vec<String>,
}

/// The labels that there are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LabelEncoder {
    names: Vec<String>,
}

impl<'a> TargetKind<'a> for LabelSets<'a> {
    const NOUN: &'static str = "sets of labels";
    type Encoder = LabelEncoder;

    fn rows(self) -> Result<usize, Inconsistency> {
        Ok(self.sets.len())
    }

    fn check(self) -> Result<(), Inconsistency> {
        let classes = self.names.len();
        for (row, set) in self.sets.iter().enumerate() {
            if let Some(&label) = set.iter().find(|&&label| label as usize >= classes) {
                return Err(Inconsistency::NoClass { row, label, classes });
            }
        }
        Ok(())
    }

    fn names(self) -> &'a [String] {
        self.names
    }

    fn fingerprint(self, hash: &mut Hash) {
        hash.texts(self.names);
        hash.length(self.sets.len());
        self.sets.iter().for_each(|set| hash.words(set.len(), set.iter().copied()));
    }

    fn describe(self) -> Description {
        let mut counts = vec![0u64; self.names.len()];
        for label in self.sets.iter().flatten() {
            if let Some(count) = counts.get_mut(*label as usize) {
                *count += 1;
            }
        }
        let mut table = Table::new(["label"], ["items"]);
        let line = |(name, count): (&String, &u64)| vec![Cell::Text(name.clone()), Cell::Count(*count)];
        table.rows = self.names.iter().zip(&counts).map(line).collect();
        Description {
            summary: format!("any of {} labels", self.names.len()),
            bytes: None,
            json: serde_json::json!({ "labels": self.names, "items": counts }),
            table: Some(table).filter(|_| self.names.len() <= MOST_LISTED),
        }
    }

    fn digest(self, row: usize, hash: &mut Hash) {
        let set = self.sets.get(row).map(Vec::as_slice).unwrap_or_default();
        hash.length(set.len());
        set.iter().for_each(|label| hash.word(*label));
    }

    fn columns(self, rows: &[usize]) -> (Vec<String>, Matrix) {
        let width = self.names.len();
        let mut numbers = vec![0.0; rows.len() * width];
        for (cells, &row) in numbers.chunks_exact_mut(width.max(1)).zip(rows) {
            self.sets[row].iter().for_each(|&label| cells[label as usize] = 1.0);
        }
        (self.names.clone(), Matrix { numbers, width })
    }

    fn fit(self, _rows: FitRows<'_>, preprocess: &Preprocess) -> Result<LabelEncoder, DataError> {
        must_stay(preprocess, Self::NOUN)?;
        Ok(LabelEncoder { names: self.names.clone() })
    }

    fn encode(self, encoder: &LabelEncoder, rows: &[usize]) -> Result<TargetNumbers, DataError> {
        same_names(&encoder.names, self.names)?;
        let (_, Matrix { numbers, width }) = self.columns(rows);
        let values = numbers.into_iter().map(|number| number as f32).collect();
        Ok(TargetNumbers::Values { values, width })
    }
}

impl TargetEncoding for LabelEncoder {
    fn names(&self) -> &[String] {
        &self.names
    }

    fn is_sound(&self) -> bool {
        !self.names.is_empty()
    }
}
