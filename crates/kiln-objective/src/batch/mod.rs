//! Penalties on what a batch does in the model: its hidden layers, and how its inputs matter.

mod activity;
mod input_gradient;
mod jacobian;

use burn::tensor::Tensor;
use kiln_core::{NumberError, Range, Seed};
use kiln_optim::OptimError;

use crate::penalty::share::Share;
use crate::{ObjectiveError, PenaltyConfig};
pub use activity::Activity;
pub use input_gradient::InputGradient;
pub use jacobian::Jacobian;

/// The penalties of a run that need a batch. Burn differentiates once only: what would need second derivatives is a
/// difference of first ones, with an error that falls with the square of its step.
#[derive(Debug, Clone, Default)]
pub struct BatchPenalties {
    terms: Vec<(String, Kind, Share)>,
}

#[derive(Debug, Clone)]
enum Kind {
    Activity(Activity),
    InputGradient(InputGradient),
    Jacobian(Jacobian),
}

/// A model at a batch, for [`BatchPenalties::value`].
pub trait BatchView {
    /// Raw outputs `[N, outputs]` for other inputs `[N, features]`, with the same dropout masks.
    fn outputs(&self, inputs: Tensor<2>) -> Tensor<2>;

    /// The mean loss `[1]` for other inputs `[N, features]`, with the same dropout masks.
    fn loss(&self, inputs: Tensor<2>) -> Tensor<1>;

    /// The inputs `[N, features]`, without a gradient.
    fn inputs(&self) -> Tensor<2>;
}

impl BatchPenalties {
    /// Those of a configuration; penalties on parameters are passed over.
    ///
    /// | setting | range |
    /// |---|---|
    /// | `strength` | at least 0 |
    /// | `step` | greater than 0 |
    ///
    /// # Errors
    /// [`NumberError`] for a setting out of its range.
    pub fn new(configs: &[PenaltyConfig]) -> Result<Self, NumberError> {
        let mut terms = Vec::new();
        for (index, config) in configs.iter().enumerate() {
            let key = format!("penalty.{index}");
            let strength = Range::at_least(0.0).check(&format!("{key}.strength"), config.strength())?;
            let step = |step: f64| Range::POSITIVE.check(&format!("{key}.step"), step);
            let kind = match config {
                PenaltyConfig::Activity(config) => {
                    Kind::Activity(Activity { strength, norm: config.norm, layers: config.layers.clone() })
                }
                PenaltyConfig::InputGradient(config) => {
                    Kind::InputGradient(InputGradient { strength, step: step(config.step)? })
                }
                PenaltyConfig::Jacobian(config) => {
                    Kind::Jacobian(Jacobian { strength, step: step(config.step)? })
                }
                _ => continue,
            };
            terms.push((key, kind, Share::new(config.schedule().cloned())));
        }
        Ok(Self { terms })
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Whether [`BatchPenalties::observe`] has to see the hidden layers.
    pub fn observes(&self) -> bool {
        self.terms.iter().any(|(_, kind, _)| matches!(kind, Kind::Activity(_)))
    }

    /// Whether one asks how the inputs matter, which they must be numbers for.
    pub fn needs_numbers(&self) -> bool {
        self.terms.iter().any(|(_, kind, _)| !matches!(kind, Kind::Activity(_)))
    }

    /// Whether every activity penalty has a layer among those of the model.
    ///
    /// # Errors
    /// [`ObjectiveError::NoLayer`] for one that has none, or for a path that names none.
    pub fn check(&self, layers: &[String]) -> Result<(), ObjectiveError> {
        for (key, kind, _) in &self.terms {
            let Kind::Activity(activity) = kind else { continue };
            if let Some(wanted) = activity.unmatched(layers) {
                let (penalty, layers) = (key.clone(), layers.to_vec());
                return Err(ObjectiveError::NoLayer { penalty, wanted, layers });
            }
        }
        Ok(())
    }

    /// Fits the schedules of the strengths to a run of `steps` steps. Before, every strength is whole.
    ///
    /// # Errors
    /// [`OptimError`] as [`kiln_optim::ScheduleConfig::build_for`].
    pub fn plan(&mut self, steps_per_epoch: u64, steps: u64) -> Result<(), OptimError> {
        self.terms.iter_mut().try_for_each(|(key, _, share)| share.plan(key, steps_per_epoch, steps))
    }

    /// Sets the strengths to what they are for update number `step`, from 0.
    pub fn set_step(&mut self, step: u64) {
        self.terms.iter_mut().for_each(|(.., share)| share.set_step(step));
    }

    /// The activity penalties on one layer with outputs `[N, features]`, `[1]`; `None` where no penalty is for it.
    pub fn observe(&self, layer: &str, outputs: &Tensor<2>) -> Option<Tensor<1>> {
        let of = |(_, kind, share): &(String, Kind, Share)| match kind {
            Kind::Activity(activity) if activity.is_for(layer) && share.now() > 0.0 => {
                Some(activity.value(outputs.clone()).mul_scalar(share.now()))
            }
            _ => None,
        };
        self.terms.iter().filter_map(of).reduce(Tensor::add)
    }

    /// The penalties on how the inputs matter, `[1]`; `None` where there is none. What is drawn is a function of the seed.
    pub fn value(&self, batch: &impl BatchView, seed: Seed) -> Option<Tensor<1>> {
        let mut place = 0;
        let of = |(_, kind, share): &(String, Kind, Share)| {
            place += 1;
            let share = share.now();
            let value = match kind {
                Kind::InputGradient(penalty) if share > 0.0 => {
                    penalty.value(|inputs| batch.loss(inputs), batch.inputs())
                }
                Kind::Jacobian(penalty) if share > 0.0 => {
                    penalty.value(|inputs| batch.outputs(inputs), batch.inputs(), seed.at(place))
                }
                _ => return None,
            };
            Some(value.mul_scalar(share))
        };
        self.terms.iter().filter_map(of).reduce(Tensor::add)
    }
}
