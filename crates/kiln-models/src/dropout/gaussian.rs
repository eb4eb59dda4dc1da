//! Normal noise, multiplied and added.

use burn::module::Module;
use burn::tensor::{Tensor, TensorData};
use kiln_core::device::counts::sent;
use kiln_core::{NumberError, Range, Seed};
use rayon::prelude::*;

/// Multiplies each element by normal noise with mean 1 and standard deviation `√(p / (1 − p))`, which is as large as that of dropout
/// with `p` (Srivastava and others: Dropout, 2014, section 10). Keras' `GaussianDropout`.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use kiln_core::Seed;
/// use kiln_models::GaussianDropout;
///
/// let x = Tensor::<1>::ones([10_000], &Device::default());
/// let y = GaussianDropout::new("dropout", 0.2)?.forward(x, Some(Seed::new(0)));
/// let variance = (y - 1.0).square().mean().into_scalar::<f32>();
/// assert!((variance - 0.25).abs() < 0.02);
/// # Ok::<(), kiln_core::NumberError>(())
/// ```
#[derive(Module, Debug)]
pub struct GaussianDropout {
    probability: f64,
}

impl GaussianDropout {
    /// Noise as large as that of dropout with `probability` in `[0, 1)`.
    ///
    /// # Errors
    /// [`NumberError`] with `name` when it is outside.
    pub fn new(name: &str, probability: f64) -> Result<Self, NumberError> {
        Range::BELOW_ONE.check(name, probability).map(Self::checked)
    }

    pub(crate) fn checked(probability: f64) -> Self {
        Self { probability }
    }

    /// Gives it a share of its probability, `[0, 1]`, and says whether it had one.
    pub(crate) fn scale(&mut self, share: f64) -> bool {
        super::scale(&mut self.probability, share)
    }

    /// Any shape.
    pub fn forward<const D: usize>(&self, x: Tensor<D>, seed: Option<Seed>) -> Tensor<D> {
        let Some(seed) = seed.filter(|_| self.probability > 0.0) else { return x };
        multiply(x, self.probability, |i| seed.normal(i))
    }
}

/// `x · (1 + √(p / (1 − p)) · normal)`.
pub(super) fn multiply<const D: usize>(
    x: Tensor<D>,
    probability: f64,
    normal: impl Fn(u64) -> f64 + Sync,
) -> Tensor<D> {
    let deviation = (probability / (1.0 - probability)).sqrt();
    let noise = noise(&x, 1.0, deviation, normal);
    x * noise
}

/// Adds normal noise with mean 0 to each element. Keras' `GaussianNoise`.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use kiln_core::Seed;
/// use kiln_models::GaussianNoise;
///
/// let x = Tensor::<1>::zeros([10_000], &Device::default());
/// let y = GaussianNoise::new("noise", 0.1)?.forward(x, Some(Seed::new(0)));
/// assert!((y.square().mean().sqrt().into_scalar::<f32>() - 0.1).abs() < 0.005);
/// # Ok::<(), kiln_core::NumberError>(())
/// ```
#[derive(Module, Debug)]
pub struct GaussianNoise {
    deviation: f64,
}

impl GaussianNoise {
    /// Noise with this standard deviation, at least 0.
    ///
    /// # Errors
    /// [`NumberError`] with `name` when it is negative or not finite.
    pub fn new(name: &str, deviation: f64) -> Result<Self, NumberError> {
        Range::at_least(0.0).check(name, deviation).map(Self::checked)
    }

    pub(crate) fn checked(deviation: f64) -> Self {
        Self { deviation }
    }

    /// Any shape.
    pub fn forward<const D: usize>(&self, x: Tensor<D>, seed: Option<Seed>) -> Tensor<D> {
        let Some(seed) = seed.filter(|_| self.deviation > 0.0) else { return x };
        add(x, self.deviation, |i| seed.normal(i))
    }
}

/// `x + deviation · normal`.
pub(super) fn add<const D: usize>(
    x: Tensor<D>,
    deviation: f64,
    normal: impl Fn(u64) -> f64 + Sync,
) -> Tensor<D> {
    let noise = noise(&x, 0.0, deviation, normal);
    x + noise
}

/// `mean + deviation · normal`, drawn on the host: element `i`, in row-major order, from number `i`.
fn noise<const D: usize>(
    like: &Tensor<D>,
    mean: f64,
    deviation: f64,
    normal: impl Fn(u64) -> f64 + Sync,
) -> Tensor<D> {
    let number = |index: usize| mean + deviation * normal(index as u64);
    let numbers: Vec<f64> = (0..like.shape().num_elements()).into_par_iter().map(number).collect();
    let options = (&like.device(), like.dtype());
    Tensor::from_data(sent(TensorData::new(numbers, like.shape()).convert_dtype(like.dtype())), options)
}
