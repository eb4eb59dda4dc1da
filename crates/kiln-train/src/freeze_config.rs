//! The section `[[freeze]]`.

use kiln_core::{NumberError, ParamSelection, check};
use serde::{Deserialize, Serialize};

use crate::Freeze;
use crate::schema::JsonSchema;

/// An entry of `[[freeze]]`: parameters that are not trained for a while, or never.
///
/// ```
/// use kiln_core::{ParamPattern, ParamSelection};
/// use kiln_train::FreezeConfig;
///
/// let body = ParamSelection::Matching(ParamPattern::new("^(prep|stages)")?);
/// let freeze = FreezeConfig::new(body).until(3);
/// assert_eq!(freeze.until, Some(3));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = FreezeConfig::new(ParamSelection::paths(["layers.0"])))]
#[non_exhaustive]
pub struct FreezeConfig {
    /// The parameters that are frozen.
    pub params: ParamSelection,
    /// How many epochs they are frozen, at least 1. Default: to the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub until: Option<u64>,
    /// Whether a batch norm that is frozen goes by the batch all the same and moves its running statistics, as PyTorch's does with
    /// `requires_grad = False` alone. Default false: it stands still, as in evaluation.
    #[serde(default)]
    pub batch_statistics: bool,
}

impl FreezeConfig {
    /// These parameters to the end, their batch norm in evaluation mode.
    pub fn new(params: ParamSelection) -> Self {
        Self { params, until: None, batch_statistics: false }
    }

    /// Thaws when so many epochs are done.
    #[must_use]
    pub fn until(self, epochs: u64) -> Self {
        Self { until: Some(epochs), ..self }
    }

    /// Whether every number is in its range. `key` is its name in the configuration, `freeze.0`.
    ///
    /// # Errors
    /// [`NumberError`] for an end before the first epoch.
    pub fn check(&self, key: &str) -> Result<(), NumberError> {
        match self.until {
            Some(until) => {
                check::at_least(&format!("{key}.until"), usize::try_from(until).unwrap_or(usize::MAX), 1)
                    .map(drop)
            }
            None => Ok(()),
        }
    }
}

impl From<FreezeConfig> for Freeze {
    fn from(config: FreezeConfig) -> Self {
        let freeze = Self::new(config.params);
        let freeze = match config.until {
            Some(epochs) => freeze.epochs(epochs),
            None => freeze,
        };
        if config.batch_statistics { freeze } else { freeze.statistics() }
    }
}
