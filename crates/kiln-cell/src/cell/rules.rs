//! What settings say of the cells of a table. A model keeps it, so that new rows mean what the training rows meant.

use serde::{Deserialize, Serialize};

use super::marks::Marks;
use super::number::Decimal;

/// What settings say of the cells of a table. The default says nothing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CellRules {
    /// `data.missing`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<Vec<String>>,
    /// `data.decimal`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decimal: Option<Decimal>,
}

impl CellRules {
    /// Which texts stand for a missing value.
    pub fn marks(&self) -> Marks {
        Marks::new(self.missing.as_deref())
    }

    /// Whether they say nothing.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}
