//! Dropout for networks that normalise themselves.

use burn::module::Module;
use burn::tensor::Tensor;
use kiln_core::{NumberError, Range, Seed};

use super::{kept, scale};

/// Dropout for networks with SELU: dropped elements get SELU's lower end −λα, and then all are scaled and moved so that mean 0 and
/// variance 1 stay (Klambauer and others: Self-normalizing neural networks, 2017). PyTorch's and Keras' `AlphaDropout`.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use kiln_core::Seed;
/// use kiln_models::AlphaDropout;
///
/// let dropout = AlphaDropout::new("dropout", 0.1)?;
/// let x = Tensor::<2>::zeros([4, 4], &Device::default());
/// let y = dropout.forward(x.clone(), Some(Seed::new(0)));
/// assert_eq!(y.dims(), [4, 4]);
/// assert_eq!(dropout.forward(x.clone(), None).into_data(), x.into_data());
/// # Ok::<(), kiln_core::NumberError>(())
/// ```
#[derive(Module, Debug)]
pub struct AlphaDropout {
    probability: f64,
}

/// −λα of SELU.
const LOWER_END: f64 = -1.758_099_340_847_376_6;

impl AlphaDropout {
    /// Dropout with `probability` in `[0, 1)`.
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

    /// Any shape. The mask is that of [`Dropout`](crate::Dropout).
    pub fn forward<const D: usize>(&self, x: Tensor<D>, seed: Option<Seed>) -> Tensor<D> {
        let Some(seed) = seed.filter(|_| self.probability > 0.0) else { return x };
        let kept = kept(x.dims(), self.probability, seed, &x);
        drop_to_lower_end(x, kept, self.probability)
    }
}

/// `x` where `kept` is 1 and SELU's lower end where it is 0, then scaled and moved; dimensions of `kept` may be 1.
pub(super) fn drop_to_lower_end<const D: usize>(
    x: Tensor<D>,
    kept: Tensor<D>,
    probability: f64,
) -> Tensor<D> {
    let p = probability;
    let scale = ((1.0 - p) * (1.0 + p * LOWER_END * LOWER_END)).sqrt().recip();
    let dropped = kept.clone().neg().add_scalar(1.0).mul_scalar(LOWER_END);
    (x * kept + dropped).mul_scalar(scale).add_scalar(-scale * LOWER_END * p)
}
