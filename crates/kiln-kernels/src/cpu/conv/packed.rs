//! Convolutions whose weights are brought once into the order in which they are read.

use super::correlation::Correlation;
use super::direct::BlocksOf;
use super::pack::Packed;
use super::ready::{Ready, Weight};
use super::source::{Sink, Source};
use super::winograd::{self, Geometry, wide};
use super::{ConvShape, block, depthwise, forward, gathered, pointwise};
use crate::cpu::act::Act;
use crate::cpu::arch::{Arch, arch};
use crate::cpu::curve::{Curve, curve_in_place};
use crate::cpu::order::Order;
use crate::cpu::panels;
use crate::cpu::parallel::Shared;

/// Images up to which an image is worth being divided among threads, and operations of one from which on it is.
const FEW: usize = 2;
const WORTH: usize = if cfg!(test) { 1 } else { 16_000_000 };

/// Floats of a weight at Winograd's frequencies up to which one image is worth reading them.
const NEAR: usize = 2_500_000;

/// A convolution for many calls, to images with their channels last: [`conv2d`](super::conv2d) or
/// [`conv2d_relu_pool`](super::conv2d_relu_pool) without the work on its weight, and on all threads for a single image.
#[derive(Debug)]
pub struct PackedConv {
    arch: Arch,
    /// Of one image.
    shape: ConvShape,
    order: Order,
    weight: Vec<f32>,
    bias: Vec<f32>,
    relu: bool,
    pool: bool,
    curve: Option<Curve>,
    many: Option<Ready>,
    /// For few images, if it is another algorithm.
    few: Option<Ready>,
    /// Whether a few images are divided among threads by an algorithm of their own.
    divides: bool,
}

impl PackedConv {
    /// A convolution over images `[c, h, w]` in `order`, with the weight `[k, c / groups, r, s]` and the bias `[k]`; `shape.n` does not
    /// count. With `relu`, negative results become 0; with `pool`, the maxima of 2×2 are what is given.
    ///
    /// # Panics
    /// If a slice's length does not fit the shape, the shape is no convolution, or there is a pooling without relu.
    pub fn new(
        shape: &ConvShape,
        order: Order,
        weight: Vec<f32>,
        bias: Vec<f32>,
        relu: bool,
        pool: bool,
    ) -> Self {
        let shape = ConvShape { n: 1, ..*shape };
        shape.check();
        assert_eq!(weight.len(), shape.weight_len(), "packed conv: weight");
        assert_eq!(bias.len(), shape.k, "packed conv: bias");
        assert!(relu || !pool, "packed conv: pooling without relu");
        let arch = arch();
        let (mut many, mut few, mut divides) = (None, None, false);
        if !depthwise::fits(&shape) && pointwise::fits(&shape) && order == Order::Nhwc && !pool {
            let blocks = arch.dispatch(BlocksOf(shape.k));
            many = Some(Ready::Panels(panels::of_columns(arch, blocks, shape.c, &weight)));
        } else if !depthwise::fits(&shape) {
            let correlation = Correlation::forward(&shape);
            let blocks = arch.dispatch(BlocksOf(correlation.cout));
            let packed = || Ready::Packed(Packed::new(arch, blocks, &correlation, &weight));
            let frequencies =
                |geometry: &Geometry| Ready::Frequencies(winograd::frequencies(arch, geometry, &weight));
            divides = order == Order::Nhwc && !pool && shape.groups == 1 && shape.flops() >= WORTH;
            (many, few) = match Geometry::forward(&shape) {
                // It takes a part of its weights to frequencies in the cache, which one image is not worth.
                Some(geometry) if wide::fits(&geometry) && !pool => {
                    let len = geometry.frequencies() * shape.c * shape.k;
                    let few = || if len <= NEAR { frequencies(&geometry) } else { packed() };
                    (None, divides.then(few))
                }
                Some(geometry) => (Some(frequencies(&geometry)), None),
                None => (Some(packed()), None),
            };
        }
        Self { arch, shape, order, weight, bias, relu, pool, curve: None, many, few, divides }
    }

    /// The same with a function of each result.
    ///
    /// # Panics
    /// If there is a relu.
    #[must_use]
    pub fn then(self, curve: Curve) -> Self {
        assert!(!self.relu, "packed conv: two activations");
        Self { curve: Some(curve), ..self }
    }

    /// `[channels, height, width]` of what it gives.
    pub fn result(&self) -> [usize; 3] {
        let part = if self.pool { 2 } else { 1 };
        [self.shape.k, self.shape.ho() / part, self.shape.wo() / part]
    }

    /// Computes `n` images: `x`: `[n, c, h, w]` in the order of [`new`](Self::new); `y`: `[n, height, width, k]`. With a pooling `index`
    /// is as long as `y`, and holds what is of no use here.
    ///
    /// # Panics
    /// If a slice's length does not fit.
    pub fn apply(&self, n: usize, x: &[f32], y: &mut [f32], index: &mut [u8]) {
        let shape = ConvShape { n, ..self.shape };
        shape.check();
        assert_eq!(x.len(), shape.x_len(), "packed conv: x");
        assert_eq!(y.len(), n * self.result().iter().product::<usize>(), "packed conv: y");
        let bias = &self.bias[..];
        let weight = |ready| Weight { raw: &self.weight, ready };
        if self.pool {
            assert_eq!(index.len(), y.len(), "packed conv: index");
            let weight = weight(self.many.as_ref());
            block::relu_pool(self.arch, &shape, x, self.order, weight, bias, y, Order::Nhwc, index);
            return;
        }
        let act = if self.relu { Act::Relu } else { Act::None };
        let (out, source) = (Shared::new(&mut *y), Source::Plain { data: x, order: self.order });
        let to = |data| Sink::Plain { data, order: Order::Nhwc };
        // These apply it where their results are still in the cache.
        let inside = depthwise::fits(&shape) || matches!(self.many, Some(Ready::Panels(_)));
        let of_few = self.few.as_ref().or(self.many.as_ref()).filter(|_| self.divides && n <= FEW);
        match (of_few, Geometry::forward(&shape)) {
            (Some(Ready::Packed(_)), _) => {
                let correlation = Correlation::forward(&shape);
                gathered::correlate(self.arch, &correlation, x, weight(of_few), Some(bias), self.relu, &out);
            }
            (Some(Ready::Frequencies(_)), Some(geometry)) => {
                winograd::correlate(self.arch, &geometry, source, weight(of_few), Some(bias), act, &to(out));
            }
            _ => {
                let (weight, curve) = (weight(self.many.as_ref()), self.curve.filter(|_| inside));
                forward(self.arch, &shape, source, weight, Some(bias), act, curve, &to(out));
            }
        }
        if let Some(curve) = self.curve.filter(|_| !inside) {
            curve_in_place(curve, y);
        }
    }
}
