//! Dropout and its relatives, with noise that does not depend on the backend.
//!
//! | layer | what it does in training |
//! |---|---|
//! | [`Dropout`] | drops elements |
//! | [`SpatialDropout`] | drops whole channels |
//! | [`DropBlock`] | drops squares of feature maps |
//! | [`AlphaDropout`] | drops elements to SELU's lower end, and keeps mean and variance |
//! | [`GaussianDropout`] | multiplies by normal noise around 1 |
//! | [`GaussianNoise`] | adds normal noise |
//! | [`StochasticDepth`] | drops the whole branch of a residual block, item by item |
//!
//! Each gets a seed in training and `None` in evaluation, where it changes nothing. What it draws is a function of the seed alone.

mod alpha;
mod block;
mod choice;
mod depth;
mod gaussian;
#[cfg(test)]
mod golden;
mod spatial;

use burn::module::Module;
use burn::tensor::Tensor;
use kiln_core::{NumberError, Range, Seed};

pub use alpha::AlphaDropout;
pub use block::DropBlock;
pub(crate) use choice::{ConvDropout, ConvDropoutStyle, DenseDropout, DenseDropoutStyle};
pub use choice::{ConvDropoutKind, DropoutKind};
pub use depth::StochasticDepth;
pub use gaussian::{GaussianDropout, GaussianNoise};
pub use spatial::SpatialDropout;

/// 1 for what is kept and 0 for what is dropped with `probability`, of this shape, on the device of `like` and in its data type.
fn kept<const D: usize, const E: usize>(
    shape: [usize; D],
    probability: f64,
    seed: Seed,
    like: &Tensor<E>,
) -> Tensor<D> {
    let options = (&like.device(), like.dtype());
    let mask = kiln_kernels::dropout(Tensor::<D>::ones(shape, options), probability, seed);
    Tensor::<D>::zeros(shape, options).mask_fill(mask.greater_elem(0.0), 1.0)
}

/// A probability as the masks have it: a multiple of 2⁻³² below 1.
fn rounded(probability: f64) -> f64 {
    const STEPS: f64 = (1u64 << 32) as f64;
    (probability * STEPS).round().min(STEPS - 1.0) / STEPS
}

/// Takes a share of a probability, `[0, 1]`, and says whether it was above 0.
fn scale(probability: &mut f64, share: f64) -> bool {
    let drops = *probability > 0.0;
    *probability *= share;
    drops
}

/// `x` where `kept` is 1, divided by `1 - probability`, and 0 where it is 0; dimensions of `kept` may be 1.
fn drop_masked<const D: usize>(x: Tensor<D>, kept: Tensor<D>, probability: f64) -> Tensor<D> {
    x * kept.mul_scalar((1.0 - probability).recip())
}

/// Inverted dropout: each element is set to zero with probability `p`, the others are divided by `1 - p`, so the
/// expected value stays (Srivastava et al., Dropout, 2014).
///
/// The mask is a function of the seed alone ([`kiln_kernels::dropout`]): the same on every backend and for any number of
/// threads.
#[derive(Module, Debug)]
pub struct Dropout {
    probability: f64,
}

