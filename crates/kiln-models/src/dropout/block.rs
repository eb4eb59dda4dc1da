//! Dropout of squares.

use burn::module::Module;
use burn::tensor::Tensor;
use kiln_core::{NumberError, Range, Seed, check};

use super::{kept, scale};

/// Drops squares of feature maps: a share of about `p` of all elements, in squares of `block` × `block`, and what is left is scaled
/// by how much that is (Ghiasi and others: DropBlock, 2018). torchvision's `DropBlock2d`, which cannot do even sizes.
///
/// Squares are as large as the map where that is smaller.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use kiln_core::Seed;
/// use kiln_models::DropBlock;
///
/// let maps = Tensor::<4>::ones([2, 16, 14, 14], &Device::default());
/// let dropped = DropBlock::new("dropout", 0.1, 5)?.forward(maps, Some(Seed::new(0)));
/// let pixels: Vec<f32> = dropped.into_data().iter::<f32>().collect();
/// let share = pixels.iter().filter(|pixel| **pixel == 0.0).count() as f64 / pixels.len() as f64;
/// assert!((0.05..0.15).contains(&share));
/// # Ok::<(), kiln_core::NumberError>(())
/// ```
#[derive(Module, Debug)]
pub struct DropBlock {
    probability: f64,
    block: usize,
}

impl DropBlock {
    /// Drops squares with a side of `block` pixels, at least 1; `probability` in `[0, 1)`.
    ///
    /// # Errors
    /// [`NumberError`] with `name` for a probability outside, with `name.block` for a side of 0.
    pub fn new(name: &str, probability: f64, block: usize) -> Result<Self, NumberError> {
        let probability = Range::BELOW_ONE.check(name, probability)?;
        check::at_least(&format!("{name}.block"), block, 1)?;
        Ok(Self::checked(probability, block))
    }

    pub(crate) fn checked(probability: f64, block: usize) -> Self {
        Self { probability, block }
    }

    /// Gives it a share of its probability, `[0, 1]`, and says whether it had one.
    pub(crate) fn scale(&mut self, share: f64) -> bool {
        scale(&mut self.probability, share)
    }

    /// `[N, C, height, width]`.
    pub fn forward(&self, x: Tensor<4>, seed: Option<Seed>) -> Tensor<4> {
        let Some(seed) = seed.filter(|_| self.probability > 0.0) else { return x };
        let [items, channels, height, width] = x.dims();
        let block = self.block.min(height).min(width);
        let inner = [height - block + 1, width - block + 1];
        let gamma =
            self.probability * (height * width) as f64 / ((block * block * inner[0] * inner[1]) as f64);
        // As with a probability of 1, where the masks of dropout end.
        let gamma = gamma.min(1.0 - f64::EPSILON);
        let free = kept([items, channels, inner[0], inner[1]], gamma, seed, &x);
        drop_blocks(x, free.neg().add_scalar(1.0), block)
    }
}

/// Drops the squares whose upper left corners are 1 in `corners`, `[N, C, height − block + 1, width − block + 1]`.
pub(super) fn drop_blocks(x: Tensor<4>, corners: Tensor<4>, block: usize) -> Tensor<4> {
    let [.., height, width] = x.dims();
    let around = block - 1;
    let corners = corners.pad((around, around, around, around), 0.0);
    // A pixel is dropped when there is a corner in the window that ends with it: the largest of its rows, then of its columns.
    let largest = |map: Tensor<4>, dim: usize, len: usize| {
        let parts = (0..block).map(|offset| map.clone().narrow(dim, offset, len));
        parts.reduce(Tensor::max_pair).unwrap_or_else(|| map.clone())
    };
    let dropped = largest(largest(corners, 2, height), 3, width);
    let kept = dropped.neg().add_scalar(1.0);
    let elements = kept.shape().num_elements() as f64;
    let scale = kept.clone().sum().add_scalar(1e-6).recip().mul_scalar(elements);
    x * kept * scale.reshape([1, 1, 1, 1])
}

#[cfg(test)]
mod tests {
    use burn::tensor::{DType, TensorData};
    use kiln_testkit::{device, gradient_check};

    use super::*;

    fn tensor(numbers: &[f32], shape: [usize; 4]) -> Tensor<4> {
        Tensor::from_data(TensorData::new(numbers.to_vec(), shape), (&device(), DType::F32))
    }

    #[test]
    fn squares_and_scale_are_torchvisions() {
        // torchvision 0.29: drop_block2d of arange(50) as [1, 2, 5, 5], block 3, with these corners drawn (its noise, before padding).
        let mut corners = [0.0; 18];
        corners[4] = 1.0; // the middle of the first map
        corners[9] = 1.0; // the upper left of the second
        corners[10] = 1.0; // and beside it
        let x: Vec<f32> = (0..50u8).map(f32::from).collect();
        let y: Vec<f32> = drop_blocks(tensor(&x, [1, 2, 5, 5]), tensor(&corners, [1, 2, 3, 3]), 3)
            .into_data()
            .iter()
            .collect();
        let dropped: Vec<usize> = (0..50).filter(|place| *place > 0 && y[*place] == 0.0).collect();
        let square = |map: usize, rows: std::ops::Range<usize>, columns: std::ops::Range<usize>| {
            rows.flat_map(move |row| columns.clone().map(move |column| map * 25 + row * 5 + column))
                .collect::<Vec<_>>()
        };
        assert_eq!(dropped, [square(0, 1..4, 1..4), square(1, 0..3, 0..4)].concat());
        // 50 elements, 9 and 12 of them gone.
        for place in (0..50).filter(|place| !dropped.contains(place)) {
            assert!((y[place] - x[place] * 50.0 / 29.0).abs() < 1e-4, "{place}");
        }
    }

    #[test]
    fn the_share_is_about_what_is_asked_for_for_any_size() {
        for (block, side) in [(1, 9), (2, 9), (3, 12), (4, 4), (7, 5)] {
            let x = tensor(&vec![1.0; 40 * 50 * side * side], [40, 50, side, side]);
            let y = DropBlock::new("p", 0.1, block).unwrap().forward(x, Some(Seed::new(1)));
            let y: Vec<f32> = y.into_data().iter().collect();
            let share = y.iter().filter(|pixel| **pixel == 0.0).count() as f64 / y.len() as f64;
            // Squares that overlap make it less.
            assert!((0.07..0.115).contains(&share), "{share} for {block} in {side}");
            let mean = y.iter().map(|pixel| f64::from(*pixel)).sum::<f64>() / y.len() as f64;
            assert!((mean - 1.0).abs() < 1e-3, "{mean}");
        }
    }

    #[test]
    fn gradients_flow_through_what_is_kept() {
        let layer = DropBlock::new("p", 0.3, 2).unwrap();
        let at: Vec<f64> = (0..2 * 3 * 4 * 5).map(|i| f64::from(i) / 17.0 - 3.0).collect();
        let f = |x: Tensor<1>| {
            layer.forward(x.reshape([2, 3, 4, 5]), Some(Seed::new(5))).powi_scalar(2).flatten(0, 3)
        };
        gradient_check(f, &at, 1e-6);
    }
}
