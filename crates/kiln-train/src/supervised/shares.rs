//! What of the model and the loss changes from step to step.

use std::sync::Arc;

use kiln_objective::Loss;

use crate::{Shared, TrainError};

/// A model with a share of the probability of each dropout, `[0, 1]`.
pub type ScaleDropout<M> = dyn Fn(M, f64) -> M + Send + Sync;

/// The shares of the step that comes.
pub(super) struct Now<M> {
    pub(super) scale: Option<Arc<ScaleDropout<M>>>,
    share: Option<f64>,
    /// The loss with its label smoothing as it is now; `None`: whole.
    loss: Option<Loss>,
}

// By hand, because derives would ask for the same of `M`.
impl<M> Default for Now<M> {
    fn default() -> Self {
        Self { scale: None, share: None, loss: None }
    }
}

impl<M> Clone for Now<M> {
    fn clone(&self) -> Self {
        Self { scale: self.scale.clone(), share: self.share, loss: self.loss.clone() }
    }
}

impl<M: Clone> Now<M> {
    /// As [`Task::set_share`](crate::Task::set_share).
    pub(super) fn set(&mut self, of: Shared, share: f64, whole: &Loss) -> Result<(), TrainError> {
        match of {
            Shared::Dropout if self.scale.is_some() => self.share = Some(share),
            Shared::Dropout => return Err(of.missing()),
            Shared::LabelSmoothing => self.loss = Some(whole.smoothed(share).ok_or_else(|| of.missing())?),
        }
        Ok(())
    }

    /// The model as it is now; `None`: as it is.
    pub(super) fn model(&self, model: &M) -> Option<M> {
        let (scale, share) = self.scale.as_ref().zip(self.share)?;
        // A clone shares all tensors.
        Some(scale(model.clone(), share))
    }

    /// The loss as it is now.
    pub(super) fn loss<'a>(&'a self, whole: &'a Loss) -> &'a Loss {
        self.loss.as_ref().unwrap_or(whole)
    }
}
