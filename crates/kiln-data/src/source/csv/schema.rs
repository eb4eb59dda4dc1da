//! The columns a model was trained with, so that they are found again at predict.

use serde::{Deserialize, Serialize};

use crate::{Column, DateForm, Values};

/// A column that a model takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnSchema {
    /// The name in the header.
    pub name: String,
    /// What its cells are.
    pub kind: ColumnKind,
}

/// What the cells of a column are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ColumnKind {
    /// Numbers.
    Numeric,
    /// Categories, in the order of their codes.
    Categorical(Vec<String>),
    /// Dates in this form.
    Dates(DateForm),
}

impl ColumnSchema {
    /// The schema of `column`.
    pub fn of(column: &Column) -> Self {
        let kind = match &column.values {
            Values::Numeric(_) => ColumnKind::Numeric,
            Values::Categorical { names, .. } => ColumnKind::Categorical(names.clone()),
            Values::Dates { form, .. } => ColumnKind::Dates(*form),
            Values::Stored(stored) => match stored.names() {
                Some(names) => ColumnKind::Categorical(names.to_vec()),
                None => ColumnKind::Numeric,
            },
        };
        Self { name: column.name.clone(), kind }
    }
}
