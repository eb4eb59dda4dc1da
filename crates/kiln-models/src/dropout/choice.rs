//! The dropout of a layer, of the kind that the configuration names.

use burn::module::Module;
use burn::tensor::Tensor;
use kiln_core::Seed;
use serde::{Deserialize, Serialize};

use super::{AlphaDropout, DropBlock, Dropout, GaussianDropout, SpatialDropout};
use crate::schema::JsonSchema;

/// What dropout does to the units of a dense layer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum DropoutKind {
    /// Sets them to 0: [`Dropout`](crate::Dropout).
    #[default]
    Element,
    /// Sets them to the lower end of SELU and keeps mean and variance: [`AlphaDropout`](crate::AlphaDropout).
    Alpha,
    /// Multiplies them by normal noise around 1: [`GaussianDropout`](crate::GaussianDropout).
    Gaussian,
}

/// What dropout drops of feature maps.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ConvDropoutKind {
    /// Single elements: [`Dropout`](crate::Dropout).
    #[default]
    Element,
    /// Whole channels: [`SpatialDropout`](crate::SpatialDropout).
    Spatial,
    /// Squares: [`DropBlock`](crate::DropBlock).
    Block,
}

/// Dropout after a dense layer.
#[derive(Module, Debug)]
pub(crate) enum DenseDropout {
    Element(Dropout),
    Alpha(AlphaDropout),
    Gaussian(GaussianDropout),
}

/// Settings of [`DenseDropout`] that were checked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DenseDropoutStyle {
    pub(crate) kind: DropoutKind,
    pub(crate) probability: f64,
}

impl DenseDropoutStyle {
    pub(crate) fn init(self) -> DenseDropout {
        match self.kind {
            DropoutKind::Element => DenseDropout::Element(Dropout::checked(self.probability)),
            DropoutKind::Alpha => DenseDropout::Alpha(AlphaDropout::checked(self.probability)),
            DropoutKind::Gaussian => DenseDropout::Gaussian(GaussianDropout::checked(self.probability)),
        }
    }

    /// For the summary of a model: `alpha dropout 0.1`; nothing where nothing is dropped.
    pub(crate) fn describe(self) -> Option<String> {
        let kind = match self.kind {
            DropoutKind::Element => "dropout",
            DropoutKind::Alpha => "alpha dropout",
            DropoutKind::Gaussian => "gaussian dropout",
        };
        (self.probability > 0.0).then(|| format!("{kind} {}", self.probability))
    }
}

impl DenseDropout {
    /// The probability of dropout of elements, where there is any.
    pub(crate) fn of_elements(&self) -> Option<f64> {
        match self {
            Self::Element(layer) => layer.probability(),
            Self::Alpha(_) | Self::Gaussian(_) => None,
        }
    }

    /// Gives it a share of its probability, and says whether it had one.
    pub(crate) fn scale(&mut self, share: f64) -> bool {
        match self {
            Self::Element(layer) => layer.scale(share),
            Self::Alpha(layer) => layer.scale(share),
            Self::Gaussian(layer) => layer.scale(share),
        }
    }

    pub(crate) fn forward(&self, x: Tensor<2>, seed: Option<Seed>) -> Tensor<2> {
        match self {
            Self::Element(layer) => layer.forward(x, seed),
            Self::Alpha(layer) => layer.forward(x, seed),
            Self::Gaussian(layer) => layer.forward(x, seed),
        }
    }
}

/// Dropout after a convolution.
#[derive(Module, Debug)]
pub(crate) enum ConvDropout {
    Element(Dropout),
    Spatial(SpatialDropout),
    Block(DropBlock),
}

/// Settings of [`ConvDropout`] that were checked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ConvDropoutStyle {
    pub(crate) kind: ConvDropoutKind,
    pub(crate) probability: f64,
    /// Side of the squares.
    pub(crate) block: usize,
}

impl ConvDropoutStyle {
    pub(crate) const NONE: Self = Self { kind: ConvDropoutKind::Element, probability: 0.0, block: 1 };

    pub(crate) fn init(self) -> ConvDropout {
        match self.kind {
            ConvDropoutKind::Element => ConvDropout::Element(Dropout::checked(self.probability)),
            ConvDropoutKind::Spatial => ConvDropout::Spatial(SpatialDropout::checked(self.probability)),
            ConvDropoutKind::Block => ConvDropout::Block(DropBlock::checked(self.probability, self.block)),
        }
    }

    /// For the summary of a model: `block dropout 0.1 (5x5)`; nothing where nothing is dropped.
    pub(crate) fn describe(self) -> Option<String> {
        let (probability, block) = (self.probability, self.block);
        (probability > 0.0).then(|| match self.kind {
            ConvDropoutKind::Element => format!("dropout {probability}"),
            ConvDropoutKind::Spatial => format!("spatial dropout {probability}"),
            ConvDropoutKind::Block => format!("block dropout {probability} ({block}x{block})"),
        })
    }
}

impl ConvDropout {
    /// Gives it a share of its probability, and says whether it had one.
    pub(crate) fn scale(&mut self, share: f64) -> bool {
        match self {
            Self::Element(layer) => layer.scale(share),
            Self::Spatial(layer) => layer.scale(share),
            Self::Block(layer) => layer.scale(share),
        }
    }

    pub(crate) fn forward(&self, x: Tensor<4>, seed: Option<Seed>) -> Tensor<4> {
        match self {
            Self::Element(layer) => layer.forward(x, seed),
            Self::Spatial(layer) => layer.forward(x, seed),
            Self::Block(layer) => layer.forward(x, seed),
        }
    }
}
