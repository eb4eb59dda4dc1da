//! What steps ask of a device, part by part.

use serde::{Deserialize, Serialize};

use super::Counts;

/// What some steps of a training asked of a device, by what they were doing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct StepCounts {
    /// Number of steps that were counted.
    pub steps: u64,
    /// The batch, from the data set to the device.
    pub batch: Counts,
    /// From the batch to the loss.
    pub forward: Counts,
    /// From the loss to the gradients; with SAM, its second pass too.
    pub backward: Counts,
    /// Penalties, clipping, optimiser.
    pub update: Counts,
    /// What is told of the step: the losses, which are read 32 at a time.
    pub metrics: Counts,
}

impl StepCounts {
    /// The parts with their names, in the order of a step.
    pub fn parts(&self) -> [(&'static str, &Counts); 5] {
        [
            ("batch", &self.batch),
            ("forward", &self.forward),
            ("backward", &self.backward),
            ("update", &self.update),
            ("metrics", &self.metrics),
        ]
    }

    /// All parts together.
    pub fn total(&self) -> Counts {
        let mut total = Counts::default();
        self.parts().into_iter().for_each(|(_, part)| total.add(part));
        total
    }

    /// Adds one step: what its parts asked for, in their order.
    pub fn take(&mut self, parts: [Counts; 5]) {
        self.steps += 1;
        let Self { batch, forward, backward, update, metrics, .. } = self;
        for (own, part) in [batch, forward, backward, update, metrics].into_iter().zip(parts) {
            own.add(&part);
        }
    }
}
