//! Training as the configuration asks for it: by steps, or by a solver.

use burn::module::Module;
use kiln_convex::Certificate;
use kiln_core::{Weights, params};
use kiln_models::{ModelConfig, Network};
use kiln_objective::{LossConfig, PenaltyConfig, TargetKind};
use kiln_train::{ConvexModel, KktRule, NotConvex, Outcome, Sparsity, TrainError, Trainer, sparsity};
use rayon::ThreadPoolBuilder;

use crate::error::CliError;
use crate::job::{Job, NetworkTask};
use crate::locate::Locate;

/// A training that has ended.
#[derive(Debug)]
pub(crate) struct Trained {
    pub(crate) outcome: Outcome<Network>,
    /// How far from the optimum the weights are at most, where that is known.
    pub(crate) certificate: Option<Certificate>,
    /// Whether a solver reached its tolerance; true for steps, which have none.
    pub(crate) converged: bool,
}

/// Runs `work` as a thread of a pool as large as the current one.
///
/// A kernel that starts on a thread of the pool hands over a part of its work; one that starts elsewhere hands over all of it and
/// sleeps: a step of a small network takes 2 to 4 % longer. A pool of its own, because the other one makes the batches that
/// `work` waits for.
///
/// # Errors
/// [`CliError::Internal`] where the system gives no threads.
pub(crate) fn in_pool<R: Send>(work: impl FnOnce() -> R + Send) -> Result<R, CliError> {
    let pool = ThreadPoolBuilder::new().num_threads(rayon::current_num_threads()).build();
    Ok(pool.map_err(CliError::internal)?.install(work))
}

impl Job<'_> {
    /// Trains, or goes on with a run.
    pub(crate) fn fit(&self, mut trainer: Trainer<NetworkTask>, resume: bool) -> Result<Trained, CliError> {
        let (model, data) = (self.model()?, self.data()?);
        let train = &self.config().train;
        if train.solver.is_some() {
            let solved = trainer.solve(model, &data, &self.convex()?, resume)?;
            let certificate = Some(solved.certificate.unwrap_or(solved.stored));
            return Ok(Trained { outcome: solved.outcome, certificate, converged: solved.converged });
        }
        if let Some(tolerance) = train.kkt_tolerance {
            trainer = trainer.callback(KktRule::new(self.convex()?, tolerance));
        }
        let outcome = if resume { trainer.resume(model, &data)? } else { trainer.fit(model, &data)? };
        Ok(Trained { outcome, certificate: None, converged: true })
    }

    /// Whether a solver, or a certificate, that is asked for is for this training.
    pub(crate) fn check_convex(&self) -> Result<(), CliError> {
        let train = &self.config().train;
        if train.solver.is_none() && train.kkt_tolerance.is_none() {
            return Ok(());
        }
        if self.is_augmented() {
            return Err(CliError::AugmentedConvex);
        }
        if !self.config().constraint.is_empty() {
            return Err(self.resolved.locate_at("constraint.0", TrainError::from(NotConvex::Constrained)));
        }
        let convex = self.convex()?;
        if let Some(solver) = train.solver {
            convex.check(solver).map_err(|error| self.resolved.locate_at("train.solver", error))
        } else {
            let certifiable = self.trainer().check_certifiable();
            certifiable.map_err(|error| self.resolved.locate(TrainError::from(error)))
        }
    }

    /// How far a model trained by steps is from the optimum at most; `None` where that is not known.
    pub(crate) fn certificate(&self, model: &Network) -> Option<Certificate> {
        // Looking for it would copy the data of a model that has none.
        let linear = matches!(self.config().model, ModelConfig::Linear(_));
        if !linear || self.is_augmented() || self.trainer().check_certifiable().is_err() {
            return None;
        }
        self.convex().ok()?.certificate(&Weights::of(model)).ok()
    }

    /// The zeros of each layer, where a penalty is there to make some.
    pub(crate) fn sparsity(&self, model: &Network) -> Vec<Sparsity> {
        let config = self.config();
        if config.penalty.iter().any(PenaltyConfig::makes_zeros) || config.train.solver.is_some() {
            sparsity(&Weights::of(model), &params::list(model))
        } else {
            Vec::new()
        }
    }

    /// Whether what is minimised is not a function of the items alone.
    fn is_augmented(&self) -> bool {
        self.config().augment.is_some() || self.config().mix.is_some()
    }

    fn convex(&self) -> Result<ConvexModel, CliError> {
        let params = params::list(&self.model()?.train());
        let config = self.config();
        let fitted = &self.shape.fitted;
        let target = match fitted.class_names() {
            Some(names) => TargetKind::Classes(names.len()),
            None => TargetKind::Values(fitted.outputs()),
        };
        let loss = config.loss.clone().unwrap_or_else(|| LossConfig::default_for(target));
        ConvexModel::new(&params, &loss, &config.penalty, &self.data()?, &self.device)
            .map_err(|error| self.resolved.locate(error))
    }
}
