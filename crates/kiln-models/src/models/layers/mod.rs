//! A network of the layers that the configuration lists, one after the other: `[[model.layers]]`.
//!
//! A kind of layer is its settings, which implement [`LayerKind`] and [`Part`](part::Part), and a line of the list below. What it is at work is
//! a variant of `Layer` (`layer.rs`), which `run.rs` runs and `operations.rs` writes down for exporters.

mod activation;
mod attention;
mod conv;
mod dropout;
mod flatten;
mod functions;
mod layer;
mod linear;
mod model;
mod norm;
mod operations;
mod part;
mod patches;
mod pool;
mod problem;
mod residual;
mod run;
mod stack;

pub use activation::ActivationLayer;
pub use attention::AttentionLayer;
pub use conv::ConvLayer;
pub use dropout::{
    AlphaDropoutLayer, BlockDropoutLayer, DropoutLayer, GaussianDropoutLayer, GaussianNoiseLayer,
    SpatialDropoutLayer,
};
pub use flatten::FlattenLayer;
pub use linear::LinearLayer;
pub use model::{Sequential, SequentialConfig};
pub use norm::{BatchNormLayer, GroupNormLayer, LayerNormLayer};
pub use part::LayerKind;
pub use patches::PatchesLayer;
pub use pool::{AvgPoolLayer, GlobalAvgPoolLayer, GlobalMaxPoolLayer, MaxPoolLayer};
pub use problem::LayerProblem;
pub use residual::ResidualLayer;

/// Makes the enum of the layers from the list.
macro_rules! registry {
    ($($name:literal => $kind:ident($settings:ident)),+ $(,)?) => {
        kiln_core::kinds! {
            /// An entry of `[[model.layers]]`: one layer of a network.
            pub enum LayerConfig: LayerKind {
                $($name => $kind($settings)),+
            }
        }

        impl LayerConfig {
            pub(crate) fn as_part(&self) -> &dyn part::Part {
                match self {
                    $(Self::$kind(settings) => settings,)+
                }
            }
        }
    };
}

registry! {
    "conv" => Conv(ConvLayer),
    "linear" => Linear(LinearLayer),
    "batch-norm" => BatchNorm(BatchNormLayer),
    "layer-norm" => LayerNorm(LayerNormLayer),
    "group-norm" => GroupNorm(GroupNormLayer),
    "activation" => Activation(ActivationLayer),
    "max-pool" => MaxPool(MaxPoolLayer),
    "avg-pool" => AvgPool(AvgPoolLayer),
    "global-avg-pool" => GlobalAvgPool(GlobalAvgPoolLayer),
    "global-max-pool" => GlobalMaxPool(GlobalMaxPoolLayer),
    "flatten" => Flatten(FlattenLayer),
    "dropout" => Dropout(DropoutLayer),
    "spatial-dropout" => SpatialDropout(SpatialDropoutLayer),
    "block-dropout" => BlockDropout(BlockDropoutLayer),
    "alpha-dropout" => AlphaDropout(AlphaDropoutLayer),
    "gaussian-dropout" => GaussianDropout(GaussianDropoutLayer),
    "gaussian-noise" => GaussianNoise(GaussianNoiseLayer),
    "patches" => Patches(PatchesLayer),
    "attention" => Attention(AttentionLayer),
    "residual" => Residual(ResidualLayer),
}
