//! How long a probe lasts: no step begins once its time is over, and where there is time enough it is a fixed number of them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use burn::tensor::Tensor;
use kiln_core::{Seed, Weights};
use kiln_testkit::device;
use kiln_train::{Scores, Task, Trainer};

use crate::common::{Net, PointBatch, PointTask, config, data, model};

/// Counts the steps that are made of it.
#[derive(Default)]
struct Counted {
    task: PointTask,
    steps: Arc<AtomicUsize>,
}

impl Task for Counted {
    type Model = Net;
    type Batch = PointBatch;

    fn loss(&self, model: &Net, batch: PointBatch, seed: Seed) -> Tensor<1> {
        self.steps.fetch_add(1, Ordering::SeqCst);
        self.task.loss(model, batch, seed)
    }

    fn score(&self, model: &Net, batch: PointBatch, scores: &mut Scores) {
        self.task.score(model, batch, scores);
    }
}

#[test]
fn a_probe_is_thirteen_steps_and_ends_with_its_time() {
    let weights = Weights::of(&model());
    for (limit, most) in [(Duration::ZERO, 1), (Duration::MAX, 13)] {
        let task = Counted::default();
        let steps = Arc::clone(&task.steps);
        let trainer = Trainer::new(task, config());
        let took =
            trainer.probe_step(&device(), &|device| Ok(Net::new(device)), &weights, &data(), limit).unwrap();
        assert_eq!(steps.load(Ordering::SeqCst), most, "within {limit:?}");
        assert!(took > Duration::ZERO);
    }
}
