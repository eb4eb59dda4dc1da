//! The stretch of a run that a schedule covers, with checks of its settings.

use std::borrow::Cow;

use kiln_core::{NumberError, Range, check};

use super::Schedule;
use super::warmup::Warmup;
use crate::{OptimError, ScheduleConfig};

/// The stretch of a run that a schedule covers, and the key of the schedule's settings.
#[derive(Debug, Clone)]
pub struct Stretch<'a> {
    /// `schedule`, `schedule.parts[1]`.
    key: Cow<'a, str>,
    steps_per_epoch: u64,
    /// Its steps, without a warm-up.
    total: u64,
}

impl<'a> Stretch<'a> {
    /// A run of `total` steps, for the section `key`.
    ///
    /// # Errors
    /// [`NumberError`] unless an epoch has a step.
    pub(super) fn whole_run(key: &'a str, steps_per_epoch: u64, total: u64) -> Result<Self, NumberError> {
        check::at_least("steps_per_epoch", usize::try_from(steps_per_epoch).unwrap_or(usize::MAX), 1)?;
        Ok(Self { key: key.into(), steps_per_epoch, total })
    }

    /// The key of a setting: `schedule.parts[1].end` for `end`.
    pub fn key(&self, setting: &str) -> String {
        format!("{}.{setting}", self.key)
    }

    /// Steps of an epoch, at least 1.
    pub fn steps_per_epoch(&self) -> u64 {
        self.steps_per_epoch
    }

    /// Steps of the stretch, without a warm-up.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// Gives a number back that is in its range.
    ///
    /// # Errors
    /// [`NumberError`] with the key of the setting when it is not.
    pub fn number(&self, setting: &str, value: f64, range: Range) -> Result<f64, NumberError> {
        range.check(&self.key(setting), value)
    }

    /// Gives a whole number back that is 1 or more.
    ///
    /// # Errors
    /// [`NumberError`] with the key of the setting when it is 0.
    pub fn at_least_one(&self, setting: &str, value: u64) -> Result<u64, NumberError> {
        check::at_least(&self.key(setting), usize::try_from(value).unwrap_or(usize::MAX), 1).map(|_| value)
    }

    /// A length in epochs, greater than 0, as a number of steps, at least 1.
    ///
    /// # Errors
    /// [`NumberError`] with the key of the setting when it is out of range.
    pub fn length(&self, setting: &str, epochs: f64) -> Result<u64, NumberError> {
        Ok(self.steps(self.number(setting, epochs, Range::POSITIVE)?).max(1))
    }

    /// Points in time in epochs, at least 0 and rising, as numbers of steps.
    ///
    /// # Errors
    /// [`OptimError::Number`] for one out of range, [`OptimError::Milestones`] for one that does not rise.
    pub fn rising(&self, setting: &str, epochs: &[f64]) -> Result<Vec<u64>, OptimError> {
        let mut before = None;
        epochs
            .iter()
            .map(|value| {
                let value = self.number(setting, *value, Range::at_least(0.0))?;
                match before.replace(value) {
                    Some(before) if value <= before => {
                        Err(OptimError::Milestones { key: self.key(setting), value, before })
                    }
                    _ => Ok(self.steps(value)),
                }
            })
            .collect()
    }

    /// The schedule of part number `index`, over `total` steps.
    ///
    /// # Errors
    /// What is wrong with the part, [`OptimError::Part`] for a kind that is no part.
    pub fn part(
        &self,
        index: usize,
        total: u64,
        part: &ScheduleConfig,
        base: f64,
    ) -> Result<Box<dyn Schedule>, OptimError> {
        let key = self.key(&format!("parts[{index}]")).into();
        let part_stretch = Self { key, total, ..*self };
        part_stretch.refuse_only_whole(part)?;
        part_stretch.build(part, base).map(|(schedule, _)| schedule)
    }

    /// The schedule around `base`, and what its warm-up leaves of the stretch.
    pub(super) fn build(
        &self,
        config: &ScheduleConfig,
        base: f64,
    ) -> Result<(Box<dyn Schedule>, Self), OptimError> {
        let base = base * self.number("scale", config.scale, Range::at_least(0.0))?;
        let warmup = self.number("warmup", config.warmup, Range::at_least(0.0))?;
        let start = self.number("warmup_start", config.warmup_start, Range::UNIT)?;
        let steps = self.steps(warmup);
        let rest = Self { total: self.total.saturating_sub(steps), ..self.clone() };
        let shape = config.shape.as_kind().build(base, &rest)?;
        let schedule =
            if steps == 0 { shape } else { Box::new(Warmup { lr: base, start, steps, rest: shape }) };
        Ok((schedule, rest))
    }

    /// Refuses what only the schedule of the learning rate as a whole can be.
    pub(super) fn refuse_only_whole(&self, config: &ScheduleConfig) -> Result<(), OptimError> {
        match config.shape.as_kind().only_whole() {
            Some(reason) => Err(OptimError::Part { key: self.key.to_string(), reason }),
            None => Ok(()),
        }
    }

    fn steps(&self, epochs: f64) -> u64 {
        (epochs * self.steps_per_epoch as f64).round() as u64
    }
}
