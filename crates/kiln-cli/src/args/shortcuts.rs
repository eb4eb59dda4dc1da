//! Flags for the settings that a first training needs.

use clap::{Args, ValueEnum};
use kiln_config::{Flags, Preset};

/// Flags for the settings that a first training needs. All others are written `KEY=VALUE`.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Shortcuts {
    /// The column to predict, or several with commas: data.target [default: the last column].
    #[arg(long, value_name = "COLUMN", value_delimiter = ',')]
    pub(crate) target: Vec<String>,
    /// How many epochs: train.epochs.
    #[arg(long, value_name = "N")]
    pub(crate) epochs: Option<u64>,
    /// What the settings of a table are chosen for that nothing is said about [default: fast].
    #[arg(long, value_enum)]
    pub(crate) preset: Option<PresetName>,
}

/// What the settings of a table are chosen for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PresetName {
    /// A small network that trains in seconds
    Fast,
    /// RealMLP
    Good,
    /// Bags of both, weighed by the items that they have not seen
    Best,
}

impl From<PresetName> for Preset {
    fn from(name: PresetName) -> Self {
        match name {
            PresetName::Fast => Self::Fast,
            PresetName::Good => Self::Good,
            PresetName::Best => Self::Best,
        }
    }
}

impl Shortcuts {
    /// These in addition to other flags.
    pub(crate) fn among(&self, flags: Flags) -> Flags {
        let preset = self.preset.map(Into::into);
        Flags { target: self.target.clone(), epochs: self.epochs, preset, ..flags }
    }
}
