//! Losses: the mean over a batch of how wrong the outputs are.

mod binary;
mod cross_entropy;
mod divergence;
mod embedding;
pub mod functional;
mod margin;
mod members;
mod overlap;
mod regression;
mod terms;

use std::fmt;

use burn::tensor::Tensor;
use kiln_data::Targets;

use crate::{HingeConfig, LossConfig, ObjectiveError, Plain};
use cross_entropy::CrossEntropy;
use kiln_core::Range;
use terms::Terms;

/// What the data set asks a model to predict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TargetKind {
    /// One of this many classes.
    Classes(usize),
    /// This many numbers.
    Values(usize),
}

impl fmt::Display for TargetKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Classes(classes) => write!(f, "one of {classes} classes"),
            Self::Values(1) => write!(f, "a number"),
            Self::Values(values) => write!(f, "{values} numbers"),
        }
    }
}

/// A loss that fits its target.
///
/// | loss | target | outputs of the model |
/// |---|---|---|
/// | cross-entropy | classes | one logit a class |
/// | multi-margin | classes | one number a class, the largest is predicted |
/// | binary cross-entropy, focal, hinge | 2 classes, or one column of numbers in `[0, 1]` (hinge: 0 or 1) | one logit |
/// | mse, mae, huber, log-cosh, quantile | numbers | one a column |
/// | poisson-nll | counts, 0 and more | the logarithm of the rate, one a column |
/// | gaussian-nll | numbers | the means of all columns, then the logarithms of their variances |
///
/// The mean over a batch is `Σ wᵢ lᵢ / Σ wᵢ`, with the loss `lᵢ` of an item (itself the mean over the columns) and its weight
/// `wᵢ`, 1 where there are none. So is scikit-learn's `sample_weight`, and Keras' reduction `mean_with_sample_weight`;
/// Keras' default divides by the number of items. PyTorch's losses take no weights of items; its `weight` is one of classes.
///
/// ```
/// use burn::tensor::{Device, Int, Tensor};
/// use kiln_data::Targets;
/// use kiln_objective::{LossConfig, TargetKind};
///
/// let device = Device::default();
/// let target = TargetKind::Classes(3);
/// let loss = LossConfig::default_for(target).build(target)?;
/// let logits = Tensor::<2>::zeros([4, loss.outputs()], &device);
/// let classes = Targets::Classes(Tensor::<1, Int>::from_data([0, 1, 2, 0], &device));
/// let value = loss.forward(logits, &classes).into_scalar::<f32>();
/// assert!((value - 3f32.ln()).abs() < 1e-6);
/// # Ok::<(), kiln_objective::ObjectiveError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Loss {
    kind: Kind,
    outputs: usize,
}

#[derive(Debug, Clone)]
enum Kind {
    CrossEntropy(CrossEntropy),
    Binary { pos_weight: f64 },
    Focal { gamma: f64, alpha: Option<f64> },
    Hinge { margin: f64, squared: bool },
    MultiMargin { margin: f64, squared: bool },
    Mse,
    Mae,
    Huber { delta: f64 },
    LogCosh,
    Quantile { quantile: f64 },
    PoissonNll { full: bool },
    GaussianNll { full: bool, eps: f64 },
}

impl LossConfig {
    /// Cross-entropy for classes, the mean squared error for numbers.
    pub fn default_for(target: TargetKind) -> Self {
        match target {
            TargetKind::Classes(_) => Self::CrossEntropy(Default::default()),
            TargetKind::Values(_) => Self::Mse(Plain {}),
        }
    }

    /// Whether the loss reads target numbers as they are, so that they must not be standardised: counts.
    pub fn needs_raw_targets(&self) -> bool {
        matches!(self, Self::PoissonNll(_))
    }

