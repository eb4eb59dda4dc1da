//! The rule of schedule-free SGD and AdamW.

use burn::tensor::Tensor;
use kiln_core::Range;

use super::formula::{Formula, Value};
use super::{At, Gradient, Kept, Rule, Slot, check, run};
use crate::{OptimError, StepSize};

/// `SGDScheduleFree` and `AdamWScheduleFree` of the package schedulefree (Defazio et al. 2024, "The Road Less
/// Scheduled"). Gradients are taken at `y`, the steps are made by `z`, and `x` is the average of all `z`:
/// `z ← z − lr · u`, `x ← x + c (z − x)`, `y = z + β (x − z)`, with `u = g + decay · y`, or for AdamW
/// `v ← β₂ v + (1 − β₂) g²` and `u = g / (√(v/(1 − β₂ᵗ)) + eps) + decay · y`.
///
/// `c` is the share of this update in the sum of the weights `tʳ · (largest lr so far)^p`: with a constant rate 1/t.
/// Proximal steps act on `z`. Evaluation uses `x`; the weight of the model in training is `y`.
#[derive(Debug)]
pub(crate) struct ScheduleFree {
    beta: f64,
    squares: Option<Squares>,
    r: f64,
    power: f64,
}

/// The decay rate of the squares, and what is added to their root.
#[derive(Debug)]
pub(crate) struct Squares {
    pub(crate) beta2: f64,
    pub(crate) eps: f64,
}

/// The lines of the average, and of the point where the gradient is taken.
pub(crate) fn formula(beta: f64, r: f64, power: f64) -> [String; 2] {
    let weight = if r == 0.0 { String::new() } else { format!("t^{r:?}·") };
    [
        format!(
            "x ← x + c·(z − x), c the share of this update's {weight}lr^{power:?} in their sum (lr the largest so \
             far);  x is what counts"
        ),
        format!("θ = {beta}·x + (1 − {beta})·z, where the gradient is taken"),
    ]
}

impl ScheduleFree {
    pub(crate) fn new(beta: f64, squares: Option<Squares>, r: f64, power: f64) -> Result<Self, OptimError> {
        let range = Range::at_least(0.0);
        Ok(Self { beta, squares, r: check("r", r, range)?, power: check("weight_lr_power", power, range)? })
    }
}

impl Rule for ScheduleFree {
    fn slots(&self, dims: &[usize]) -> Vec<Slot> {
        let names = ["x", "z", "exp_avg_sq"];
        Slot::each(&names[..if self.squares.is_some() { 3 } else { 2 }], dims)
    }

    fn numbers(&self) -> &'static [&'static str] {
        &["weight_sum", "lr_max"]
    }

    /// Gives `z` and keeps `x`, `y` and the squares.
    fn update(&self, y: Tensor<1>, gradient: Gradient, kept: Kept, at: At<'_>) -> (Tensor<1>, Kept) {
        let gradient = gradient.at(&y);
        let mut tensors = kept.tensors.into_iter();
        let x = tensors.next().unwrap_or_else(|| y.clone());
        let z = tensors.next().unwrap_or_else(|| y.clone());
        let (z, stepped) = match &self.squares {
            None => run(Sgd { decay: at.weight_decay, lr: at.lr }, z, gradient, vec![y]),
            Some(squares) => {
                let square = tensors.next().unwrap_or_else(|| y.zeros_like());
                let step = Adamw {
                    decay: at.weight_decay,
                    lr: at.lr,
                    beta2: squares.beta2,
                    corrected: 1.0 / (1.0 - squares.beta2.powf(at.t())),
                    eps: squares.eps,
                };
                run(step, z, gradient, vec![y, square])
            }
        };
        (z, Kept { tensors: [x].into_iter().chain(stepped).collect(), numbers: kept.numbers })
    }

    fn step_size(&self, kept: &Kept, at: At<'_>) -> Option<StepSize> {
        let Some(squares) = &self.squares else { return Some(StepSize::Same(at.lr)) };
        let corrected = 1.0 / (1.0 - squares.beta2.powf(at.t()));
        let square = kept.tensors.get(2)?.clone().mul_scalar(corrected);
        Some(StepSize::over(at.lr, square.sqrt().add_scalar(squares.eps)))
    }

    fn finish(&self, z: Tensor<1>, kept: Kept, at: At<'_>) -> (Tensor<1>, Kept) {
        let (sum, largest) = match kept.numbers[..] {
            [sum, largest] => (sum, largest),
            _ => (0.0, 0.0),
        };
        let largest = at.lr.max(largest);
        let weight = at.t().powf(self.r) * largest.powf(self.power);
        let sum = sum + weight;
        let share = if sum > 0.0 { weight / sum } else { 0.0 };
        let mut tensors = kept.tensors.into_iter();
        let (x, y) = (tensors.next(), tensors.next());
        let (x, y) = (x.unwrap_or_else(|| z.clone()), y.unwrap_or_else(|| z.clone()));
        let (x, y) = run(Average { share, beta: self.beta }, x, z.clone(), vec![y]);
        let y = y.into_iter().next().unwrap_or_else(|| x.clone());
        (y, Kept { tensors: [x, z].into_iter().chain(tensors).collect(), numbers: vec![sum, largest] })
    }

    fn averaged(&self) -> Option<&'static str> {
        Some("x")
    }
}

#[derive(Clone, Copy)]
struct Sgd {
    decay: f64,
    lr: f64,
}

impl Formula<1> for Sgd {
    #[inline(always)]
    fn apply<V: Value>(&self, z: V, gradient: V, [y]: [V; 1]) -> (V, [V; 1]) {
        (z - gradient.decayed(&y, self.decay) * self.lr, [y])
    }
}

#[derive(Clone, Copy)]
struct Adamw {
    decay: f64,
    lr: f64,
    beta2: f64,
    /// What corrects the bias of the squares.
    corrected: f64,
    eps: f64,
}

impl Formula<2> for Adamw {
    #[inline(always)]
    fn apply<V: Value>(&self, z: V, gradient: V, [y, square]: [V; 2]) -> (V, [V; 2]) {
        let square = square.toward(gradient.clone().squared(), self.beta2);
        let under = (square.clone() * self.corrected).root() + self.eps;
        (z - (gradient / under).decayed(&y, self.decay) * self.lr, [y, square])
    }
}

#[derive(Clone, Copy)]
struct Average {
    share: f64,
    beta: f64,
}

impl Formula<1> for Average {
    #[inline(always)]
    fn apply<V: Value>(&self, x: V, z: V, _: [V; 1]) -> (V, [V; 1]) {
        let x = x.clone() + (z.clone() - x) * self.share;
        let y = z.clone() + (x.clone() - z) * self.beta;
        (x, [y])
    }
}
