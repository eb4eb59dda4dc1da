//! The convex problem of a linear model, its certificate, and the zeros that a penalty makes.

use burn::module::Module;
use kiln_convex::Certificate;
use kiln_core::{Weights, params};
use kiln_models::Network;
use kiln_objective::PenaltyConfig;
use kiln_train::{ConvexModel, Sparsity, sparsity};

use super::assembly::Job;
use crate::error::{ExperimentError, Locate};

impl Job<'_> {
    /// How far a model trained by steps is from the optimum at most. `None` where that is not known, and for data that are too large
    /// to be held in memory, because all training items would have to be.
    pub fn certificate(&self, model: &Network) -> Option<Certificate> {
        // Looking for it would copy the data of a model that has none.
        let linear = self.config().model.intercept().is_some() && self.prepared.dataset.features.are_held();
        if !linear || self.is_augmented() || self.trainer().check_certifiable().is_err() {
            return None;
        }
        self.convex().ok()?.certificate(&Weights::of(model)).ok()
    }

    /// The zeros of each layer, where a penalty is there to make some.
    pub fn sparsity(&self, model: &Network) -> Vec<Sparsity> {
        let config = self.config();
        if config.penalty.iter().any(PenaltyConfig::makes_zeros) || config.train.solver.is_some() {
            sparsity(&Weights::of(model), &params::list(model))
        } else {
            Vec::new()
        }
    }

    /// Whether what is minimised is more than a function of the items.
    pub(super) fn is_augmented(&self) -> bool {
        self.config().augment.is_some() || self.config().mix.is_some()
    }

    /// The problem that a solver minimises.
    pub(super) fn convex(&self) -> Result<ConvexModel, ExperimentError> {
        let params = params::list(&self.model()?.train());
        let (loss, penalties) = (&self.blueprint.loss_config, &self.config().penalty);
        ConvexModel::new(&params, loss, penalties, &self.data()?, &self.device)
            .map_err(|error| self.resolved.locate(error))
    }
}
