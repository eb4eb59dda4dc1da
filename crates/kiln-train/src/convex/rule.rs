//! Stopping at the optimum.

use std::ops::ControlFlow;

use super::ConvexModel;
use crate::{Callback, EpochView, Stop, TrainError};

/// Stops a training by steps after the first epoch whose weights have a KKT residual within the tolerance.
///
/// Looks at all training items at the end of each epoch, on the host. Keeps nothing between epochs, so that a resumed
/// run stops where an uninterrupted one does.
#[derive(Debug)]
pub struct KktRule {
    model: ConvexModel,
    tolerance: f64,
}

impl KktRule {
    /// A rule for a model; `tolerance` is at least 0, in the unit of the objective's gradient.
    pub fn new(model: ConvexModel, tolerance: f64) -> Self {
        Self { model, tolerance }
    }
}

impl Callback for KktRule {
    fn on_epoch_end(&mut self, view: &EpochView<'_>) -> Result<ControlFlow<Stop>, TrainError> {
        let residual = self.model.certificate(&(view.weights)())?.kkt_residual;
        Ok(if residual <= self.tolerance {
            ControlFlow::Break(Stop::Optimal)
        } else {
            ControlFlow::Continue(())
        })
    }
}
