//! What comes of a shard, or of several: sums over their items.

use burn::module::ParamId;
use burn::tensor::{Device, Tensor, TensorData};
use kiln_core::ParamInfo;
use kiln_optim::Gradients;

use crate::ShardError;
use crate::accumulate::Count;

/// What comes of a shard, or of several, in one step: sums over their items.
#[derive(Debug)]
pub(crate) struct Leaf {
    /// Of the gradients, each item times what it counts.
    pub(crate) gradients: Gradients,
    /// What the items count together.
    pub(crate) count: Count,
    /// Of the running statistics that each shard came to, times its items; those of the first shard where all came to the same.
    running: Vec<Tensor<1>>,
    pub(crate) items: usize,
}

impl Leaf {
    /// Of one shard of so many items, which came to these running statistics.
    pub(crate) fn new((gradients, count): (Gradients, Count), running: Vec<Tensor<1>>, items: usize) -> Self {
        let running = running.into_iter().map(|value| value.mul_scalar(items as f64)).collect();
        Self { gradients, count, running, items }
    }

    /// Of one shard of so many items, which came to the same running statistics as all others: `first` says whether it is the first one.
    pub(crate) fn of_whole(
        (gradients, count): (Gradients, Count),
        running: Vec<Tensor<1>>,
        items: usize,
        first: bool,
    ) -> Self {
        let once = |value: Tensor<1>| if first { value } else { value.zeros_like() };
        Self { gradients, count, running: running.into_iter().map(once).collect(), items }
    }

    /// Of both together.
    pub(crate) fn add(self, other: Self) -> Self {
        Self {
            gradients: self.gradients.add(other.gradients),
            count: self.count.add(other.count),
            running: self.running.into_iter().zip(other.running).map(|(a, b)| a.add(b)).collect(),
            items: self.items + other.items,
        }
    }

    /// The mean gradient over all that counts, and the mean running statistics over all items, or those of `all` shards.
    pub(crate) fn mean(self, all: bool) -> (Gradients, Vec<Tensor<1>>) {
        let share = 1.0 / self.items as f64;
        let mean = |sum: Tensor<1>| if all { sum } else { sum.mul_scalar(share) };
        (self.count.mean(self.gradients), self.running.into_iter().map(mean).collect())
    }

    /// Which of these parameters have a gradient.
    pub(crate) fn present(&self, params: &[ParamInfo]) -> Vec<bool> {
        params.iter().map(|info| self.gradients.get(info.id).is_some()).collect()
    }

    /// The gradients of all these parameters one after another, 0 for those that have none, and what else there is.
    pub(crate) fn apart(mut self, params: &[ParamInfo]) -> Result<(Vec<f32>, Self), ShardError> {
        let mut vector = Vec::new();
        for info in params {
            match self.gradients.remove(info.id) {
                Some(gradient) => {
                    let data = gradient.into_data();
                    let values =
                        data.as_slice::<f32>().map_err(|_| ShardError::NotF32 { path: info.path.clone() })?;
                    vector.extend_from_slice(values);
                }
                None => vector.resize(vector.len() + info.dims.iter().product::<usize>(), 0.0),
            }
        }
        Ok((vector, self))
    }

    /// All numbers one after another: the gradients of the parameters that have one, and the running statistics.
    pub(crate) fn numbers(&self, params: &[ParamInfo]) -> Result<Vec<f32>, ShardError> {
        let mut numbers = Vec::new();
        let mut put = |tensor: &Tensor<1>, path: &dyn Fn() -> String| -> Result<(), ShardError> {
            let data = tensor.clone().into_data();
            let values = data.as_slice::<f32>().map_err(|_| ShardError::NotF32 { path: path() })?;
            numbers.extend_from_slice(values);
            Ok(())
        };
        for info in params {
            if let Some(gradient) = self.gradients.get(info.id) {
                put(gradient, &|| info.path.clone())?;
            }
        }
        for value in &self.running {
            put(value, &|| "a running statistic".to_owned())?;
        }
        Ok(numbers)
    }

    /// What [`Leaf::numbers`] gave, of parameters of which those that are `present` have a gradient, and running statistics of these lengths.
    /// `None` where there are more or fewer numbers.
    pub(crate) fn of_numbers(
        numbers: &[f32],
        params: &[(ParamId, usize)],
        running: &[usize],
        (count, items): (Count, usize),
        device: &Device,
    ) -> Option<Self> {
        let (mut rest, mut gradients) = (numbers, Gradients::default());
        let mut take = |length: usize| {
            let (values, behind) = rest.split_at_checked(length)?;
            rest = behind;
            Some(Tensor::<1>::from_data(TensorData::new(values.to_vec(), [length]), device))
        };
        for (id, length) in params {
            gradients.insert(*id, take(*length)?);
        }
        let running = running.iter().map(|length| take(*length)).collect::<Option<Vec<_>>>()?;
        rest.is_empty().then_some(Self { gradients, count, running, items })
    }
}