    /// The loss for a target.
    ///
    /// # Errors
    /// [`ObjectiveError::Target`] when the loss is for another kind of target,
    /// [`ObjectiveError::ClassWeights`] for a wrong number of class weights, [`ObjectiveError::Number`] for a setting
    /// out of its range.
    pub fn build(&self, target: TargetKind) -> Result<Loss, ObjectiveError> {
        let mismatch = || ObjectiveError::Target { loss: self.name(), target };
        let values = || match target {
            TargetKind::Values(columns) => Ok(columns),
            TargetKind::Classes(_) => Err(mismatch()),
        };
        let classes = || match target {
            TargetKind::Classes(classes) => Ok(classes),
            TargetKind::Values(_) => Err(mismatch()),
        };
        let binary = || match target {
            TargetKind::Classes(2) | TargetKind::Values(1) => Ok(1),
            _ => Err(mismatch()),
        };
        let positive = |name: &str, value| Range::POSITIVE.check(&format!("loss.{name}"), value);
        let unit = |name: &str, value| Range::UNIT.check(&format!("loss.{name}"), value);
        let (kind, outputs) = match self {
            Self::CrossEntropy(config) => {
                let classes = classes()?;
                (Kind::CrossEntropy(CrossEntropy::new(config, classes)?), classes)
            }
            Self::BinaryCrossEntropy(config) => {
                (Kind::Binary { pos_weight: positive("pos_weight", config.pos_weight)? }, binary()?)
            }
            Self::Focal(config) => {
                let gamma = Range::at_least(0.0).check("loss.gamma", config.gamma)?;
                let alpha = config.alpha.map(|alpha| unit("alpha", alpha)).transpose()?;
                (Kind::Focal { gamma, alpha }, binary()?)
            }
            Self::Hinge(HingeConfig { margin, squared }) => {
                (Kind::Hinge { margin: positive("margin", *margin)?, squared: *squared }, binary()?)
            }
            Self::MultiMargin(HingeConfig { margin, squared }) => {
                (Kind::MultiMargin { margin: positive("margin", *margin)?, squared: *squared }, classes()?)
            }
            Self::Mse(_) => (Kind::Mse, values()?),
            Self::Mae(_) => (Kind::Mae, values()?),
            Self::Huber(config) => (Kind::Huber { delta: positive("delta", config.delta)? }, values()?),
            Self::LogCosh(_) => (Kind::LogCosh, values()?),
            Self::Quantile(config) => {
                (Kind::Quantile { quantile: unit("quantile", config.quantile)? }, values()?)
            }
            Self::PoissonNll(config) => (Kind::PoissonNll { full: config.full }, values()?),
            Self::GaussianNll(config) => {
                let eps = positive("eps", config.eps)?;
                (Kind::GaussianNll { full: config.full, eps }, 2 * values()?)
            }
        };
        Ok(Loss { kind, outputs })
    }

    /// The name in the configuration.
    pub fn name(&self) -> &'static str {
        match self {
            Self::CrossEntropy(_) => "cross-entropy",
            Self::BinaryCrossEntropy(_) => "binary-cross-entropy",
            Self::Mse(_) => "mse",
            Self::Mae(_) => "mae",
            Self::Huber(_) => "huber",
            Self::Focal(_) => "focal",
            Self::Hinge(_) => "hinge",
            Self::MultiMargin(_) => "multi-margin",
            Self::LogCosh(_) => "log-cosh",
            Self::Quantile(_) => "quantile",
            Self::PoissonNll(_) => "poisson-nll",
            Self::GaussianNll(_) => "gaussian-nll",
        }
    }
}

impl Loss {
    /// Number of outputs that the model needs.
    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// Number of predictions for an item: as many as outputs, except that gaussian-nll has a variance for each, too.
    pub fn predictions(&self) -> usize {
        match self.kind {
            Kind::GaussianNll { .. } => self.outputs / 2,
            _ => self.outputs,
        }
    }

    /// Whether the outputs are one logit of the second of two classes, so that the class is 1 where it is above 0.
    pub fn is_binary(&self) -> bool {
        matches!(self.kind, Kind::Binary { .. } | Kind::Focal { .. } | Kind::Hinge { .. })
    }

    /// What raw `outputs`, `[N, outputs]`, predict, `[N, predictions]`: rates for poisson-nll, means for gaussian-nll, for
    /// all others the outputs themselves.
    pub fn predict(&self, outputs: Tensor<2>) -> Tensor<2> {
        match self.kind {
            Kind::PoissonNll { .. } => outputs.exp(),
            Kind::GaussianNll { .. } => outputs.narrow(1, 0, self.predictions()),
            _ => outputs,
        }
    }

    /// The mean loss, `[1]`. Nothing here waits for the device.
    ///
    /// `outputs` are raw, `[N, outputs]`. Cross-entropy takes values as probabilities, `[N, classes]`; losses of one
    /// logit take them as that of the second class, `[N, 1]`, or of both, `[N, 2]`; the losses for numbers take classes as
    /// the numbers they are written as.
    ///
    /// # Panics
    /// As Burn does, when the shapes of outputs and targets do not match; and multi-margin, for targets that are no classes.
    pub fn forward(&self, outputs: Tensor<2>, targets: &Targets) -> Tensor<1> {
        self.terms(outputs, targets).mean(None)
    }

