//! First values of the weights, drawn on the host so that they are the same on every backend.

use burn::module::Param;
use burn::nn::conv::Conv2d;
use burn::nn::{Linear, PaddingConfig2d};
use burn::tensor::{Device, Tensor, TensorData};
use kiln_core::Seed;
use rayon::prelude::*;

use crate::filters::Filters;

/// How the filters of a convolution are drawn.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Draw {
    /// Uniform in `[-1/√fan_in, 1/√fan_in]`, the bias too: PyTorch's default.
    FanIn,
    /// Normal with variance `2 / fan_out`, a bias of 0: He and others, 2015 (PyTorch's `kaiming_normal_` with `fan_out`).
    FanOut,
    /// Normal with this standard deviation, a bias of 0.
    Normal(f64),
}

/// Makes the layers of one model, one after another.
///
/// Weights and biases are uniform in `[-1/√fan_in, 1/√fan_in]`, PyTorch's default for linear layers and
/// convolutions, where `fan_in` is the number of inputs of one output. Layer `l` draws from `seed.at(l)`, its
/// weight from `.at(0)` below that and its bias from `.at(1)`; the first value is the 0-th uniform number, and so
/// on in row-major order.
///
/// Burn's own initialisers draw at first use from a generator of the whole process; they are never asked.
#[derive(Debug)]
pub(crate) struct Init<'a> {
    device: &'a Device,
    seed: Seed,
    layers: u64,
}

impl<'a> Init<'a> {
    pub(crate) fn new(device: &'a Device, seed: Seed) -> Self {
        Self { device, seed, layers: 0 }
    }

    pub(crate) fn device(&self) -> &Device {
        self.device
    }

    /// A linear layer with a weight of `[inputs, outputs]`.
    pub(crate) fn linear(&mut self, inputs: usize, outputs: usize, bias: bool) -> Linear {
        let seed = self.next_layer();
        Linear {
            weight: self.uniform([inputs, outputs], inputs, seed.at(0)),
            bias: bias.then(|| self.uniform([outputs], inputs, seed.at(1))),
        }
    }

    /// A convolution with stride 1 and an odd square filter, padded so that the size stays.
    pub(crate) fn conv(&mut self, inputs: usize, outputs: usize, kernel: usize, bias: bool) -> Conv2d {
        let seed = self.next_layer();
        let fan_in = inputs * kernel * kernel;
        let padding = kernel / 2;
        Conv2d {
            weight: self.uniform([outputs, inputs, kernel, kernel], fan_in, seed.at(0)),
            bias: bias.then(|| self.uniform([outputs], fan_in, seed.at(1))),
            stride: [1, 1],
            kernel_size: [kernel, kernel],
            dilation: [1, 1],
            groups: 1,
            padding: PaddingConfig2d::Explicit(padding, padding, padding, padding),
        }
    }

    /// Weight and bias of a convolution, as `draw` says.
    pub(crate) fn filters(
        &mut self,
        filters: &Filters,
        draw: Draw,
    ) -> (Param<Tensor<4>>, Option<Param<Tensor<1>>>) {
        let seed = self.next_layer();
        let Filters { inputs, outputs, kernel, groups, bias, .. } = *filters;
        let dims = [outputs, inputs / groups, kernel, kernel];
        let weight = match draw {
            Draw::FanIn => self.uniform(dims, filters.fan_in(), seed.at(0)),
            Draw::FanOut => {
                // The number of filters in all groups, as PyTorch counts.
                let fan_out = outputs * kernel * kernel;
                self.normal(dims, (2.0 / fan_out as f64).sqrt(), seed.at(0))
            }
            Draw::Normal(std) => self.normal(dims, std, seed.at(0)),
        };
        let bias = bias.then(|| match draw {
            Draw::FanIn => self.uniform([outputs], filters.fan_in(), seed.at(1)),
            _ => self.zeros(outputs),
        });
        (weight, bias)
    }

    /// A linear layer with weights from a normal distribution and a bias of 0.
    pub(crate) fn linear_normal(&mut self, inputs: usize, outputs: usize, std: f64) -> Linear {
        let seed = self.next_layer();
        let weight = self.normal([inputs, outputs], std, seed.at(0));
        Linear { weight, bias: Some(self.zeros(outputs)) }
    }

    /// A linear layer with weights between `-bound` and `bound` and a bias of 0.
    pub(crate) fn linear_between(&mut self, inputs: usize, outputs: usize, bound: f64) -> Linear {
        let seed = self.next_layer();
        let weight = self.between([inputs, outputs], bound, seed.at(0));
        Linear { weight, bias: Some(self.zeros(outputs)) }
    }

    /// Zeros that are trained.
    pub(crate) fn zeros(&self, len: usize) -> Param<Tensor<1>> {
        self.drawn([len], |_| 0.0)
    }

    /// Ones that are trained.
    pub(crate) fn ones(&self, len: usize) -> Param<Tensor<1>> {
        self.drawn([len], |_| 1.0)
    }

    pub(crate) fn next_layer(&mut self) -> Seed {
        let seed = self.seed.at(self.layers);
        self.layers += 1;
        seed
    }

    pub(crate) fn uniform<const D: usize>(
        &self,
        dims: [usize; D],
        fan_in: usize,
        seed: Seed,
    ) -> Param<Tensor<D>> {
        self.between(dims, 1.0 / (fan_in as f64).sqrt(), seed)
    }

