//! By which rules the rows and columns of a table are understood.

use serde::{Deserialize, Serialize};

use crate::schema::JsonSchema;

/// By which rules a table is understood.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reading {
    /// Those of kiln 0.1.0: columns are numbers or categories, none is left out, and classes that are numbers have the name of
    /// the number. For runs that it left behind.
    First,
    /// Those that this documentation describes, but every table gets the model of a small one. For searches and cross-validations that were begun with it.
    Second,
    /// Those that this documentation describes.
    #[default]
    Third,
}

impl Reading {
    /// The rules of a number that a run wrote down: [`Reading::number`].
    pub fn of_number(number: u32) -> Self {
        match number {
            0 | 1 => Self::First,
            2 => Self::Second,
            _ => Self::Third,
        }
    }

    /// What a run writes down: 1, 2 or 3.
    pub fn number(self) -> u32 {
        match self {
            Self::First => 1,
            Self::Second => 2,
            Self::Third => 3,
        }
    }
}

/// What becomes of rows whose target is missing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum MissingTarget {
    /// They are left out.
    #[default]
    Skip,
    /// The first is an error.
    Error,
}

impl MissingTarget {
    pub(crate) fn is_skip(&self) -> bool {
        *self == Self::Skip
    }
}
