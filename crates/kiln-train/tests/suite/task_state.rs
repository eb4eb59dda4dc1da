//! A task that keeps a queue and a teacher goes on with the same bits.

use std::cell::RefCell;
use std::path::Path;

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use kiln_core::Seed;
use kiln_optim::{Average, AverageConfig, EmaConfig};
use kiln_train::{CheckpointConfig, Scores, Task, TaskState, TrainConfig, TrainError, Trainer};

use crate::common::{CLASSES, Net, PointBatch, PointTask, config, cross_entropy, data, model, trainer};
use crate::stopped::{StopAt, end};

/// As momentum contrast does: a teacher follows the model, and what it says of the last batches waits in a queue.
/// The loss keeps the model near the teacher and away from the mean of the queue.
struct Contrast {
    teacher: Net,
    queue: Tensor<2>,
    steps: u64,
    /// What the teacher says of the batch at hand.
    said: RefCell<Option<Tensor<2>>>,
}

const QUEUE: usize = 30;

impl Contrast {
    fn new(model: &Net) -> Self {
        let teacher = model.valid();
        let queue = Tensor::zeros([QUEUE, CLASSES], &kiln_testkit::device());
        Self { teacher, queue, steps: 0, said: RefCell::new(None) }
    }
}

impl Task for Contrast {
    type Model = Net;
    type Batch = PointBatch;

    fn loss(&self, model: &Net, batch: PointBatch, seed: Seed) -> Tensor<1> {
        let said = self.teacher.forward(batch.x.clone().inner(), None);
        let wanted = Tensor::from_inner(said.clone());
        let away = Tensor::from_inner(self.queue.clone().mean_dim(0));
        *self.said.borrow_mut() = Some(said);
        let outputs = model.forward(batch.x, Some(seed));
        let near = (outputs.clone() - wanted).square().mean();
        let far = (outputs.clone() * away).mean();
        cross_entropy(outputs, batch.y) + near.mul_scalar(0.1) + far.mul_scalar(0.1)
    }

    fn after_step(&mut self, model: &Net, step: u64) {
        let config = AverageConfig::from(EmaConfig { decay: 0.9, ..EmaConfig::default() });
        let mut follow = Average::new(&config, 1, 1).unwrap();
        follow.update(&self.teacher, 1);
        follow.update(model, 2);
        self.teacher = follow.apply(self.teacher.clone());
        if let Some(said) = self.said.take() {
            self.queue = Tensor::cat(vec![said, self.queue.clone()], 0).narrow(0, 0, QUEUE);
        }
        self.steps = step;
    }

    fn save(&self) -> Option<TaskState> {
        let state = TaskState::new().module("teacher", &self.teacher).tensor("queue", self.queue.clone());
        Some(state.json(serde_json::json!({ "steps": self.steps })))
    }

    fn load(&mut self, state: &TaskState, device: &Device) -> Result<(), TrainError> {
        self.teacher = state.apply("teacher", self.teacher.valid())?;
        self.queue = state.get("queue", device)?;
        self.steps = state.as_json()["steps"].as_u64().unwrap_or_default();
        Ok(())
    }

    fn score(&self, model: &Net, batch: PointBatch, scores: &mut Scores) {
        PointTask::default().score(model, batch, scores);
    }
}

fn run(folder: &Path) -> Trainer<Contrast> {
    Trainer::new(Contrast::new(&model()), TrainConfig { epochs: 3, ..config() })
        .seed(7)
        .run_dir(folder, CheckpointConfig { every_steps: Some(4), ..CheckpointConfig::default() })
}

#[test]
fn a_queue_and_a_teacher_go_on_where_they_were() {
    let whole = tempfile::tempdir().unwrap();
    let outcome = run(whole.path()).fit(model(), &data()).unwrap();
    let whole = end(whole.path(), outcome);
    for stop in [1, 6, 11, 12, 30] {
        let folder = tempfile::tempdir().unwrap();
        run(folder.path()).callback(StopAt(stop)).fit(model(), &data()).unwrap();
        let outcome = run(folder.path()).resume(model(), &data()).unwrap();
        assert_eq!(end(folder.path(), outcome), whole, "stopped at step {stop}");
    }
}

#[test]
fn without_its_state_the_run_would_have_ended_elsewhere() {
    struct Forgetful(Contrast);
    impl Task for Forgetful {
        type Model = Net;
        type Batch = PointBatch;

        fn loss(&self, model: &Net, batch: PointBatch, seed: Seed) -> Tensor<1> {
            self.0.loss(model, batch, seed)
        }

        fn after_step(&mut self, model: &Net, step: u64) {
            self.0.after_step(model, step);
        }

        fn score(&self, model: &Net, batch: PointBatch, scores: &mut Scores) {
            self.0.score(model, batch, scores);
        }
    }
    let run = |folder: &Path| {
        Trainer::new(Forgetful(Contrast::new(&model())), TrainConfig { epochs: 3, ..config() })
            .seed(7)
            .run_dir(folder, CheckpointConfig::default())
    };
    let [whole, folder] = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let outcome = run(whole.path()).fit(model(), &data()).unwrap();
    let whole = end(whole.path(), outcome);
    run(folder.path()).callback(StopAt(12)).fit(model(), &data()).unwrap();
    let outcome = run(folder.path()).resume(model(), &data()).unwrap();
    assert_ne!(end(folder.path(), outcome).last, whole.last);
}

#[test]
fn a_state_is_not_given_to_a_task_that_has_none() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path()).callback(StopAt(12)).fit(model(), &data()).unwrap();
    let mut other = trainer(TrainConfig { epochs: 3, ..config() })
        .run_dir(folder.path(), CheckpointConfig::default())
        .allow_changes(["optim"]);
    let error = other.resume(model(), &data()).unwrap_err().to_string();
    assert_eq!(
        error,
        "the state of the task in the checkpoint does not fit: the task of this run keeps none"
    );
}
