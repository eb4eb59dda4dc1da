//! What changes from step to step: the learning rate, and where asked for momentum and weight decay.

use kiln_optim::{LearningRate, OptimError, Optimizer, Schedule};

use crate::{Task, Trainer};

/// The schedules of a run.
#[derive(Debug)]
pub(crate) struct Schedules {
    pub(crate) rate: LearningRate,
    momentum: Option<Box<dyn Schedule>>,
    weight_decay: Option<Box<dyn Schedule>>,
}

impl Schedules {
    /// Those of a trainer for a run of `steps` steps.
    pub(crate) fn of<T: Task>(
        trainer: &Trainer<T>,
        steps_per_epoch: u64,
        steps: u64,
    ) -> Result<Self, OptimError> {
        let optim = &trainer.optim;
        let rate = match &trainer.learning_rate {
            Some(own) => LearningRate::new(own.clone()),
            None => trainer.schedule.build(optim.lr(), steps_per_epoch, steps)?,
        };
        let momentum = trainer.momentum_schedule.as_ref();
        let momentum = momentum.map(|config| optim.schedule_momentum(config, steps_per_epoch, steps));
        let decay = trainer.weight_decay_schedule.as_ref();
        let decay = decay.map(|config| optim.schedule_weight_decay(config, steps_per_epoch, steps));
        let (momentum, weight_decay) = (momentum.transpose()?, decay.transpose()?);
        Ok(Self { rate, momentum, weight_decay })
    }

    /// Gives the optimiser what it has at update number `step` beside the learning rate, which is the result.
    pub(crate) fn apply(&self, step: u64, optimizer: &mut Optimizer) -> Result<f64, OptimError> {
        // A schedule of its own is more than one that comes with the rate.
        let momentum = self.momentum.as_ref().map(|momentum| momentum.at(step));
        if let Some(momentum) = momentum.or_else(|| self.rate.momentum_at(step)) {
            optimizer.set_momentum(momentum)?;
        }
        if let Some(decay) = &self.weight_decay {
            optimizer.set_weight_decay(decay.at(step))?;
        }
        Ok(self.rate.at(step))
    }
}
