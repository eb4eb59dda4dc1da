//! Whether columns are those of the training data.

use super::TableEncoder;
use crate::preprocess::mismatch::Mismatch;
use crate::{Column, ColumnKind, Values};

impl TableEncoder {
    pub(super) fn check(&self, columns: &[&Column]) -> Result<(), Mismatch> {
        if columns.len() != self.columns.len() {
            return Err(Mismatch::Columns { expected: self.columns.len(), found: columns.len() });
        }
        for (index, (expected, found)) in self.columns.iter().zip(columns).enumerate() {
            if expected.name != found.name {
                let (expected, found) = (expected.name.clone(), found.name.clone());
                return Err(Mismatch::ColumnName { index, expected, found });
            }
            let column = || found.name.clone();
            match (&expected.kind, &found.values) {
                (ColumnKind::Numeric, Values::Categorical { .. }) => {
                    return Err(Mismatch::CategoriesForNumbers { column: column() });
                }
                (ColumnKind::Categorical(_), Values::Numeric(_)) => {
                    return Err(Mismatch::NumbersForCategories { column: column() });
                }
                (ColumnKind::Dates(_), Values::Dates { .. }) => {}
                (ColumnKind::Dates(_), _) => {
                    return Err(Mismatch::Dates { column: column(), expected: true });
                }
                (_, Values::Dates { .. }) => {
                    return Err(Mismatch::Dates { column: column(), expected: false });
                }
                _ => {}
            }
        }
        Ok(())
    }
}
