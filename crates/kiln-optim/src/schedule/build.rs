//! From the configuration of a schedule, checked, to the schedule.

use kiln_core::{NumberError, Range, check};

use super::annealing::{Cosine, Polynomial};
use super::decay::{Constant, Exponential, InverseTime, MultiStep, Step};
use super::one_cycle::OneCycle;
use super::plateau::{Plateau, PlateauState};
use super::warmup::Warmup;
use super::{LearningRate, Schedule};
use crate::{OptimError, ScheduleConfig, ShapeConfig};

impl ScheduleConfig {
    /// The learning rate of every step of a run.
    ///
    /// `lr` is the learning rate of `[optim]`, `total_steps` the length of the run including the warm-up. Lengths in
    /// epochs are rounded to whole steps. A warm-up may be longer than the run, which then ends within it.
    ///
    /// | setting | range |
    /// |---|---|
    /// | `lr`, `warmup`, `rate`, `threshold` | at least 0 |
    /// | `warmup_start`, `end`, `min`, `rise` | [0, 1] |
    /// | `every`, `gamma`, `power`, `div`, `final_div` | greater than 0 |
    /// | `milestones` | at least 0, rising |
    /// | `factor` | [0, 1) |
    /// | `steps_per_epoch` | at least 1 |
    ///
    /// # Errors
    /// [`OptimError::Number`] naming the key of a setting out of its range, [`OptimError::Milestones`] for milestones
    /// that do not rise.
    pub fn build(&self, lr: f64, steps_per_epoch: u64, total_steps: u64) -> Result<LearningRate, OptimError> {
        Range::at_least(0.0).check("optim.lr", lr)?;
        check::at_least("steps_per_epoch", usize::try_from(steps_per_epoch).unwrap_or(usize::MAX), 1)?;
        let warmup = number("warmup", self.warmup, Range::at_least(0.0))?;
        let start = number("warmup_start", self.warmup_start, Range::UNIT)?;
        let steps = whole(warmup, steps_per_epoch);
        let run = Run { lr, steps_per_epoch, total: total_steps.saturating_sub(steps) };
        let rest = run.shape(&self.shape)?;
        let schedule = if steps == 0 { rest } else { Box::new(Warmup { lr, start, steps, rest }) };
        Ok(LearningRate { schedule, plateau: plateau(&self.shape, warmup)? })
    }
}

/// What every shape needs to know.
struct Run {
    lr: f64,
    steps_per_epoch: u64,
    /// Steps after the warm-up.
    total: u64,
}

impl Run {
    fn shape(&self, shape: &ShapeConfig) -> Result<Box<dyn Schedule>, OptimError> {
        let Self { lr, steps_per_epoch, total } = *self;
        let epoch = steps_per_epoch as f64;
        Ok(match *shape {
            ShapeConfig::Constant | ShapeConfig::Plateau { .. } => Box::new(Constant { lr }),
            ShapeConfig::Step { every, gamma } => {
                let every = whole(number("every", every, Range::POSITIVE)?, steps_per_epoch).max(1);
                Box::new(Step { lr, gamma: number("gamma", gamma, Range::POSITIVE)?, every })
            }
            ShapeConfig::MultiStep { ref milestones, gamma } => Box::new(MultiStep {
                lr,
                gamma: number("gamma", gamma, Range::POSITIVE)?,
                milestones: rising(milestones, steps_per_epoch)?,
            }),
            ShapeConfig::Exponential { gamma } => {
                let gamma = number("gamma", gamma, Range::POSITIVE)?;
                Box::new(Exponential { lr, gamma, steps_per_epoch: epoch })
            }
            ShapeConfig::InverseTime { rate } => {
                let rate = number("rate", rate, Range::at_least(0.0))?;
                Box::new(InverseTime { lr, rate, steps_per_epoch: epoch })
            }
            ShapeConfig::Polynomial { power, end } => Box::new(Polynomial {
                lr,
                end: lr * number("end", end, Range::UNIT)?,
                power: number("power", power, Range::POSITIVE)?,
                total,
            }),
            ShapeConfig::Linear { end } => {
                Box::new(Polynomial { lr, end: lr * number("end", end, Range::UNIT)?, power: 1.0, total })
            }
            ShapeConfig::Cosine { end } => {
                Box::new(Cosine { lr, end: lr * number("end", end, Range::UNIT)?, total })
            }
            ShapeConfig::OneCycle { rise, div, final_div } => Box::new(OneCycle {
                lr,
                rise: number("rise", rise, Range::UNIT)?,
                div: number("div", div, Range::POSITIVE)?,
                final_div: number("final_div", final_div, Range::POSITIVE)?,
                total,
            }),
        })
    }
}

fn plateau(shape: &ShapeConfig, warmup: f64) -> Result<Option<Plateau>, OptimError> {
    let ShapeConfig::Plateau { factor, patience, threshold, cooldown, min } = *shape else {
        return Ok(None);
    };
    Ok(Some(Plateau {
        factor: number("factor", factor, Range::BELOW_ONE)?,
        patience,
        threshold: number("threshold", threshold, Range::at_least(0.0))?,
        cooldown,
        min: number("min", min, Range::UNIT)?,
        warmup: warmup.ceil() as u64,
        state: PlateauState::default(),
    }))
}

/// Checks the setting `schedule.<key>`.
fn number(key: &str, value: f64, range: Range) -> Result<f64, NumberError> {
    range.check(&format!("schedule.{key}"), value)
}

/// A length in epochs as a number of steps.
fn whole(epochs: f64, steps_per_epoch: u64) -> u64 {
    (epochs * steps_per_epoch as f64).round() as u64
}

fn rising(milestones: &[f64], steps_per_epoch: u64) -> Result<Vec<u64>, OptimError> {
    let mut before = None;
    milestones
        .iter()
        .map(|value| {
            let value = number("milestones", *value, Range::at_least(0.0))?;
            match before.replace(value) {
                Some(before) if value <= before => Err(OptimError::Milestones { value, before }),
                _ => Ok(whole(value, steps_per_epoch)),
            }
        })
        .collect()
}
