//! Optimisers' updates, each in one pass over parameter, gradient and kept values.
//!
//! Formulas are PyTorch's. Settings are `f64`; what does not depend on the element is computed in `f64` and rounded once.

use pulp::Simd;

use super::arch::arch;
use super::parallel::{MEMORY, Shared, Task, for_each, piece};

/// Elements of a task.
const CHUNK: usize = 64 * 1024;

/// `torch.optim.SGD`: with `g ← g + weight_decay · w`, `b ← momentum · b + (1 − dampening) · g` (the first time `b ← g`),
/// `w ← w − lr · d`, where `d` is `b`, with Nesterov `g + momentum · b`, without momentum `g`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sgd {
    /// Learning rate.
    pub lr: f64,
    /// Share of the old direction; 0 for none.
    pub momentum: f64,
    /// How much less of the new gradient than all goes into the direction.
    pub dampening: f64,
    /// Whether the step looks ahead along the direction.
    pub nesterov: bool,
    /// Coefficient of the weight in the gradient, or, decoupled, of the step towards 0.
    pub weight_decay: f64,
    /// Whether decay multiplies the weight by `1 − lr · weight_decay` instead of joining the gradient.
    pub decoupled: bool,
}

/// `torch.optim.Adam` and `AdamW`: with `m ← β₁ m + (1 − β₁) g`, `v ← β₂ v + (1 − β₂) g²`,
/// `w ← w − lr / (1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + eps)`. AMSGrad has the largest `v` so far in the root.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Adam {
    /// Learning rate.
    pub lr: f64,
    /// Decay of both averages.
    pub betas: [f64; 2],
    /// Added to the root.
    pub eps: f64,
    /// Adam: `g ← g + weight_decay · w`. AdamW: `w ← (1 − lr · weight_decay) w` first.
    pub weight_decay: f64,
    /// Whether decay is AdamW's.
    pub decoupled: bool,
    /// Which update of the parameter this is, `t`, from 1.
    pub step: u64,
}

/// `torch.optim.RMSprop`: with `g ← g + weight_decay · w`, `v ← α v + (1 − α) g²`; centred, also `a ← α a + (1 − α) g`,
/// and `v − a²` in the place of `v`; `u = g / (√v + eps)`; `w ← w − lr · u`, or `b ← momentum · b + u`, `w ← w − lr · b`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RmsProp {
    /// Learning rate.
    pub lr: f64,
    /// Decay of the averages.
    pub alpha: f64,
    /// Added to the root.
    pub eps: f64,
    /// Coefficient of the weight in the gradient.
    pub weight_decay: f64,
    /// Share of the old direction.
    pub momentum: f64,
}

impl Sgd {
    /// Updates `weight` for `gradient`. `buffer` is the direction that momentum keeps: `None` without momentum;
    /// `first` says that it holds nothing yet.
    ///
    /// # Panics
    /// If lengths differ, or there is a momentum other than 0 and no buffer.
    pub fn update(&self, weight: &mut [f32], gradient: &[f32], buffer: Option<&mut [f32]>, first: bool) {
        let (coupled, keep) = decay(self.weight_decay, self.decoupled, self.lr);
        let lr = self.lr as f32;
        let Some(buffer) = buffer else {
            assert!(self.momentum == 0.0, "sgd: momentum without a buffer");
            return pass(weight, gradient, [], move |w, g, []| (keep * w - lr * (g + coupled * w), []));
        };
        let momentum = self.momentum as f32;
        let (old, fresh) = if first { (0.0, 1.0) } else { (momentum, (1.0 - self.dampening) as f32) };
        let nesterov = self.nesterov;
        pass(weight, gradient, [buffer], move |w, g, [b]| {
            let g = g + coupled * w;
            // The buffer of a first step may hold anything, NaN too.
            let b = if first { g } else { old * b + fresh * g };
            let direction = if nesterov { g + momentum * b } else { b };
            (keep * w - lr * direction, [b])
        });
    }
}

impl Adam {
    /// Updates `weight` for `gradient`. `mean` and `square` are `m` and `v`, zeros before the first step; `largest` is
    /// AMSGrad's largest `v`, zeros likewise.
    ///
    /// # Panics
    /// If lengths differ or `step` is 0.
    pub fn update(
        &self,
        weight: &mut [f32],
        gradient: &[f32],
        mean: &mut [f32],
        square: &mut [f32],
        largest: Option<&mut [f32]>,
    ) {
        assert!(self.step > 0, "adam: steps are counted from 1");
        let steps = self.step as f64;
        let [beta1, beta2] = self.betas;
        let rate = (self.lr / (1.0 - beta1.powf(steps))) as f32;
        let root = (1.0 / (1.0 - beta2.powf(steps)).sqrt()) as f32;
        let (b1, c1, b2, c2) = (beta1 as f32, (1.0 - beta1) as f32, beta2 as f32, (1.0 - beta2) as f32);
        let (coupled, keep) = decay(self.weight_decay, self.decoupled, self.lr);
        let eps = self.eps as f32;
        let averages = move |w: f32, g: f32, m: f32, v: f32| {
            let g = g + coupled * w;
            (b1 * m + c1 * g, b2 * v + c2 * (g * g))
        };
        match largest {
            None => pass(weight, gradient, [mean, square], move |w, g, [m, v]| {
                let (m, v) = averages(w, g, m, v);
                (keep * w - rate * m / (root * v.sqrt() + eps), [m, v])
            }),
            Some(largest) => pass(weight, gradient, [mean, square, largest], move |w, g, [m, v, most]| {
                let (m, v) = averages(w, g, m, v);
                // A NaN stays, as in torch.maximum.
                let most = if v > most || v.is_nan() { v } else { most };
                (keep * w - rate * m / (root * most.sqrt() + eps), [m, v, most])
            }),
        }
    }
}

