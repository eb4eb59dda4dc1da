//! The training losses and gradient norms of an epoch, read from the device now and then instead of at every step.

use std::borrow::Cow;

use burn::tensor::{Tensor, TensorData};
use kiln_kernels::stack;
use serde::{Deserialize, Deserializer, Serialize};

use crate::TrainError;
use crate::nan_guard::check_finite;

/// How many losses wait on the device before they are read together.
pub(crate) const WINDOW: usize = 32;
/// How many do the first time, so that what a device needs for it is there early and memory does not grow later.
const FIRST_WINDOW: usize = 4;

/// Sums over an epoch so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct LossSum {
    /// Sum of the losses over the items, each times what it counts.
    pub(crate) sum: f64,
    /// Items.
    pub(crate) items: u64,
    /// What the items count together. `None`: their number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) weight: Option<f64>,
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
    /// Adds the mean loss of a batch of `items`, which together count `weight`.
    fn add(&mut self, mean: f64, items: usize, weight: Option<f64>) {
        let counted = weight.unwrap_or(items as f64);
        self.sum += mean * counted;
        if weight.is_some() || self.weight.is_some() {
            // What was added before, by an older kiln, counts by its items.
            self.weight = Some(self.weight.unwrap_or(self.items as f64) + counted);
        }
        self.items += items as u64;
    }

    /// The mean over what the items count; `None` when there was no loss.
    pub(crate) fn mean(&self) -> Option<f64> {
        match self.weight {
            None => (self.items > 0).then(|| self.sum / self.items as f64),
            // Where nothing counts, the sum is 0, and so is the mean.
            Some(weight) => Some(if weight > 0.0 { self.sum / weight } else { 0.0 }),
        }
    }
}

/// The loss of a batch, still on the device.
#[derive(Debug)]
struct Waiting {
    mean: Tensor<1>,
    items: usize,
    /// What the items count together, `[1]`. `None`: their number.
    weight: Option<Tensor<1>>,
    step: u64,
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
    waiting: Vec<Waiting>,
    norms: Vec<Tensor<1>>,
    /// How many are to be read together.
    window: usize,
}

impl Losses {
    /// No losses yet, of one of several optimisers or of the only one.
    pub(crate) fn of(optimizer: Option<&str>) -> Self {
        let what = match optimizer {
            Some(name) => Cow::Owned(format!("training loss of {name}")),
            None => Cow::Borrowed("training loss"),
        };
        Self {
            what,
            total: LossSum::default(),
            newest: None,
            waiting: Vec::new(),
            norms: Vec::new(),
            window: FIRST_WINDOW,
        }
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

    /// Adds the mean loss of a batch with `items` items, which together count `weight` (`None`: their number), and which
    /// belongs to the update number `step`. [`Losses::read`] reads it.
    pub(crate) fn wait(&mut self, mean: Tensor<1>, items: usize, weight: Option<Tensor<1>>, step: u64) {
        self.waiting.push(Waiting { mean, items, weight: weight.map(Tensor::inner), step });
    }

    /// As [`Losses::wait`] of a loss that was read already, where none waits.
    pub(crate) fn known(
        &mut self,
        mean: f64,
        items: usize,
        weight: Option<f64>,
        [epoch, step]: [u64; 2],
    ) -> Result<(), TrainError> {
        check_finite(self.what.clone(), mean, epoch, step)?;
        self.total.add(mean, items, weight);
        self.newest = Some(mean);
        Ok(())
    }

    /// Whether so many wait that they should be read.
    pub(crate) fn are_many(&self) -> bool {
        self.waiting.len() >= self.window
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
        let mut means: Vec<Tensor<1>> = waiting.iter().map(|batch| batch.mean.clone()).collect();
        if self.window < WINDOW {
            self.window = WINDOW;
            // The first time as many as ever: then a device has memory and kernels for them from here on.
            means.extend((means.len()..WINDOW).map(|_| means[0].zeros_like()).collect::<Vec<_>>());
        }
        let means = read_all(means)?;
        let weights: Vec<Tensor<1>> = waiting.iter().filter_map(|batch| batch.weight.clone()).collect();
        let weights = if weights.is_empty() { Vec::new() } else { read_all(weights)?.iter().collect() };
        let mut weights = weights.into_iter();
        for (mean, Waiting { items, weight, step, .. }) in means.iter::<f64>().zip(waiting) {
            check_finite(self.what.clone(), mean, epoch + 1, step)?;
            self.total.add(mean, items, weight.and_then(|_| weights.next()));
            self.newest = Some(mean);
        }
        Ok(())
    }
}

/// Reads all tensors, `[1]`, at once.
pub(crate) fn read_all(tensors: Vec<Tensor<1>>) -> Result<TensorData, TrainError> {
    stack(tensors).try_into_data().map_err(|e| TrainError::Device { reason: format!("{e:?}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_counts_by_its_weight_where_it_has_one() {
        let mut sum = LossSum::default();
        for (mean, items) in [(1.0, 3), (5.0, 1)] {
            sum.add(mean, items, None);
        }
        assert_eq!((sum.mean(), sum.weight), (Some(2.0), None));
        // Half an epoch of an older kiln, which counted items, and the rest of it.
        sum.add(1.0, 4, Some(12.0));
        assert_eq!((sum.mean(), sum.items), (Some(20.0 / 16.0), 8));
        let mut nothing = LossSum::default();
        nothing.add(0.0, 2, Some(0.0));
        assert_eq!(nothing.mean(), Some(0.0));
        assert_eq!(LossSum::default().mean(), None);
        // As an older kiln wrote it.
        let old: LossSum = serde_json::from_str(r#"{"sum": 4.0, "items": 2}"#).unwrap();
        assert_eq!((old.mean(), serde_json::to_string(&old).unwrap().contains("weight")), (Some(2.0), false));
    }

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
