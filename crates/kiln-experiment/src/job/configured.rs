//! What a configuration says of a training, whatever is trained.

use kiln_config::RunConfig;
use kiln_train::{Task, Trainer};

/// A trainer with everything that the configuration says, but for the folder, callbacks and adapters.
pub(crate) fn configured<T: Task>(task: T, config: &RunConfig) -> Trainer<T> {
    let mut trainer = Trainer::new(task, config.train.clone())
        .optimizer(config.optim.clone())
        .schedule(config.schedule.clone())
        .gradient(config.gradient.clone())
        .seed(config.seed);
    if let Some(average) = &config.average {
        trainer = trainer.average(average.clone());
    }
    if let Some(momentum) = &config.momentum_schedule {
        trainer = trainer.momentum_schedule(momentum.clone());
    }
    if let Some(decay) = &config.weight_decay_schedule {
        trainer = trainer.weight_decay_schedule(decay.clone());
    }
    if let Some(dropout) = &config.dropout_schedule {
        trainer = trainer.dropout_schedule(dropout.clone());
    }
    if let Some(smoothing) = &config.label_smoothing_schedule {
        trainer = trainer.label_smoothing_schedule(smoothing.clone());
    }
    for penalty in &config.penalty {
        trainer = trainer.penalty(penalty.clone());
    }
    for constraint in &config.constraint {
        trainer = trainer.constraint(constraint.clone());
    }
    for freeze in &config.freeze {
        trainer = trainer.freeze(freeze.clone());
    }
    match &config.early_stopping {
        Some(early) => trainer.early_stopping(early.clone()),
        None => trainer,
    }
}
