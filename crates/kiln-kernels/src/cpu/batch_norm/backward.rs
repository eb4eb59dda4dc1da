//! The gradients of normalising.

use std::marker::PhantomData;

use pulp::Simd;

use super::follow::{Follow, HardSwish, Nothing, Relu};
use super::forward::normalised;
use super::{Lines, Norm, Statistics, vectors, vectors_mut};
use crate::cpu::act::NormAct;
use crate::cpu::arch::arch;
use crate::cpu::parallel::{MEMORY, Shared, Task, for_each, piece};
use crate::cpu::rows::{add_chunks, rows_per_chunk};
use crate::cpu::scratch::Scratch;

/// The gradients of [`batch_norm`](super::batch_norm) for the gradient `g` of its result.
///
/// With `x̂ = (x − mean) / √(var + eps)`, `g′` the gradient behind `act` (that relu lets through, say) and `R` rows:
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
    act: impl Into<NormAct>,
    statistics: Statistics,
    dx: &mut [f32],
    dgamma: &mut [f32],
    dbeta: &mut [f32],
) {
    assert_eq!(dx.len(), x.len(), "batch_norm_grad: dx");
    pick(x, Gradient::Apart(g, dx), norm, act.into(), statistics, [dgamma, dbeta]);
}

/// [`batch_norm_grad`] where `dx` takes the place of `g`: less memory to read, with the same bits.
///
/// # Panics
/// If a slice's length does not fit.
pub fn batch_norm_grad_in_place(
    x: &[f32],
    g: &mut [f32],
    norm: Norm<'_>,
    act: impl Into<NormAct>,
    statistics: Statistics,
    dgamma: &mut [f32],
    dbeta: &mut [f32],
) {
    pick(x, Gradient::InPlace(g), norm, act.into(), statistics, [dgamma, dbeta]);
}

/// The gradient of the result, and where that of the input goes.
enum Gradient<'a> {
    Apart(&'a [f32], &'a mut [f32]),
    InPlace(&'a mut [f32]),
}

fn pick(
    x: &[f32],
    gradient: Gradient<'_>,
    norm: Norm<'_>,
    act: NormAct,
    statistics: Statistics,
    parameters: [&mut [f32]; 2],
) {
    match act {
        NormAct::None => run::<Nothing>(x, gradient, norm, statistics, parameters),
        NormAct::Relu => run::<Relu>(x, gradient, norm, statistics, parameters),
        NormAct::HardSwish => run::<HardSwish>(x, gradient, norm, statistics, parameters),
    }
}

fn run<F: Follow>(
    x: &[f32],
    gradient: Gradient<'_>,
    norm: Norm<'_>,
    statistics: Statistics,
    [dgamma, dbeta]: [&mut [f32]; 2],
) {
    let c = norm.check();
    let g: &[f32] = match &gradient {
        Gradient::Apart(g, _) => g,
        Gradient::InPlace(g) => g,
    };
    assert!(x.len().is_multiple_of(c), "batch_norm_grad: x is not whole rows");
    assert_eq!(g.len(), x.len(), "batch_norm_grad: g");
    assert!(dgamma.len() == c && dbeta.len() == c, "batch_norm_grad: dgamma or dbeta");
    let rows = x.len() / c;
    let per = rows_per_chunk(c);
    let chunks = rows.div_ceil(per);
    let scale = norm.scale();
    let mut partial = Scratch::take(chunks * 2 * c);
    let follow = PhantomData::<F>;
    let task = Sums { per, x, g, norm, scale: &scale, partial: Shared::new(&mut partial), follow };
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
    let lines = Lines::new(c, [norm.mean, &scale, norm.beta, offset, slope]);
    let (g, dx) = match gradient {
        Gradient::Apart(g, dx) => (Some(g), dx),
        Gradient::InPlace(g) => (None, g),
    };
    let task = Backward { per: per * c, x, g, lines: &lines, dx: Shared::new(dx), follow };
    for_each(arch(), chunks, x.len() * 2 * MEMORY, &task);
}

