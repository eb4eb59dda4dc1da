//! The stretch of a run that a schedule covers, with checks of its settings.

use std::borrow::Cow;

use kiln_core::{NumberError, Range, check};

use crate::OptimError;

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
    pub fn whole_run(key: &'a str, steps_per_epoch: u64, total: u64) -> Result<Self, NumberError> {
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

    /// The stretch of part number `index`, of `total` steps.
    pub fn part(&self, index: usize, total: u64) -> Self {
        Self { key: self.key(&format!("parts[{index}]")).into(), total, ..*self }
    }

    /// What is left of the stretch behind `steps` steps.
    pub(super) fn rest(&self, steps: u64) -> Self {
        Self { total: self.total.saturating_sub(steps), ..self.clone() }
    }

    /// The key of the schedule itself.
    pub(super) fn own_key(&self) -> &str {
        &self.key
    }

    /// A length in epochs as a number of steps.
    pub(super) fn steps(&self, epochs: f64) -> u64 {
        (epochs * self.steps_per_epoch as f64).round() as u64
    }
}
