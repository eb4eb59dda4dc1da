//! What targets of one kind have, for those who read that kind and no other.
//!
//! It stands apart from the kinds, because it names the enums that are made of them.

use super::kind::TargetEncoding;
use super::{Target, TargetEncoder};
use crate::Power;

impl Target {
    /// The names of the classes, where every item has one class.
    pub fn class_names(&self) -> Option<&[String]> {
        if let Self::Classes { names, .. } = self { Some(names) } else { None }
    }
}

impl Target {
    /// The targets of these rows, which are there, in this order.
    pub(crate) fn of_rows(&self, rows: &[usize]) -> Self {
        match self {
            Self::Classes { labels, names } => {
                Self::Classes { labels: rows.iter().map(|&row| labels[row]).collect(), names: names.clone() }
            }
            Self::Labels { sets, names } => Self::Labels {
                sets: rows.iter().map(|&row| sets[row].clone()).collect(),
                names: names.clone(),
            },
            Self::Values { values, names } => {
                let width = names.len();
                let row = |&row: &usize| values[row * width..(row + 1) * width].iter().copied();
                Self::Values { values: rows.iter().flat_map(row).collect(), names: names.clone() }
            }
        }
    }
}

impl TargetEncoder {
    /// The names of the classes; `None` for another kind of target.
    pub(crate) fn class_names(&self) -> Option<&[String]> {
        if let Self::Classes(encoder) = self { Some(encoder.names()) } else { None }
    }

    /// The names of the target columns; `None` for another kind of target.
    pub(crate) fn value_names(&self) -> Option<&[String]> {
        if let Self::Values(encoder) = self { Some(encoder.names()) } else { None }
    }

    /// The mean of each target column and what it was divided by; `None` for another kind of target.
    pub(crate) fn value_scales(&self) -> Option<Vec<[f64; 2]>> {
        if let Self::Values(encoder) = self { Some(encoder.scales()) } else { None }
    }

    /// What the target numbers go through before they are standardised; none where nothing is done.
    pub(crate) fn powers(&self) -> &[Power] {
        if let Self::Values(encoder) = self { encoder.powers() } else { &[] }
    }

    /// The names of the labels; `None` for another kind of target.
    pub(crate) fn label_names(&self) -> Option<&[String]> {
        if let Self::Labels(encoder) = self { Some(encoder.names()) } else { None }
    }
}
