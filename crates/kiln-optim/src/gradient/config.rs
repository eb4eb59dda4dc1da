//! The section `[gradient]`.

use kiln_core::{NumberError, Range};
use serde::{Deserialize, Serialize};

use crate::schema::JsonSchema;

/// The section `[gradient]`: what is done to the gradient of a step before the optimiser gets it, beside
/// `train.clip_norm` and `train.clip_value`.
///
/// In this order: centralised, clipped by value, adaptively, by the norm of each parameter, by the global norm; noise
/// last, so that no clipping shrinks it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(example = Self { adaptive_clip: Some(0.01), centralize: true, ..Self::default() })]
pub struct GradientConfig {
    /// Largest Euclidean norm of the gradient of each parameter, positive. Default: no limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(transform = Range::POSITIVE.bounds())]
    pub clip_param_norm: Option<f64>,
    /// Adaptive clipping (Brock et al. 2021): largest norm of the gradient of a unit as a share of the norm of its
    /// weights, positive; the paper has 0.01 for large batches. Default: no limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(transform = Range::POSITIVE.bounds())]
    pub adaptive_clip: Option<f64>,
    /// The norm of a unit's weights counts as at least this much, positive. Default 1e-3.
    #[schemars(transform = Range::POSITIVE.bounds())]
    pub adaptive_clip_eps: f64,
    /// Whether each unit's gradient is made to have the mean 0 (Yong et al. 2020). Default false.
    pub centralize: bool,
    /// Gaussian noise of variance η / (1 + step)^γ on the gradient (Neelakantan et al. 2015): η, positive; the paper has
    /// 0.01, 0.3 and 1. Default: none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(transform = Range::POSITIVE.bounds())]
    pub noise: Option<f64>,
    /// The γ of the noise, at least 0. Default 0.55.
    #[schemars(transform = Range::at_least(0.0).bounds())]
    pub noise_decay: f64,
    /// Whether mean and maximum of the global norm over each epoch are recorded, as `grad_norm` and `grad_norm_max`.
    /// They are anyway where `train.clip_norm` needs the norm. Default false: it costs a pass over the gradient.
    pub record_norm: bool,
}

impl Default for GradientConfig {
    fn default() -> Self {
        Self {
            clip_param_norm: None,
            adaptive_clip: None,
            adaptive_clip_eps: 1e-3,
            centralize: false,
            noise: None,
            noise_decay: 0.55,
            record_norm: false,
        }
    }
}

impl GradientConfig {
    /// Checks every number.
    ///
    /// # Errors
    /// [`NumberError`] naming the first setting that is out of its range.
    pub fn check(&self) -> Result<(), NumberError> {
        for (key, value) in [
            ("gradient.clip_param_norm", self.clip_param_norm),
            ("gradient.adaptive_clip", self.adaptive_clip),
            ("gradient.adaptive_clip_eps", Some(self.adaptive_clip_eps)),
            ("gradient.noise", self.noise),
        ] {
            if let Some(value) = value {
                Range::POSITIVE.check(key, value)?;
            }
        }
        Range::at_least(0.0).check("gradient.noise_decay", self.noise_decay).map(|_| ())
    }
}
