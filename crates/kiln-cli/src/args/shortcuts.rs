//! Flags for the two settings that a first training needs.

use clap::Args;
use kiln_config::Flags;

/// Flags for the two settings that a first training needs. All others are written `KEY=VALUE`.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Shortcuts {
    /// The column to predict, or several with commas: data.target [default: the last column].
    #[arg(long, value_name = "COLUMN", value_delimiter = ',')]
    pub(crate) target: Vec<String>,
    /// How many epochs: train.epochs.
    #[arg(long, value_name = "N")]
    pub(crate) epochs: Option<u64>,
}

impl Shortcuts {
    /// These in addition to other flags.
    pub(crate) fn among(&self, flags: Flags) -> Flags {
        Flags { target: self.target.clone(), epochs: self.epochs, ..flags }
    }
}
