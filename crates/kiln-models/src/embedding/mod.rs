//! Numbers of a table as several features each.
//!
//! A network on plain numbers learns functions that are too smooth for tables (Gorishniy, Rubachev and Babenko: On embeddings for
//! numerical features, 2022).

mod categories;
mod columns;
pub(crate) mod front;
mod kind;
mod per_number;

use burn::module::Module;
use burn::tensor::Tensor;
use kiln_core::kinds;

pub(crate) use categories::Categories;
pub use categories::{CategoriesConfig, WidthRule};
pub(crate) use columns::EmbeddedColumns;
pub(crate) use front::Front;
pub use kind::EmbeddingKind;

use crate::init::Init;
use crate::{EmbeddingOperation, ModelInput};

kinds! {
    /// The section `[model.embedding]`: how each number of a table becomes several features.
    pub enum EmbeddingConfig: EmbeddingKind {
        "plr" => plr::Plr(PlrConfig),
        "pbld" => pbld::Pbld(PbldConfig),
        "piecewise-linear" => piecewise_linear::PiecewiseLinear(PiecewiseLinearConfig),
    }
}

/// An embedding at work: `[N, numbers]` to `[N, numbers · width]`.
#[derive(Module, Debug)]
pub(crate) enum Layer {
    Plr(plr::Plr),
    Pbld(pbld::Pbld),
    PiecewiseLinear(piecewise_linear::PiecewiseLinear),
}

impl Layer {
    /// For settings that were checked.
    fn new(config: &EmbeddingConfig, init: &mut Init<'_>, input: &ModelInput) -> Self {
        let numbers = input.number_count();
        match config {
            EmbeddingConfig::Plr(config) => Self::Plr(config.layer(init, numbers)),
            EmbeddingConfig::Pbld(config) => Self::Pbld(config.layer(init, numbers)),
            EmbeddingConfig::PiecewiseLinear(config) => {
                Self::PiecewiseLinear(config.layer(init, &input.bins))
            }
        }
    }

    fn operation(&self) -> EmbeddingOperation {
        match self {
            Self::Plr(_) => EmbeddingOperation::Plr,
            Self::Pbld(_) => EmbeddingOperation::Pbld,
            Self::PiecewiseLinear(_) => EmbeddingOperation::PiecewiseLinear,
        }
    }

    pub(crate) fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        match self {
            Self::Plr(layer) => layer.forward(x),
            Self::Pbld(layer) => layer.forward(x),
            Self::PiecewiseLinear(layer) => layer.forward(x),
        }
    }
}
