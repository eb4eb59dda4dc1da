//! Losses: the mean over a batch of how wrong the outputs are.

mod binary;
mod cross_entropy;
mod huber;
mod mae;
mod mse;

use std::fmt;

use burn::tensor::{Int, Tensor};
use kiln_data::Targets;

use crate::{LossConfig, ObjectiveError, Plain};
use binary::BinaryCrossEntropy;
use cross_entropy::CrossEntropy;
use huber::Huber;

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
/// | binary cross-entropy | 2 classes, or one column of numbers in `[0, 1]` | one logit |
/// | mse, mae, huber | numbers | one a column |
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
    Binary(BinaryCrossEntropy),
    Mse,
    Mae,
    Huber(Huber),
}

impl LossConfig {
    /// Cross-entropy for classes, the mean squared error for numbers.
    pub fn default_for(target: TargetKind) -> Self {
        match target {
            TargetKind::Classes(_) => Self::CrossEntropy(Default::default()),
            TargetKind::Values(_) => Self::Mse(Plain {}),
        }
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
        let (kind, outputs) = match self {
            Self::CrossEntropy(config) => match target {
                TargetKind::Classes(classes) => {
                    (Kind::CrossEntropy(CrossEntropy::new(config, classes)?), classes)
                }
                TargetKind::Values(_) => return Err(mismatch()),
            },
            Self::BinaryCrossEntropy(_) => match target {
                TargetKind::Classes(2) | TargetKind::Values(1) => (Kind::Binary(BinaryCrossEntropy), 1),
                _ => return Err(mismatch()),
            },
            Self::Mse(_) => (Kind::Mse, values()?),
            Self::Mae(_) => (Kind::Mae, values()?),
            Self::Huber(config) => (Kind::Huber(Huber::new(config)?), values()?),
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
        }
    }
}

impl Loss {
    /// Number of outputs that the model needs.
    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// Whether the outputs are one logit of the second of two classes, so that the class is 1 where it is above 0.
    pub fn is_binary(&self) -> bool {
        matches!(self.kind, Kind::Binary(_))
    }

    /// The loss, `[1]`: a mean over the batch. Nothing here waits for the device.
    ///
    /// `outputs` are raw, `[N, outputs]`. Cross-entropy takes values as probabilities, `[N, classes]`; the losses for
    /// numbers take classes as the numbers they are written as.
    ///
    /// # Panics
    /// As Burn does, when the shapes of outputs and targets do not match.
    pub fn forward(&self, outputs: Tensor<2>, targets: &Targets) -> Tensor<1> {
        if let (Kind::CrossEntropy(loss), Targets::Classes(classes)) = (&self.kind, targets) {
            return loss.classes(outputs, classes.clone());
        }
        let targets = numbers(targets, &outputs);
        match &self.kind {
            Kind::CrossEntropy(loss) => loss.shares(outputs, targets),
            Kind::Binary(loss) => loss.forward(outputs, targets),
            Kind::Mse => mse::forward(outputs, targets),
            Kind::Mae => mae::forward(outputs, targets),
            Kind::Huber(loss) => loss.forward(outputs, targets),
        }
    }
}

/// Targets as numbers of the outputs' data type, `[N, columns]`.
fn numbers(targets: &Targets, outputs: &Tensor<2>) -> Tensor<2> {
    match targets {
        Targets::Values(values) => like(values, outputs),
        Targets::Classes(classes) => {
            let column: Tensor<2, Int> = classes.clone().unsqueeze_dim(1);
            like(&column.float(), outputs)
        }
    }
}

fn like(values: &Tensor<2>, outputs: &Tensor<2>) -> Tensor<2> {
    let dtype = outputs.dtype();
    if values.dtype() == dtype { values.clone() } else { values.clone().cast(dtype) }
}
