//! Memory orders of 4-D activations, and copies between them.

use super::arch::arch;
use super::parallel::{MEMORY, Shared, Task, for_each};
use super::transpose::{BLOCK, block};
use pulp::Simd;

/// The order in memory of a 4-D tensor with logical shape `[N, C, H, W]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Order {
    /// `[N, C, H, W]`, as Burn and PyTorch have it by default.
    Nchw,
    /// `[N, H, W, C]`, channels last, which the kernels work in.
    Nhwc,
}

/// Copies `n` images of `c` channels and `pixels` = H · W pixels from one order into the other.
///
/// # Panics
/// If a slice does not have `n · c · pixels` elements.
pub fn reorder(n: usize, c: usize, pixels: usize, x: &[f32], x_order: Order, y: &mut [f32], y_order: Order) {
    assert_eq!(x.len(), n * c * pixels, "reorder: x");
    assert_eq!(y.len(), x.len(), "reorder: y");
    // Neighbours on one side are far apart on the other.
    let cost = 3 * x.len() * MEMORY;
    let size = c * pixels;
    for_each(arch(), n, cost, &Reorder { size, c, pixels, x, x_order, y: Shared::new(y), y_order });
}

struct Reorder<'a> {
    size: usize,
    c: usize,
    pixels: usize,
    x: &'a [f32],
    x_order: Order,
    y: Shared<'a, f32>,
    y_order: Order,
}

impl Task for Reorder<'_> {
    #[inline(always)]
    fn run<S: Simd>(&self, _: S, image: usize) {
        let range = image * self.size..(image + 1) * self.size;
        let x = &self.x[range.clone()];
        // SAFETY: each task has its own image.
        let y = unsafe { self.y.slice(range) };
        match (self.x_order, self.y_order) {
            (Order::Nchw, Order::Nhwc) => transpose(x, self.c, self.pixels, self.pixels, y, self.c),
            (Order::Nhwc, Order::Nchw) => transpose(x, self.pixels, self.c, self.c, y, self.pixels),
            _ => y.copy_from_slice(x),
        }
    }
}

/// `y = xᵀ`, for `x` of `rows` and `cols`, by several threads.
///
/// # Panics
/// If a slice does not have `rows · cols` elements.
pub(crate) fn transposed(x: &[f32], rows: usize, cols: usize, y: &mut [f32]) {
    assert_eq!(x.len(), rows * cols, "transposed: x");
    assert_eq!(y.len(), x.len(), "transposed: y");
    let cost = 3 * x.len() * MEMORY;
    for_each(arch(), cols.div_ceil(STRIP), cost, &Transposed { x, rows, cols, y: Shared::new(y) });
}

/// Columns that a task of [`transposed`] turns.
const STRIP: usize = 4 * BLOCK;

struct Transposed<'a> {
    x: &'a [f32],
    rows: usize,
    cols: usize,
    y: Shared<'a, f32>,
}

impl Task for Transposed<'_> {
    #[inline(always)]
    fn run<S: Simd>(&self, _: S, strip: usize) {
        let from = strip * STRIP;
        let len = STRIP.min(self.cols - from);
        // SAFETY: each task has its own rows of `y`.
        let y = unsafe { self.y.slice(from * self.rows..(from + len) * self.rows) };
        transpose(&self.x[from..], self.rows, len, self.cols, y, self.rows);
    }
}

/// `y[j · y_step + i] = x[i · x_step + j]` for `i < rows`, `j < cols`.
#[inline(always)]
pub(crate) fn transpose(x: &[f32], rows: usize, cols: usize, x_step: usize, y: &mut [f32], y_step: usize) {
    if rows == 0 || cols == 0 {
        return;
    }
    if rows == 1 && y_step == 1 {
        copy(&x[..cols], &mut y[..cols]);
        return;
    }
    // Blocks of whole cache lines on both sides.
    for i0 in (0..rows).step_by(BLOCK) {
        let i1 = (i0 + BLOCK).min(rows);
        for j0 in (0..cols).step_by(BLOCK) {
            let j1 = (j0 + BLOCK).min(cols);
            if i1 - i0 == BLOCK && j1 - j0 == BLOCK {
                block(&x[i0 * x_step + j0..], x_step, &mut y[j0 * y_step + i0..], y_step);
            } else {
                for j in j0..j1 {
                    for i in i0..i1 {
                        y[j * y_step + i] = x[i * x_step + j];
                    }
                }
            }
        }
    }
}

/// Copies `x` to `y`, of equal length. Short lines are copied here, where a call would take longer than the copy.
#[inline(always)]
fn copy(x: &[f32], y: &mut [f32]) {
    const PART: usize = 16;
    if let (Some(first), Some(last)) = (x.first_chunk::<PART>(), x.last_chunk::<PART>())
        && x.len() <= 2 * PART
    {
        y[..PART].copy_from_slice(first);
        let from = y.len() - PART;
        y[from..].copy_from_slice(last);
    } else {
        y.copy_from_slice(x);
    }
}

/// A window of an image's channels: where [`place`] reads.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Image<'a> {
    /// One image, `[C, H, W]` or `[H, W, C]`.
    pub(crate) data: &'a [f32],
    pub(crate) order: Order,
    pub(crate) c: usize,
    pub(crate) h: usize,
    pub(crate) w: usize,
    /// First channel and number of channels to read.
    pub(crate) first: usize,
    pub(crate) channels: usize,
}

/// A canvas `[h, w, step]` that [`place`] writes an image onto, at `(top, left)` of which parts may lie outside.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Canvas {
    pub(crate) h: usize,
    pub(crate) w: usize,
    pub(crate) step: usize,
    pub(crate) top: isize,
    pub(crate) left: isize,
}

impl Canvas {
    pub(crate) fn len(&self) -> usize {
        self.h * self.w * self.step
    }

    /// Which of `len` source positions fall within `0..size` when moved by `shift`, and where the first one falls.
    #[inline(always)]
    fn clip(len: usize, size: usize, shift: isize) -> (usize, usize, usize) {
        let from = (-shift).clamp(0, len as isize);
        let to = (size as isize - shift).clamp(from, len as isize);
        (from as usize, (to - from) as usize, (from + shift).max(0) as usize)
    }

    /// Rows of the source that are on the canvas, as (first, count, row of the canvas); columns likewise.
    #[inline(always)]
    pub(crate) fn visible(&self, h: usize, w: usize) -> [(usize, usize, usize); 2] {
        [Self::clip(h, self.h, self.top), Self::clip(w, self.w, self.left)]
    }
}

/// Writes `image` onto `canvas`, channels last. What is around it keeps its value.
#[inline(always)]
pub(crate) fn place(image: Image<'_>, canvas: Canvas, out: &mut [f32]) {
    let [(y0, rows, top), (x0, cols, left)] = canvas.visible(image.h, image.w);
    if cols == 0 {
        return;
    }
    let Image { data, c, w, h, first, channels, .. } = image;
    for row in 0..rows {
        let out = &mut out[((top + row) * canvas.w + left) * canvas.step..];
        let y = y0 + row;
        match image.order {
            Order::Nhwc if channels == c && canvas.step == c => {
                copy(&data[(y * w + x0) * c..][..cols * c], &mut out[..cols * c]);
            }
            Order::Nhwc => {
                for x in 0..cols {
                    let from = &data[(y * w + x0 + x) * c + first..][..channels];
                    out[x * canvas.step..][..channels].copy_from_slice(from);
                }
            }
            Order::Nchw => {
                transpose(&data[first * h * w + y * w + x0..], channels, cols, h * w, out, canvas.step);
            }
        }
    }
}
