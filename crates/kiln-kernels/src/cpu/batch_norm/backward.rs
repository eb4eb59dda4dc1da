//! The gradients of normalising.

use pulp::Simd;

use super::forward::normalised;
use super::{Norm, Statistics, vectors, vectors_mut};
use crate::cpu::act::Act;
use crate::cpu::arch::arch;
use crate::cpu::parallel::{MEMORY, Shared, Task, for_each, piece};
use crate::cpu::rows::{add_chunks, rows_per_chunk};
use crate::cpu::scratch::Scratch;

/// The gradients of [`batch_norm`](super::batch_norm) for the gradient `g` of its result.
///
/// With `x̂ = (x − mean) / √(var + eps)`, `g′` the gradient that relu lets through (all of it without relu) and `R` rows:
/// `dbeta = Σ g′`, `dgamma = Σ g′ · x̂`, `dx = gamma / √(var + eps) · (g′ − dbeta / R − x̂ · dgamma / R)` with the batch's own
/// statistics, `gamma / √(var + eps) · g′` with fixed ones.
///
/// `x`, `g`, `dx`: `[rows, c]`; `dgamma`, `dbeta`: `[c]`.
///
/// # Panics
/// If a slice's length does not fit.
#[allow(clippy::too_many_arguments)]
pub fn batch_norm_grad(
    x: &[f32],
    g: &[f32],
    norm: Norm<'_>,
    act: Act,
    statistics: Statistics,
    dx: &mut [f32],
    dgamma: &mut [f32],
    dbeta: &mut [f32],
) {
    let c = norm.check();
    assert!(x.len().is_multiple_of(c), "batch_norm_grad: x is not whole rows");
    assert_eq!(g.len(), x.len(), "batch_norm_grad: g");
    assert_eq!(dx.len(), x.len(), "batch_norm_grad: dx");
    assert!(dgamma.len() == c && dbeta.len() == c, "batch_norm_grad: dgamma or dbeta");
    let rows = x.len() / c;
    let per = rows_per_chunk(c);
    let chunks = rows.div_ceil(per);
    let scale = norm.scale();
    let relu = act == Act::Relu;
    let mut partial = Scratch::take(chunks * 2 * c);
    let task = Sums { per, x, g, norm, scale: &scale, relu, partial: Shared::new(&mut partial) };
    for_each(arch(), chunks, x.len() * 2 * MEMORY, &task);
    let of_gradient = add_chunks(&partial, c, 2 * c, 0);
    let of_product = add_chunks(&partial, c, 2 * c, c);
    // dx = scale · g′ + offset + slope · (x − mean).
    let mut line = Scratch::zeroed(2 * c);
    let (offset, slope) = line.split_at_mut(c);
    for (i, inverse) in norm.inverse().enumerate() {
        dbeta[i] = of_gradient[i] as f32;
        dgamma[i] = (of_product[i] * inverse) as f32;
        if statistics == Statistics::Batch {
            let share = f64::from(norm.gamma[i]) * inverse / rows as f64;
            offset[i] = (-share * of_gradient[i]) as f32;
            slope[i] = (-share * of_product[i] * inverse * inverse) as f32;
        }
    }
    let task = Backward { per, x, g, norm, scale: &scale, relu, offset, slope, dx: Shared::new(dx) };
    for_each(arch(), chunks, x.len() * 2 * MEMORY, &task);
}

struct Sums<'a> {
    per: usize,
    x: &'a [f32],
    g: &'a [f32],
    norm: Norm<'a>,
    scale: &'a [f32],
    relu: bool,
    /// For each chunk `Σ g′` and `Σ g′ · (x − mean)`, columnwise.
    partial: Shared<'a, f32>,
}

/// What relu lets through of `g`.
#[inline(always)]
fn through(relu: bool, g: f32, value: f32) -> f32 {
    if relu && value <= 0.0 { 0.0 } else { g }
}

