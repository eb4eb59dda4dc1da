//! Dropout of whole channels.

use burn::module::Module;
use burn::tensor::Tensor;
use kiln_core::{NumberError, Range, Seed};

use super::{drop_masked, kept, rounded, scale};

/// Drops whole channels: each of an item's channels is set to zero with probability `p`, the others are divided by `1 - p`
/// (Tompson and others: Efficient object localization using convolutional networks, 2015). PyTorch's `Dropout1d`, `Dropout2d` and
/// `Dropout3d`, Keras' `SpatialDropout`.
///
/// Neighbouring pixels of a feature map say nearly the same, so dropping single ones leaves the network what it needs.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use kiln_core::Seed;
/// use kiln_models::SpatialDropout;
///
/// let maps = Tensor::<4>::ones([2, 8, 3, 3], &Device::default());
/// let dropped = SpatialDropout::new("dropout", 0.5)?.forward(maps, Some(Seed::new(0)));
/// let pixels: Vec<f32> = dropped.into_data().iter::<f32>().collect();
/// assert!(pixels.chunks(9).all(|map| map.iter().all(|pixel| *pixel == map[0])));
/// # Ok::<(), kiln_core::NumberError>(())
/// ```
#[derive(Module, Debug)]
pub struct SpatialDropout {
    probability: f64,
}

impl SpatialDropout {
    /// Dropout of channels with `probability` in `[0, 1)`.
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

    /// `[N, C]` or `[N, C, …]`. The mask is that of [`Dropout`](crate::Dropout) over `[N, C]`.
    pub fn forward<const D: usize>(&self, x: Tensor<D>, seed: Option<Seed>) -> Tensor<D> {
        let Some(seed) = seed.filter(|_| self.probability > 0.0) else { return x };
        let dims = x.dims();
        let mut shape = [1; D];
        shape[..2].copy_from_slice(&dims[..2]);
        let kept = kept(shape, self.probability, seed, &x);
        drop_masked(x, kept, rounded(self.probability))
    }
}
