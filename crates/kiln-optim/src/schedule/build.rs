//! From the configuration of a schedule, checked, to the schedule.

use kiln_core::{NumberError, Range, check};

use super::annealing::{Cosine, Polynomial};
use super::combine::{Product, Sequential};
use super::cyclic::{Cyclic, Restarts};
use super::decay::{Constant, Exponential, InversePower, InverseTime, MultiStep, Noam, Step};
use super::momentum::cycled;
use super::phases::{Phase, Phases};
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
    /// | `lr`, `scale`, `warmup`, `rate`, `threshold`, `start` | at least 0 |
    /// | `warmup_start`, `end`, `base`, `min`, `rise` and `decay` as shares | [0, 1] |
    /// | `every`, `gamma`, `power`, `div`, `final_div`, `rise` and `fall` in epochs | greater than 0 |
    /// | `milestones`, `starts` | at least 0, rising |
    /// | `factor`, `base_momentum`, `max_momentum` | [0, 1) |
    /// | `steps_per_epoch`, `mult`, `model_size` | at least 1 |
    ///
    /// # Errors
    /// [`OptimError::Number`] naming the key of a setting out of its range, [`OptimError::Milestones`] for milestones
    /// or starts that do not rise, [`OptimError::Parts`] and [`OptimError::Part`] for parts that do not fit together.
    pub fn build(&self, lr: f64, steps_per_epoch: u64, total_steps: u64) -> Result<LearningRate, OptimError> {
        Range::at_least(0.0).check("optim.lr", lr)?;
        let place = Place::top("schedule", steps_per_epoch, total_steps)?;
        let (schedule, rest) = place.build(self, lr)?;
        let momentum = match cycled(&self.shape, &rest)? {
            Some(cycle) if rest.total < total_steps => {
                let waiting = Box::new(Constant { value: cycle.at(0) });
                Some(Box::new(Sequential::new(vec![waiting, cycle], vec![total_steps - rest.total])?)
                    as Box<_>)
            }
            cycle => cycle,
        };
        Ok(LearningRate { schedule, momentum, plateau: rest.plateau(&self.shape, self.warmup)? })
    }

    /// A schedule of something else than the learning rate: `base` is its value in `[optim]`, `section` the name in
    /// messages (`momentum_schedule`).
    ///
    /// # Errors
    /// As [`ScheduleConfig::build`], and [`OptimError::Part`] for a plateau and for `cycle_momentum`.
    pub fn build_for(
        &self,
        section: &str,
        base: f64,
        steps_per_epoch: u64,
        total_steps: u64,
    ) -> Result<Box<dyn Schedule>, OptimError> {
        let place = Place::top(section, steps_per_epoch, total_steps)?;
        place.refuse(&self.shape)?;
        place.build(self, base).map(|(schedule, _)| schedule)
    }
}

/// Where a schedule stands: its name in messages, and its stretch of the run.
pub(super) struct Place<'a> {
    /// `schedule`, or `schedule.parts[1]`.
    name: std::borrow::Cow<'a, str>,
    steps_per_epoch: u64,
    /// Its steps, without a warm-up.
    pub(super) total: u64,
}

impl<'a> Place<'a> {
    fn top(name: &'a str, steps_per_epoch: u64, total: u64) -> Result<Self, NumberError> {
        check::at_least("steps_per_epoch", usize::try_from(steps_per_epoch).unwrap_or(usize::MAX), 1)?;
        Ok(Self { name: name.into(), steps_per_epoch, total })
    }

    /// Checks a setting by its key.
    pub(super) fn number(&self, key: &str, value: f64, range: Range) -> Result<f64, NumberError> {
        range.check(&format!("{}.{key}", self.name), value)
    }

    fn whole(&self, key: &str, value: u64) -> Result<u64, NumberError> {
        let name = format!("{}.{key}", self.name);
        check::at_least(&name, usize::try_from(value).unwrap_or(usize::MAX), 1)?;
        Ok(value)
    }

    /// A length in epochs as a number of steps.
    fn steps(&self, epochs: f64) -> u64 {
        (epochs * self.steps_per_epoch as f64).round() as u64
    }

    /// A length in epochs that is at least one step.
    fn length(&self, key: &str, epochs: f64) -> Result<u64, NumberError> {
        Ok(self.steps(self.number(key, epochs, Range::POSITIVE)?).max(1))
    }

