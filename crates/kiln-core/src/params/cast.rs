//! A module that computes in another type than that of its parameters.

use burn::module::Module;
use burn::tensor::DType;

use super::mapper::{Change, Mapper};

/// The module with the weights of its linear layers and convolutions (the parameters `weight` of `Linear`, `Conv1d` and `Conv2d`) in another type.
/// Everything else is that of `module`: biases, normalisations, embeddings.
///
/// On an autodiff device the cast is part of the graph: gradients come to the parameters of `module`, in their own type. The running
/// statistics of Burn's layers are shared, as between clones.
///
/// ```
/// use burn::nn::LinearConfig;
/// use burn::tensor::{DType, Device};
/// use kiln_core::params;
///
/// let layer = LinearConfig::new(3, 2).init(&Device::default());
/// let lower = params::cast_weights(layer.clone(), DType::BF16);
/// assert_eq!((lower.weight.dtype(), layer.weight.dtype()), (DType::BF16, DType::F32));
/// assert_eq!(lower.bias.unwrap().dtype(), DType::F32);
/// ```
pub fn cast_weights<M: Module>(module: M, dtype: DType) -> M {
    module.map(&mut Mapper::new(Change::Type(dtype)))
}
