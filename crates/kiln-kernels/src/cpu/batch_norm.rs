//! Batch normalisation over the last dimension of a table: channels of NHWC activations, or features.

use pulp::Simd;

use super::arch::arch;
use super::conv::Act;
use super::parallel::{MEMORY, Shared, Task, for_each, piece};
use super::rows::{add_chunks, rows_per_chunk};
use super::scratch::Scratch;

/// What [`batch_norm`] normalises with, `[c]` each.
#[derive(Clone, Copy, Debug)]
pub struct Norm<'a> {
    /// Mean of each channel.
    pub mean: &'a [f32],
    /// Variance of each channel, biased.
    pub var: &'a [f32],
    /// Added to the variance.
    pub eps: f64,
    /// Scale of the result.
    pub gamma: &'a [f32],
    /// Offset of the result.
    pub beta: &'a [f32],
}

impl Norm<'_> {
    fn check(&self) -> usize {
        let c = self.mean.len();
        assert!(c > 0, "batch norm: no channels");
        assert!(
            [self.var, self.gamma, self.beta].iter().all(|slice| slice.len() == c),
            "batch norm: var, gamma or beta"
        );
        c
    }

    /// `1 / √(var + eps)`.
    fn inverse(&self) -> impl Iterator<Item = f64> {
        self.var.iter().map(|&var| 1.0 / (f64::from(var) + self.eps).sqrt())
    }

    /// `gamma / √(var + eps)`.
    fn scale(&self) -> Scratch {
        let mut scale = Scratch::take(self.mean.len());
        for ((scale, inverse), &gamma) in scale.iter_mut().zip(self.inverse()).zip(self.gamma) {
            *scale = (f64::from(gamma) * inverse) as f32;
        }
        scale
    }
}

/// Where [`Norm`]'s statistics come from, which decides whether a gradient flows through them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Statistics {
    /// From `x` itself, as in training.
    Batch,
    /// From elsewhere, as the running statistics are.
    Fixed,
}

/// Mean and biased variance of each column of `x`, `[rows, c]`.
///
/// Computed in two passes over chunks that stay in cache, which are joined in f64 (Chan, Golub and LeVeque 1983), so that a
/// mean much larger than the deviation does no harm.
///
/// # Panics
/// If `mean` and `var` have not the same length, or `x` is not whole rows of it, at least one.
pub fn batch_norm_stats(x: &[f32], mean: &mut [f32], var: &mut [f32]) {
    let c = mean.len();
    assert_eq!(var.len(), c, "batch_norm_stats: var");
    assert!(c > 0 && !x.is_empty() && x.len().is_multiple_of(c), "batch_norm_stats: x is not whole rows");
    let rows = x.len() / c;
    let per = rows_per_chunk(c);
    let chunks = rows.div_ceil(per);
    let mut partial = Scratch::take(chunks * 3 * c);
    let task = Stats { c, per, x, partial: Shared::new(&mut partial) };
    for_each(arch(), chunks, x.len() * MEMORY, &task);
    let (mut means, mut squares) = (vec![0.0f64; c], vec![0.0f64; c]);
    let mut seen = 0.0;
    for (index, part) in partial.chunks_exact(3 * c).enumerate() {
        let len = piece(index, per, rows).len() as f64;
        let all = seen + len;
        for i in 0..c {
            let (rough, rest, square) =
                (f64::from(part[i]), f64::from(part[c + i]), f64::from(part[2 * c + i]));
            // Around the chunk's exact mean instead of the rounded one.
            let of_chunk = rough + rest / len;
            let delta = of_chunk - means[i];
            squares[i] += square - rest * rest / len + delta * delta * (seen * len / all);
            means[i] += delta * (len / all);
        }
        seen = all;
    }
    for i in 0..c {
        mean[i] = means[i] as f32;
        // Not `max`: it would turn a NaN into 0.
        let biased = squares[i] / seen;
        var[i] = if biased < 0.0 { 0.0 } else { biased as f32 };
    }
}

struct Stats<'a> {
    c: usize,
    per: usize,
    x: &'a [f32],
    /// For each chunk, columnwise: a rounded mean, and sum and sum of squares of the differences from it.
    partial: Shared<'a, f32>,
}

impl Task for Stats<'_> {
    #[inline(always)]
    fn run<S: Simd>(&self, simd: S, index: usize) {
        let c = self.c;
        let rows = piece(index, self.per, self.x.len() / c);
        let x = &self.x[rows.start * c..rows.end * c];
        // SAFETY: each task has its own chunk.
        let partial = unsafe { self.partial.slice(index * 3 * c..(index + 1) * 3 * c) };
        let (mean, rest) = partial.split_at_mut(c);
        let (sum, square) = rest.split_at_mut(c);
        let mut from = 0;
        while from < c {
            from += match c - from {
                left if left >= 4 * S::F32_LANES => deviations::<S, 4>(simd, x, c, from, mean, sum, square),
                left if left >= S::F32_LANES => deviations::<S, 1>(simd, x, c, from, mean, sum, square),
                _ => deviation(x, c, from, mean, sum, square),
            };
        }
    }
}

