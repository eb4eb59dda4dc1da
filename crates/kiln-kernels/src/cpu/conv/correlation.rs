//! A convolution, or its input gradient, as dense correlations over a padded image.
//!
//! The input gradient of a strided convolution falls apart into `stride₀ · stride₁` phases: pixels of `dx` at equal
//! positions modulo the stride see the same taps of the kernel. Each phase is a stride-1 correlation over the output's
//! gradient, so no multiplication with inserted zeros is done.

use super::ConvShape;
use crate::cpu::order::Canvas;

/// One phase along one axis.
#[derive(Clone, Debug)]
struct AxisSweep {
    /// First position of the result, and how many, `step` apart.
    first: usize,
    count: usize,
    /// Distance on the canvas between neighbouring positions of the result.
    stride: usize,
    /// (index in the kernel, offset on the canvas), offsets ascending.
    taps: Vec<(usize, usize)>,
}

/// All phases along one axis.
#[derive(Clone, Debug)]
struct Axis {
    sweeps: Vec<AxisSweep>,
    step: usize,
    /// Size of the canvas, and where the source starts on it.
    size: usize,
    shift: isize,
}

impl Axis {
    fn forward(out: usize, kernel: usize, stride: usize, padding: usize, dilation: usize) -> Self {
        let taps = (0..kernel).map(|r| (r, r * dilation)).collect();
        Self {
            sweeps: vec![AxisSweep { first: 0, count: out, stride, taps }],
            step: 1,
            size: (out.max(1) - 1) * stride + (kernel - 1) * dilation + 1,
            shift: padding as isize,
        }
    }

    fn backward(len: usize, kernel: usize, stride: usize, padding: usize, dilation: usize) -> Self {
        // dx[p + stride·q] = Σ_r g[q + offset(p, r)] · w[r] with offset = (p + padding − r·dilation) / stride, if whole.
        let phases: Vec<_> = (0..stride.min(len))
            .map(|p| {
                let offset = |r: usize| (p + padding) as isize - (r * dilation) as isize;
                let taps = (0..kernel)
                    .rev()
                    .filter(|&r| offset(r) % stride as isize == 0)
                    .map(|r| (r, offset(r) / stride as isize))
                    .collect::<Vec<_>>();
                (p, (len - p).div_ceil(stride), taps)
            })
            .collect();
        let offsets =
            || phases.iter().flat_map(|(_, count, taps)| taps.iter().map(move |&(_, at)| (at, *count)));
        let lowest = offsets().map(|(at, _)| at).min().unwrap_or(0);
        let highest = offsets().map(|(at, count)| at + count as isize).max().unwrap_or(1);
        let sweeps = phases
            .into_iter()
            .map(|(first, count, taps)| {
                let taps = taps.into_iter().map(|(r, at)| (r, (at - lowest) as usize)).collect();
                AxisSweep { first, count, stride: 1, taps }
            })
            .collect();
        Self { sweeps, step: stride, size: (highest - lowest) as usize, shift: -lowest }
    }
}

/// One dense correlation: result pixels `first + step · (i, j)`.
#[derive(Clone, Debug)]
pub(super) struct Sweep {
    pub(super) first: [usize; 2],
    pub(super) count: [usize; 2],
    /// Distance on the canvas, in pixels, of neighbours in the result.
    pub(super) stride: [usize; 2],
    /// (offset on the canvas in pixels, position in the kernel), runs of `merged` neighbours on the canvas.
    pub(super) taps: Vec<(usize, usize)>,
    pub(super) merged: usize,
    /// Where this sweep's taps start among all.
    pub(super) first_tap: usize,
}

/// What to correlate. Channels are those of one group.
#[derive(Clone, Debug)]
pub(super) struct Correlation {
    pub(super) n: usize,
    pub(super) groups: usize,
    pub(super) cin: usize,
    pub(super) cout: usize,
    /// Size of the source and of the result.
    pub(super) source: [usize; 2],
    pub(super) result: [usize; 2],
    pub(super) canvas: Canvas,
    /// Distance of neighbouring pixels of the result in a sweep.
    pub(super) step: [usize; 2],
    pub(super) sweeps: Vec<Sweep>,
    pub(super) taps: usize,
    /// Distance in the weight between channels of source and result, and between groups.
    pub(super) w_in: usize,
    pub(super) w_out: usize,
    pub(super) w_group: usize,
    pub(super) flops: usize,
}

impl Correlation {
    pub(super) fn forward(shape: &ConvShape) -> Self {
        let axis = |i: usize, out, kernel| {
            Axis::forward(out, kernel, shape.stride[i], shape.padding[i], shape.dilation[i])
        };
        let axes = [axis(0, shape.ho(), shape.r), axis(1, shape.wo(), shape.s)];
        Self::new(shape, axes, false)
    }

    pub(super) fn backward(shape: &ConvShape) -> Self {
        let axis = |i: usize, len, kernel| {
            Axis::backward(len, kernel, shape.stride[i], shape.padding[i], shape.dilation[i])
        };
        let axes = [axis(0, shape.h, shape.r), axis(1, shape.w, shape.s)];
        Self::new(shape, axes, true)
    }

    fn new(shape: &ConvShape, [down, across]: [Axis; 2], backward: bool) -> Self {
        let (c, k) = (shape.c / shape.groups, shape.k / shape.groups);
        let kernel = shape.r * shape.s;
        let (x, y) = ([shape.h, shape.w], [shape.ho(), shape.wo()]);
        let (cin, cout, source, result, w_in, w_out) =
            if backward { (k, c, y, x, c * kernel, kernel) } else { (c, k, x, y, kernel, c * kernel) };
        let mut sweeps = Vec::new();
        let mut all = 0;
        for v in &down.sweeps {
            for h in &across.sweeps {
                let taps: Vec<_> = v
                    .taps
                    .iter()
                    .flat_map(|&(r, y)| {
                        h.taps.iter().map(move |&(s, x)| (y * across.size + x, r * shape.s + s))
                    })
                    .collect();
                let neighbours = h.taps.windows(2).all(|pair| pair[1].1 == pair[0].1 + 1);
                sweeps.push(Sweep {
                    first: [v.first, h.first],
                    count: [v.count, h.count],
                    stride: [v.stride, h.stride],
                    merged: if neighbours { h.taps.len().max(1) } else { 1 },
                    first_tap: all,
                    taps: taps.clone(),
                });
                all += taps.len();
            }
        }
        Self {
            n: shape.n,
            groups: shape.groups,
            cin,
            cout,
            source,
            result,
            canvas: Canvas { h: down.size, w: across.size, step: cin, top: down.shift, left: across.shift },
            step: [down.step, across.step],
            sweeps,
            taps: all,
            w_in,
            w_out,
            w_group: c * k * kernel,
            flops: shape.flops(),
        }
    }
}