    /// The mean loss with a weight for each item, `[N]`, not negative: `Σ wᵢ lᵢ / Σ wᵢ`, and 0 where all are 0. Without
    /// weights it is [`forward`](Self::forward).
    ///
    /// # Panics
    /// As [`forward`](Self::forward).
    pub fn weighted(&self, outputs: Tensor<2>, targets: &Targets, weights: Option<&Tensor<1>>) -> Tensor<1> {
        self.terms(outputs, targets).mean(weights)
    }

    /// Numerator and denominator of the weighted mean, each `[1]`, to be summed over batches.
    ///
    /// # Panics
    /// As [`forward`](Self::forward).
    pub fn totals(
        &self,
        outputs: Tensor<2>,
        targets: &Targets,
        weights: Option<&Tensor<1>>,
    ) -> (Tensor<1>, Tensor<1>) {
        self.terms(outputs, targets).totals(weights)
    }

    /// What the items of a batch count together, `[1]`: the denominator of [`weighted`](Self::weighted). `None`: their number.
    ///
    /// The mean over several batches is that of their means, each counted so.
    pub fn weight(&self, targets: &Targets, weights: Option<&Tensor<1>>) -> Option<Tensor<1>> {
        let counts = match (&self.kind, targets) {
            (Kind::CrossEntropy(loss), Targets::Classes(classes)) => loss.counts(classes.clone()),
            _ => None,
        };
        match (counts, weights) {
            (Some(counts), Some(weights)) => {
                let weights: Tensor<2> = weights.clone().unsqueeze_dim(1);
                Some(weights.cast(counts.dtype()).mul(counts).sum())
            }
            (Some(counts), None) => Some(counts.sum()),
            (None, weights) => weights.map(|weights| weights.clone().sum()),
        }
    }

    /// The losses themselves, PyTorch's `reduction="none"`: `[N, columns]` for numbers, `[N, 1]` for classes. Their sum is
    /// PyTorch's `reduction="sum"`.
    ///
    /// # Panics
    /// As [`forward`](Self::forward).
    pub fn elements(&self, outputs: Tensor<2>, targets: &Targets) -> Tensor<2> {
        self.terms(outputs, targets).losses
    }

    fn terms(&self, outputs: Tensor<2>, targets: &Targets) -> Terms {
        match (&self.kind, targets) {
            (Kind::CrossEntropy(loss), Targets::Classes(classes)) => {
                return loss.classes(outputs, classes.clone());
            }
            (Kind::MultiMargin { margin, squared }, Targets::Classes(classes)) => {
                return Terms::of(functional::multi_margin(outputs, classes.clone(), *margin, *squared));
            }
            _ => {}
        }
        let targets = numbers(targets, &outputs);
        let targets = if self.is_binary() { of_second_class(targets) } else { targets };
        Terms::of(match self.kind {
            Kind::CrossEntropy(ref loss) => return loss.shares(outputs, targets),
            Kind::MultiMargin { margin, squared } => {
                margin::multi_margin_of_shares(outputs, targets, margin, squared)
            }
            Kind::Binary { pos_weight } => functional::binary_cross_entropy(outputs, targets, pos_weight),
            Kind::Focal { gamma, alpha } => functional::sigmoid_focal(outputs, targets, gamma, alpha),
            Kind::Hinge { margin, squared } => functional::hinge(outputs, targets, margin, squared),
            Kind::Mse => functional::squared_error(outputs, targets),
            Kind::Mae => functional::absolute_error(outputs, targets),
            Kind::Huber { delta } => functional::huber(outputs, targets, delta),
            Kind::LogCosh => functional::log_cosh(outputs, targets),
            Kind::Quantile { quantile } => functional::quantile(outputs, targets, quantile),
            Kind::PoissonNll { full } => functional::poisson_nll(outputs, targets, true, full),
            Kind::GaussianNll { full, eps } => {
                let columns = self.predictions();
                let (means, log_variances) =
                    (outputs.clone().narrow(1, 0, columns), outputs.narrow(1, columns, columns));
                functional::gaussian_nll_log_variance(means, targets, log_variances, full, eps)
            }
        })
    }
}

/// The share of the second class, `[N, 1]`, where there are shares of both.
fn of_second_class(targets: Tensor<2>) -> Tensor<2> {
    if targets.dims()[1] == 2 { targets.narrow(1, 1, 1) } else { targets }
}

/// Targets as numbers of the outputs' data type, `[N, columns]`.
fn numbers(targets: &Targets, outputs: &Tensor<2>) -> Tensor<2> {
    like(&targets.numbers(), outputs)
}

fn like(values: &Tensor<2>, outputs: &Tensor<2>) -> Tensor<2> {
    let dtype = outputs.dtype();
    if values.dtype() == dtype { values.clone() } else { values.clone().cast(dtype) }
}
