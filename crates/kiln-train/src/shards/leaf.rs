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
    /// Of the running statistics that each shard came to, times its items.
    running: Vec<Tensor<1>>,
    pub(crate) items: usize,
}

impl Leaf {
    /// Of one shard of so many items, which came to these running statistics.
    pub(crate) fn new((gradients, count): (Gradients, Count), running: Vec<Tensor<1>>, items: usize) -> Self {
        let running = running.into_iter().map(|value| value.mul_scalar(items as f64)).collect();
        Self { gradients, count, running, items }
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

    /// The mean gradient over all that counts, and the mean running statistics over all items.
    pub(crate) fn mean(self) -> (Gradients, Vec<Tensor<1>>) {
        let share = 1.0 / self.items as f64;
        let running = self.running.into_iter().map(|sum| sum.mul_scalar(share)).collect();
        (self.count.mean(self.gradients), running)
    }

    /// Which of these parameters have a gradient.
    pub(crate) fn present(&self, params: &[ParamInfo]) -> Vec<bool> {
        params.iter().map(|info| self.gradients.get(info.id).is_some()).collect()
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
