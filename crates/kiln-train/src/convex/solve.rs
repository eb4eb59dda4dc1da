//! A run that solves instead of stepping.

use std::sync::atomic::Ordering;

use burn::module::Module;
use burn::tensor::Device;
use kiln_convex::{Certificate, Solver, Stopping};
use kiln_core::Weights;

use super::ConvexModel;
use crate::run::Run;
use crate::shards::Shards;
use crate::{Data, NotConvex, Outcome, SolverConfig, Stop, Task, TrainError, Trainer};

/// What a solver leaves behind.
#[derive(Debug)]
#[non_exhaustive]
pub struct Solved<M> {
    /// As after any training; its one epoch stands for all iterations.
    pub outcome: Outcome<M>,
    /// The certificate of the solver's point, in f64. `None` where a finished run was only read again.
    pub certificate: Option<Certificate>,
    /// The certificate of the weights as the model has them, rounded to f32.
    pub stored: Certificate,
    /// Whether the gap is within the tolerance.
    pub converged: bool,
}

impl<T: Task> Trainer<T> {
    /// Solves for the weights of a linear model: [`TrainConfig::solver`](crate::TrainConfig::solver), FISTA where
    /// there is none, down to a gap of `gap_tolerance`, in at most `steps` iterations (100,000 by default).
    ///
    /// Writes the same files as a training by steps. The optimiser, the schedule and batches take no part. With
    /// `resume` a run that was interrupted goes on from its weights.
    ///
    /// # Errors
    /// As [`Trainer::fit`], and [`TrainError::Convex`] when the solver is not for this loss or penalty,
    /// [`NotConvex::Frozen`] where parameters are frozen.
    pub fn solve(
        &mut self,
        model: T::Model,
        data: &Data<T::Batch>,
        convex: &ConvexModel,
        resume: bool,
    ) -> Result<Solved<T::Model>, TrainError> {
        self.only_one("Trainer::solve")?;
        self.config.check()?;
        if !self.freezes.is_empty() {
            return Err(NotConvex::Frozen.into());
        }
        self.config.solver.get_or_insert(SolverConfig::Fista);
        // Before anything is solved for.
        Shards::of(self, &[], &Device::default())?;
        let (from, damaged) = match &self.store {
            Some(store) if resume => store.newest()?,
            Some(store) => {
                store.must_be_empty()?;
                (None, Vec::new())
            }
            None => (None, Vec::new()),
        };
        if from.as_ref().is_some_and(|checkpoint| checkpoint.state.stop.is_some()) {
            let outcome = Run::start(self, model, data, (from, damaged))?.finish()?;
            let stored = convex.certificate(&Weights::of(&outcome.model))?;
            let converged = stored.holds(self.gap_tolerance());
            return Ok(Solved { outcome, certificate: None, stored, converged });
        }
        let before = from.as_ref().map_or(0, |checkpoint| checkpoint.state.step);
        let warm = from.map(|checkpoint| convex.point(&checkpoint.weights));
        let stopping = Stopping {
            tolerance: self.gap_tolerance() / convex.scale,
            max_iterations: self.config.steps.map_or(100_000, |steps| steps.try_into().unwrap_or(usize::MAX)),
            interrupt: Some(self.stop.clone()),
        };
        let solver: Solver = self.config.solver.unwrap_or(SolverConfig::Fista).into();
        let solution = convex.problem.solve(solver, &stopping, warm.as_deref())?;
        let weights = convex.weights(&solution.point);
        let stored = convex.certificate(&weights)?;
        let model = weights.apply(model.valid())?;
        let stop = if self.stop.load(Ordering::Relaxed) && !solution.converged {
            Stop::Interrupted
        } else if solution.converged {
            Stop::Optimal
        } else {
            Stop::Finished
        };
        let scaled = Certificate {
            objective: convex.scale * solution.certificate.objective,
            gap: solution.certificate.gap.map(|gap| convex.scale * gap),
            kkt_residual: convex.scale * solution.certificate.kkt_residual,
        };
        let penalty = convex.scale * convex.problem.penalty(&solution.point);
        let steps = before + solution.iterations as u64;
        let run = Run::start(self, model, data, (None, damaged))?;
        let outcome = run.finish_solved(steps, scaled.objective - penalty, stop)?;
        Ok(Solved { outcome, certificate: Some(scaled), stored, converged: solution.converged })
    }

    /// Whether [`KktRule`](crate::KktRule) and certificates say something about this training: what its steps minimise
    /// must be what the penalties name.
    ///
    /// # Errors
    /// [`NotConvex::WeightDecay`] with an optimiser that decays weights, [`NotConvex::Constrained`] with constraints.
    pub fn check_certifiable(&self) -> Result<(), NotConvex> {
        if !self.constraints.is_empty() {
            return Err(NotConvex::Constrained);
        }
        let groups = self.optim.group.iter().filter_map(|group| group.weight_decay);
        let decay = groups.fold(self.settings().weight_decay(), f64::max);
        if decay > 0.0 { Err(NotConvex::WeightDecay { decay }) } else { Ok(()) }
    }

    fn gap_tolerance(&self) -> f64 {
        self.config.gap_tolerance.unwrap_or(1e-8)
    }
}
