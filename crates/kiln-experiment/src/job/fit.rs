//! Training as the configuration asks for it: by steps, or by a solver.

use std::time::Duration;

use kiln_convex::Certificate;
use kiln_fit::NetworkTask;
use kiln_models::Network;
use kiln_train::{CheckpointConfig, KktRule, Outcome, Trainer};

use super::assembly::Job;
use super::device::new_pool;
use crate::error::ExperimentError;

/// A training that has ended.
#[derive(Debug)]
#[non_exhaustive]
pub struct Fitting {
    /// The model and its history.
    pub outcome: Outcome<Network>,
    /// How far from the optimum the weights are at most, where that is known.
    pub certificate: Option<Certificate>,
    /// Whether a solver reached its tolerance. True for steps, which have none.
    pub converged: bool,
}

/// Runs `work` as a thread of a pool as large as the current one.
///
/// A kernel that starts on a thread of the pool hands over a part of its work; one that starts elsewhere hands over all of it and
/// sleeps: a step of a small network takes 2 to 4 % longer. A pool of its own, because the other one makes the batches that
/// `work` waits for.
///
/// # Errors
/// [`ExperimentError::Threads`] where the system gives no threads.
pub fn in_pool<R: Send>(work: impl FnOnce() -> R + Send) -> Result<R, ExperimentError> {
    Ok(new_pool(rayon::current_num_threads())?.install(work))
}

/// How long a run that has nothing said of its length writes no checkpoint. A small table has hundreds of epochs of milliseconds,
/// and each would wait for the disk. Most are over by then; a longer one that is killed loses that much at most.
const QUIET: Duration = Duration::from_secs(10);

impl Job<'_> {
    /// The trainer, which is quiet at first where the length follows from the data and nothing is said of checkpoints.
    pub(crate) fn quiet(&self, trainer: Trainer<NetworkTask>) -> Trainer<NetworkTask> {
        let follows = self.resolved.followed().iter().any(|setting| setting.key == "train.epochs");
        let usual = self.config().checkpoint == CheckpointConfig::default();
        if follows && usual { trainer.checkpoints_after(QUIET).write_end() } else { trainer }
    }

    /// Trains with `trainer`, or goes on with its run where `resume` is set.
    ///
    /// # Errors
    /// As [`Trainer::fit`], and a problem that the solver does not have.
    pub fn fit(&self, mut trainer: Trainer<NetworkTask>, resume: bool) -> Result<Fitting, ExperimentError> {
        let (model, data) = (self.model()?, self.data()?);
        let train = &self.config().train;
        if train.solver.is_some() {
            let solved = kiln_fit::solve(&mut trainer, model, &data, &self.convex()?, resume)?;
            let certificate = Some(solved.certificate.unwrap_or(solved.stored));
            return Ok(Fitting { outcome: solved.outcome, certificate, converged: solved.converged });
        }
        if let Some(tolerance) = train.kkt_tolerance {
            trainer = trainer.callback(KktRule::new(self.convex()?, tolerance));
        }
        let fit = if resume { kiln_fit::resume } else { kiln_fit::fit };
        let outcome = fit(&mut trainer, model, &data)?;
        Ok(Fitting { outcome, certificate: None, converged: true })
    }
}
