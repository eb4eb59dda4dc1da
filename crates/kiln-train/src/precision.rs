//! `train.precision`: in which type the products of a training are computed.

use std::borrow::Cow;

use burn::tensor::DType;
use kiln_core::{ErrorKind, Explain};
use serde::{Deserialize, Serialize};

use crate::schema::JsonSchema;

/// In which type the products of a training are computed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum PrecisionConfig {
    /// Everything in 32 bits.
    #[default]
    F32,
    /// Linear layers, convolutions and what follows them up to the next normalisation or the loss in 16 bits with the range of f32
    /// (bfloat16), forward and backward. Weights, updates, normalisations and losses stay in f32.
    Bf16,
    /// The same in 16 bits with a smaller range, and the loss scaled so that gradients stay within it (Micikevicius et al., Mixed
    /// Precision Training, 2018). A step whose gradient leaves it is skipped, and the scale halved.
    F16,
}

impl PrecisionConfig {
    /// Whether everything is in f32.
    pub fn is_full(&self) -> bool {
        self.lower().is_none()
    }

    /// The name in a configuration.
    pub fn name(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::Bf16 => "bf16",
            Self::F16 => "f16",
        }
    }

    /// The type of products, where it is not f32.
    pub(crate) fn lower(self) -> Option<DType> {
        match self {
            Self::F32 => None,
            Self::Bf16 => Some(DType::BF16),
            Self::F16 => Some(DType::F16),
        }
    }
}

/// Why a training cannot have its [`PrecisionConfig`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PrecisionError {
    /// The device does not compute in this type.
    #[error("the device does not compute in {}, as train.precision asks: {device}", precision.name())]
    Device {
        /// The precision that was asked for.
        precision: PrecisionConfig,
        /// The device as Burn shows it.
        device: String,
    },
    /// The task does not say that its model can.
    #[error("the task does not say that its model takes weights in {}, as train.precision asks", precision.name())]
    Task {
        /// The precision that was asked for.
        precision: PrecisionConfig,
    },
    /// What else is set computes in f32 alone.
    #[error("{what} in f32 alone, and train.precision asks for {}", precision.name())]
    Elsewhere {
        /// The precision that was asked for.
        precision: PrecisionConfig,
        /// What computes so: `several optimisers train`.
        what: &'static str,
    },
}

impl Explain for PrecisionError {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Usage
    }

    fn help(&self) -> Option<String> {
        Some(match self {
            Self::Device { precision: PrecisionConfig::Bf16, .. } => {
                "set train.precision=f32, or use a device that has it: cuda, rocm, flex".to_owned()
            }
            Self::Device { .. } => {
                "set train.precision=f32, or use a device that has it: cuda, rocm, many GPUs through vulkan, flex"
                    .to_owned()
            }
            Self::Task { .. } => {
                "build the model's linear layers and convolutions from `kiln::kernels`, and say so with \
                 `Supervised::lower_precision` or `Task::takes_lower_weights`; or leave train.precision=f32"
                    .to_owned()
            }
            Self::Elsewhere { .. } => "set train.precision=f32".to_owned(),
        })
    }

    fn key(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed("train.precision"))
    }
}