impl Dropout {
    /// Dropout with `probability` in `[0, 1)`, rounded to a multiple of 2⁻³².
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
        scale(&mut self.probability, share)
    }

    /// The probability, where it drops anything.
    pub(crate) fn probability(&self) -> Option<f64> {
        Some(self.probability).filter(|probability| *probability > 0.0)
    }

    /// Drops elements when there is a seed (training); without one, `x` comes back as it is (evaluation).
    pub fn forward<const D: usize>(&self, x: Tensor<D>, seed: Option<Seed>) -> Tensor<D> {
        match seed {
            Some(seed) if self.probability > 0.0 => kiln_kernels::dropout(x, self.probability, seed),
            _ => x,
        }
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::DType;

    use super::*;
    use kiln_testkit::{device, gradient_check};

    fn mask(p: f64, len: usize, seed: u64) -> Vec<f32> {
        let x = Tensor::<1>::ones([len], (&device(), DType::F32));
        Dropout::new("dropout", p).unwrap().forward(x, Some(Seed::new(seed))).into_data().iter().collect()
    }

    #[test]
    fn the_share_and_the_mean_are_right_within_five_standard_errors() {
        for (seed, p) in [0.01, 0.1, 0.25, 0.5, 0.9, 0.999].into_iter().enumerate() {
            let n = 400_001;
            let mask = mask(p, n, seed as u64);
            let dropped = mask.iter().filter(|m| **m == 0.0).count() as f64 / n as f64;
            let error = (p * (1.0 - p) / n as f64).sqrt();
            assert!((dropped - p).abs() < 5.0 * error, "dropped {dropped} at p = {p}");
            let mean = mask.iter().map(|m| f64::from(*m)).sum::<f64>() / n as f64;
            assert!((mean - 1.0).abs() < 5.0 * error / (1.0 - p), "mean {mean} at p = {p}");
        }
    }

    #[test]
    fn neighbours_are_dropped_independently() {
        let mask = mask(0.3, 400_000, 9);
        for distance in [1, 2, 3, 64] {
            let both = mask.iter().zip(&mask[distance..]).filter(|(a, b)| **a == 0.0 && **b == 0.0).count();
            let n = (mask.len() - distance) as f64;
            let share = both as f64 / n;
            assert!((share - 0.09).abs() < 6.0 * (0.09 * 0.91 / n).sqrt(), "{share} at distance {distance}");
        }
    }

    #[test]
    fn element_i_depends_on_the_seed_and_i_alone() {
        let long = mask(0.4, 1001, 5);
        for len in [1, 2, 7, 1000] {
            assert_eq!(mask(0.4, len, 5), long[..len]);
        }
        assert_ne!(mask(0.4, 1001, 6), long);
        // SplitMix64 in Python gives this pattern: a change here changes every run with dropout.
        let pattern: String = long[..16].iter().map(|m| if *m == 0.0 { '0' } else { '1' }).collect();
        assert_eq!(pattern, "1110110100111111");
    }

    #[test]
    fn evaluation_and_probability_zero_change_nothing() {
        let x = Tensor::<2>::from_data([[1.5, -2.0], [0.0, 3.25]], &device());
        let same = |y: Tensor<2>| assert_eq!(y.into_data(), x.to_data());
        same(Dropout::new("p", 0.5).unwrap().forward(x.clone(), None));
        same(Dropout::new("p", 0.0).unwrap().forward(x.clone(), Some(Seed::new(1))));
    }

    #[test]
    fn the_tensor_is_masked_in_row_major_order() {
        let dropout = Dropout::new("p", 0.5).unwrap();
        let x = Tensor::<3>::ones([3, 5, 7], &device());
        let y: Vec<f32> = dropout.forward(x, Some(Seed::new(2))).into_data().iter().collect();
        assert_eq!(y, mask(0.5, 105, 2));
    }

    #[test]
    fn gradients_flow_through_the_mask() {
        let dropout = Dropout::new("p", 0.5).unwrap();
        let at: Vec<f64> = (0..20).map(|i| f64::from(i) / 3.0 - 2.0).collect();
        gradient_check(|x| dropout.forward(x, Some(Seed::new(3))).powi_scalar(2), &at, 1e-6);
    }

    #[test]
    fn probabilities_are_checked() {
        for bad in [-0.1, 1.0, 1.5, f64::NAN, f64::INFINITY] {
            assert_eq!(Dropout::new("model.dropout", bad).unwrap_err().name, "model.dropout");
        }
        // So close to 1 that nearly everything goes, and still finite.
        let almost = mask(1.0 - 1e-16, 1000, 1);
        assert!(almost.iter().all(|m| m.is_finite()));
    }
}
