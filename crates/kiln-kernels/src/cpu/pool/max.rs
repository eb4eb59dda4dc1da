//! Maximum over windows.

use pulp::Simd;

use super::{Planes, PoolShape};
use crate::cpu::arch::arch;
use crate::cpu::order::Order;
use crate::cpu::parallel::{Shared, Task, for_each};
use crate::cpu::scratch::Scratch;

/// The maximum of each window: the first of equals, a NaN before any number.
///
/// `x`: `[n, c, h, w]` in `order`; `y`: `[n, c, ho, wo]` in `order`; `index`, laid out like `y`: the place of the maximum in
/// its image, `line · w + column`.
///
/// # Panics
/// If a slice's length does not fit the shape, or the shape is no pooling.
pub fn max_pool2d(shape: &PoolShape, x: &[f32], order: Order, y: &mut [f32], index: &mut [u32]) {
    shape.check();
    assert_eq!(x.len(), shape.x_len(), "max_pool2d: x");
    assert_eq!(y.len(), shape.y_len(), "max_pool2d: y");
    assert_eq!(index.len(), y.len(), "max_pool2d: index");
    let planes = shape.planes(order);
    let task = Forward { shape, planes, x, y: Shared::new(y), index: Shared::new(index) };
    for_each(arch(), planes.count, shape.cost(), &task);
}

/// The gradient of [`max_pool2d`] for its input, from the gradient `g` of its result.
///
/// # Panics
/// If a slice's length does not fit the shape, the shape is no pooling, or an `index` lies outside of its image.
pub fn max_pool2d_grad(shape: &PoolShape, g: &[f32], index: &[u32], order: Order, dx: &mut [f32]) {
    shape.check();
    assert_eq!(g.len(), shape.y_len(), "max_pool2d_grad: g");
    assert_eq!(index.len(), g.len(), "max_pool2d_grad: index");
    assert_eq!(dx.len(), shape.x_len(), "max_pool2d_grad: dx");
    let planes = shape.planes(order);
    let task = Backward { shape, planes, g, index, dx: Shared::new(dx) };
    for_each(arch(), planes.count, shape.cost(), &task);
}

struct Forward<'a> {
    shape: &'a PoolShape,
    planes: Planes,
    x: &'a [f32],
    y: Shared<'a, f32>,
    index: Shared<'a, u32>,
}

impl Task for Forward<'_> {
    #[inline(always)]
    fn run<S: Simd>(&self, _: S, plane: usize) {
        let (shape, lanes) = (self.shape, self.planes.lanes);
        let (size, pixels) = (shape.h * shape.w * lanes, shape.ho() * shape.wo() * lanes);
        let x = &self.x[plane * size..][..size];
        let range = plane * pixels..(plane + 1) * pixels;
        // SAFETY: each task has its own plane.
        let (y, index) = unsafe { (self.y.slice(range.clone()), self.index.slice(range)) };
        if lanes == 1 {
            return one_lane(shape, x, y, index);
        }
        let mut results = y.chunks_exact_mut(lanes).zip(index.chunks_exact_mut(lanes));
        for i in 0..shape.ho() {
            for (j, (y, index)) in (0..shape.wo()).zip(results.by_ref()) {
                let (lines, columns) = (shape.lines(i), shape.columns(j));
                let first = lines.start * shape.w + columns.start;
                y.copy_from_slice(&x[first * lanes..][..lanes]);
                index.fill(first as u32);
                for line in lines {
                    for column in columns.clone() {
                        let pixel = line * shape.w + column;
                        if pixel != first {
                            greater(&x[pixel * lanes..][..lanes], pixel as u32, y, index);
                        }
                    }
                }
            }
        }
    }
}

/// Takes over what is greater than `y`, or the first NaN.
#[inline(always)]
fn greater(x: &[f32], pixel: u32, y: &mut [f32], index: &mut [u32]) {
    for ((&x, y), index) in x.iter().zip(y).zip(index) {
        let wins = (x > *y) | (x.is_nan() & !y.is_nan());
        *y = if wins { x } else { *y };
        *index = if wins { pixel } else { *index };
    }
}

/// A plane of pixels: down the columns a line at a time, then across.
#[inline(always)]
fn one_lane(shape: &PoolShape, x: &[f32], y: &mut [f32], index: &mut [u32]) {
    let w = shape.w;
    let wo = shape.wo();
    let mut best = Scratch::take(w);
    let mut places = vec![0; w];
    for i in 0..shape.ho() {
        let lines = shape.lines(i);
        best.copy_from_slice(&x[lines.start * w..][..w]);
        places.iter_mut().zip(lines.start * w..).for_each(|(place, pixel)| *place = pixel as u32);
        for line in lines.skip(1) {
            let first = (line * w) as u32;
            for (((&x, best), place), pixel) in
                x[line * w..][..w].iter().zip(&mut *best).zip(&mut places).zip(first..)
            {
                let wins = (x > *best) | (x.is_nan() & !best.is_nan());
                *best = if wins { x } else { *best };
                *place = if wins { pixel } else { *place };
            }
        }
        let results = y[i * wo..][..wo].iter_mut().zip(&mut index[i * wo..][..wo]);
        for (j, (y, index)) in results.enumerate() {
            let columns = shape.columns(j);
            let (mut max, mut won) = (best[columns.start], places[columns.start]);
            for (&x, &place) in best[columns.clone()].iter().zip(&places[columns]).skip(1) {
                // Of equals the first line by line, which may be in a later column.
                let equal = (x == max) | (x.is_nan() & max.is_nan());
                let wins = (x > max) | (x.is_nan() & !max.is_nan()) | (equal & (place < won));
                (max, won) = if wins { (x, place) } else { (max, won) };
            }
            (*y, *index) = (max, won);
        }
    }
}

