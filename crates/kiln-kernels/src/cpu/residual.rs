//! What networks do between convolutions: sums of two branches, and gates that scale channels.

use pulp::Simd;

use super::act::Act;
use super::arch::arch;
use super::order::Order;
use super::parallel::{MEMORY, Shared, Task, cut, for_each, piece};
use super::rows;

/// Elements of a task.
const CHUNK: usize = cut(16 * 1024, 64);

/// `y = act(a + b)`; NaN stays NaN. Its gradient is that of [`relu`](super::relu), for both.
///
/// # Panics
/// If the lengths differ.
pub fn add(a: &[f32], b: &[f32], act: Act, y: &mut [f32]) {
    assert_eq!(a.len(), b.len(), "add: b");
    assert_eq!(a.len(), y.len(), "add: y");
    let task = Add { a, b, relu: act == Act::Relu, y: Shared::new(y) };
    for_each(arch(), a.len().div_ceil(CHUNK), a.len() * MEMORY, &task);
}

/// `y = act(y + x)`; NaN stays NaN.
///
/// # Panics
/// If the lengths differ.
pub fn add_onto(x: &[f32], act: Act, y: &mut [f32]) {
    assert_eq!(x.len(), y.len(), "add_onto: y");
    let task = AddOnto { x, relu: act == Act::Relu, y: Shared::new(y) };
    for_each(arch(), x.len().div_ceil(CHUNK), x.len() * MEMORY, &task);
}

struct AddOnto<'a> {
    x: &'a [f32],
    relu: bool,
    y: Shared<'a, f32>,
}

impl Task for AddOnto<'_> {
    #[inline(always)]
    fn run<S: Simd>(&self, _: S, index: usize) {
        let range = piece(index, CHUNK, self.x.len());
        // SAFETY: each task has its own piece.
        let y = unsafe { self.y.slice(range.clone()) };
        let pairs = y.iter_mut().zip(&self.x[range]);
        if self.relu {
            for (y, x) in pairs {
                let sum = *y + x;
                *y = if sum < 0.0 { 0.0 } else { sum };
            }
        } else {
            pairs.for_each(|(y, x)| *y += x);
        }
    }
}

struct Add<'a> {
    a: &'a [f32],
    b: &'a [f32],
    relu: bool,
    y: Shared<'a, f32>,
}

impl Task for Add<'_> {
    #[inline(always)]
    fn run<S: Simd>(&self, _: S, index: usize) {
        let range = piece(index, CHUNK, self.a.len());
        // SAFETY: each task has its own piece.
        let y = unsafe { self.y.slice(range.clone()) };
        let pairs = self.a[range.clone()].iter().zip(&self.b[range]);
        if self.relu {
            for (y, (a, b)) in y.iter_mut().zip(pairs) {
                let sum = a + b;
                *y = if sum < 0.0 { 0.0 } else { sum };
            }
        } else {
            y.iter_mut().zip(pairs).for_each(|(y, (a, b))| *y = a + b);
        }
    }
}

/// `y = x · gates`, one gate for each channel of each image.
///
/// `x`, `y`: `[n, c, pixels]` (NCHW) or `[n, pixels, c]` (NHWC); `gates`: `[n, c]`.
///
/// # Panics
/// If a slice's length does not fit.
pub fn scale([n, c, pixels]: [usize; 3], x: &[f32], gates: &[f32], order: Order, y: &mut [f32]) {
    assert_eq!(x.len(), n * c * pixels, "scale: x");
    assert_eq!(gates.len(), n * c, "scale: gates");
    assert_eq!(y.len(), x.len(), "scale: y");
    let task = Scale { c, pixels, order, x, gates, y: Shared::new(y), sums: None };
    for_each(arch(), n, x.len() * MEMORY, &task);
}

/// `y = y · gates`, as [`scale`].
///
/// # Panics
/// If a slice's length does not fit.
pub fn scale_in_place([n, c, pixels]: [usize; 3], gates: &[f32], order: Order, y: &mut [f32]) {
    assert_eq!(gates.len(), n * c, "scale_in_place: gates");
    assert_eq!(y.len(), n * c * pixels, "scale_in_place: y");
    let cost = y.len() * MEMORY;
    for_each(arch(), n, cost, &ScaleInPlace { c, pixels, order, gates, y: Shared::new(y) });
}

