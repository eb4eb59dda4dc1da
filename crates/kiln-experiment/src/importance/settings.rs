//! What is asked of a model.

use std::str::FromStr;

use super::loss::ImportanceMetric;
use crate::error::ImportanceError;
use crate::evaluate::Part;
use crate::session::Session;

/// Columns that are shuffled together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnGroup {
    /// What it is called.
    pub name: String,
    /// Its columns, at least one.
    pub columns: Vec<String>,
}

impl FromStr for ColumnGroup {
    type Err = ImportanceError;

    /// Of `NAME=COLUMN,COLUMN`.
    fn from_str(text: &str) -> Result<Self, ImportanceError> {
        let group = || ImportanceError::Group { text: text.to_owned() };
        let (name, columns) = text.split_once('=').ok_or_else(group)?;
        let columns: Vec<String> = columns.split(',').map(str::to_owned).collect();
        if name.is_empty() || columns.iter().any(String::is_empty) {
            return Err(group());
        }
        Ok(Self { name: name.to_owned(), columns })
    }
}

/// What is asked of a model.
///
/// | field | default |
/// |---|---|
/// | `part` | the test part |
/// | `metric` | `log_loss` of classes, `r2` of numbers |
/// | `repeats` | 10 |
/// | `groups` | none: each column by itself |
/// | `dependence` | no columns |
/// | `resolution` | 50 |
/// | `shapley` | none |
/// | `seed` | 0 |
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ImportanceSettings {
    /// What all experiments share.
    pub session: Session,
    /// The items that are asked for: those that training did not see say what a column is worth on new items.
    pub part: Part,
    /// What tells how good predictions are.
    pub metric: Option<ImportanceMetric>,
    /// How often each column is shuffled, at least 1.
    pub repeats: usize,
    /// Columns that are shuffled together. Other columns are shuffled by themselves.
    pub groups: Vec<ColumnGroup>,
    /// Columns whose dependence is asked for.
    pub dependence: Vec<String>,
    /// Places of a column of numbers, at least 2.
    pub resolution: usize,
    /// Whose Shapley values are asked for.
    pub shapley: Option<ShapleySettings>,
    /// What orders are drawn from.
    pub seed: u64,
}

/// How Shapley values are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShapleySettings {
    /// So many items, drawn from the part, at least 1. Default 100.
    pub items: usize,
    /// So many training items stand in for columns that are not told, at least 1. Default 100.
    pub background: usize,
    /// Orders that are drawn for each item, each with its reverse, at least 1. With at most 8 columns, or a linear model, values
    /// are exact. Default 20.
    pub orders: usize,
}

impl Default for ShapleySettings {
    fn default() -> Self {
        Self { items: 100, background: 100, orders: 20 }
    }
}

impl ImportanceSettings {
    /// With what all experiments share.
    pub fn new(session: Session) -> Self {
        Self {
            session,
            part: Part::Test,
            metric: None,
            repeats: 10,
            groups: Vec::new(),
            dependence: Vec::new(),
            resolution: 50,
            shapley: None,
            seed: 0,
        }
    }
}
