//! Values of training batches beside the loss: they wait on the device and are read now and then, as losses are.

use burn::tensor::{DType, Tensor};
use kiln_core::{Direction, Metric};
use serde::{Deserialize, Serialize};

use crate::losses::{WINDOW, or_nan, read_all};
use crate::{Metrics, TrainError};

/// What a task says of a training batch beside its loss: see [`Task::loss_observed`](crate::Task::loss_observed).
///
/// The values are tensors of shape `[1]`, on the device. Nothing waits for them: they are read some steps later, in f32, many
/// together.
#[derive(Debug, Default)]
pub struct BatchMetrics(Vec<Value>);

#[derive(Debug)]
struct Value {
    metric: Metric,
    sum: Tensor<1>,
    /// `None`: the sum is a mean over the items of the batch.
    weight: Option<Tensor<1>>,
}

impl BatchMetrics {
    /// Adds a mean over the items of the batch, `[1]`. In the mean over the epoch a batch counts by the number of its items.
    pub fn add_mean(&mut self, metric: impl Into<Metric>, mean: Tensor<1>) {
        self.0.push(Value { metric: metric.into(), sum: plain(mean), weight: None });
    }

    /// Adds a sum of values whose weights sum to `weight`, both `[1]`: the epoch has the sum of the sums over that of the weights.
    pub fn add_sum(&mut self, metric: impl Into<Metric>, sum: Tensor<1>, weight: Tensor<1>) {
        self.0.push(Value { metric: metric.into(), sum: plain(sum), weight: Some(plain(weight)) });
    }
}

/// A value of a batch that was read: its sum, which is a mean over `items` where it has no weight.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct KnownMetric {
    pub(crate) metric: Metric,
    pub(crate) sum: f64,
    pub(crate) weight: Option<f64>,
}

impl BatchMetrics {
    /// The values, read from the device.
    pub(crate) fn read(self) -> Result<Vec<KnownMetric>, TrainError> {
        let one = |tensor: Tensor<1>| -> Result<f64, TrainError> {
            Ok(read_all(vec![tensor])?.iter::<f64>().next().unwrap_or(f64::NAN))
        };
        let known = |Value { metric, sum, weight }| {
            Ok(KnownMetric { metric, sum: one(sum)?, weight: weight.map(one).transpose()? })
        };
        self.0.into_iter().map(known).collect()
    }
}

/// The tensor without its graph, in the one type in which all are read.
fn plain(tensor: Tensor<1>) -> Tensor<1> {
    let tensor = tensor.inner();
    if tensor.dtype() == DType::F32 { tensor } else { tensor.cast(DType::F32) }
}

/// A mean over the epoch so far.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct ObservedSum {
    name: String,
    /// In which direction it gets better, where the name does not tell it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    direction: Option<Direction>,
    #[serde(deserialize_with = "or_nan")]
    sum: f64,
    #[serde(deserialize_with = "or_nan")]
    weight: f64,
}

impl ObservedSum {
    /// Adds a sum with its weight, or without one a mean over so many items.
    fn add(&mut self, value: f64, weight: Option<f64>, items: usize) {
        let (value, weight) = weight.map_or((value * items as f64, items as f64), |weight| (value, weight));
        self.sum += value;
        self.weight += weight;
    }
}

/// The values of an epoch that were read, and those that wait. They are added one by one in f64, so that a mean does not
/// depend on when they were read.
#[derive(Debug, Default)]
pub(crate) struct Observed {
    sums: Vec<ObservedSum>,
    /// Value and weight of a batch, with the place of their sum and the number of items.
    waiting: Vec<(usize, Value, usize)>,
    batches: usize,
}

impl Observed {
    pub(crate) fn resumed(sums: Vec<ObservedSum>) -> Self {
        Self { sums, ..Self::default() }
    }

    /// Adds what was said of a batch with `items` items.
    pub(crate) fn push(&mut self, batch: BatchMetrics, items: usize) -> Result<(), TrainError> {
        if batch.0.is_empty() {
            return Ok(());
        }
        for value in batch.0 {
            let place = self.place(&value.metric);
            self.waiting.push((place, value, items));
        }
        self.batches += 1;
        if self.batches >= WINDOW { self.read() } else { Ok(()) }
    }

    /// As [`Observed::push`] of values that were read already, where none waits.
    pub(crate) fn known(&mut self, batch: Vec<KnownMetric>, items: usize) {
        for KnownMetric { metric, sum, weight } in batch {
            let place = self.place(&metric);
            self.sums[place].add(sum, weight, items);
        }
    }

    fn place(&mut self, metric: &Metric) -> usize {
        let there = self.sums.iter().position(|sum| sum.name == metric.name());
        there.unwrap_or_else(|| {
            let (name, direction) = (metric.name().to_owned(), metric.own_direction());
            self.sums.push(ObservedSum { name, direction, sum: 0.0, weight: 0.0 });
            self.sums.len() - 1
        })
    }

    /// Reads everything that waits.
    fn read(&mut self) -> Result<(), TrainError> {
        self.batches = 0;
        if self.waiting.is_empty() {
            return Ok(());
        }
        let waiting = std::mem::take(&mut self.waiting);
        let tensors = waiting.iter().flat_map(|(_, value, _)| [Some(&value.sum), value.weight.as_ref()]);
        let values = read_all(tensors.flatten().cloned().collect())?;
        let mut values = values.iter::<f64>();
        let mut next = || values.next().unwrap_or(f64::NAN);
        for (place, value, items) in waiting {
            let read = next();
            let weight = value.weight.is_some().then(&mut next);
            self.sums[place].add(read, weight, items);
        }
        Ok(())
    }

    /// What a checkpoint needs.
    pub(crate) fn sums(&mut self) -> Result<Vec<ObservedSum>, TrainError> {
        self.read()?;
        Ok(self.sums.clone())
    }

    /// Writes the means of the epoch so far.
    pub(crate) fn write(&mut self, metrics: &mut Metrics) -> Result<(), TrainError> {
        for ObservedSum { name, direction, sum, weight } in self.sums()? {
            let metric = match direction {
                Some(direction) => Metric::with(name, direction),
                None => name.into(),
            };
            metrics.set(metric, sum / weight);
        }
        Ok(())
    }
}