struct Backward<'a> {
    shape: &'a PoolShape,
    planes: Planes,
    g: &'a [f32],
    index: &'a [u32],
    dx: Shared<'a, f32>,
}

impl Task for Backward<'_> {
    #[inline(always)]
    fn run<S: Simd>(&self, _: S, plane: usize) {
        let (shape, lanes) = (self.shape, self.planes.lanes);
        let (size, pixels) = (shape.h * shape.w * lanes, shape.ho() * shape.wo() * lanes);
        // SAFETY: each task has its own plane.
        let dx = unsafe { self.dx.slice(plane * size..(plane + 1) * size) };
        let range = plane * pixels..(plane + 1) * pixels;
        let (g, index) = (&self.g[range.clone()], &self.index[range]);
        if lanes > 1 && shape.kernel == shape.stride && shape.padding == [0, 0] {
            return apart(shape, lanes, g, index, dx);
        }
        if lanes > 1 {
            return across(shape, lanes, g, index, dx);
        }
        dx.fill(0.0);
        for (&g, &pixel) in g.iter().zip(index) {
            dx[pixel as usize] += g;
        }
    }
}

/// The gradient where windows may overlap: each adds what its pixels won, a vector of channels at a time, in the order of the windows.
#[inline(always)]
fn across(shape: &PoolShape, lanes: usize, g: &[f32], index: &[u32], dx: &mut [f32]) {
    let (ho, wo) = (shape.ho(), shape.wo());
    assert_index(shape, index);
    // Lines of the image are zeroed right before the first window that has one of them.
    let line_of = shape.w * lanes;
    let mut zeroed = 0;
    let mut results = g.chunks_exact(lanes).zip(index.chunks_exact(lanes));
    for i in 0..ho {
        let lines = shape.lines(i);
        if lines.end > zeroed {
            dx[zeroed * line_of..lines.end * line_of].fill(0.0);
            zeroed = lines.end;
        }
        for (j, (g, index)) in (0..wo).zip(results.by_ref()) {
            for line in lines.clone() {
                for column in shape.columns(j) {
                    let pixel = line * shape.w + column;
                    add_won(&mut dx[pixel * lanes..][..lanes], g, index, pixel as u32);
                }
            }
        }
    }
    dx[zeroed * line_of..].fill(0.0);
}

/// `dx += g` where `pixel` won.
#[inline(always)]
fn add_won(dx: &mut [f32], g: &[f32], index: &[u32], pixel: u32) {
    for ((dx, &g), &index) in dx.iter_mut().zip(g).zip(index) {
        *dx += if index == pixel { g } else { 0.0 };
    }
}

#[inline(always)]
fn assert_index(shape: &PoolShape, index: &[u32]) {
    let last = index.iter().fold(0, |last, &pixel| last.max(pixel));
    assert!(index.is_empty() || (last as usize) < shape.h * shape.w, "max_pool2d_grad: index");
}

/// The gradient where windows do not overlap: every pixel is written once, a vector of channels at a time.
#[inline(always)]
fn apart(shape: &PoolShape, lanes: usize, g: &[f32], index: &[u32], dx: &mut [f32]) {
    let (ho, wo) = (shape.ho(), shape.wo());
    assert_index(shape, index);
    if [ho * shape.kernel[0], wo * shape.kernel[1]] != [shape.h, shape.w] {
        // Pixels behind the last window.
        dx.fill(0.0);
    }
    let mut results = g.chunks_exact(lanes).zip(index.chunks_exact(lanes));
    for i in 0..ho {
        for (j, (g, index)) in (0..wo).zip(results.by_ref()) {
            for line in shape.lines(i) {
                for column in shape.columns(j) {
                    let pixel = line * shape.w + column;
                    won(&mut dx[pixel * lanes..][..lanes], g, index, pixel as u32);
                }
            }
        }
    }
}

/// `dx = g` where `pixel` won, else 0.
#[inline(always)]
fn won(dx: &mut [f32], g: &[f32], index: &[u32], pixel: u32) {
    for ((dx, &g), &index) in dx.iter_mut().zip(g).zip(index) {
        *dx = if index == pixel { g } else { 0.0 };
    }
}
