//! What every kind of loss says of itself.

use std::fmt::Debug;

use burn::tensor::{Int, Tensor};

use super::members;
use super::terms::LossTerms;
use crate::{ObjectiveError, TargetKind};

/// The settings of one kind of loss.
pub trait LossKind: Debug + Send + Sync {
    /// Number of outputs that the model needs for a target; `None` if the loss is for another kind of target.
    fn outputs(&self, target: TargetKind) -> Option<usize>;

    /// The settings, each in its range, for a model with so many outputs.
    ///
    /// # Errors
    /// [`ObjectiveError::Number`] for a setting out of its range, with its key.
    fn check(&self, _outputs: usize) -> Result<(), ObjectiveError> {
        Ok(())
    }

    /// Tells the names of the classes, and the training items of each, where something is trained: weights by name and
    /// `balanced` ones become numbers. Default: nothing is asked of them.
    ///
    /// # Errors
    /// [`ObjectiveError::UnknownClass`] for a class that is not there.
    fn know_classes(&mut self, _names: &[String], _counts: Option<&[f64]>) -> Result<(), ObjectiveError> {
        Ok(())
    }

    /// What each class counts, in their order; `None`: all the same.
    fn class_weights(&self) -> Option<&[f64]> {
        None
    }

    /// The losses `[N, columns]` of raw outputs `[N, outputs]` against numbers `[N, columns]`, or against the shares of
    /// classes.
    fn of_values(&self, outputs: Tensor<2>, values: Tensor<2>) -> Tensor<2>;

    /// The losses of raw outputs `[N, outputs]` against classes `[N]`. Default: against the numbers they are written as.
    fn of_classes(&self, outputs: Tensor<2>, classes: Tensor<1, Int>) -> LossTerms {
        let column: Tensor<2, Int> = classes.unsqueeze_dim(1);
        let values = like(column.float(), &outputs);
        LossTerms::of(self.of_values(outputs, values))
    }

    /// What items of these classes `[N]` count in the mean, `[N, 1]`; `None`: 1 each.
    fn counts(&self, _classes: Tensor<1, Int>) -> Option<Tensor<2>> {
        None
    }

    /// Number of predictions that so many outputs make.
    fn predictions(&self, outputs: usize) -> usize {
        outputs
    }

    /// What raw outputs `[N, outputs]` predict, `[N, predictions]`.
    fn predict(&self, outputs: Tensor<2>) -> Tensor<2> {
        outputs
    }

    /// The raw outputs `[members, N, outputs]` of several members as raw outputs `[N, outputs]` whose prediction is the mean
    /// of theirs.
    fn average(&self, members: Tensor<3>) -> Tensor<2> {
        members::mean(members)
    }

    /// Whether the output is one logit of the second of two classes.
    fn is_binary(&self) -> bool {
        false
    }

    /// Multiplies the label smoothing by a share of it, `[0, 1]`, and says whether there is any. Default: there is none.
    fn smooth(&mut self, _share: f64) -> bool {
        false
    }

    /// Whether the loss reads target numbers as they are, so that they must not be standardised: counts.
    fn needs_raw_targets(&self) -> bool {
        false
    }

    /// Whether no loss is below 0, as far as is known: an interval of it is cut there. Default: not known.
    fn is_non_negative(&self) -> bool {
        false
    }

    /// What the loss is to solvers of convex problems, if they know it.
    fn convex(&self) -> Option<ConvexLoss> {
        None
    }

    /// The first setting that is set and that solvers of convex problems do not have.
    fn beyond_convex(&self) -> Option<&'static str> {
        None
    }
}

/// A loss as solvers of convex problems know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConvexLoss {
    /// The squared error.
    Squared,
    /// Cross-entropy of one logit for each class.
    Softmax,
    /// Cross-entropy of one logit.
    Binary,
}

/// Numbers in the data type of the outputs.
pub(super) fn like(values: Tensor<2>, outputs: &Tensor<2>) -> Tensor<2> {
    let dtype = outputs.dtype();
    if values.dtype() == dtype { values } else { values.cast(dtype) }
}

/// The share of the second class, `[N, 1]`, where there are shares of both.
pub(super) fn of_second_class(values: Tensor<2>) -> Tensor<2> {
    if values.dims()[1] == 2 { values.narrow(1, 1, 1) } else { values }
}
