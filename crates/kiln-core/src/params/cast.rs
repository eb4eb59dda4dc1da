//! A module that computes in another type than that of its parameters.

use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::{DType, Tensor};

use super::ModulePath;

/// The layers whose weights only ever meet their input in a product.
const PRODUCTS: [&str; 3] = ["Linear", "Conv1d", "Conv2d"];

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
    module.map(&mut Cast { at: ModulePath::default(), dtype })
}

struct Cast {
    at: ModulePath,
    dtype: DType,
}

impl ModuleMapper for Cast {
    fn enter_module(&mut self, name: &str, container: &str) {
        self.at.enter(name, container);
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.at.exit();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let is_product = self.at.steps().last().is_some_and(|(name, container)| {
            let layer = container.rsplit(':').next().unwrap_or(container);
            name == "weight" && PRODUCTS.contains(&layer)
        });
        if is_product { param.map(|tensor| tensor.cast(self.dtype)) } else { param }
    }
}
