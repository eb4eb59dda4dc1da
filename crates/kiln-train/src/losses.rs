//! The training losses and gradient norms of an epoch, read from the device now and then instead of at every step.

use std::borrow::Cow;

use burn::tensor::{Tensor, TensorData};
use serde::{Deserialize, Deserializer, Serialize};

use crate::TrainError;
use crate::nan_guard::check_finite;

/// How many losses wait on the device before they are read together.
pub(crate) const WINDOW: usize = 32;

/// Sums over an epoch so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct LossSum {
    /// Sum of the losses over the items.
    pub(crate) sum: f64,
    /// Items.
    pub(crate) items: u64,
    /// Norms of the gradients of the same epoch.
    #[serde(default)]
    pub(crate) norms: NormSum,
}

/// Sum and maximum of the gradient norms of an epoch so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct NormSum {
    #[serde(deserialize_with = "or_nan")]
    sum: f64,
    #[serde(deserialize_with = "or_nan")]
    max: f64,
    steps: u64,
}

/// JSON has `null` for what is no number.
pub(crate) fn or_nan<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or(f64::NAN))
}

impl NormSum {
    fn add(&mut self, norm: f64) {
        self.sum += norm;
        // A norm that is no number is the largest: the mean shows it too.
        self.max = if norm.is_nan() || norm > self.max { norm } else { self.max };
        self.steps += 1;
    }

    /// Mean and maximum over the steps; `None` when no norm was taken.
    pub(crate) fn mean_and_max(&self) -> Option<(f64, f64)> {
        (self.steps > 0).then(|| (self.sum / self.steps as f64, self.max))
    }
}

impl LossSum {
    /// The mean over the items; `None` when there was no loss.
    pub(crate) fn mean(&self) -> Option<f64> {
        (self.items > 0).then(|| self.sum / self.items as f64)
    }
}

/// Losses that are still on the device, and the sum of those that were read.
///
/// Losses are added one by one in f64, so the sum does not depend on when they were read.
#[derive(Debug)]
pub(crate) struct Losses {
    /// What they are called in messages.
    what: Cow<'static, str>,
    pub(crate) total: LossSum,
    pub(crate) newest: Option<f64>,
    waiting: Vec<(Tensor<1>, usize, u64)>,
    norms: Vec<Tensor<1>>,
}

impl Losses {
    /// No losses yet, of one of several optimisers or of the only one.
    pub(crate) fn of(optimizer: Option<&str>) -> Self {
        let what = match optimizer {
            Some(name) => Cow::Owned(format!("training loss of {name}")),
            None => Cow::Borrowed("training loss"),
        };
        Self { what, total: LossSum::default(), newest: None, waiting: Vec::new(), norms: Vec::new() }
    }

    /// Goes on from a sum over the epoch so far.
    pub(crate) fn resume(&mut self, total: LossSum) {
        self.total = total;
    }

    /// Begins another epoch. The newest loss stays, for display.
    pub(crate) fn next_epoch(&mut self) {
        self.total = LossSum::default();
        self.waiting.clear();
        self.norms.clear();
    }

    /// Adds the mean loss of a batch with `items` items that belongs to the update number `step`.
    pub(crate) fn push(
        &mut self,
        loss: Tensor<1>,
        items: usize,
        step: u64,
        epoch: u64,
    ) -> Result<(), TrainError> {
        self.wait(loss, items, step);
        if self.are_many() { self.read(epoch) } else { Ok(()) }
    }

    /// As [`Losses::push`], and leaves it to the caller when to read.
    pub(crate) fn wait(&mut self, loss: Tensor<1>, items: usize, step: u64) {
        self.waiting.push((loss, items, step));
    }

    /// Whether so many wait that they should be read.
    pub(crate) fn are_many(&self) -> bool {
        self.waiting.len() >= WINDOW
    }

    /// Adds the gradient norm of an update, where there is one; it is read together with the losses.
    pub(crate) fn push_norm(&mut self, norm: Option<Tensor<1>>) {
        self.norms.extend(norm);
    }

    /// Reads everything that waits.
    pub(crate) fn read(&mut self, epoch: u64) -> Result<(), TrainError> {
        if !self.norms.is_empty() {
            read_all(std::mem::take(&mut self.norms))?
                .iter::<f64>()
                .for_each(|norm| self.total.norms.add(norm));
        }
        if self.waiting.is_empty() {
            return Ok(());
        }
        let waiting = std::mem::take(&mut self.waiting);
        let values = read_all(waiting.iter().map(|(loss, ..)| loss.clone()).collect())?;
        for (value, (_, items, step)) in values.iter::<f64>().zip(waiting) {
            check_finite(self.what.clone(), value, epoch + 1, step)?;
            self.total.sum += value * items as f64;
            self.total.items += items as u64;
            self.newest = Some(value);
        }
        Ok(())
    }
}

/// Reads all tensors at once.
pub(crate) fn read_all(tensors: Vec<Tensor<1>>) -> Result<TensorData, TrainError> {
    Tensor::cat(tensors, 0).try_into_data().map_err(|e| TrainError::Device { reason: format!("{e:?}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn norms_have_a_mean_and_a_maximum_and_survive_json() {
        let mut norms = NormSum::default();
        assert_eq!(norms.mean_and_max(), None);
        for norm in [1.0, 4.0, 1.0] {
            norms.add(norm);
        }
        assert_eq!(norms.mean_and_max(), Some((2.0, 4.0)));
        norms.add(f64::INFINITY);
        norms.add(1.0);
        let text = serde_json::to_string(&norms).unwrap();
        let back: NormSum = serde_json::from_str(&text).unwrap();
        assert!(back.mean_and_max().is_some_and(|(mean, max)| mean.is_nan() && max.is_nan()));
    }
}
