//! The section `[model]`: an architecture, and the weights that it starts from.

use std::ops::Deref;
use std::path::PathBuf;

use kiln_core::{Layout, NameRule};
use kiln_models::{LoraConfig, ModelConfig};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The section `[model]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct ModelSettings {
    /// Which architecture, with its settings.
    #[serde(flatten)]
    pub network: ModelConfig,
    /// The weights to start from: a file of safetensors or, with the feature `pytorch`, of `torch.save`; or the folder of a run, whose
    /// preprocessing is then taken over, too. Default: none, and the first weights are drawn from the seed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weights: Option<PathBuf>,
    /// Other names for the tensors of that file, one rule after the other. A rule without `to` leaves tensors out. Default: none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-takes" = "a list of rules, such as [{ from = \"^0\\.\", to = \"output.\" }]"))]
    pub weights_map: Vec<NameRule>,
    /// A regular expression over the paths of the model: these parameters keep their first values. Default: none, but the last layer
    /// does where its number of outputs is another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("format" = "regex"))]
    pub weights_fresh: Option<String>,
    /// How the tensors of that file lie, where it does not say it and their shapes do not either. Default: as one of the two fits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weights_layout: Option<WeightsLayout>,
    /// BLAKE3 of the start weights, which kiln writes into the configuration of a run: other weights are then refused. Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weights_blake3: Option<String>,
    // The last one: where a configuration is written down, it is a section of its own.
    /// Adapters of low rank that are trained in place of the weights. Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lora: Option<LoraConfig>,
}

/// How the tensors of a file lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum WeightsLayout {
    /// As Burn's and kiln's: the weight of a linear layer is `[inputs, outputs]`.
    Kiln,
    /// As PyTorch's: it is `[outputs, inputs]`.
    Pytorch,
}

impl WeightsLayout {
    /// The layout as weights have it.
    pub fn layout(self) -> Layout {
        match self {
            Self::Kiln => Layout::Kiln,
            Self::Pytorch => Layout::PyTorch,
        }
    }
}

impl From<ModelConfig> for ModelSettings {
    /// The architecture with first weights that are drawn.
    fn from(network: ModelConfig) -> Self {
        Self {
            network,
            weights: None,
            weights_map: Vec::new(),
            weights_fresh: None,
            weights_layout: None,
            lora: None,
            weights_blake3: None,
        }
    }
}

/// What an architecture can tell, the section can.
impl Deref for ModelSettings {
    type Target = ModelConfig;

    fn deref(&self) -> &ModelConfig {
        &self.network
    }
}