impl Task for Sums<'_> {
    #[inline(always)]
    fn run<S: Simd>(&self, simd: S, index: usize) {
        let c = self.norm.mean.len();
        let rows = piece(index, self.per, self.x.len() / c);
        let range = rows.start * c..rows.end * c;
        let (x, g) = (&self.x[range.clone()], &self.g[range]);
        // SAFETY: each task has its own chunk.
        let partial = unsafe { self.partial.slice(index * 2 * c..(index + 1) * 2 * c) };
        let (sum, product) = partial.split_at_mut(c);
        let mut from = 0;
        while from < c {
            from += match c - from {
                left if left >= 4 * S::F32_LANES => self.columns::<S, 4>(simd, x, g, from, sum, product),
                left if left >= S::F32_LANES => self.columns::<S, 1>(simd, x, g, from, sum, product),
                _ => self.column(x, g, from, sum, product),
            };
        }
    }
}

impl Sums<'_> {
    /// The sums of `NV` vectors of columns, from column `from` on: how many columns.
    #[inline(always)]
    fn columns<S: Simd, const NV: usize>(
        &self,
        simd: S,
        x: &[f32],
        g: &[f32],
        from: usize,
        sum: &mut [f32],
        product: &mut [f32],
    ) -> usize {
        let c = self.norm.mean.len();
        let width = NV * S::F32_LANES;
        let place = from..from + width;
        let mean = vectors::<S>(&self.norm.mean[place.clone()]);
        let scale = vectors::<S>(&self.scale[place.clone()]);
        let beta = vectors::<S>(&self.norm.beta[place.clone()]);
        let zero = simd.splat_f32s(0.0);
        let (mut sums, mut products) = ([zero; NV], [zero; NV]);
        for (x, g) in x.chunks_exact(c).zip(g.chunks_exact(c)) {
            let (x, g) = (vectors::<S>(&x[place.clone()]), vectors::<S>(&g[place.clone()]));
            for v in 0..NV {
                let difference = simd.sub_f32s(x[v], mean[v]);
                let mut g = g[v];
                if self.relu {
                    // Rounded as in `normalised`: not fused.
                    let value = simd.add_f32s(simd.mul_f32s(difference, scale[v]), beta[v]);
                    g = simd.select_f32s(simd.less_than_or_equal_f32s(value, zero), zero, g);
                }
                sums[v] = simd.add_f32s(sums[v], g);
                products[v] = simd.mul_add_e_f32s(g, difference, products[v]);
            }
        }
        vectors_mut::<S>(&mut sum[place.clone()]).copy_from_slice(&sums);
        vectors_mut::<S>(&mut product[place]).copy_from_slice(&products);
        width
    }

    /// The same of a single column.
    #[inline(always)]
    fn column(&self, x: &[f32], g: &[f32], from: usize, sum: &mut [f32], product: &mut [f32]) -> usize {
        let c = self.norm.mean.len();
        let (mean, scale, beta) = (self.norm.mean[from], self.scale[from], self.norm.beta[from]);
        (sum[from], product[from]) = (0.0, 0.0);
        for (&x, &g) in x[from..].iter().step_by(c).zip(g[from..].iter().step_by(c)) {
            let g = through(self.relu, g, normalised(x, mean, scale, beta));
            sum[from] += g;
            product[from] += g * (x - mean);
        }
        1
    }
}

struct Backward<'a> {
    per: usize,
    x: &'a [f32],
    g: &'a [f32],
    norm: Norm<'a>,
    scale: &'a [f32],
    relu: bool,
    offset: &'a [f32],
    slope: &'a [f32],
    dx: Shared<'a, f32>,
}

impl Task for Backward<'_> {
    #[inline(always)]
    fn run<S: Simd>(&self, _: S, index: usize) {
        let c = self.norm.mean.len();
        let rows = piece(index, self.per, self.x.len() / c);
        let range = rows.start * c..rows.end * c;
        // SAFETY: each task has its own rows.
        let dx = unsafe { self.dx.slice(range.clone()) };
        let (mean, scale, beta) = (&self.norm.mean[..c], &self.scale[..c], &self.norm.beta[..c]);
        let (offset, slope) = (&self.offset[..c], &self.slope[..c]);
        let (x, g) = (self.x[range.clone()].chunks_exact(c), self.g[range].chunks_exact(c));
        for ((x, g), dx) in x.zip(g).zip(dx.chunks_exact_mut(c)) {
            for i in 0..c {
                let g = through(self.relu, g[i], normalised(x[i], mean[i], scale[i], beta[i]));
                dx[i] = scale[i] * g + offset[i] + slope[i] * (x[i] - mean[i]);
            }
        }
    }
}
