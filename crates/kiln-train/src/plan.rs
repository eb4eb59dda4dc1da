//! What of a run follows from its length: whether one that goes on longer would have come the same way.

use kiln_optim::{Schedule, Timing};

use crate::change::Change;
use crate::schedules::Schedules;
use crate::shares::Shares;
use crate::{Task, TrainError, Trainer};

/// What of a run follows from its length.
struct Plan {
    steps: u64,
    /// Those of each optimiser, with the section of its own that they are in, if it has one.
    schedules: Vec<(Option<usize>, Schedules)>,
    /// The strengths of scheduled penalties, with the key of each.
    strengths: Vec<(String, Box<dyn Schedule>)>,
    shares: Shares,
    averaged: Option<Timing>,
}

impl Plan {
    fn of<T: Task>(trainer: &Trainer<T>, per_epoch: u64, steps: u64) -> Result<Self, TrainError> {
        let mut strengths = Vec::new();
        let settings = trainer.penalties.iter().map(|penalty| penalty.schedule()).enumerate();
        let settings = settings.map(|(place, schedule)| (format!("penalty.{place}.schedule"), schedule));
        let own = trainer.own_penalties.iter().map(|term| term.scheduled()).enumerate();
        let own = own.map(|(place, schedule)| (format!("own_penalty.{place}"), schedule));
        for (key, schedule) in settings.chain(own) {
            if let Some(schedule) = schedule {
                let strength = schedule.build_for(&key, 1.0, per_epoch, steps)?;
                strengths.push((key, strength));
            }
        }
        let averaged = trainer.average.as_ref().map(|config| config.as_kind().timing(per_epoch, steps));
        let mut schedules = Vec::new();
        if trainer.parts.is_empty() {
            schedules.push((None, Schedules::of(&trainer.settings(), per_epoch, steps)?));
        }
        for (index, part) in trainer.parts.iter().enumerate() {
            let own = part.schedule.is_some().then_some(index);
            schedules.push((own, Schedules::of(&trainer.settings_of(part, index), per_epoch, steps)?));
        }
        let shares = Shares::of(&trainer.shares, per_epoch, steps)?;
        Ok(Self { steps, schedules, strengths, shares, averaged: averaged.transpose()? })
    }

    /// What is set for a step, with the setting that it follows from.
    fn at(&self, step: u64) -> Vec<(String, &'static str, f64)> {
        let mut all = Vec::new();
        for (own, schedules) in &self.schedules {
            let within = |section: &str| match own {
                Some(index) => format!("optimizers.{index}.{section}"),
                None => section.to_owned(),
            };
            let planned = schedules.planned(step);
            all.push((within("schedule"), "learning rate", planned.lr));
            if let Some(momentum) = planned.momentum {
                let section = if schedules.moves_momentum() { "momentum_schedule" } else { "schedule" };
                all.push((within(section), "momentum", momentum));
            }
            if let Some(decay) = planned.weight_decay {
                all.push((within("weight_decay_schedule"), "weight decay", decay));
            }
        }
        for (key, strength) in &self.strengths {
            all.push((key.clone(), "share of the strength", strength.at(step)));
        }
        for (of, share) in self.shares.at(step) {
            all.push((of.section().to_owned(), "share", share));
        }
        all
    }
}

impl<T: Task> Trainer<T> {
    /// Whether a run that was planned for `done` steps, and has done them, may go on to `steps`, with `per_epoch` steps in an
    /// epoch: not where a schedule would have come another way. It is what [`Trainer::resume`] goes by.
    ///
    /// # Errors
    /// [`TrainError::Optim`] for a schedule that is impossible at either length.
    pub fn may_go_on(&self, per_epoch: u64, done: u64, steps: u64) -> Result<bool, TrainError> {
        Ok(other_way(self, per_epoch, [done, steps], done)?.is_empty())
    }
}

/// What a run of `is` steps would have done otherwise in its first `done` steps than one of `was` steps.
pub(crate) fn other_way<T: Task>(
    trainer: &Trainer<T>,
    per_epoch: u64,
    [was, is]: [u64; 2],
    done: u64,
) -> Result<Vec<Change>, TrainError> {
    if was == is {
        return Ok(Vec::new());
    }
    let [was, is] = [Plan::of(trainer, per_epoch, was)?, Plan::of(trainer, per_epoch, is)?];
    let mut found: Vec<Change> = Vec::new();
    for step in 0..done {
        for ((section, what, then), (.., now)) in was.at(step).into_iter().zip(is.at(step)) {
            let known = found.iter().any(|change| change.name == section);
            if !known && then.to_bits() != now.to_bits() {
                let told = |value: f64, of: &Plan| {
                    format!("a {what} of {value} in step {} of {}", step + 1, of.steps)
                };
                found.push(Change::new(section, told(then, &was), told(now, &is)));
            }
        }
    }
    if let (Some(then), Some(now)) = (was.averaged, is.averaged)
        && then != now
        && then.start.min(now.start) < done
    {
        let told = |timing: Timing| format!("begun behind step {}", timing.start);
        found.push(Change::new("average", told(then), told(now)));
    }
    Ok(found)
}