    /// The schedule around `base`, and where it stands behind its warm-up.
    fn build(&self, config: &ScheduleConfig, base: f64) -> Result<(Box<dyn Schedule>, Self), OptimError> {
        let lr = base * self.number("scale", config.scale, Range::at_least(0.0))?;
        let warmup = self.number("warmup", config.warmup, Range::at_least(0.0))?;
        let start = self.number("warmup_start", config.warmup_start, Range::UNIT)?;
        let steps = self.steps(warmup);
        let rest = Self {
            name: self.name.clone(),
            steps_per_epoch: self.steps_per_epoch,
            total: self.total.saturating_sub(steps),
        };
        let shape = rest.shape(&config.shape, lr)?;
        let schedule = if steps == 0 { shape } else { Box::new(Warmup { lr, start, steps, rest: shape }) };
        Ok((schedule, rest))
    }

    fn shape(&self, shape: &ShapeConfig, lr: f64) -> Result<Box<dyn Schedule>, OptimError> {
        let (epoch, total) = (self.steps_per_epoch as f64, self.total);
        Ok(match *shape {
            ShapeConfig::Constant | ShapeConfig::Plateau { .. } => Box::new(Constant { value: lr }),
            ShapeConfig::Step { every, gamma } => Box::new(Step {
                lr,
                every: self.length("every", every)?,
                gamma: self.number("gamma", gamma, Range::POSITIVE)?,
            }),
            ShapeConfig::MultiStep { ref milestones, gamma } => Box::new(MultiStep {
                lr,
                gamma: self.number("gamma", gamma, Range::POSITIVE)?,
                milestones: self.rising("milestones", milestones)?,
            }),
            ShapeConfig::Exponential { gamma } => {
                let gamma = self.number("gamma", gamma, Range::POSITIVE)?;
                Box::new(Exponential { lr, gamma, steps_per_epoch: epoch })
            }
            ShapeConfig::InverseTime { rate } => {
                let rate = self.number("rate", rate, Range::at_least(0.0))?;
                Box::new(InverseTime { lr, rate, steps_per_epoch: epoch })
            }
            ShapeConfig::InversePower { power } => {
                Box::new(InversePower { lr, power: self.number("power", power, Range::POSITIVE)? })
            }
            ShapeConfig::Polynomial { power, end } => Box::new(Polynomial {
                lr,
                end: lr * self.number("end", end, Range::UNIT)?,
                power: self.number("power", power, Range::POSITIVE)?,
                total,
            }),
            ShapeConfig::Linear { start, end } => Box::new(Polynomial {
                lr: lr * self.number("start", start, Range::at_least(0.0))?,
                end: lr * self.number("end", end, Range::UNIT)?,
                power: 1.0,
                total,
            }),
            ShapeConfig::Cosine { end } => {
                Box::new(Cosine { lr, end: lr * self.number("end", end, Range::UNIT)?, total })
            }
            ShapeConfig::CosineRestarts { every, mult, gamma, end } => Box::new(Restarts {
                lr,
                end: lr * self.number("end", end, Range::UNIT)?,
                first: self.length("every", every)?,
                mult: self.whole("mult", mult)?,
                gamma: self.number("gamma", gamma, Range::POSITIVE)?,
            }),
            ShapeConfig::Cyclic { base, .. } => {
                let base = lr * self.number("base", base, Range::UNIT)?;
                let cycle = self.cyclic(shape)?.map(|cycle| Cyclic { base, top: lr, ..cycle });
                cycle.map_or_else(|| Box::new(Constant { value: lr }) as Box<dyn Schedule>, |c| Box::new(c))
            }
            ShapeConfig::OneCycle { rise, div, final_div, anneal, three_phase, .. } => {
                let first = lr / self.number("div", div, Range::POSITIVE)?;
                let last = first / self.number("final_div", final_div, Range::POSITIVE)?;
                let rise = self.number("rise", rise, Range::UNIT)?;
                Box::new(Phases::one_cycle(anneal, (first, lr, last), rise, three_phase, total))
            }
            ShapeConfig::StableDecay { decay, end, anneal } => {
                let fall = (self.number("decay", decay, Range::UNIT)? * total as f64).round();
                let end = lr * self.number("end", end, Range::UNIT)?;
                let stable = Phase { end: total as f64 - fall, from: lr, to: lr };
                let fall = Phase { end: total as f64, from: lr, to: end };
                Box::new(Phases { anneal, phases: vec![stable, fall] })
            }
            ShapeConfig::Noam { rise, model_size } => {
                let rise = self.length("rise", rise)? as f64;
                let top = match model_size {
                    Some(width) => lr / (self.whole("model_size", width)? as f64 * rise).sqrt(),
                    None => lr,
                };
                Box::new(Noam { top, rise })
            }
            ShapeConfig::Sequential { ref parts, ref starts } => self.sequence(parts, starts, lr)?,
            ShapeConfig::Product { ref parts } => {
                let mut factors: Vec<Box<dyn Schedule>> = vec![Box::new(Constant { value: lr })];
                for (index, part) in parts.iter().enumerate() {
                    factors.push(self.part(index, self.total, part, 1.0)?);
                }
                Box::new(Product::new(factors))
            }
        })
    }