    /// Uniform between `-bound` and `bound`.
    pub(crate) fn between<const D: usize>(
        &self,
        dims: [usize; D],
        bound: f64,
        seed: Seed,
    ) -> Param<Tensor<D>> {
        self.drawn(dims, |i| (2.0 * seed.uniform(i) - 1.0) * bound)
    }

    /// Normal with a mean of 0.
    pub(crate) fn normal<const D: usize>(&self, dims: [usize; D], std: f64, seed: Seed) -> Param<Tensor<D>> {
        self.drawn(dims, |i| seed.normal(i) * std)
    }

    /// The `i`-th number, row-major, for every place.
    pub(crate) fn drawn<const D: usize>(
        &self,
        dims: [usize; D],
        number: impl Fn(u64) -> f64 + Sync + Send,
    ) -> Param<Tensor<D>> {
        let len = dims.iter().product::<usize>() as u64;
        let values: Vec<f32> = (0..len).into_par_iter().map(|i| number(i) as f32).collect();
        Param::from_data(TensorData::new(values, dims), self.device)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kiln_testkit::device;

    fn values<const D: usize>(param: &Param<Tensor<D>>) -> Vec<f64> {
        param.val().into_data().iter::<f64>().collect()
    }

    /// Kolmogorov–Smirnov: the largest distance from the distribution function of U(-bound, bound), times √n.
    fn kolmogorov(mut values: Vec<f64>, bound: f64) -> f64 {
        values.sort_by(f64::total_cmp);
        let n = values.len() as f64;
        let distance = |(i, x): (usize, &f64)| {
            let cdf = (x / bound + 1.0) / 2.0;
            (cdf - i as f64 / n).abs().max((cdf - (i as f64 + 1.0) / n).abs())
        };
        values.iter().enumerate().map(distance).fold(0.0, f64::max) * n.sqrt()
    }

    fn check_uniform(values: Vec<f64>, fan_in: f64) {
        let bound = 1.0 / fan_in.sqrt();
        let n = values.len() as f64;
        assert!(values.iter().all(|x| x.abs() <= bound * (1.0 + 1e-7)));
        let mean = values.iter().sum::<f64>() / n;
        let square = values.iter().map(|x| x * x).sum::<f64>() / n;
        assert!(mean.abs() < 5.0 * bound / (3.0 * n).sqrt(), "mean {mean}");
        // Var(x²) of a uniform variable is bound⁴ · (1/5 - 1/9).
        let error = bound * bound * (4.0 / 45.0 / n).sqrt();
        assert!((square - bound * bound / 3.0).abs() < 5.0 * error, "mean square {square}");
        // The limit distribution exceeds 1.95 with probability 0.001.
        let distance = kolmogorov(values, bound);
        assert!(distance < 1.95, "{distance}");
    }

    #[test]
    fn draws_are_uniform_between_the_bounds() {
        let device = device();
        let mut init = Init::new(&device, Seed::new(0));
        let linear = init.linear(300, 200, true);
        check_uniform(values(&linear.weight), 300.0);
        check_uniform(values(linear.bias.as_ref().unwrap()), 300.0);
        let conv = init.conv(12, 400, 5, true);
        check_uniform(values(&conv.weight), 300.0);
        check_uniform(values(conv.bias.as_ref().unwrap()), 300.0);
    }

    #[test]
    fn the_check_can_fail() {
        let normal_like: Vec<f64> =
            (0..2000).map(|i| Seed::new(1).uniform(i) + Seed::new(2).uniform(i) - 1.0).collect();
        assert!(kolmogorov(normal_like, 1.0) > 1.95);
    }

    #[test]
    fn layers_differ_and_seeds_repeat() {
        let device = device();
        let draw = |seed| {
            let mut init = Init::new(&device, Seed::new(seed));
            let (one, two) = (init.linear(8, 8, true), init.linear(8, 8, true));
            [values(&one.weight), values(&two.weight), values(one.bias.as_ref().unwrap())]
        };
        let [one, two, bias] = draw(4);
        assert_eq!(draw(4), [one.clone(), two.clone(), bias.clone()]);
        assert!(one != two && one[..8] != bias[..] && draw(5)[0] != one);
    }

    #[test]
    fn values_are_those_of_splitmix64_in_python() {
        // mix(z): z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9; z = (z ^ z >> 27) * 0x94d049bb133111eb; z ^ z >> 31
        // new(s) = mix(s + G); at(s, i) = mix(s ^ mix(i + G)); bits(s, i) = mix(s + (i + 1) * G)
        // t = at(at(new(0), layer), part); [(2 * (bits(t, i) >> 11) / 2**53 - 1) / sqrt(4) for i in range(3)]
        let device = device();
        let mut init = Init::new(&device, Seed::new(0));
        let (_, second) = (init.linear(4, 3, true), init.linear(4, 3, true));
        let weight = values(&second.weight)[..3].to_vec();
        assert_eq!(weight, [0.4101683497428894, -0.1375332474708557, 0.3423496186733246]);
        let bias = values(second.bias.as_ref().unwrap());
        assert_eq!(bias, [-0.13234607875347137, -0.2238585650920868, 0.3968992233276367]);
    }

    #[test]
    fn parameters_are_there_at_once_and_trainable() {
        let linear = Init::new(&device().autodiff(), Seed::new(0)).linear(2, 2, true);
        assert!(linear.weight.is_initialized() && linear.weight.is_require_grad());
        assert!(linear.weight.val().is_require_grad());
        // Also for a model that is moved to training later.
        let plain = Init::new(&device(), Seed::new(0)).linear(2, 2, true);
        assert!(burn::module::Module::train(plain).weight.val().is_require_grad());
    }
}
