//! Linear models, MLP, TabM, CNN and ResNet, and networks of torchvision and timm, each from a checked configuration.
//!
//! [`ModelConfig::init`] makes a [`Network`]; [`ModelConfig::summary`] says what it would be without making it.
//! The first weights and the dropout masks are drawn on the host from a [`kiln_core::Seed`], so they are the same
//! on every backend.
//!
//! ```
//! use burn::tensor::{Device, Tensor};
//! use kiln_core::{Purpose, Seed};
//! use kiln_data::{InputShape, Inputs};
//! use kiln_models::{MlpConfig, ModelConfig};
//!
//! let config = ModelConfig::Mlp(MlpConfig { hidden: vec![32], dropout: 0.1, ..MlpConfig::default() });
//! println!("{}", config.summary(InputShape::Table(4), 3)?);
//!
//! let device = Device::default();
//! let network = config.init(InputShape::Table(4), 3, &device, Seed::new(0).purpose(Purpose::Init))?;
//! let logits = network.forward(Inputs::Table(Tensor::zeros([5, 4], &device)), None);
//! assert_eq!(logits.dims(), [5, 3]);
//! # Ok::<(), kiln_models::ModelError>(())
//! ```

mod activation;
mod adopt;
mod attention;
mod batch_ensemble;
mod conv;
mod convolution;
mod dense;
mod dropout;
mod embedding;
mod error;
mod filters;
mod first_values;
mod init;
mod input;
mod inverted;
mod lora;
mod models;
mod norm;
mod observe;
mod operation;
mod parametrization;
mod plan;
mod published;
mod residual;
mod schema;
mod sequence;
mod series;
mod summary;
#[cfg(test)]
mod tests;
mod token_bags;
mod token_embedding;

pub use activation::Activation;
pub use adopt::Adopted;
pub use dropout::{
    AlphaDropout, ConvDropoutKind, DropBlock, Dropout, DropoutKind, GaussianDropout, GaussianNoise,
    SpatialDropout, StochasticDepth,
};
pub use embedding::{
    CategoriesConfig, EmbeddingConfig, EmbeddingKind, PbldConfig, PiecewiseLinearConfig, PlrConfig, WidthRule,
};
pub use error::ModelError;
pub use first_values::FirstValues;
pub use input::ModelInput;
pub use lora::LoraConfig;
pub use models::*;
pub use norm::Norm;
pub use observe::Tap;
pub use operation::{EmbeddingOperation, Operation, RecurrentCell, SequenceOperation};
pub use parametrization::Parametrization;
pub use published::Published;
pub use sequence::{Decoder, FeedForward, Positions, TokenNorm};
pub use summary::{LayerSummary, Summary};
