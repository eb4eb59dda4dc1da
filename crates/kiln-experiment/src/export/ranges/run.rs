//! One operation, done: what [`Operation`] says in words. Those of tokens are not among them.

use burn::tensor::ops::{AvgPoolOptions, ConvOptions, MaxPoolOptions};
use burn::tensor::{Device, Tensor, module};
use kiln_core::Weights;
use kiln_kernels::{Act, conv2d, flatten, global_avg_pool2d, global_max_pool2d, layer_norm, linear};
use kiln_models::{Activation, Operation};

use super::signal::Signal;

/// What `operation` makes of `x`. `None` for one that is not followed.
pub(super) fn run(operation: &Operation, weights: &Weights, device: &Device, x: Signal) -> Option<Signal> {
    let layers = Layers { weights, device };
    Some(match (operation, x) {
        (Operation::Flatten, Signal::Map(x)) => Signal::Row(flatten(x)),
        (Operation::Flatten, x) => x,
        (Operation::Linear { layer, bias }, Signal::Row(x)) => {
            Signal::Row(linear(x, layers.get(layer, "weight")?, layers.bias(layer, *bias)?, Act::None))
        }
        (Operation::Conv { layer, bias, stride, padding, groups, .. }, Signal::Map(x)) => {
            let options = ConvOptions::new([*stride; 2], [*padding; 2], [1; 2], *groups);
            let bias = layers.bias(layer, *bias)?;
            Signal::Map(conv2d(x, layers.get(layer, "weight")?, bias, options, Act::None))
        }
        (Operation::BatchNorm { layer, epsilon }, x) => layers.batch_norm(layer, *epsilon, x)?,
        (Operation::LayerNorm { layer, epsilon }, Signal::Row(x)) => {
            let (gamma, beta) = (layers.get(layer, "gamma")?, layers.get(layer, "beta")?);
            Signal::Row(layer_norm(x, gamma, beta, *epsilon, Act::None))
        }
        (Operation::Activation(activation), Signal::Row(x)) => Signal::Row(activation.forward(x)),
        (Operation::Activation(activation), Signal::Map(x)) => Signal::Map(activation.forward(x)),
        (Operation::MaxPool { side, stride, padding }, Signal::Map(x)) => {
            let options = MaxPoolOptions::new([*side; 2]).with_stride([*stride; 2]);
            Signal::Map(module::max_pool2d(x, options.with_padding([*padding; 2])))
        }
        (Operation::AvgPool { side, stride }, Signal::Map(x)) => {
            Signal::Map(module::avg_pool2d(x, AvgPoolOptions::new([*side; 2]).with_stride([*stride; 2])))
        }
        (Operation::GlobalMax, Signal::Map(x)) => Signal::Row(global_max_pool2d(x)),
        (Operation::GlobalMean, Signal::Map(x)) => Signal::Row(global_avg_pool2d(x)),
        (Operation::SqueezeExcite { layer, activation, gate }, Signal::Map(x)) => {
            let [items, channels, ..] = x.dims();
            let mut scale = global_avg_pool2d(x.clone());
            for (part, activation) in [("fc1", activation), ("fc2", gate)] {
                scale = layers.pointwise(&format!("{layer}.{part}"), *activation, scale)?;
            }
            Signal::Map(x * scale.reshape([items, channels, 1, 1]))
        }
        _ => return None,
    })
}

/// The layers by their paths.
struct Layers<'a> {
    weights: &'a Weights,
    device: &'a Device,
}

impl Layers<'_> {
    fn get<const D: usize>(&self, layer: &str, name: &str) -> Option<Tensor<D>> {
        let data = self.weights.get(&format!("{layer}.{name}"))?;
        (data.shape().len() == D).then(|| Tensor::from_data(data.clone(), self.device))
    }

    /// `Some(None)` for a layer without one.
    fn bias(&self, layer: &str, has_bias: bool) -> Option<Option<Tensor<1>>> {
        if has_bias { Some(Some(self.get(layer, "bias")?)) } else { Some(None) }
    }

    fn batch_norm(&self, layer: &str, epsilon: f64, x: Signal) -> Option<Signal> {
        let get = |name| self.get::<1>(layer, name);
        let scale = get("gamma")? / get("running_var")?.add_scalar(epsilon).sqrt();
        let shift = get("beta")? - get("running_mean")? * scale.clone();
        let channels = scale.dims()[0];
        Some(match x {
            Signal::Row(x) => Signal::Row(x * scale.reshape([1, channels]) + shift.reshape([1, channels])),
            Signal::Map(x) => {
                let [scale, shift] = [scale, shift].map(|vector| vector.reshape([1, channels, 1, 1]));
                Signal::Map(x * scale + shift)
            }
        })
    }

    /// A 1×1 convolution over rows of channels.
    fn pointwise(&self, layer: &str, activation: Activation, x: Tensor<2>) -> Option<Tensor<2>> {
        let weight: Tensor<4> = self.get(layer, "weight")?;
        let [outputs, inputs, ..] = weight.dims();
        let weight = weight.reshape([outputs, inputs]).transpose();
        Some(activation.forward(linear(x, weight, Some(self.get(layer, "bias")?), Act::None)))
    }
}
