//! Residual blocks that are left out.

use burn::module::Module;
use burn::tensor::Tensor;
use kiln_core::{NumberError, Range, Seed};

use super::{drop_masked, kept, rounded};

/// Stochastic depth: the branch of a residual block is left out for an item with probability `p`, else divided by `1 - p` (Huang and
/// others: Deep networks with stochastic depth, 2016). torchvision's `StochasticDepth` with mode `row`, timm's `DropPath`.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use kiln_core::Seed;
/// use kiln_models::StochasticDepth;
///
/// // The deeper a block, the more often it is left out: by a quarter, a half, three quarters of 0.2, and 0.2.
/// let depths = (0..4).map(|block| StochasticDepth::linear("depth", 0.2, block, 4)).collect::<Result<Vec<_>, _>>()?;
/// let (x, branch) = (Tensor::<2>::ones([3, 5], &Device::default()), Tensor::<2>::ones([3, 5], &Device::default()));
/// let y = x + depths[3].forward(branch, Some(Seed::new(0)));
/// assert_eq!(y.dims(), [3, 5]);
/// # Ok::<(), kiln_core::NumberError>(())
/// ```
#[derive(Module, Debug)]
pub struct StochasticDepth {
    probability: f64,
}

impl StochasticDepth {
    /// Leaves a branch out with `probability` in `[0, 1)`.
    ///
    /// # Errors
    /// [`NumberError`] with `name` when it is outside.
    pub fn new(name: &str, probability: f64) -> Result<Self, NumberError> {
        Ok(Self { probability: Range::BELOW_ONE.check(name, probability)? })
    }

    pub(crate) fn checked(probability: f64) -> Self {
        Self { probability }
    }

    /// That of block `block` of `blocks`, counted from 0, by the linear rule: `probability · (block + 1) / blocks`.
    ///
    /// # Errors
    /// As [`StochasticDepth::new`].
    pub fn linear(name: &str, probability: f64, block: usize, blocks: usize) -> Result<Self, NumberError> {
        let share = (block + 1) as f64 / blocks.max(1) as f64;
        Ok(Self { probability: Range::BELOW_ONE.check(name, probability)? * share.min(1.0) })
    }

    /// The branch of items `[N, …]`. The mask is that of [`Dropout`](crate::Dropout) over `[N]`.
    pub fn forward<const D: usize>(&self, branch: Tensor<D>, seed: Option<Seed>) -> Tensor<D> {
        let Some(seed) = seed.filter(|_| self.probability > 0.0) else { return branch };
        let mut shape = [1; D];
        shape[0] = branch.dims()[0];
        let kept = kept(shape, self.probability, seed, &branch);
        drop_masked(branch, kept, rounded(self.probability))
    }
}
