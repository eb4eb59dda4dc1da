//! Positions as rotations.

use std::sync::Arc;

use burn::tensor::{Tensor, TensorData};
use kiln_core::device::counts::sent;

#[cfg(feature = "flex")]
use crate::cpu::Angles;

/// Turns queries and keys by angles that grow with the position, so that their products depend on how far tokens are apart (Su and others: RoFormer,
/// 2021). Columns `i` and `i + d/2` of a head of `d` columns are a pair, as in LLaMA, and turn by `position · base^(−2i/d)`.
#[derive(Debug, Clone)]
pub struct Rotary {
    positions: usize,
    inner: usize,
    base: f64,
    #[cfg(feature = "flex")]
    angles: Arc<Angles>,
}

impl Rotary {
    /// For positions below `positions` and heads of `inner` columns; `base` is 10,000 in the paper.
    ///
    /// # Panics
    /// When `inner` is odd.
    pub fn new(positions: usize, inner: usize, base: f64) -> Self {
        assert!(inner.is_multiple_of(2), "rotary: a head of {inner} columns has no pairs");
        Self {
            positions,
            inner,
            base,
            #[cfg(feature = "flex")]
            angles: Arc::new(Angles::new(positions, inner, base)),
        }
    }

    /// `qkv`, `[rows, 3 · heads · d]` as of [`attention`](crate::attention), with queries and keys turned.
    ///
    /// # Panics
    /// When the columns are not those of heads, there is not a position for each row, or one is beyond those that there are.
    ///
    /// ```
    /// use burn::tensor::{Device, Tensor};
    /// use kiln_kernels::Rotary;
    ///
    /// // The angle of the first pair at position 1 is 1.
    /// let qkv = Tensor::<2>::from_floats([[1.0, 0.0, 0.0, 1.0, 5.0, 6.0]], &Device::default());
    /// let turned: Vec<f32> = Rotary::new(2, 2, 10_000.0).turn(qkv, &[1].into()).into_data().iter().collect();
    /// let (cos, sin) = (1f32.cos(), 1f32.sin());
    /// for (found, expected) in turned.iter().zip([cos, sin, -sin, cos, 5.0, 6.0]) {
    ///     assert!((found - expected).abs() < 1e-6);
    /// }
    /// ```
    pub fn turn(&self, qkv: Tensor<2>, positions: &Arc<[u32]>) -> Tensor<2> {
        let [rows, columns] = qkv.dims();
        assert!(columns.is_multiple_of(3 * self.inner.max(1)), "rotary: {columns} columns are no heads");
        assert_eq!(positions.len(), rows, "rotary: there must be a position for each row");
        let is_known = |&position: &u32| (position as usize) < self.positions;
        assert!(positions.iter().all(is_known), "rotary: a position beyond {}", self.positions);
        let heads = columns / 3 / self.inner.max(1);
        #[cfg(feature = "flex")]
        if super::has_kernels(&qkv) && columns > 0 {
            let (angles, positions) = (self.angles.clone(), positions.clone());
            let rotation = crate::flex::Rotation { heads, angles, positions };
            return Tensor::from_dispatch(crate::autodiff::rotary(qkv, rotation));
        }
        let half = self.inner / 2;
        let angle = |position: u32, i: usize| {
            f64::from(position) * self.base.powf(-2.0 * i as f64 / self.inner as f64)
        };
        let table = |of: fn(f64) -> f64| {
            let values = positions.iter().flat_map(|&at| (0..half).map(move |i| of(angle(at, i)))).collect();
            let data = TensorData::new::<f64, _>(values, [rows, 1, half]);
            Tensor::<3>::from_data(sent(data), (&qkv.device(), qkv.dtype()))
        };
        let (cos, sin) = (table(f64::cos), table(f64::sin));
        let parts = qkv.clone().narrow(1, 0, columns / 3 * 2).reshape([rows, 2 * heads, self.inner]);
        let (a, b) = (parts.clone().narrow(2, 0, half), parts.narrow(2, half, half));
        let turned = Tensor::cat(
            vec![a.clone().mul(cos.clone()).sub(b.clone().mul(sin.clone())), b.mul(cos).add(a.mul(sin))],
            2,
        );
        let values = qkv.narrow(1, columns / 3 * 2, columns / 3);
        Tensor::cat(vec![turned.reshape([rows, columns / 3 * 2]), values], 1)
    }
}
