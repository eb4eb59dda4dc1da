//! Metrics of one's own: their direction, what is said before the first step, and what is said of training batches.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use burn::tensor::{Device, Tensor};
use kiln_core::{Direction, ErrorKind, Explain, Metric, Seed};
use kiln_data::{DataError, Source};
use kiln_optim::{AdamConfig, ExponentialShape, OptimConfig, ScheduleConfig, SgdConfig};
use kiln_train::{
    BatchMetrics, Callback, CheckpointConfig, Data, EarlyStoppingConfig, Outcome, Scores, StepView, Stop,
    Task, TrainConfig, TrainError, Trainer,
};

use crate::common::{Net, PointBatch, PointTask, Points, config, cross_entropy, data, model, trainer};
use crate::stopped::{StopAt, end};

/// Scores one metric, whose value is the loss, and says more of training batches where it is told to.
#[derive(Clone)]
struct OwnTask {
    metric: Metric,
    /// The metric waits for an item with this number or a later one in its batch.
    from_item: usize,
    observes: bool,
}

impl OwnTask {
    fn new(metric: impl Into<Metric>) -> Self {
        Self { metric: metric.into(), from_item: 0, observes: false }
    }
}

fn loss_of(model: &Net, batch: &PointBatch) -> f64 {
    cross_entropy(model.forward(batch.x.clone(), None), batch.y.clone()).into_data().iter::<f64>().sum()
}

impl Task for OwnTask {
    type Model = Net;
    type Batch = PointBatch;

    fn loss(&self, model: &Net, batch: PointBatch, seed: Seed) -> Tensor<1> {
        self.loss_observed(model, batch, seed, &mut BatchMetrics::default())
    }

    fn loss_observed(
        &self,
        model: &Net,
        batch: PointBatch,
        seed: Seed,
        seen: &mut BatchMetrics,
    ) -> Tensor<1> {
        let logits = model.forward(batch.x, Some(seed));
        if self.observes {
            let hits = logits.clone().argmax(1).squeeze_dim::<1>(1).equal(batch.y.clone()).float();
            seen.add_mean("accuracy", hits.clone().mean());
            // Of the items of class 1 alone.
            let ones = batch.y.clone().equal_elem(1).float();
            seen.add_sum(Metric::maximise("ones"), (hits * ones.clone()).sum(), ones.sum());
        }
        cross_entropy(logits, batch.y)
    }

    fn score(&self, model: &Net, batch: PointBatch, scores: &mut Scores) {
        if batch.labels.len() > self.from_item {
            scores.add_mean(self.metric.clone(), loss_of(model, &batch), batch.labels.len());
        }
    }
}

/// A training whose later weights are worse than earlier ones, watched by the metric of `task`.
fn rising(task: OwnTask) -> Trainer<OwnTask> {
    let monitor = task.metric.name().to_owned();
    Trainer::new(task, TrainConfig { epochs: 12, monitor, ..config() })
        .optimizer(OptimConfig::Sgd(SgdConfig { lr: 0.1, ..SgdConfig::default() }))
        .schedule(ScheduleConfig::from(ExponentialShape { gamma: 2.0 }))
        .seed(7)
}

fn values(outcome: &Outcome<Net>, name: &str) -> Vec<f64> {
    outcome.history.epochs.iter().map(|epoch| epoch.validation.as_ref().unwrap().get(name).unwrap()).collect()
}

#[test]
fn the_smallest_value_of_an_error_is_the_best() {
    for name in ["perplexity", "wer", "mape", "brier", "ece", "nll", "rmsle", "kl", "fid"] {
        let outcome = rising(OwnTask::new(name)).fit(model(), &data()).unwrap();
        let best = outcome.history.best().unwrap().validation.as_ref().unwrap().get(name);
        let smallest = values(&outcome, name).into_iter().fold(f64::INFINITY, f64::min);
        assert_eq!(best, Some(smallest), "{name}");
    }
}

#[test]
fn a_metric_of_ones_own_says_in_which_direction_it_gets_better() {
    let smallest = rising(OwnTask::new(Metric::minimise("stalls"))).fit(model(), &data()).unwrap();
    let largest = rising(OwnTask::new(Metric::maximise("stalls"))).fit(model(), &data()).unwrap();
    let best = |outcome: &Outcome<Net>| {
        outcome.history.best().unwrap().validation.as_ref().unwrap().get("stalls").unwrap()
    };
    let all = values(&smallest, "stalls");
    assert_eq!(all, values(&largest, "stalls"));
    assert_eq!(best(&smallest), all.iter().copied().fold(f64::INFINITY, f64::min));
    assert_eq!(best(&largest), all.iter().copied().fold(f64::NEG_INFINITY, f64::max));
}