    /// A cycle of no height yet; `None` for another shape.
    pub(super) fn cyclic(&self, shape: &ShapeConfig) -> Result<Option<Cyclic>, NumberError> {
        let ShapeConfig::Cyclic { rise, fall, mode, gamma, .. } = *shape else { return Ok(None) };
        let rise = self.length("rise", rise)?;
        let fall = fall.map_or(Ok(rise), |fall| self.length("fall", fall))?;
        let gamma = self.number("gamma", gamma, Range::POSITIVE)?;
        let gamma = gamma.powf(1.0 / self.steps_per_epoch as f64);
        Ok(Some(Cyclic { base: 0.0, top: 0.0, rise, fall, mode, gamma }))
    }

    fn sequence(
        &self,
        parts: &[ScheduleConfig],
        starts: &[f64],
        lr: f64,
    ) -> Result<Box<dyn Schedule>, OptimError> {
        if parts.len() != starts.len() + 1 {
            return Err(OptimError::Parts { parts: parts.len(), starts: starts.len() });
        }
        let starts = self.rising("starts", starts)?;
        let mut built = Vec::with_capacity(parts.len());
        for (index, part) in parts.iter().enumerate() {
            let from = if index == 0 { 0 } else { starts[index - 1] };
            let to = starts.get(index).copied().unwrap_or(self.total);
            built.push(self.part(index, to.saturating_sub(from), part, lr)?);
        }
        Ok(Box::new(Sequential::new(built, starts)?))
    }

    fn part(
        &self,
        index: usize,
        total: u64,
        part: &ScheduleConfig,
        base: f64,
    ) -> Result<Box<dyn Schedule>, OptimError> {
        let name = format!("{}.parts[{index}]", self.name).into();
        let place = Place { name, steps_per_epoch: self.steps_per_epoch, total };
        place.refuse(&part.shape)?;
        place.build(part, base).map(|(schedule, _)| schedule)
    }

    /// Refuses what only the schedule of the learning rate as a whole can be.
    fn refuse(&self, shape: &ShapeConfig) -> Result<(), OptimError> {
        let what = match shape {
            ShapeConfig::Plateau { .. } => "a plateau follows a metric, not the step",
            ShapeConfig::OneCycle { cycle_momentum: true, .. }
            | ShapeConfig::Cyclic { cycle_momentum: true, .. } => "cycle_momentum moves a second setting",
            _ => return Ok(()),
        };
        Err(OptimError::Part { key: self.name.to_string(), what })
    }

    fn plateau(&self, shape: &ShapeConfig, warmup: f64) -> Result<Option<Plateau>, OptimError> {
        let ShapeConfig::Plateau { factor, patience, threshold, threshold_mode, cooldown, min } = *shape
        else {
            return Ok(None);
        };
        Ok(Some(Plateau {
            factor: self.number("factor", factor, Range::BELOW_ONE)?,
            patience,
            threshold: self.number("threshold", threshold, Range::at_least(0.0))?,
            mode: threshold_mode,
            cooldown,
            min: self.number("min", min, Range::UNIT)?,
            warmup: warmup.ceil() as u64,
            state: PlateauState::default(),
        }))
    }

    fn rising(&self, key: &str, epochs: &[f64]) -> Result<Vec<u64>, OptimError> {
        let mut before = None;
        epochs
            .iter()
            .map(|value| {
                let value = self.number(key, *value, Range::at_least(0.0))?;
                match before.replace(value) {
                    Some(before) if value <= before => {
                        Err(OptimError::Milestones { key: format!("{}.{key}", self.name), value, before })
                    }
                    _ => Ok(self.steps(value)),
                }
            })
            .collect()
    }
}