struct Sums<'a, F> {
    per: usize,
    x: &'a [f32],
    g: &'a [f32],
    norm: Norm<'a>,
    scale: &'a [f32],
    /// For each chunk `Σ g′` and `Σ g′ · (x − mean)`, columnwise.
    partial: Shared<'a, f32>,
    follow: PhantomData<F>,
}

impl<F: Follow> Task for Sums<'_, F> {
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
                _ => self.rest(simd, x, g, from, sum, product),
            };
        }
    }
}

impl<F: Follow> Sums<'_, F> {
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
                let g = behind::<F, S>(simd, g[v], difference, scale[v], beta[v]);
                sums[v] = simd.add_f32s(sums[v], g);
                products[v] = simd.mul_add_e_f32s(g, difference, products[v]);
            }
        }
        vectors_mut::<S>(&mut sum[place.clone()]).copy_from_slice(&sums);
        vectors_mut::<S>(&mut product[place]).copy_from_slice(&products);
        width
    }

    /// The same of the columns from `from` on, fewer than a vector has.
    #[inline(always)]
    fn rest<S: Simd>(
        &self,
        simd: S,
        x: &[f32],
        g: &[f32],
        from: usize,
        sum: &mut [f32],
        product: &mut [f32],
    ) -> usize {
        let c = self.norm.mean.len();
        let [mean, scale, beta] =
            [self.norm.mean, self.scale, self.norm.beta].map(|all| simd.partial_load_f32s(&all[from..c]));
        let zero = simd.splat_f32s(0.0);
        let (mut sums, mut products) = (zero, zero);
        for (x, g) in x.chunks_exact(c).zip(g.chunks_exact(c)) {
            let difference = simd.sub_f32s(simd.partial_load_f32s(&x[from..]), mean);
            let g = behind::<F, S>(simd, simd.partial_load_f32s(&g[from..]), difference, scale, beta);
            sums = simd.add_f32s(sums, g);
            products = simd.mul_add_e_f32s(g, difference, products);
        }
        simd.partial_store_f32s(&mut sum[from..], sums);
        simd.partial_store_f32s(&mut product[from..], products);
        c - from
    }
}

/// The gradient behind the activation, for `difference` from the mean. Rounded as in `normalised`: not fused.
#[inline(always)]
fn behind<F: Follow, S: Simd>(
    simd: S,
    g: S::f32s,
    difference: S::f32s,
    scale: S::f32s,
    beta: S::f32s,
) -> S::f32s {
    F::through_all(simd, g, simd.add_f32s(simd.mul_f32s(difference, scale), beta))
}

struct Backward<'a, F> {
    /// Elements of a chunk.
    per: usize,
    x: &'a [f32],
    /// The gradient, if `dx` does not hold it.
    g: Option<&'a [f32]>,
    /// Mean, scale, shift, offset and slope.
    lines: &'a Lines<5>,
    dx: Shared<'a, f32>,
    follow: PhantomData<F>,
}

/// The gradient of as many elements as `$dx` has.
macro_rules! rows {
    ($F:ty, $x:expr, $g:expr, $dx:expr, $lines:expr) => {
        let len = $dx.len();
        let (x, [mean, scale, beta, offset, slope]) = (&$x[..len], $lines.first(len));
        for i in 0..len {
            let g = <$F>::through($g[i], normalised(x[i], mean[i], scale[i], beta[i]));
            $dx[i] = scale[i] * g + offset[i] + slope[i] * (x[i] - mean[i]);
        }
    };
}

impl<F: Follow> Task for Backward<'_, F> {
    #[inline(always)]
    fn run<S: Simd>(&self, _: S, index: usize) {
        let range = piece(index, self.per, self.x.len());
        // SAFETY: each task has its own rows.
        let dx = unsafe { self.dx.slice(range.clone()) };
        let wide = self.lines.wide();
        let parts = self.x[range.clone()].chunks(wide).zip(dx.chunks_mut(wide));
        match self.g {
            Some(g) => {
                for ((x, dx), g) in parts.zip(g[range].chunks(wide)) {
                    let g = &g[..dx.len()];
                    rows!(F, x, g, dx, self.lines);
                }
            }
            None => {
                for (x, dx) in parts {
                    rows!(F, x, dx, dx, self.lines);
                }
            }
        }
    }
}
