//! Gradient accumulation: the gradients of several batches become one step.

use burn::tensor::Tensor;
use kiln_optim::Gradients;

/// What a batch counts in the mean over several.
#[derive(Debug, Clone)]
#[expect(clippy::large_enum_variant, reason = "at most two exist at a time")]
pub(crate) enum Count {
    /// The number of its items.
    Items(usize),
    /// Their weights together, which stay on the device.
    Weight(Tensor<1>),
}

impl Count {
    pub(crate) fn add(self, other: Self) -> Self {
        match (self, other) {
            (Self::Items(a), Self::Items(b)) => Self::Items(a + b),
            (Self::Weight(a), Self::Weight(b)) => Self::Weight(a.add(b)),
            (Self::Items(items), Self::Weight(weight)) | (Self::Weight(weight), Self::Items(items)) => {
                Self::Weight(weight.add_scalar(items as f64))
            }
        }
    }

    /// The sum over what is counted, of its mean.
    fn times(&self, mean: Gradients) -> Gradients {
        match self {
            Self::Items(items) => mean.scale(*items as f64),
            Self::Weight(weight) => mean.map(|_, gradient| {
                let weight = weight.clone().cast(gradient.dtype());
                gradient.mul(weight)
            }),
        }
    }

    /// The mean over what is counted, of its sum.
    pub(crate) fn mean(&self, sum: Gradients) -> Gradients {
        match self {
            Self::Items(items) => sum.scale(1.0 / *items as f64),
            Self::Weight(weight) => {
                // Where nothing counts, the sum is 0, and so is the mean.
                let weight = weight.clone().clamp_min(f64::from(f32::MIN_POSITIVE));
                sum.map(|_, gradient| {
                    let weight = weight.clone().cast(gradient.dtype());
                    gradient.div(weight)
                })
            }
        }
    }
}

/// Gradients of several batches, averaged over their items, or over the weights of these.
#[derive(Debug, Default)]
pub(crate) struct Accumulator {
    /// The gradient of one batch, or the sum over the items of several; and what they count.
    sum: Option<(Gradients, Count)>,
    batches: usize,
}

impl Accumulator {
    /// Adds the mean gradient of a batch of `items`, whose weights together are `weight` if they have any: `[1]`.
    pub(crate) fn add(&mut self, gradients: Gradients, items: usize, weight: Option<Tensor<1>>) {
        let count = weight.map_or(Count::Items(items), |weight| Count::Weight(weight.inner()));
        self.sum = Some(match self.sum.take() {
            // One batch a step is the common case: nothing is scaled, and rounded, for nothing.
            None => (gradients, count),
            Some((sum, counted)) => {
                let sum = if self.batches == 1 { counted.times(sum) } else { sum };
                (sum.add(count.times(gradients)), counted.add(count))
            }
        });
        self.batches += 1;
    }

    pub(crate) fn batches(&self) -> usize {
        self.batches
    }

    /// The sum of the gradients over all items, and what these count. Nothing is left behind.
    pub(crate) fn take_sum(&mut self) -> Option<(Gradients, Count)> {
        let all = std::mem::take(self);
        let (sum, count) = all.sum?;
        Some((if all.batches == 1 { count.times(sum) } else { sum }, count))
    }

    /// The mean gradient over all items. Nothing is left behind.
    pub(crate) fn take(&mut self) -> Option<Gradients> {
        let all = std::mem::take(self);
        let (sum, count) = all.sum?;
        Some(if all.batches == 1 { sum } else { count.mean(sum) })
    }
}