struct ScaleInPlace<'a> {
    c: usize,
    pixels: usize,
    order: Order,
    gates: &'a [f32],
    y: Shared<'a, f32>,
}

impl Task for ScaleInPlace<'_> {
    /// One image.
    #[inline(always)]
    fn run<S: Simd>(&self, _: S, image: usize) {
        let Self { c, pixels, order, .. } = *self;
        let gates = &self.gates[image * c..(image + 1) * c];
        // SAFETY: each task has its own image.
        let y = unsafe { self.y.slice(image * c * pixels..(image + 1) * c * pixels) };
        match order {
            Order::Nchw => {
                for (y, gate) in y.chunks_exact_mut(pixels.max(1)).zip(gates) {
                    y.iter_mut().for_each(|y| *y *= gate);
                }
            }
            Order::Nhwc => {
                for y in y.chunks_exact_mut(c.max(1)) {
                    y.iter_mut().zip(gates).for_each(|(y, gate)| *y *= gate);
                }
            }
        }
    }
}

/// The gradients of [`scale`] for the gradient `g` of its result: `dx = g · gates`, `dgates = Σ_pixels g · x`.
///
/// # Panics
/// If a slice's length does not fit.
pub fn scale_grad(
    [n, c, pixels]: [usize; 3],
    x: &[f32],
    gates: &[f32],
    g: &[f32],
    order: Order,
    dx: &mut [f32],
    dgates: &mut [f32],
) {
    assert_eq!(x.len(), n * c * pixels, "scale_grad: x");
    assert_eq!(gates.len(), n * c, "scale_grad: gates");
    assert_eq!(g.len(), x.len(), "scale_grad: g");
    assert_eq!(dx.len(), x.len(), "scale_grad: dx");
    assert_eq!(dgates.len(), n * c, "scale_grad: dgates");
    let sums = Some((x, Shared::new(dgates)));
    let task = Scale { c, pixels, order, x: g, gates, y: Shared::new(dx), sums };
    for_each(arch(), n, 2 * x.len() * MEMORY, &task);
}

struct Scale<'a> {
    c: usize,
    pixels: usize,
    order: Order,
    x: &'a [f32],
    gates: &'a [f32],
    y: Shared<'a, f32>,
    /// In the backward pass: what the gradient is multiplied by, and where the sums go.
    sums: Option<(&'a [f32], Shared<'a, f32>)>,
}

impl Task for Scale<'_> {
    /// One image.
    #[inline(always)]
    fn run<S: Simd>(&self, _: S, image: usize) {
        let Self { c, pixels, order, .. } = *self;
        let (size, channels) = (image * c * pixels..(image + 1) * c * pixels, image * c..(image + 1) * c);
        let (x, gates) = (&self.x[size.clone()], &self.gates[channels.clone()]);
        // SAFETY: each task has its own image.
        let y = unsafe { self.y.slice(size.clone()) };
        match order {
            Order::Nchw => {
                let planes = x.chunks_exact(pixels.max(1)).zip(y.chunks_exact_mut(pixels.max(1)));
                for ((x, y), gate) in planes.zip(gates) {
                    y.iter_mut().zip(x).for_each(|(y, x)| *y = x * gate);
                }
            }
            Order::Nhwc => {
                for (x, y) in x.chunks_exact(c.max(1)).zip(y.chunks_exact_mut(c.max(1))) {
                    y.iter_mut().zip(x).zip(gates).for_each(|((y, x), gate)| *y = x * gate);
                }
            }
        }
        let Some((factors, sums)) = &self.sums else { return };
        let factors = &factors[size];
        // SAFETY: as above.
        let sums = unsafe { sums.slice(channels) };
        sums.fill(0.0);
        match order {
            Order::Nchw => {
                let planes = x.chunks_exact(pixels.max(1)).zip(factors.chunks_exact(pixels.max(1)));
                for ((x, factors), sum) in planes.zip(sums) {
                    *sum = rows::sum_of_pairs(x, factors, |x, factor| x * factor);
                }
            }
            Order::Nhwc => {
                for (x, factors) in x.chunks_exact(c.max(1)).zip(factors.chunks_exact(c.max(1))) {
                    sums.iter_mut().zip(x).zip(factors).for_each(|((sum, x), factor)| *sum += x * factor);
                }
            }
        }
    }
}
