//! One class an item.

use serde::{Deserialize, Serialize};

use super::kind::{TargetEncoding, TargetKind, must_stay, same_names};
use super::targets::TargetNumbers;
use crate::description::{Cell, Table};
use crate::hash::Hash;
use crate::preprocess::{FitRows, Matrix};
use crate::{DataError, Description, Inconsistency, Preprocess};

/// More classes than this are counted, not listed.
const MOST_LISTED: usize = 30;

/// The fields of [`Target::Classes`](crate::Target::Classes).
#[derive(Clone, Copy)]
pub(super) struct Classes<'a> {
    pub(super) labels: &'a Vec<u32>,
    pub(super) names: &'a Vec<String>,
}

/// The classes that the training part knows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClassEncoder {
    names: Vec<String>,
}

impl<'a> TargetKind<'a> for Classes<'a> {
    const NOUN: &'static str = "classes";
    type Encoder = ClassEncoder;

    fn rows(self) -> Result<usize, Inconsistency> {
        Ok(self.labels.len())
    }

    fn check(self) -> Result<(), Inconsistency> {
        self.labels.iter().enumerate().try_for_each(|(row, &label)| self.check_class(row, label))
    }

    fn names(self) -> &'a [String] {
        self.names
    }

    fn fingerprint(self, hash: &mut Hash) {
        hash.texts(self.names);
        hash.words(self.labels.len(), self.labels.iter().copied());
    }

    fn describe(self) -> Description {
        let mut counts = vec![0u64; self.names.len()];
        for label in self.labels {
            if let Some(count) = counts.get_mut(*label as usize) {
                *count += 1;
            }
        }
        let mut table = Table::new(["class"], ["items"]);
        let line = |(name, count): (&String, &u64)| vec![Cell::Text(name.clone()), Cell::Count(*count)];
        table.rows = self.names.iter().zip(&counts).map(line).collect();
        Description {
            summary: format!("one of {} classes", self.names.len()),
            bytes: None,
            json: serde_json::json!({ "classes": self.names, "items": counts }),
            table: Some(table).filter(|_| self.names.len() <= MOST_LISTED),
        }
    }

    fn labels(self) -> Option<&'a [u32]> {
        Some(self.labels)
    }

    fn digest(self, row: usize, hash: &mut Hash) {
        hash.word(self.labels.get(row).copied().unwrap_or(u32::MAX));
    }

    /// Of two classes, whether it is the second; otherwise a column for each class.
    fn columns(self, rows: &[usize]) -> (Vec<String>, Matrix) {
        let count = self.names.len();
        if count <= 2 {
            let numbers = rows.iter().map(|&row| f64::from(self.labels[row])).collect();
            return (Vec::new(), Matrix { numbers, width: 1 });
        }
        let row = |&row: &usize| (0..count).map(move |class| f64::from(class == self.labels[row] as usize));
        (self.names.clone(), Matrix { numbers: rows.iter().flat_map(row).collect(), width: count })
    }

    fn fit(self, _rows: FitRows<'_>, preprocess: &Preprocess) -> Result<ClassEncoder, DataError> {
        must_stay(preprocess, Self::NOUN)?;
        Ok(ClassEncoder { names: self.names.clone() })
    }

    fn encode(self, encoder: &ClassEncoder, rows: &[usize]) -> Result<TargetNumbers, DataError> {
        same_names(&encoder.names, self.names)?;
        let mut classes = Vec::with_capacity(rows.len());
        for &row in rows {
            self.check_class(row, self.labels[row])?;
            classes.push(self.labels[row] as i32);
        }
        Ok(TargetNumbers::Classes { classes, count: self.names.len() })
    }
}

impl Classes<'_> {
    /// Whether a class has a name.
    fn check_class(self, row: usize, label: u32) -> Result<(), Inconsistency> {
        let classes = self.names.len();
        if (label as usize) < classes { Ok(()) } else { Err(Inconsistency::NoClass { row, label, classes }) }
    }
}

impl TargetEncoding for ClassEncoder {
    fn names(&self) -> &[String] {
        &self.names
    }

    fn is_sound(&self) -> bool {
        true
    }
}
