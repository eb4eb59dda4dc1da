//! What the settings of a table are chosen for.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the settings of a table are chosen for that nothing is said about. Those of images and texts do not depend on it.
///
/// | preset | model | training |
/// |---|---|---|
/// | none | as `fast`; of a table of 800 rows or more two layers of 256, numbers as waves (PBLD) | as `fast` |
/// | `fast` | one layer of 256 | Adam, early stopping, an average of the weights |
/// | `good` | RealMLP: three layers of 256, numbers as waves (PBLD), learned scales and activations | AdamW with a rate of its own for each kind of parameter, in cycles (`coslog`) |
/// | `best` | `good` and `fast`, in bags of five folds that are cut twice, and the weights of their mean | as `good` where one model is trained, such as in a fold |
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Preset {
    /// A small network that trains in seconds.
    Fast,
    /// RealMLP (Holzmüller, Grinsztajn and Steinwart 2024), whose defaults were tuned on 118 tables.
    Good,
    /// Bags of both, weighed by what they say of the items that they have not seen: `kiln train` alone makes them.
    Best,
}

impl Preset {
    /// The name in a configuration: `fast`, `good`, `best`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Fast => "fast",
            Self::Good => "good",
            Self::Best => "best",
        }
    }
}
