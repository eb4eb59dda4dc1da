//! Normalisation layers, as PyTorch has them.
//!
//! The parameters are those of Burn's layers, the arithmetic of layer norm, and of batch norm in training, is kiln's: fused
//! with what follows, and with the running variance of PyTorch, which is the unbiased one (divided by n - 1; Burn's divides
//! by n).
//!
//! A batch of one value for each channel has no variance: batch norm then gives its shift alone, where PyTorch refuses,
//! and leaves the running variance as it is.

use burn::module::{Module, ModuleMapper, Param, RunningState};
use burn::nn::{BatchNorm, BatchNormConfig, LayerNorm, LayerNormConfig};
use burn::tensor::{DType, Device, Tensor};
use kiln_kernels::{Act, BatchStatistics, NormAct, batch_norm, layer_norm, scale, weighted_sums};
use serde::{Deserialize, Serialize};

use crate::Operation;
use crate::schema::JsonSchema;

/// Normalisation inside a layer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Norm {
    /// None.
    #[default]
    None,
    /// Batch normalisation (momentum 0.1, epsilon 1e-5).
    Batch,
    /// Layer normalisation (epsilon 1e-5).
    Layer,
}

/// What layer norm adds to a variance: the default of PyTorch and of Burn, whose layer does not tell it.
const LAYER_EPSILON: f64 = 1e-5;

#[derive(Module, Debug)]
pub(crate) enum Normalization {
    Batch(BatchNorm),
    Layer(LayerNorm),
}

impl Norm {
    /// The layer for `width` channels (at least 1): scale 1, shift 0.
    pub(crate) fn init(self, width: usize, device: &Device) -> Option<Normalization> {
        match self {
            Self::None => None,
            Self::Batch => Some(Normalization::Batch(BatchNormStyle::TORCH.init(width, device))),
            Self::Layer => {
                let config = LayerNormConfig::new(width).with_epsilon(LAYER_EPSILON);
                Some(Normalization::Layer(config.init(device)))
            }
        }
    }

    /// Whether the layer before has a bias: batch norm would subtract it again.
    pub(crate) fn keeps_bias(self) -> bool {
        self != Self::Batch
    }
}

/// What the batch norm at `layer` does.
pub(crate) fn batch_norm_operation(layer: String, norm: &BatchNorm) -> Operation {
    Operation::BatchNorm { layer, epsilon: norm.epsilon }
}

impl Normalization {
    /// What it does, as the layer at `layer`.
    pub(crate) fn operation(&self, layer: String) -> Operation {
        match self {
            Self::Batch(norm) => batch_norm_operation(layer, norm),
            Self::Layer(_) => Operation::LayerNorm { layer, epsilon: LAYER_EPSILON },
        }
    }

    /// Normalises `[N, C]` or `[N, C, …]`, and applies `act`.
    pub(crate) fn forward<const D: usize>(&self, x: Tensor<D>, act: Act) -> Tensor<D> {
        let x = widened(x);
        match self {
            Self::Batch(norm) => normalised(norm, x, act),
            Self::Layer(norm) => match &norm.beta {
                Some(beta) => layer_norm(x, norm.gamma.val(), beta.val(), LAYER_EPSILON, act),
                None => act.apply(norm.forward(x)),
            },
        }
    }
}

/// What comes out of a layer that computes in 16 bits, in f32: means and variances of it are taken so.
pub(crate) fn widened<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    match x.dtype() {
        DType::F16 | DType::BF16 => x.cast(DType::F32),
        _ => x,
    }
}

/// The numbers of a batch norm that are not learned.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BatchNormStyle {
    pub(crate) epsilon: f64,
    /// The share of a new batch in the running statistics.
    pub(crate) momentum: f64,
}

impl BatchNormStyle {
    /// PyTorch's defaults, and Burn's.
    pub(crate) const TORCH: Self = Self { epsilon: 1e-5, momentum: 0.1 };

    /// The layer for `width` channels: scale 1, shift 0.
    pub(crate) fn init(self, width: usize, device: &Device) -> BatchNorm {
        BatchNormConfig::new(width).with_epsilon(self.epsilon).with_momentum(self.momentum).init(device)
    }
}

/// Layer norm over the last dimension: scale 1, shift 0 at first.
pub(crate) fn layer_norm_of(width: usize, device: &Device) -> LayerNorm {
    LayerNormConfig::new(width).init(device)
}

/// `x` normalised over its last dimension with ε, which Burn's layer does not tell.
pub(crate) fn layer_normalised<const D: usize>(norm: &LayerNorm, x: Tensor<D>, epsilon: f64) -> Tensor<D> {
    let gamma = norm.gamma.val();
    let beta = norm.beta.as_ref().map_or_else(|| gamma.zeros_like(), |beta| beta.val());
    layer_norm(x, gamma, beta, epsilon, Act::None)
}

/// `act(norm(x))`: by the statistics of the batch in training, else by the running ones.
pub(crate) fn normalised<const D: usize>(
    norm: &BatchNorm,
    x: Tensor<D>,
    act: impl Into<NormAct>,
) -> Tensor<D> {
    let act = act.into();
    if trains(norm, &x) { train(norm, x, act) } else { act.apply(norm.forward(x)) }
}