/// Mean of `NV` vectors of columns, from column `from` on, and sums of differences and their squares: how many columns.
#[inline(always)]
fn deviations<S: Simd, const NV: usize>(
    simd: S,
    x: &[f32],
    c: usize,
    from: usize,
    mean: &mut [f32],
    sum: &mut [f32],
    square: &mut [f32],
) -> usize {
    let width = NV * S::F32_LANES;
    let mut means = [simd.splat_f32s(0.0); NV];
    for row in x.chunks_exact(c) {
        let row = vectors::<S>(&row[from..from + width]);
        for v in 0..NV {
            means[v] = simd.add_f32s(means[v], row[v]);
        }
    }
    let share = simd.splat_f32s(1.0 / (x.len() / c) as f32);
    let mut sums = [simd.splat_f32s(0.0); NV];
    let mut squares = sums;
    for mean in &mut means {
        *mean = simd.mul_f32s(*mean, share);
    }
    for row in x.chunks_exact(c) {
        let row = vectors::<S>(&row[from..from + width]);
        for v in 0..NV {
            let difference = simd.sub_f32s(row[v], means[v]);
            sums[v] = simd.add_f32s(sums[v], difference);
            squares[v] = simd.mul_add_e_f32s(difference, difference, squares[v]);
        }
    }
    vectors_mut::<S>(&mut mean[from..from + width]).copy_from_slice(&means);
    vectors_mut::<S>(&mut sum[from..from + width]).copy_from_slice(&sums);
    vectors_mut::<S>(&mut square[from..from + width]).copy_from_slice(&squares);
    width
}

/// The same of a single column.
#[inline(always)]
fn deviation(
    x: &[f32],
    c: usize,
    from: usize,
    mean: &mut [f32],
    sum: &mut [f32],
    square: &mut [f32],
) -> usize {
    let column = || x[from..].iter().step_by(c);
    let rough = column().sum::<f32>() / (x.len() / c) as f32;
    (mean[from], sum[from], square[from]) = (rough, 0.0, 0.0);
    for x in column() {
        sum[from] += x - rough;
        square[from] += (x - rough) * (x - rough);
    }
    1
}

/// A slice of whole vectors as such.
#[inline(always)]
fn vectors<S: Simd>(x: &[f32]) -> &[S::f32s] {
    S::as_simd_f32s(x).0
}

#[inline(always)]
fn vectors_mut<S: Simd>(x: &mut [f32]) -> &mut [S::f32s] {
    S::as_mut_simd_f32s(x).0
}

/// `y = act((x − mean) / √(var + eps) · gamma + beta)`.
///
/// `x`, `y`: `[rows, c]`.
///
/// # Panics
/// If a slice's length does not fit.
pub fn batch_norm(x: &[f32], norm: Norm<'_>, act: Act, y: &mut [f32]) {
    let c = norm.check();
    assert!(x.len().is_multiple_of(c), "batch_norm: x is not whole rows");
    assert_eq!(y.len(), x.len(), "batch_norm: y");
    let per = rows_per_chunk(c);
    let scale = norm.scale();
    let task = Forward { per, x, norm, scale: &scale, relu: act == Act::Relu, y: Shared::new(y) };
    for_each(arch(), (x.len() / c).div_ceil(per), x.len() * MEMORY, &task);
}

struct Forward<'a> {
    per: usize,
    x: &'a [f32],
    norm: Norm<'a>,
    scale: &'a [f32],
    relu: bool,
    y: Shared<'a, f32>,
}

/// The result before activation. Forward and backward must round alike, or they would disagree about relu.
#[inline(always)]
fn normalised(x: f32, mean: f32, scale: f32, beta: f32) -> f32 {
    (x - mean) * scale + beta
}

impl Task for Forward<'_> {
    #[inline(always)]
    fn run<S: Simd>(&self, _: S, index: usize) {
        let c = self.norm.mean.len();
        let rows = piece(index, self.per, self.x.len() / c);
        let range = rows.start * c..rows.end * c;
        // SAFETY: each task has its own rows.
        let y = unsafe { self.y.slice(range.clone()) };
        let (mean, scale, beta) = (&self.norm.mean[..c], &self.scale[..c], &self.norm.beta[..c]);
        for (x, y) in self.x[range].chunks_exact(c).zip(y.chunks_exact_mut(c)) {
            if self.relu {
                for i in 0..c {
                    let value = normalised(x[i], mean[i], scale[i], beta[i]);
                    y[i] = if value < 0.0 { 0.0 } else { value };
                }
            } else {
                for i in 0..c {
                    y[i] = normalised(x[i], mean[i], scale[i], beta[i]);
                }
            }
        }
    }
}

/// The gradients of [`batch_norm`] for the gradient `g` of its result.
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
