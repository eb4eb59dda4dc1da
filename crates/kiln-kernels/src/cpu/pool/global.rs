//! Pooling over all pixels of an image.

use pulp::Simd;

use crate::cpu::arch::arch;
use crate::cpu::order::Order;
use crate::cpu::parallel::{MEMORY, Shared, Task, for_each};

/// The mean over all pixels: `y[n, c] = Σ x / pixels`.
///
/// `x`: `[n, c, pixels]` (NCHW) or `[n, pixels, c]` (NHWC); `y`: `[n, c]`.
///
/// # Panics
/// If a slice's length does not fit.
pub fn global_mean_pool([n, c, pixels]: [usize; 3], x: &[f32], order: Order, y: &mut [f32]) {
    assert_eq!(x.len(), n * c * pixels, "global_mean_pool: x");
    assert_eq!(y.len(), n * c, "global_mean_pool: y");
    let task = Forward { c, pixels, order, x, y: Shared::new(y), index: None };
    for_each(arch(), n, x.len() * MEMORY, &task);
}

/// The gradient of [`global_mean_pool`]: `dx = g / pixels` at every pixel.
///
/// # Panics
/// If a slice's length does not fit.
pub fn global_mean_pool_grad([n, c, pixels]: [usize; 3], g: &[f32], order: Order, dx: &mut [f32]) {
    assert_eq!(g.len(), n * c, "global_mean_pool_grad: g");
    assert_eq!(dx.len(), n * c * pixels, "global_mean_pool_grad: dx");
    let cost = dx.len() * MEMORY;
    for_each(arch(), n, cost, &Backward { c, pixels, order, g, index: None, dx: Shared::new(dx) });
}

/// The maximum over all pixels, the first of equals, a NaN before any number, and which pixel it is.
///
/// `x`: `[n, c, pixels]` (NCHW) or `[n, pixels, c]` (NHWC); `y` and `index`: `[n, c]`.
///
/// # Panics
/// If a slice's length does not fit, or there are no pixels.
pub fn global_max_pool(
    [n, c, pixels]: [usize; 3],
    x: &[f32],
    order: Order,
    y: &mut [f32],
    index: &mut [u32],
) {
    assert!(pixels > 0 && u32::try_from(pixels).is_ok(), "global_max_pool: no pixels, or too many");
    assert_eq!(x.len(), n * c * pixels, "global_max_pool: x");
    assert_eq!(y.len(), n * c, "global_max_pool: y");
    assert_eq!(index.len(), n * c, "global_max_pool: index");
    let task = Forward { c, pixels, order, x, y: Shared::new(y), index: Some(Shared::new(index)) };
    for_each(arch(), n, x.len() * MEMORY, &task);
}

/// The gradient of [`global_max_pool`]: `g` at the pixel `index`, 0 elsewhere.
///
/// # Panics
/// If a slice's length does not fit, or an `index` is not below `pixels`.
pub fn global_max_pool_grad(
    [n, c, pixels]: [usize; 3],
    g: &[f32],
    index: &[u32],
    order: Order,
    dx: &mut [f32],
) {
    assert_eq!(g.len(), n * c, "global_max_pool_grad: g");
    assert_eq!(index.len(), n * c, "global_max_pool_grad: index");
    assert!(
        index.iter().all(|&index| (index as usize) < pixels),
        "global_max_pool_grad: index beyond the image"
    );
    assert_eq!(dx.len(), n * c * pixels, "global_max_pool_grad: dx");
    let cost = dx.len() * MEMORY;
    for_each(arch(), n, cost, &Backward { c, pixels, order, g, index: Some(index), dx: Shared::new(dx) });
}

struct Forward<'a> {
    c: usize,
    pixels: usize,
    order: Order,
    x: &'a [f32],
    y: Shared<'a, f32>,
    /// For the maximum; without it the mean is computed.
    index: Option<Shared<'a, u32>>,
}

impl Task for Forward<'_> {
    #[inline(always)]
    fn run<S: Simd>(&self, _: S, image: usize) {
        let Self { c, pixels, order, .. } = *self;
        let x = &self.x[image * c * pixels..][..c * pixels];
        let range = image * c..(image + 1) * c;
        // SAFETY: each task has its own image.
        let y = unsafe { self.y.slice(range.clone()) };
        let at = |channel: usize, pixel: usize| match order {
            Order::Nchw => x[channel * pixels + pixel],
            Order::Nhwc => x[pixel * c + channel],
        };
        if let Some(index) = &self.index {
            // SAFETY: as above.
            let index = unsafe { index.slice(range) };
            for (channel, y) in y.iter_mut().enumerate() {
                *y = at(channel, 0);
            }
            index.fill(0);
            match order {
                Order::Nchw => {
                    for (x, (y, index)) in x.chunks_exact(pixels).zip(y.iter_mut().zip(index)) {
                        for (pixel, &x) in x.iter().enumerate() {
                            take_greater(x, pixel as u32, y, index);
                        }
                    }
                }
                Order::Nhwc => {
                    for (pixel, x) in x.chunks_exact(c.max(1)).enumerate() {
                        for ((&x, y), index) in x.iter().zip(&mut *y).zip(&mut *index) {
                            take_greater(x, pixel as u32, y, index);
                        }
                    }
                }
            }
            return;
        }
        match order {
            Order::Nchw => {
                for (x, y) in x.chunks_exact(pixels.max(1)).zip(&mut *y) {
                    *y = super::super::rows::sum(x, |x| x);
                }
            }
            Order::Nhwc => {
                y.fill(0.0);
                for x in x.chunks_exact(c.max(1)) {
                    y.iter_mut().zip(x).for_each(|(y, x)| *y += x);
                }
            }
        }
        let share = 1.0 / pixels as f32;
        y.iter_mut().for_each(|y| *y *= share);
    }
}

#[inline(always)]
fn take_greater(x: f32, pixel: u32, y: &mut f32, index: &mut u32) {
    let wins = (x > *y) | (x.is_nan() & !y.is_nan());
    *y = if wins { x } else { *y };
    *index = if wins { pixel } else { *index };
}

struct Backward<'a> {
    c: usize,
    pixels: usize,
    order: Order,
    g: &'a [f32],
    index: Option<&'a [u32]>,
    dx: Shared<'a, f32>,
}

impl Task for Backward<'_> {
    #[inline(always)]
    fn run<S: Simd>(&self, _: S, image: usize) {
        let Self { c, pixels, order, .. } = *self;
        let size = c * pixels;
        // SAFETY: each task has its own image.
        let dx = unsafe { self.dx.slice(image * size..(image + 1) * size) };
        let g = &self.g[image * c..][..c];
        if let Some(index) = self.index {
            dx.fill(0.0);
            for (channel, (&g, &pixel)) in g.iter().zip(&index[image * c..][..c]).enumerate() {
                let at = match order {
                    Order::Nchw => channel * pixels + pixel as usize,
                    Order::Nhwc => pixel as usize * c + channel,
                };
                dx[at] = g;
            }
            return;
        }
        let share = 1.0 / pixels as f32;
        match order {
            Order::Nchw => {
                for (dx, g) in dx.chunks_exact_mut(pixels.max(1)).zip(g) {
                    dx.fill(g * share);
                }
            }
            Order::Nhwc => {
                for dx in dx.chunks_exact_mut(c.max(1)) {
                    dx.iter_mut().zip(g).for_each(|(dx, g)| *dx = g * share);
                }
            }
        }
    }
}
