//! A `Learner` of burn-train with kiln's schedule, data, metrics and callbacks.

use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};

use burn::optim::AdamConfig;
use burn::tensor::Device;
use burn::train::logger::InMemoryMetricLogger;
use burn::train::metric::{AccuracyMetric, LossMetric};
use burn::train::{Learner, LearningResult, SupervisedTraining};
use kiln_burn::{Batches, Callbacks, Scheduler, ScoreMetric};
use kiln_core::{EpochRecord, Purpose, Seed};
use kiln_data::{DataConfig, Loader, Prepared};
use kiln_optim::CosineShape;
use kiln_train::{Callback, EpochView, History, StepView, Stop, TrainError};

use crate::burn_model::Model;

/// Keeps what it hears, and stops after some epochs or steps.
#[derive(Clone, Default)]
struct Ears {
    heard: Arc<Mutex<Heard>>,
    epochs: Option<u64>,
    steps: Option<u64>,
}

#[derive(Default)]
struct Heard {
    starts: usize,
    rates: Vec<f64>,
    items: usize,
    epochs: Vec<EpochRecord>,
    stop: Option<Stop>,
}

impl Ears {
    fn stop(&self, now: u64, at: Option<u64>) -> ControlFlow<Stop> {
        match at {
            Some(at) if now == at => ControlFlow::Break(Stop::Callback { why: "enough".to_owned() }),
            _ => ControlFlow::Continue(()),
        }
    }
}

impl Callback for Ears {
    fn on_fit_start(&mut self, _: &History) -> Result<(), TrainError> {
        self.heard.lock().unwrap().starts += 1;
        Ok(())
    }

    fn on_step_end(&mut self, view: &StepView) -> Result<ControlFlow<Stop>, TrainError> {
        let mut heard = self.heard.lock().unwrap();
        heard.rates.push(view.lr);
        heard.items += view.items;
        Ok(self.stop(view.step, self.steps))
    }

    fn on_epoch_end(&mut self, view: &EpochView<'_>) -> Result<ControlFlow<Stop>, TrainError> {
        assert_eq!(view.history.last(), Some(view.record));
        self.heard.lock().unwrap().epochs.push(view.record.clone());
        Ok(self.stop(view.record.epoch, self.epochs))
    }

    fn on_fit_end(&mut self, _: &History, stop: &Stop) -> Result<(), TrainError> {
        self.heard.lock().unwrap().stop = Some(stop.clone());
        Ok(())
    }
}

const EPOCHS: usize = 4;

fn learn(ears: &Ears) -> (LearningResult<Model>, Stop, u64) {
    let device = Device::flex().autodiff();
    let digits = Prepared::load(&DataConfig::new("digits"), Seed::new(0)).unwrap();
    let shuffle = Seed::new(0).purpose(Purpose::Shuffle);
    let loader = move |source| Ok(Loader::new(source, 64)?.shuffled(shuffle).drop_last(true));
    let train = Batches::new(digits.train(), &device, loader).unwrap();
    let valid = digits.validation().unwrap();
    let valid = Batches::new(valid, &device, |source| Loader::new(source, 100)).unwrap();
    let steps_per_epoch = (digits.split.train.len() / 64) as u64;
    let cosine = CosineShape { end: 0.0 }.into();
    let schedule = Scheduler::of(&cosine, 0.01, steps_per_epoch, EPOCHS as u64 * steps_per_epoch).unwrap();
    let callbacks = Callbacks::new(EPOCHS as u64)
        .callback(ears.clone())
        .metric(&LossMetric::new(), "loss")
        .metric(&ScoreMetric::new("accuracy").unwrap(), "accuracy")
        .metric(&AccuracyMetric::new(), "percent");
    let folder = tempfile::tempdir().unwrap();
    let result = SupervisedTraining::new(folder.path(), Arc::new(train), Arc::new(valid))
        .metrics((LossMetric::new(), AccuracyMetric::new(), ScoreMetric::new("accuracy").unwrap()))
        .metric_train(callbacks.clone())
        .early_stopping(callbacks.clone())
        .with_interrupter(callbacks.interrupter())
        .with_metric_logger(InMemoryMetricLogger::new())
        .with_application_logger(None)
        .num_epochs(EPOCHS)
        .launch(Learner::new(Model::new(&device), AdamConfig::new().init(), schedule));
    (result, callbacks.finish().unwrap(), steps_per_epoch)
}

#[test]
fn it_learns_and_its_callbacks_hear_of_it() {
    let ears = Ears::default();
    let (result, stop, steps_per_epoch) = learn(&ears);
    assert!(result.error.is_none() && result.interrupted.is_none());
    assert_eq!(stop, Stop::Finished);
    let heard = ears.heard.lock().unwrap();
    assert_eq!((heard.starts, heard.stop.clone()), (1, Some(Stop::Finished)));
    let steps = EPOCHS as u64 * steps_per_epoch;
    // The rates are kiln's, step by step.
    let cosine = kiln_optim::ScheduleConfig::from(CosineShape { end: 0.0 });
    let rates = cosine.build(0.01, steps_per_epoch, steps).unwrap();
    assert_eq!(heard.rates, (0..steps).map(|step| rates.at(step)).collect::<Vec<_>>());
    assert_eq!(heard.items as u64, 64 * steps);
    assert_eq!(heard.epochs.len(), EPOCHS);
    for (epoch, record) in (1..).zip(&heard.epochs) {
        assert_eq!((record.epoch, record.step), (epoch, epoch * steps_per_epoch));
        // The accuracy of kiln and that of burn-train, of the same items.
        let validation = record.validation.as_ref().unwrap();
        let [ours, theirs] = ["accuracy", "percent"].map(|name| validation.get(name).unwrap());
        assert!((100.0 * ours - theirs).abs() < 1e-3, "{ours} {theirs}");
    }
    let loss = |record: &EpochRecord| record.train.get("loss").unwrap();
    assert!(loss(&heard.epochs[EPOCHS - 1]) < 0.5 * loss(&heard.epochs[0]));
    let last = heard.epochs[EPOCHS - 1].validation.as_ref().unwrap();
    assert!(last.get("accuracy").unwrap() > 0.9, "{last:?}");
}

#[test]
fn callbacks_end_it_after_an_epoch_or_a_step() {
    let ears = Ears { epochs: Some(2), ..Ears::default() };
    let (_, stop, _) = learn(&ears);
    assert_eq!(stop, Stop::Callback { why: "enough".to_owned() });
    assert_eq!(ears.heard.lock().unwrap().epochs.len(), 2);

    let ears = Ears { steps: Some(3), ..Ears::default() };
    let (result, stop, _) = learn(&ears);
    assert!(result.interrupted.is_some());
    assert_eq!(stop, Stop::Callback { why: "enough".to_owned() });
    let heard = ears.heard.lock().unwrap();
    assert_eq!((heard.rates.len(), heard.epochs.len()), (3, 0));
}
