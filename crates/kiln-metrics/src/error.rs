//! Why a metric has no value.

use std::borrow::Cow;

use kiln_core::{ErrorKind, Explain, NumberError};

use crate::average::Average;

/// Why a metric has no value.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum MetricError {
    /// Nothing to score.
    #[error("there are no items to score")]
    Empty,
    /// A list that does not have as many numbers as the items need.
    #[error("{what} has {found} numbers, {items} items need {expected}")]
    Length {
        /// Which list.
        what: &'static str,
        /// How many numbers it has.
        found: usize,
        /// How many it must have.
        expected: String,
        /// How many items there are.
        items: usize,
    },
    /// A number that the metric is not defined for.
    #[error("{what} has {value} at {index}, counted from 0; it must be {expected}")]
    Value {
        /// Which list.
        what: &'static str,
        /// Where in the list.
        index: usize,
        /// The number.
        value: f64,
        /// The numbers that are allowed, in words.
        expected: &'static str,
    },
    /// A label that names no class.
    #[error(
        "{what} has class {label} at {index}, counted from 0; there are {classes} classes, counted from 0"
    )]
    Label {
        /// Which list.
        what: &'static str,
        /// Where in the list.
        index: usize,
        /// The label.
        label: u32,
        /// How many classes there are.
        classes: usize,
    },
    /// All items have weight 0.
    #[error("the weights of all items sum to 0")]
    NoWeight,
    /// A class without items, or whose items all have weight 0, where the metric needs items of it.
    #[error("class {class} has no items with a weight: {metric} is not defined")]
    MissingClass {
        /// The metric.
        metric: &'static str,
        /// The class.
        class: usize,
    },
    /// Too few items.
    #[error("{metric} is not defined for {found} items, it needs at least {least}")]
    TooFew {
        /// The metric.
        metric: &'static str,
        /// How many items there are.
        found: usize,
        /// How many it needs.
        least: usize,
    },
    /// A division by 0 in the metric's formula.
    #[error("{metric} is not defined: {why}")]
    Undefined {
        /// The metric.
        metric: &'static str,
        /// What is 0.
        why: &'static str,
    },
    /// A way to average that the metric does not have.
    #[error("{metric} has no average {average:?} {over}")]
    Average {
        /// The metric.
        metric: &'static str,
        /// The average that was asked for.
        average: Average,
        /// Over what.
        over: &'static str,
    },
    /// Two accumulators that do not count the same.
    #[error("{a} and {b} {what} cannot be merged")]
    Merge {
        /// Of what there is another number.
        what: &'static str,
        /// How many one has.
        a: usize,
        /// How many the other has.
        b: usize,
    },
    /// A setting out of its range.
    #[error(transparent)]
    Number(#[from] NumberError),
}

impl Explain for MetricError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Number(_) | Self::Average { .. } | Self::Merge { .. } => ErrorKind::Usage,
            _ => ErrorKind::Data,
        }
    }

    fn help(&self) -> Option<String> {
        let help = match self {
            Self::Empty => "score at least one item",
            Self::Length { .. } => "give each item one label or one row, in the same order in every list",
            Self::Value { .. } => "look at the model or the data that this number comes from",
            Self::Label { .. } => "count classes from 0, and give as many classes as there are",
            Self::NoWeight => "give at least one item a weight greater than 0",
            Self::MissingClass { .. } => {
                "score items of every class, or use a metric that allows a missing class"
            }
            Self::TooFew { .. } => "score more items",
            Self::Undefined { .. } => "use another metric, or more items",
            Self::Average { .. } => "use Average::Macro or Average::Weighted",
            Self::Merge { .. } => "make both with the same settings",
            Self::Number(_) => return None,
        };
        Some(help.to_owned())
    }

    fn key(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Number(error) => error.key(),
            _ => None,
        }
    }
}
