//! Mean over windows.

use pulp::Simd;

use super::{Planes, PoolShape};
use crate::cpu::arch::arch;
use crate::cpu::order::Order;
use crate::cpu::parallel::{Shared, Task, for_each};
use crate::cpu::scratch::Scratch;

/// The mean of each window. With `count_padding` the border's zeros count as elements, without they do not.
///
/// `x`: `[n, c, h, w]`, `y`: `[n, c, ho, wo]`, both in `order`.
///
/// # Panics
/// If a slice's length does not fit the shape, or the shape is no pooling.
pub fn avg_pool2d(shape: &PoolShape, x: &[f32], order: Order, count_padding: bool, y: &mut [f32]) {
    shape.check();
    assert_eq!(x.len(), shape.x_len(), "avg_pool2d: x");
    assert_eq!(y.len(), shape.y_len(), "avg_pool2d: y");
    let planes = shape.planes(order);
    let task = Forward { shape, planes, count_padding, x, y: Shared::new(y) };
    for_each(arch(), planes.count, shape.cost(), &task);
}

/// The gradient of [`avg_pool2d`] for its input, from the gradient `g` of its result.
///
/// # Panics
/// If a slice's length does not fit the shape, or the shape is no pooling.
pub fn avg_pool2d_grad(shape: &PoolShape, g: &[f32], order: Order, count_padding: bool, dx: &mut [f32]) {
    shape.check();
    assert_eq!(g.len(), shape.y_len(), "avg_pool2d_grad: g");
    assert_eq!(dx.len(), shape.x_len(), "avg_pool2d_grad: dx");
    let planes = shape.planes(order);
    let task = Backward { shape, planes, count_padding, g, dx: Shared::new(dx) };
    for_each(arch(), planes.count, shape.cost(), &task);
}

impl PoolShape {
    /// One over the number of elements in the window of output `(i, j)`.
    #[inline(always)]
    fn share(&self, i: usize, j: usize, count_padding: bool) -> f32 {
        let len = if count_padding {
            self.kernel[0] * self.kernel[1]
        } else {
            self.lines(i).len() * self.columns(j).len()
        };
        1.0 / len as f32
    }
}

struct Forward<'a> {
    shape: &'a PoolShape,
    planes: Planes,
    count_padding: bool,
    x: &'a [f32],
    y: Shared<'a, f32>,
}

impl Task for Forward<'_> {
    #[inline(always)]
    fn run<S: Simd>(&self, _: S, plane: usize) {
        let (shape, lanes) = (self.shape, self.planes.lanes);
        let (size, pixels) = (shape.h * shape.w * lanes, shape.ho() * shape.wo() * lanes);
        let x = &self.x[plane * size..][..size];
        // SAFETY: each task has its own plane.
        let y = unsafe { self.y.slice(plane * pixels..(plane + 1) * pixels) };
        if lanes == 1 {
            return self.one_lane(x, y);
        }
        let mut results = y.chunks_exact_mut(lanes);
        for i in 0..shape.ho() {
            for (j, y) in (0..shape.wo()).zip(results.by_ref()) {
                y.fill(0.0);
                for line in shape.lines(i) {
                    for column in shape.columns(j) {
                        let x = &x[(line * shape.w + column) * lanes..][..lanes];
                        y.iter_mut().zip(x).for_each(|(y, x)| *y += x);
                    }
                }
                let share = shape.share(i, j, self.count_padding);
                y.iter_mut().for_each(|y| *y *= share);
            }
        }
    }
}

impl Forward<'_> {
    /// A plane of pixels: down the columns a line at a time, then across.
    #[inline(always)]
    fn one_lane(&self, x: &[f32], y: &mut [f32]) {
        let (shape, w, wo) = (self.shape, self.shape.w, self.shape.wo());
        let mut sums = Scratch::take(w);
        for i in 0..shape.ho() {
            sums.fill(0.0);
            for line in shape.lines(i) {
                sums.iter_mut().zip(&x[line * w..][..w]).for_each(|(sum, x)| *sum += x);
            }
            for (j, y) in y[i * wo..][..wo].iter_mut().enumerate() {
                let sum: f32 = sums[shape.columns(j)].iter().sum();
                *y = sum * shape.share(i, j, self.count_padding);
            }
        }
    }
}

struct Backward<'a> {
    shape: &'a PoolShape,
    planes: Planes,
    count_padding: bool,
    g: &'a [f32],
    dx: Shared<'a, f32>,
}

impl Task for Backward<'_> {
    #[inline(always)]
    fn run<S: Simd>(&self, _: S, plane: usize) {
        let (shape, lanes) = (self.shape, self.planes.lanes);
        let (size, pixels) = (shape.h * shape.w * lanes, shape.ho() * shape.wo() * lanes);
        // SAFETY: each task has its own plane.
        let dx = unsafe { self.dx.slice(plane * size..(plane + 1) * size) };
        dx.fill(0.0);
        let g = &self.g[plane * pixels..][..pixels];
        if lanes == 1 {
            return self.one_lane(g, dx);
        }
        let mut gradients = g.chunks_exact(lanes);
        for i in 0..shape.ho() {
            for (j, g) in (0..shape.wo()).zip(gradients.by_ref()) {
                let share = shape.share(i, j, self.count_padding);
                for line in shape.lines(i) {
                    for column in shape.columns(j) {
                        let dx = &mut dx[(line * shape.w + column) * lanes..][..lanes];
                        dx.iter_mut().zip(g).for_each(|(dx, g)| *dx += g * share);
                    }
                }
            }
        }
    }
}

impl Backward<'_> {
    /// A plane of pixels, zeros: across, then down the columns a line at a time.
    #[inline(always)]
    fn one_lane(&self, g: &[f32], dx: &mut [f32]) {
        let (shape, w, wo) = (self.shape, self.shape.w, self.shape.wo());
        let mut shares = Scratch::take(w);
        for i in 0..shape.ho() {
            shares.fill(0.0);
            for (j, &g) in g[i * wo..][..wo].iter().enumerate() {
                let share = g * shape.share(i, j, self.count_padding);
                shares[shape.columns(j)].iter_mut().for_each(|sum| *sum += share);
            }
            for line in shape.lines(i) {
                dx[line * w..][..w].iter_mut().zip(&*shares).for_each(|(dx, share)| *dx += share);
            }
        }
    }
}
