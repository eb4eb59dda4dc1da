//! Categories that the training part does not have.

use std::collections::HashMap;
use std::fmt;

use kiln_core::nearest;
use serde::Serialize;

/// Of so many values the nearest known category is looked for.
const LISTED: usize = 10;

/// What stands in the place of a value where a column has too many to keep them all: no cell has white space around it.
pub(crate) const OTHERS: &str = " ";

/// The cells of one column that have a category which the training part does not have. The model takes none of its categories
/// for them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Unseen {
    /// The name of the column.
    pub column: String,
    /// How many cells there are.
    pub cells: usize,
    /// Their values, the most frequent ones first, ten at most.
    pub values: Vec<UnseenValue>,
    /// Whether there are more values.
    pub more: bool,
}

/// A category that the training part does not have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct UnseenValue {
    /// The category.
    pub value: String,
    /// Cells that have it.
    pub cells: usize,
    /// The known category that it may be a misspelling of.
    pub nearest: Option<String>,
}

impl Unseen {
    /// Of a column whose categories are `known`, from the number of cells of each value that is not; `None` where there
    /// are none.
    pub(super) fn of(column: &str, known: &[String], mut counts: HashMap<String, usize>) -> Option<Self> {
        let cells: usize = counts.values().sum();
        if cells == 0 {
            return None;
        }
        let others = counts.remove(OTHERS).is_some();
        let mut counts: Vec<(String, usize)> = counts.into_iter().collect();
        counts.sort_by(|(a, cells_a), (b, cells_b)| cells_b.cmp(cells_a).then_with(|| a.cmp(b)));
        let more = others || counts.len() > LISTED;
        let value = |(value, cells): (String, usize)| UnseenValue {
            nearest: nearest(&value, known.iter().map(String::as_str)),
            value,
            cells,
        };
        let values = counts.into_iter().take(LISTED).map(value).collect();
        Some(Self { column: column.to_owned(), cells, values, more })
    }
}

/// `4 cells of column "sold" have a category that the model was not trained on: "TRUE" (3, nearest is "True"), "yes" (1)`.
impl fmt::Display for Unseen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { column, cells, values, more } = self;
        let (cell, have) = if *cells == 1 { ("cell", "has") } else { ("cells", "have") };
        write!(
            f,
            "{cells} {cell} of column {column:?} {have} a category that the model was not trained on: "
        )?;
        for (place, UnseenValue { value, cells, nearest }) in values.iter().enumerate() {
            let comma = if place > 0 { ", " } else { "" };
            write!(f, "{comma}{value:?} ({cells}")?;
            match nearest {
                Some(nearest) => write!(f, ", nearest is {nearest:?})")?,
                None => f.write_str(")")?,
            }
        }
        match (more, values.is_empty()) {
            (true, false) => f.write_str(", and others"),
            (true, true) => f.write_str("too many to name"),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_values_are_cut_off() {
        let known = ["a".to_owned()];
        let counts = (0..12).map(|value| (format!("v{value:02}"), 12 - value)).collect();
        let found = Unseen::of("sold", &known, counts).unwrap();
        assert_eq!((found.cells, found.values.len(), found.more), (78, 10, true));
        assert_eq!(found.values[0].value, "v00");
        let others = [(OTHERS.to_owned(), 3), ("b".to_owned(), 1)].into();
        let others = Unseen::of("sold", &known, others).unwrap();
        assert_eq!((others.cells, others.values.len(), others.more), (4, 1, true));
        assert_eq!(Unseen::of("sold", &known, HashMap::new()), None);
    }
}
