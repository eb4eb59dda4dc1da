//! A loss of a user's own.

use std::fmt;
use std::sync::Arc;

use burn::tensor::{Int, Tensor};
use kiln_data::Targets;

use super::which::Which;
use super::{Loss, LossKind, LossTerms};
use crate::{ObjectiveError, TargetKind};

impl Loss {
    /// A loss of one's own, for a target.
    ///
    /// ```
    /// use burn::tensor::Tensor;
    /// use kiln_objective::{Loss, LossKind, TargetKind};
    ///
    /// /// `log(1 + e²)`, the Cauchy loss.
    /// #[derive(Debug)]
    /// struct Cauchy;
    ///
    /// impl LossKind for Cauchy {
    ///     fn outputs(&self, target: TargetKind) -> Option<usize> {
    ///         target.values()
    ///     }
    ///
    ///     fn of_values(&self, outputs: Tensor<2>, values: Tensor<2>) -> Tensor<2> {
    ///         outputs.sub(values).square().log1p()
    ///     }
    /// }
    ///
    /// assert_eq!(Loss::own(Cauchy, TargetKind::Values(3))?.outputs(), 3);
    /// assert!(Loss::own(Cauchy, TargetKind::Classes(3)).is_err());
    /// # Ok::<(), kiln_objective::ObjectiveError>(())
    /// ```
    ///
    /// # Errors
    /// [`ObjectiveError::OwnTarget`] when the loss is for another kind of target, and what [`LossKind::check`] says.
    pub fn own(loss: impl LossKind + 'static, target: TargetKind) -> Result<Self, ObjectiveError> {
        let Some(outputs) = loss.outputs(target) else {
            return Err(ObjectiveError::OwnTarget { loss: format!("{loss:?}"), target });
        };
        loss.check(outputs)?;
        Ok(Self { which: Which::Own(Arc::new(loss)), outputs })
    }

    /// A loss as a function, for a model with `outputs` outputs: from raw outputs `[N, outputs]` and targets to the losses
    /// `[N, columns]`, one column where an item has one loss. Means and weights of items are not its business.
    ///
    /// ```
    /// use burn::tensor::{Device, Tensor};
    /// use kiln_data::Targets;
    /// use kiln_objective::Loss;
    ///
    /// let delta = 0.5; // a closure may hold what it needs
    /// let dead_zone = Loss::from_fn(1, move |outputs: Tensor<2>, targets: &Targets| {
    ///     (outputs - targets.numbers()).abs().sub_scalar(delta).clamp_min(0.0)
    /// });
    /// let device = Device::default();
    /// let outputs = Tensor::<2>::from_data([[1.0], [2.0]], &device);
    /// let targets = Targets::Values(Tensor::from_data([[1.25], [4.5]], &device));
    /// assert_eq!(dead_zone.forward(outputs, &targets).into_scalar::<f32>(), 1.0);
    /// ```
    pub fn from_fn(
        outputs: usize,
        losses: impl Fn(Tensor<2>, &Targets) -> Tensor<2> + Send + Sync + 'static,
    ) -> Self {
        Self { which: Which::Own(Arc::new(Function(losses))), outputs }
    }
}

/// A function of outputs and targets.
struct Function<F>(F);

impl<F> fmt::Debug for Function<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Loss::from_fn")
    }
}

impl<F: Fn(Tensor<2>, &Targets) -> Tensor<2> + Send + Sync> LossKind for Function<F> {
    fn outputs(&self, target: TargetKind) -> Option<usize> {
        target.classes().or(target.values())
    }

    fn of_values(&self, outputs: Tensor<2>, values: Tensor<2>) -> Tensor<2> {
        (self.0)(outputs, &Targets::Values(values))
    }

    fn of_classes(&self, outputs: Tensor<2>, classes: Tensor<1, Int>) -> LossTerms {
        LossTerms::of((self.0)(outputs, &Targets::Classes(classes)))
    }
}