/// Weight and bias of a convolution that also does what `norm` does after it, where that goes by its running statistics, and so treats
/// every batch alike. `None` in training.
pub(crate) fn folded(
    norm: &BatchNorm,
    x: &Tensor<4>,
    weight: &Tensor<4>,
    bias: Option<&Tensor<1>>,
) -> Option<(Tensor<4>, Tensor<1>)> {
    if trains(norm, x) {
        return None;
    }
    let factor = norm.gamma.val().div(norm.running_var.value().add_scalar(norm.epsilon).sqrt());
    let mean = match bias {
        Some(bias) => norm.running_mean.value().sub(bias.clone()),
        None => norm.running_mean.value(),
    };
    let shift = norm.beta.val().sub(mean.mul(factor.clone()));
    let weight = weight.clone().cast(factor.dtype());
    // As an image with a channel for each output: of those the kernels can scale each.
    let [k, c, r, s] = weight.dims();
    let image = weight.reshape([1, k, c * r, s]);
    Some((scale(image, factor.reshape([1, k])).reshape([k, c, r, s]), shift))
}

impl Normalization {
    /// The batch norm, if it is one.
    pub(crate) fn as_batch(&self) -> Option<&BatchNorm> {
        match self {
            Self::Batch(norm) => Some(norm),
            Self::Layer(_) => None,
        }
    }
}

/// Gives the state its value at once. `RunningState::update` keeps it for later and then divides it by the number of threads that did so: one
/// launch on a GPU for each state.
fn set(state: &RunningState<Tensor<1>>, value: Tensor<1>) {
    // Clones share what they hold.
    state.clone().map(&mut Put(Some(value)));
}

/// Puts its value in the place of the first one that it meets.
struct Put(Option<Tensor<1>>);

impl ModuleMapper for Put {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        match self.0.take() {
            Some(value) => Param::initialized(param.id, value.reshape(param.dims())),
            None => param,
        }
    }
}

fn trains<const D: usize>(norm: &BatchNorm, x: &Tensor<D>) -> bool {
    x.device().is_autodiff() && norm.training.is_enabled()
}

fn train<const D: usize>(norm: &BatchNorm, x: Tensor<D>, act: NormAct) -> Tensor<D> {
    let BatchStatistics { output, mean, variance, values } =
        batch_norm(x, norm.gamma.val(), norm.beta.val(), norm.epsilon, act);
    let (running_mean, running_var) = (norm.running_mean.value_sync(), norm.running_var.value_sync());
    let strategy = running_mean.gradient_checkpointing_strategy();
    let (kept, new) = (1.0 - norm.momentum, norm.momentum);
    let mean = (running_mean.inner(), kept, mean.inner(), new);
    let moved = |moved: Tensor<1>| match strategy {
        Some(strategy) => moved.autodiff().with_gradient_checkpointing_strategy(strategy),
        None => moved,
    };
    if values > 1 {
        let unbiased = values as f64 / (values - 1) as f64;
        let variance = (running_var.inner(), kept, variance.inner(), new * unbiased);
        let [mean, variance] = weighted_sums([mean, variance]).map(moved);
        set(&norm.running_mean, mean);
        set(&norm.running_var, variance);
    } else {
        let [mean] = weighted_sums([mean]).map(moved);
        set(&norm.running_mean, mean);
    }
    output
}

#[cfg(test)]
mod tests {
    use burn::module::Module;
    use burn::tensor::TensorData;
    use burn::tensor::ops::ConvOptions;
    use kiln_core::Seed;
    use kiln_kernels::conv2d;
    use kiln_testkit::{assert_close, device};

    use super::*;

    fn noise<const D: usize>(seed: u64, dims: [usize; D], device: &Device) -> Tensor<D> {
        let values: Vec<f32> =
            (0..dims.iter().product::<usize>() as u64).map(|i| Seed::new(seed).normal(i) as f32).collect();
        Tensor::from_data(TensorData::new(values, dims), device)
    }

    #[test]
    fn running_statistics_are_there_at_once_and_for_clones() {
        let device = device().autodiff();
        let norm = BatchNormStyle::TORCH.init(2, &device);
        let clone = norm.clone();
        let x = Tensor::<2>::from_floats([[1.0, 10.0], [3.0, 10.0], [8.0, 10.0]], &device);
        normalised(&norm, x, Act::None);
        // PyTorch 2.15: BatchNorm1d(2) after this batch.
        for norm in [norm, clone] {
            assert_close(&norm.running_mean.value().into_data(), &[0.4f32, 1.0].into(), 1e-6, 0.0);
            assert_close(&norm.running_var.value().into_data(), &[2.2f32, 0.9].into(), 1e-6, 0.0);
        }
    }

    #[test]
    fn a_folded_convolution_is_the_convolution_and_its_normalisation() {
        let autodiff = device().autodiff();
        let norm = Norm::Batch.init(5, &autodiff).unwrap();
        // Running statistics that are neither 0 nor 1.
        norm.forward(noise(1, [7, 5, 3, 2], &autodiff).mul_scalar(3.0).add_scalar(0.5), Act::None);
        let norm = norm.valid();
        let device = device();
        let (x, weight, bias) =
            (noise(2, [4, 2, 6, 5], &device), noise(3, [5, 2, 3, 3], &device), noise(4, [5], &device));
        let options = || ConvOptions::new([1; 2], [1; 2], [1; 2], 1);
        for bias in [None, Some(bias)] {
            let plain = conv2d(x.clone(), weight.clone(), bias.clone(), options(), Act::None);
            let plain = norm.forward(plain, Act::Relu);
            let (weight, bias) = folded(norm.as_batch().unwrap(), &x, &weight, bias.as_ref()).unwrap();
            let folded = conv2d(x.clone(), weight, Some(bias), options(), Act::Relu);
            assert_close(&folded.into_data(), &plain.into_data(), 1e-5, 1e-5);
        }
    }
}
