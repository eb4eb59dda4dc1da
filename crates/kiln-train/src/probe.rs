//! How long a step takes on a device, found in a limited time.

use std::time::{Duration, Instant};

use burn::tensor::Device;
use kiln_core::Weights;

use crate::data::loaders;
use crate::{Data, Task, TrainError, Trainer};

/// Steps that do not count: kernels are compiled and caches filled in them.
const WARM_UP: usize = 3;
/// Steps that count.
const TIMED: usize = 10;

impl<T: Task> Trainer<T> {
    /// The time of a step on `device`: the median of ten after three that do not count. Where `limit` is over before, what was made until
    /// then counts, at least one step. A step that has begun is finished, however long it takes.
    ///
    /// The steps are those of a training from `weights` on the first batches of `data`, update and penalties included, as
    /// [`Trainer::time_steps`] makes them. Nothing of them is left behind.
    ///
    /// # Errors
    /// As [`Trainer::fit`].
    pub fn probe_step(
        &self,
        device: &Device,
        init: &dyn Fn(&Device) -> Result<T::Model, TrainError>,
        weights: &Weights,
        data: &Data<T::Batch>,
        limit: Duration,
    ) -> Result<Duration, TrainError> {
        let began = Instant::now();
        let (train, _) = loaders(self, data)?;
        // In this thread: batches that are made ahead would be made for steps that never come.
        let train = train.prefetch(0);
        let schedules = self.comparison_schedules(&train)?;
        let mut lane = self.lane(device, init, weights)?;
        let mut taken = Vec::new();
        while taken.len() < WARM_UP + TIMED && (taken.is_empty() || began.elapsed() < limit) {
            let step = Instant::now();
            let (loss, ..) = self.advance(&mut lane, &train, taken.len() as u64, &schedules)?;
            let _wait = loss.into_data();
            taken.push(step.elapsed());
        }
        Ok(typical(&taken))
    }
}

/// The median of what counts; of the warm-up alone the fastest.
fn typical(taken: &[Duration]) -> Duration {
    let mut counted = taken.get(WARM_UP..).unwrap_or_default().to_vec();
    counted.sort_unstable();
    let median = counted.get(counted.len() / 2).copied();
    median.or(taken.iter().min().copied()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_warm_up_counts_only_where_there_is_nothing_else() {
        let of =
            |taken: &[u64]| typical(&taken.iter().map(|&n| Duration::from_millis(n)).collect::<Vec<_>>());
        assert_eq!(of(&[900, 30, 20, 5, 7, 6]), Duration::from_millis(6));
        assert_eq!(of(&[900, 30, 20, 50]), Duration::from_millis(50));
        assert_eq!(of(&[900, 30]), Duration::from_millis(30));
        assert_eq!(of(&[]), Duration::ZERO);
    }
}
