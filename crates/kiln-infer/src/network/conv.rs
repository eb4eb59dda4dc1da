//! Convolutions, with an activation and a pooling behind them.

use kiln_kernels::cpu::{Act, ConvShape, Curve, Order, PackedConv, Scratch};

use super::affine::Folded;
use super::shape::wrong;
use super::step::Step;
use crate::error::InferError;
use crate::kept;

/// How filters move.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    pub(super) stride: usize,
    pub(super) padding: usize,
    pub(super) groups: usize,
}

/// What is done to the results of a convolution.
#[derive(Debug, Clone, Copy)]
pub(super) struct Behind {
    pub(super) act: Act,
    /// Instead of a relu.
    pub(super) curve: Option<Curve>,
    /// Whether 2×2 maxima are taken behind the relu.
    pub(super) pool: bool,
}

/// A convolution, to images with their channels last.
#[derive(Debug)]
pub(super) struct Conv {
    layer: PackedConv,
    /// Whether 2×2 maxima are taken behind the relu.
    pool: bool,
}

impl Conv {
    pub(super) fn new(
        layer: &str,
        folded: Folded,
        kernel: usize,
        Window { stride, padding, groups }: Window,
        ([c, h, w], order): ([usize; 3], Order),
        behind: Behind,
    ) -> Result<Self, InferError> {
        // The side is that of a tensor in the file, so nothing here is large but the padding that it bounds.
        if stride == 0 || padding > kernel || kernel > h.min(w).saturating_add(2 * padding) {
            let reason = format!(
                "filters of {kernel} with padding {padding} and stride {stride} do not fit {h} × {w}"
            );
            return Err(wrong(layer, reason));
        }
        let k = folded.outputs();
        let Folded { weight, bias, .. } = folded;
        let bias = bias.unwrap_or_else(|| vec![0.0; k]);
        let [stride, padding] = [[stride; 2], [padding; 2]];
        let (r, s) = (kernel, kernel);
        let shape = ConvShape { n: 1, c, h, w, k, r, s, stride, padding, dilation: [1; 2], groups };
        let Behind { act, curve, pool } = behind;
        let layer = PackedConv::new(&shape, order, weight, bias, act == Act::Relu, pool);
        let layer = if let Some(curve) = curve { layer.then(curve) } else { layer };
        Ok(Self { layer, pool })
    }

    /// `[channels, height, width]` of what it makes.
    pub(super) fn result(&self) -> [usize; 3] {
        self.layer.result()
    }
}

impl Step for Conv {
    fn run(&self, n: usize, x: &[f32]) -> Scratch {
        let len = n * self.result().iter().product::<usize>();
        let mut y = Scratch::take(len);
        kept::winners(if self.pool { len } else { 0 }, |index| self.layer.apply(n, x, &mut y, index));
        y
    }
}
