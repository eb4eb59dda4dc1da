//! The ways to explain.

use std::fmt;
use std::str::FromStr;

use kiln_core::nearest;
use serde::{Deserialize, Serialize};

use crate::error::ExplainError;

/// A way to explain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Method {
    /// ∂ output / ∂ input.
    Gradient,
    /// Input times gradient.
    #[serde(rename = "input-x-gradient")]
    InputXGradient,
    /// The mean gradient on the way from nothing to the input, times the input.
    IntegratedGradients,
    /// The mean gradient around the input.
    SmoothGrad,
    /// By how much the output falls where a part of the input is covered.
    Occlusion,
    /// Where the last feature maps speak for the output. For networks of images that have such maps.
    GradCam,
    /// Through which patches attention looks. For transformers.
    AttentionRollout,
}

impl Method {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::IntegratedGradients,
        Self::InputXGradient,
        Self::Gradient,
        Self::SmoothGrad,
        Self::Occlusion,
        Self::GradCam,
        Self::AttentionRollout,
    ];

    /// The name, as it is given on a command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Gradient => "gradient",
            Self::InputXGradient => "input-x-gradient",
            Self::IntegratedGradients => "integrated-gradients",
            Self::SmoothGrad => "smooth-grad",
            Self::Occlusion => "occlusion",
            Self::GradCam => "grad-cam",
            Self::AttentionRollout => "attention-rollout",
        }
    }

    /// What an attribution is, and where it is from.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Gradient => "the slope of the output by each input (Simonyan, Vedaldi and Zisserman 2013)",
            Self::InputXGradient => "each input times the slope of the output by it (Shrikumar et al. 2016)",
            Self::IntegratedGradients => {
                "what each input adds to the output on the way from 0, which sums to the difference (Sundararajan, Taly and Yan 2017)"
            }
            Self::SmoothGrad => "the mean slope of the output around the input (Smilkov et al. 2017)",
            Self::Occlusion => {
                "by how much the output falls where a part of the input is covered by 0 (Zeiler and Fergus 2013)"
            }
            Self::GradCam => "where the last feature maps speak for the output (Selvaraju et al. 2017)",
            Self::AttentionRollout => {
                "through which patches attention looks, whatever the output is (Abnar and Zuidema 2020)"
            }
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Method {
    type Err = ExplainError;

    fn from_str(text: &str) -> Result<Self, ExplainError> {
        let found = Self::ALL.into_iter().find(|method| method.name() == text);
        found.ok_or_else(|| ExplainError::Method {
            name: text.to_owned(),
            nearest: nearest(text, Self::ALL.into_iter().map(Self::name)),
        })
    }
}