/// Counts the steps.
struct Steps(Arc<AtomicUsize>);

impl Callback for Steps {
    fn on_step_end(&mut self, _: &StepView) -> Result<std::ops::ControlFlow<Stop>, TrainError> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Ok(std::ops::ControlFlow::Continue(()))
    }
}

/// The error of a training in a folder, which makes no step and writes nothing.
fn fails_at_once<T: Task<Model = Net, Batch = PointBatch>>(trainer: Trainer<T>) -> TrainError {
    let (steps, folder) = (Arc::new(AtomicUsize::new(0)), tempfile::tempdir().unwrap());
    let error = trainer
        .callback(Steps(Arc::clone(&steps)))
        .run_dir(folder.path(), CheckpointConfig { every_steps: Some(1), ..CheckpointConfig::default() })
        .fit(model(), &data())
        .unwrap_err();
    assert_eq!(steps.load(Ordering::SeqCst), 0, "steps before {error}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    assert_eq!((error.kind(), error.key().as_deref()), (ErrorKind::Usage, Some("train.monitor")));
    error
}

#[test]
fn what_cannot_be_monitored_is_told_before_the_first_step() {
    let watching = |task: OwnTask, monitor: &str| {
        Trainer::new(task, TrainConfig { monitor: monitor.to_owned(), ..config() })
    };
    // A task that adds no loss, and the default monitor.
    let error = fails_at_once(watching(OwnTask::new("accuracy"), "loss"));
    assert_eq!(error.to_string(), "there is no validation metric \"loss\" to monitor; there are accuracy");

    let error = fails_at_once(watching(OwnTask { from_item: 1000, ..OwnTask::new("loss") }, "loss"));
    assert_eq!(
        error.to_string(),
        "there is no validation metric \"loss\" to monitor; the task scores nothing"
    );
    assert!(error.help().unwrap().contains("scores.add_mean(\"loss\", value, items)"), "{:?}", error.help());

    // A name that says nothing, and no direction beside it.
    let error = fails_at_once(watching(OwnTask::new("stalls"), "stalls"));
    let message = "nothing says whether small or large values of the metric \"stalls\" are better";
    assert_eq!(error.to_string(), message);
    assert!(error.help().unwrap().contains("Metric::minimise(\"stalls\")"), "{:?}", error.help());

    // Who only looks at it needs none.
    let plain = Trainer::new(PointTask::default(), config());
    assert!(
        fails_at_once(plain.config(TrainConfig { monitor: "f1".to_owned(), ..config() }))
            .to_string()
            .contains("loss, accuracy")
    );
}

#[test]
fn a_metric_that_only_later_items_show_may_be_monitored() {
    // The first look is at 8 items; the validation part is scored in one batch of 57.
    let task = OwnTask { from_item: 8, ..OwnTask::new("perplexity") };
    assert_eq!(rising(task).fit(model(), &data()).unwrap().history.epochs.len(), 12);
}

#[test]
fn the_first_look_changes_no_bit_of_the_training() {
    let hash = |data: &Data<PointBatch>| trainer(config()).fit(model(), data).unwrap().last_weights_blake3;
    assert_eq!(hash(&data()), hash(&Data::new(Points { seed: Seed::new(1), len: 103 })));
}

/// The trainer of a run that is monitored by a metric of its own, with all that goes by it.
fn watched(folder: &Path) -> Trainer<OwnTask> {
    let plateau = serde_json::json!({ "kind": "plateau", "factor": 0.5, "patience": 0, "threshold": 0.0 });
    let shape = serde_json::from_value(plateau).unwrap();
    let task = OwnTask { observes: true, ..OwnTask::new(Metric::minimise("stalls")) };
    Trainer::new(task, TrainConfig { monitor: "stalls".to_owned(), epochs: 6, ..config() })
        .optimizer(OptimConfig::Adam(AdamConfig { lr: 0.05, ..AdamConfig::default() }))
        .schedule(ScheduleConfig { shape, ..ScheduleConfig::default() })
        .early_stopping(EarlyStoppingConfig { patience: 2, ..EarlyStoppingConfig::default() })
        .seed(7)
        .run_dir(folder, CheckpointConfig { every_epochs: 2, every_steps: Some(4), keep: 2 })
}

#[test]
fn a_run_with_metrics_of_its_own_goes_on_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let outcome = watched(folder.path()).fit(model(), &data()).unwrap();
    let lines = fs::read_to_string(folder.path().join("metrics.jsonl")).unwrap();
    assert!(lines.lines().all(|line| line.contains(r#""directions":{"stalls":"minimise"}"#)), "{lines}");
    assert!(lines.lines().all(|line| line.contains(r#""directions":{"ones":"maximise"}"#)), "{lines}");
    let whole = end(folder.path(), outcome);
    assert_eq!(whole.history[0].validation.as_ref().unwrap().direction("stalls"), Some(Direction::Minimise));
    for stop in [1, 4, 7, 11, 12, 22, 25] {
        let folder = tempfile::tempdir().unwrap();
        watched(folder.path()).callback(StopAt(stop)).fit(model(), &data()).unwrap();
        let outcome = watched(folder.path()).resume(model(), &data()).unwrap();
        assert_eq!(end(folder.path(), outcome), whole, "stopped at step {stop}");
    }
}

/// Validation items that ask for a stop once the part is scored as a whole.
#[derive(Debug)]
struct StopsInValidation(Points, Arc<AtomicBool>);

impl Source<PointBatch> for StopsInValidation {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn batch(&self, items: &[usize], device: &Device) -> Result<PointBatch, DataError> {
        self.1.store(items.len() == self.0.len(), Ordering::SeqCst);
        self.0.batch(items, device)
    }
}

#[test]
fn what_was_said_of_the_batches_survives_a_stop_in_the_validation() {
    let folder = tempfile::tempdir().unwrap();
    let outcome = watched(folder.path()).fit(model(), &data()).unwrap();
    let whole = end(folder.path(), outcome);

    let folder = tempfile::tempdir().unwrap();
    let stop = Arc::new(AtomicBool::new(false));
    let validation = StopsInValidation(Points { seed: Seed::new(2), len: 57 }, Arc::clone(&stop));
    let stopping = Data::new(Points { seed: Seed::new(1), len: 103 }).validation(validation);
    let first = watched(folder.path()).stop_flag(stop).fit(model(), &stopping).unwrap();
    assert_eq!((first.stop, first.history.epochs.len()), (Stop::Interrupted, 0));
    let outcome = watched(folder.path()).resume(model(), &data()).unwrap();
    assert_eq!(end(folder.path(), outcome), whole);
}

#[test]
fn what_is_said_of_batches_is_their_mean_over_the_items_and_changes_nothing() {
    let run = |observes, accumulate| {
        let config = TrainConfig { monitor: "perplexity".to_owned(), epochs: 2, accumulate, ..config() };
        let task = OwnTask { observes, ..OwnTask::new("perplexity") };
        let mut trainer = Trainer::new(task, config).seed(7);
        trainer.fit(model(), &data()).unwrap()
    };
    let (plain, seen) = (run(false, 1), run(true, 1));
    assert_eq!(plain.last_weights_blake3, seen.last_weights_blake3);
    let names = |outcome: &Outcome<Net>| -> Vec<String> {
        outcome.history.epochs[1].train.iter().map(|(name, _)| name.to_owned()).collect()
    };
    assert_eq!(names(&plain), ["loss"]);
    assert_eq!(names(&seen), ["loss", "accuracy", "ones"]);
    for outcome in [seen, run(true, 3)] {
        for epoch in &outcome.history.epochs {
            // 103 items: a mean of batches that counted each batch alike would be no multiple of 1/103.
            let hits = epoch.train.get("accuracy").unwrap() * 103.0;
            assert!((hits - hits.round()).abs() < 1e-4 && hits > 0.0, "{hits}");
            let points = Points { seed: Seed::new(1), len: 103 };
            let ones = (0..103).filter(|item| points.row(*item).1 == 1).count() as f64;
            let hits = epoch.train.get("ones").unwrap() * ones;
            assert!((hits - hits.round()).abs() < 1e-4, "{hits}");
        }
    }
}
