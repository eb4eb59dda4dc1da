//! Layer normalisation over the last dimension.

use pulp::Simd;

use super::arch::arch;
use super::parallel::{MEMORY, Shared, Task, for_each, piece};
use super::rows::{add_chunks, rows_per_chunk, sum, sum_of_pairs};
use super::scratch::Scratch;

/// `y = (x − mean) · inverse · gamma + beta` with each row's own mean and `inverse = 1 / √(var + eps)` (biased variance),
/// which are kept for [`layer_norm_grad`].
///
/// `x`, `y`: `[rows, c]`; `gamma`, `beta`: `[c]`; `mean`, `inverse`: `[rows]`.
///
/// # Panics
/// If a slice's length does not fit.
pub fn layer_norm(
    x: &[f32],
    gamma: &[f32],
    beta: &[f32],
    eps: f64,
    y: &mut [f32],
    mean: &mut [f32],
    inverse: &mut [f32],
) {
    let c = gamma.len();
    let rows = mean.len();
    assert!(c > 0 && beta.len() == c, "layer_norm: beta");
    assert_eq!(x.len(), rows * c, "layer_norm: x");
    assert_eq!(y.len(), x.len(), "layer_norm: y");
    assert_eq!(inverse.len(), rows, "layer_norm: inverse");
    let per = rows_per_chunk(c);
    let task = Forward {
        per,
        rows,
        x,
        gamma,
        beta,
        eps,
        y: Shared::new(y),
        mean: Shared::new(mean),
        inverse: Shared::new(inverse),
    };
    for_each(arch(), rows.div_ceil(per), x.len() * MEMORY, &task);
}

struct Forward<'a> {
    per: usize,
    rows: usize,
    x: &'a [f32],
    gamma: &'a [f32],
    beta: &'a [f32],
    eps: f64,
    y: Shared<'a, f32>,
    mean: Shared<'a, f32>,
    inverse: Shared<'a, f32>,
}

impl Task for Forward<'_> {
    #[inline(always)]
    fn run<S: Simd>(&self, _: S, index: usize) {
        let c = self.gamma.len();
        let rows = piece(index, self.per, self.rows);
        let range = rows.start * c..rows.end * c;
        // SAFETY: each task has its own rows.
        let (y, means, inverses) =
            unsafe { (self.y.slice(range.clone()), self.mean.slice(rows.clone()), self.inverse.slice(rows)) };
        let (gamma, beta) = (&self.gamma[..c], &self.beta[..c]);
        let kept = means.iter_mut().zip(inverses);
        for ((x, y), (kept_mean, kept_inverse)) in
            self.x[range].chunks_exact(c).zip(y.chunks_exact_mut(c)).zip(kept)
        {
            let rough = sum(x, |x| x) / c as f32;
            // What rounding left of the sum of differences corrects mean and variance.
            let rest = sum(x, |x| x - rough) / c as f32;
            let mean = rough + rest;
            let var = sum(x, |x| (x - mean) * (x - mean)) / c as f32;
            let inverse = (1.0 / (f64::from(var) + self.eps).sqrt()) as f32;
            (*kept_mean, *kept_inverse) = (mean, inverse);
            for i in 0..c {
                y[i] = (x[i] - mean) * inverse * gamma[i] + beta[i];
            }
        }
    }
}

/// The gradients of [`layer_norm`] for the gradient `g` of its result.
///
/// With `x̂ = (x − mean) · inverse` and `ĝ = g · gamma`: `dx = inverse · (ĝ − mean(ĝ) − x̂ · mean(ĝ · x̂))`, means along the row;
/// `dgamma = Σ_rows g · x̂`, `dbeta = Σ_rows g`.
///
/// `x`, `g`, `dx`: `[rows, c]`; `gamma`, `dgamma`, `dbeta`: `[c]`; `mean`, `inverse`: `[rows]`, from the forward pass.
///
/// # Panics
/// If a slice's length does not fit.
#[allow(clippy::too_many_arguments)]
pub fn layer_norm_grad(
    x: &[f32],
    g: &[f32],
    gamma: &[f32],
    mean: &[f32],
    inverse: &[f32],
    dx: &mut [f32],
    dgamma: &mut [f32],
    dbeta: &mut [f32],
) {
    let c = gamma.len();
    let rows = mean.len();
    assert!(c > 0 && dgamma.len() == c && dbeta.len() == c, "layer_norm_grad: dgamma or dbeta");
    assert_eq!(x.len(), rows * c, "layer_norm_grad: x");
    assert_eq!(g.len(), x.len(), "layer_norm_grad: g");
    assert_eq!(dx.len(), x.len(), "layer_norm_grad: dx");
    assert_eq!(inverse.len(), rows, "layer_norm_grad: inverse");
    let per = rows_per_chunk(c);
    let chunks = rows.div_ceil(per);
    let mut partial = Scratch::take(chunks * 2 * c);
    let task = Backward {
        per,
        rows,
        x,
        g,
        gamma,
        mean,
        inverse,
        dx: Shared::new(dx),
        partial: Shared::new(&mut partial),
    };
    for_each(arch(), chunks, x.len() * 2 * MEMORY, &task);
    let fold = |to: &mut [f32], offset| {
        to.iter_mut().zip(add_chunks(&partial, c, 2 * c, offset)).for_each(|(to, sum)| *to = sum as f32);
    };
    fold(dbeta, 0);
    fold(dgamma, c);
}

struct Backward<'a> {
    per: usize,
    rows: usize,
    x: &'a [f32],
    g: &'a [f32],
    gamma: &'a [f32],
    mean: &'a [f32],
    inverse: &'a [f32],
    dx: Shared<'a, f32>,
    /// For each chunk `Σ g` and `Σ g · x̂`, columnwise.
    partial: Shared<'a, f32>,
}

impl Task for Backward<'_> {
    #[inline(always)]
    fn run<S: Simd>(&self, _: S, index: usize) {
        let c = self.gamma.len();
        let rows = piece(index, self.per, self.rows);
        let range = rows.start * c..rows.end * c;
        // SAFETY: each task has its own rows and chunk.
        let (dx, partial) =
            unsafe { (self.dx.slice(range.clone()), self.partial.slice(index * 2 * c..(index + 1) * 2 * c)) };
        partial.fill(0.0);
        let (dbeta, dgamma) = partial.split_at_mut(c);
        let (dbeta, dgamma, gamma) = (&mut dbeta[..c], &mut dgamma[..c], &self.gamma[..c]);
        let mut scaled = Scratch::take(c);
        let scaled = &mut scaled[..c];
        let tables = self.x[range.clone()].chunks_exact(c).zip(self.g[range].chunks_exact(c));
        for ((row, (x, g)), dx) in rows.zip(tables).zip(dx.chunks_exact_mut(c)) {
            let (mean, inverse) = (self.mean[row], self.inverse[row]);
            for i in 0..c {
                let normal = (x[i] - mean) * inverse;
                dbeta[i] += g[i];
                dgamma[i] += g[i] * normal;
                scaled[i] = g[i] * gamma[i];
                dx[i] = normal;
            }
            let of_g = sum(scaled, |g| g) / c as f32;
            let of_product = sum_of_pairs(scaled, dx, |g, normal| g * normal) / c as f32;
            for i in 0..c {
                dx[i] = inverse * (scaled[i] - of_g - dx[i] * of_product);
            }
        }
    }
}
