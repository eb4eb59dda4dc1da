//! Noise of training: dropout and its relatives, which change nothing in evaluation.

use kiln_core::{Range, check};
use serde::{Deserialize, Serialize};

use super::layer::Layer;
use super::part::{LayerKind, Part, Place, Shape};
use crate::ModelError;
use crate::dropout::{AlphaDropout, DropBlock, Dropout, GaussianDropout, GaussianNoise, SpatialDropout};
use crate::init::Init;
use crate::plan::Plan;
use crate::schema::JsonSchema;

/// A layer with a probability alone.
macro_rules! with_probability {
    ($(#[$about:meta])* $settings:ident, $layer:ident, $words:literal, $takes:ident) => {
        $(#[$about])*
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        #[schemars(example = Self { probability: 0.1 })]
        pub struct $settings {
            /// The probability, `[0, 1)`.
            #[schemars(transform = Range::BELOW_ONE.bounds())]
            pub probability: f64,
        }

        impl LayerKind for $settings {
            fn is_random(&self) -> bool {
                self.probability > 0.0
            }
        }

        impl Part for $settings {
            fn check(&self, key: &str) -> Result<(), ModelError> {
                Range::BELOW_ONE.check(&format!("{key}.probability"), self.probability)?;
                Ok(())
            }

            fn output(&self, at: &Place<'_>) -> Result<Shape, ModelError> {
                $takes(at)
            }

            fn plan(&self, _: &Place<'_>, _: &mut Plan) -> Result<String, ModelError> {
                Ok(format!("{} {}", $words, self.probability))
            }

            fn build(&self, _: &Place<'_>, _: &mut Init<'_>) -> Result<Layer, ModelError> {
                Ok(Layer::$layer($layer::checked(self.probability)))
            }
        }
    };
}

fn anything(at: &Place<'_>) -> Result<Shape, ModelError> {
    Ok(at.input)
}

fn map(at: &Place<'_>) -> Result<Shape, ModelError> {
    at.needs_map().map(Shape::Map)
}

with_probability! {
    /// Sets numbers to 0 with a probability and divides the others by what is left of 1: `torch.nn.Dropout`.
    DropoutLayer, Dropout, "dropout", anything
}

with_probability! {
    /// Drops whole channels of a feature map: `torch.nn.Dropout2d`.
    SpatialDropoutLayer, SpatialDropout, "spatial dropout", map
}

with_probability! {
    /// Sets numbers to the lower end of SELU and keeps mean and variance: `torch.nn.AlphaDropout`.
    AlphaDropoutLayer, AlphaDropout, "alpha dropout", anything
}

with_probability! {
    /// Multiplies by normal noise around 1, as large as that of dropout with this probability: Keras' `GaussianDropout`.
    GaussianDropoutLayer, GaussianDropout, "gaussian dropout", anything
}

/// Drops squares of a feature map: torchvision's `DropBlock2d`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = Self { probability: 0.1, size: size() })]
pub struct BlockDropoutLayer {
    /// About the share of the map that is dropped, `[0, 1)`.
    #[schemars(transform = Range::BELOW_ONE.bounds())]
    pub probability: f64,
    /// Side of the squares, at least 1; in a smaller map, that of the map. Default 5.
    #[serde(default = "size")]
    #[schemars(range(min = 1))]
    pub size: usize,
}

fn size() -> usize {
    5
}

impl LayerKind for BlockDropoutLayer {
    fn is_random(&self) -> bool {
        self.probability > 0.0
    }
}

impl Part for BlockDropoutLayer {
    fn check(&self, key: &str) -> Result<(), ModelError> {
        Range::BELOW_ONE.check(&format!("{key}.probability"), self.probability)?;
        check::at_least(&format!("{key}.size"), self.size, 1)?;
        Ok(())
    }

    fn output(&self, at: &Place<'_>) -> Result<Shape, ModelError> {
        map(at)
    }

    fn plan(&self, _: &Place<'_>, _: &mut Plan) -> Result<String, ModelError> {
        Ok(format!("block dropout {} ({size}x{size})", self.probability, size = self.size))
    }

    fn build(&self, _: &Place<'_>, _: &mut Init<'_>) -> Result<Layer, ModelError> {
        Ok(Layer::BlockDropout(DropBlock::checked(self.probability, self.size)))
    }
}

/// Adds normal noise to each number: Keras' `GaussianNoise`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = Self { deviation: 0.1 })]
pub struct GaussianNoiseLayer {
    /// Its standard deviation, at least 0.
    #[schemars(transform = Range::at_least(0.0).bounds())]
    pub deviation: f64,
}

impl LayerKind for GaussianNoiseLayer {
    fn is_random(&self) -> bool {
        self.deviation > 0.0
    }
}

impl Part for GaussianNoiseLayer {
    fn check(&self, key: &str) -> Result<(), ModelError> {
        Range::at_least(0.0).check(&format!("{key}.deviation"), self.deviation)?;
        Ok(())
    }

    fn output(&self, at: &Place<'_>) -> Result<Shape, ModelError> {
        anything(at)
    }

    fn plan(&self, _: &Place<'_>, _: &mut Plan) -> Result<String, ModelError> {
        Ok(format!("gaussian noise {}", self.deviation))
    }

    fn build(&self, _: &Place<'_>, _: &mut Init<'_>) -> Result<Layer, ModelError> {
        Ok(Layer::GaussianNoise(GaussianNoise::checked(self.deviation)))
    }
}
