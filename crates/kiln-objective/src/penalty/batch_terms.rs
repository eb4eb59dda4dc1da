//! All penalties of a run that need a batch.

use std::sync::Arc;

use burn::tensor::Tensor;
use kiln_core::{NumberError, Seed};
use kiln_optim::{OptimError, ScheduleConfig};

use super::share::Share;
use super::{BatchPenalty, BatchView, PenaltyConfig};
use crate::ObjectiveError;

/// The penalties of a run that need a batch. Burn differentiates only once. So a penalty that would need second
/// derivatives takes a difference of first ones, with an error that falls with the square of its step.
#[derive(Debug, Clone, Default)]
pub struct BatchPenalties {
    terms: Vec<Term>,
}

#[derive(Debug, Clone)]
struct Term {
    key: String,
    penalty: Arc<dyn BatchPenalty>,
    share: Share,
}

impl BatchPenalties {
    /// The penalties of a configuration that need a batch; the others are passed over.
    ///
    /// # Errors
    /// [`NumberError`] for a setting out of its range.
    pub fn new(configs: &[PenaltyConfig]) -> Result<Self, NumberError> {
        let mut terms = Vec::new();
        for (index, config) in configs.iter().enumerate() {
            let key = format!("penalty.{index}");
            if let Some(penalty) = config.build_for_batch(&key)? {
                let share = Share::new(config.schedule().cloned());
                terms.push(Term { key, penalty: penalty.into(), share });
            }
        }
        Ok(Self { terms })
    }

    /// Adds a penalty of one's own, whole or with a strength that changes over the run.
    ///
    /// ```
    /// use burn::tensor::Tensor;
    /// use kiln_objective::{BatchPenalties, BatchPenalty};
    ///
    /// /// The mean activity of hidden layers, squared.
    /// #[derive(Debug)]
    /// struct Quiet;
    ///
    /// impl BatchPenalty for Quiet {
    ///     fn observes(&self) -> bool {
    ///         true
    ///     }
    ///
    ///     fn on_layer(&self, _layer: &str, outputs: &Tensor<2>) -> Option<Tensor<1>> {
    ///         Some(outputs.clone().mean().square().mul_scalar(0.1))
    ///     }
    /// }
    ///
    /// let penalties = BatchPenalties::default().with(Quiet, None);
    /// assert!(penalties.observes());
    /// ```
    #[must_use]
    pub fn with(
        mut self,
        penalty: impl BatchPenalty + 'static,
        schedule: impl Into<Option<ScheduleConfig>>,
    ) -> Self {
        let key = format!("penalty.{}", self.terms.len());
        self.terms.push(Term { key, penalty: Arc::new(penalty), share: Share::new(schedule.into()) });
        self
    }

    /// Whether it is empty.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Whether [`BatchPenalties::observe`] has to see the hidden layers.
    pub fn observes(&self) -> bool {
        self.terms.iter().any(|term| term.penalty.observes())
    }

    /// Whether one asks how the inputs matter, which they must be numbers for.
    pub fn needs_numbers(&self) -> bool {
        self.terms.iter().any(|term| !term.penalty.observes())
    }

    /// Whether every penalty on hidden layers finds some among those of the model.
    ///
    /// # Errors
    /// [`ObjectiveError::NoLayer`] for a penalty that finds none, or for a path that names none.
    pub fn check(&self, layers: &[String]) -> Result<(), ObjectiveError> {
        for Term { key, penalty, .. } in &self.terms {
            if let Some(wanted) = penalty.unmatched(layers) {
                let (penalty, layers) = (key.clone(), layers.to_vec());
                return Err(ObjectiveError::NoLayer { penalty, wanted, layers });
            }
        }
        Ok(())
    }

    /// Fits the schedules of the strengths to a run of `steps` steps. Before, every strength is whole.
    ///
    /// # Errors
    /// [`OptimError`] as [`ScheduleConfig::build_for`].
    pub fn plan(&mut self, steps_per_epoch: u64, steps: u64) -> Result<(), OptimError> {
        self.terms.iter_mut().try_for_each(|term| term.share.plan(&term.key, steps_per_epoch, steps))
    }

    /// A line for each penalty: its settings, and its schedule as it was planned.
    pub fn describe(&self) -> Vec<String> {
        let line = |term: &Term| match term.share.curve() {
            Some(curve) => format!("{:?}, with the strength of {curve:?}", term.penalty),
            None => format!("{:?}", term.penalty),
        };
        self.terms.iter().map(line).collect()
    }

    /// Sets the strengths to what they are for update number `step`, from 0.
    pub fn set_step(&mut self, step: u64) {
        self.terms.iter_mut().for_each(|term| term.share.set_step(step));
    }

    /// The penalties on one hidden layer with outputs `[N, features]`, `[1]`; `None` where no penalty is for it.
    pub fn observe(&self, layer: &str, outputs: &Tensor<2>) -> Option<Tensor<1>> {
        self.sum(|_, penalty| penalty.on_layer(layer, outputs))
    }

    /// The penalties on how the inputs matter, `[1]`, if there are any. What is drawn is a function of the seed.
    pub fn value(&self, batch: &impl BatchView, seed: Seed) -> Option<Tensor<1>> {
        self.sum(|place, penalty| penalty.on_inputs(batch, seed.at(place)))
    }

    /// The sum of what the penalties have, each times its share; those without a strength now are not asked. They are
    /// counted from 1.
    fn sum(&self, of: impl Fn(u64, &dyn BatchPenalty) -> Option<Tensor<1>>) -> Option<Tensor<1>> {
        let values = (1..).zip(&self.terms).filter_map(|(place, Term { penalty, share, .. })| {
            let share = share.now();
            if share > 0.0 { Some(of(place, penalty.as_ref())?.mul_scalar(share)) } else { None }
        });
        values.reduce(Tensor::add)
    }
}