impl RmsProp {
    /// Updates `weight` for `gradient`. `square` is `v`; `mean` is `a`, given if centred; `buffer` is `b`, given with
    /// momentum. All are zeros before the first step.
    ///
    /// # Panics
    /// If lengths differ, or there is a momentum other than 0 and no buffer.
    pub fn update(
        &self,
        weight: &mut [f32],
        gradient: &[f32],
        square: &mut [f32],
        mean: Option<&mut [f32]>,
        buffer: Option<&mut [f32]>,
    ) {
        assert!(self.momentum == 0.0 || buffer.is_some(), "rmsprop: momentum without a buffer");
        let (alpha, fresh) = (self.alpha as f32, (1.0 - self.alpha) as f32);
        let (lr, eps, momentum) = (self.lr as f32, self.eps as f32, self.momentum as f32);
        let coupled = self.weight_decay as f32;
        let plain = move |w: f32, g: f32, v: f32| {
            let g = g + coupled * w;
            let v = alpha * v + fresh * (g * g);
            (g / (v.sqrt() + eps), v)
        };
        let centred = move |w: f32, g: f32, v: f32, a: f32| {
            let g = g + coupled * w;
            let v = alpha * v + fresh * (g * g);
            let a = alpha * a + fresh * g;
            (g / ((v - a * a).sqrt() + eps), v, a)
        };
        match (mean, buffer) {
            (None, None) => pass(weight, gradient, [square], move |w, g, [v]| {
                let (u, v) = plain(w, g, v);
                (w - lr * u, [v])
            }),
            (None, Some(buffer)) => pass(weight, gradient, [square, buffer], move |w, g, [v, b]| {
                let (u, v) = plain(w, g, v);
                let b = momentum * b + u;
                (w - lr * b, [v, b])
            }),
            (Some(mean), None) => pass(weight, gradient, [square, mean], move |w, g, [v, a]| {
                let (u, v, a) = centred(w, g, v, a);
                (w - lr * u, [v, a])
            }),
            (Some(mean), Some(buffer)) => {
                pass(weight, gradient, [square, mean, buffer], move |w, g, [v, a, b]| {
                    let (u, v, a) = centred(w, g, v, a);
                    let b = momentum * b + u;
                    (w - lr * b, [v, a, b])
                })
            }
        }
    }
}

/// What decay multiplies the weight by, in the gradient and in the weight itself.
fn decay(decay: f64, decoupled: bool, lr: f64) -> (f32, f32) {
    if decoupled { (0.0, (1.0 - lr * decay) as f32) } else { (decay as f32, 1.0) }
}

/// Replaces weights and kept values by `each(weight, gradient, kept)`.
fn pass<const K: usize, F>(weight: &mut [f32], gradient: &[f32], kept: [&mut [f32]; K], each: F)
where
    F: Fn(f32, f32, [f32; K]) -> (f32, [f32; K]) + Sync,
{
    let len = weight.len();
    assert_eq!(gradient.len(), len, "optimiser: gradient");
    assert!(kept.iter().all(|kept| kept.len() == len), "optimiser: kept values");
    let task = Pass { len, weight: Shared::new(weight), gradient, kept: kept.map(Shared::new), each };
    for_each(arch(), len.div_ceil(CHUNK), len * MEMORY * (1 + K), &task);
}

struct Pass<'a, const K: usize, F> {
    len: usize,
    weight: Shared<'a, f32>,
    gradient: &'a [f32],
    kept: [Shared<'a, f32>; K],
    each: F,
}

impl<const K: usize, F> Task for Pass<'_, K, F>
where
    F: Fn(f32, f32, [f32; K]) -> (f32, [f32; K]) + Sync,
{
    #[inline(always)]
    fn run<S: Simd>(&self, _: S, index: usize) {
        let range = piece(index, CHUNK, self.len);
        // Equal lengths in sight of the compiler: no bounds checks, so that it can vectorise.
        let len = range.len();
        // SAFETY: each task has its own piece of every slice.
        let weight = unsafe { &mut self.weight.slice(range.clone())[..len] };
        let gradient = &self.gradient[range.clone()][..len];
        // SAFETY: as above.
        let mut kept = self.kept.each_ref().map(|kept| unsafe { &mut kept.slice(range.clone())[..len] });
        for i in 0..len {
            let mut old = [0.0; K];
            for (old, kept) in old.iter_mut().zip(&kept) {
                *old = kept[i];
            }
            let (new, values) = (self.each)(weight[i], gradient[i], old);
            weight[i] = new;
            for (kept, value) in kept.iter_mut().zip(values) {
                kept[i] = value;
            }
        }
    }
}
