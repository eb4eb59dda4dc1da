//! The adapters one by one.

use std::sync::Arc;

use burn::data::dataloader::DataLoader;
use burn::data::dataset::InMemDataset;
use burn::optim::lr_scheduler::cosine::CosineAnnealingLrSchedulerConfig;
use burn::optim::lr_scheduler::{LrScheduler, LrSchedulerRecord};
use burn::tensor::{Device, Tensor};
use burn::train::RegressionOutput;
use burn::train::metric::{Adaptor, Metric, MetricMetadata, Numeric};
use kiln_burn::{Batches, BurnRates, Scheduler, ScoreMetric};
use kiln_core::{Direction, Seed};
use kiln_data::{Collate, DataError, Loader};
use kiln_optim::{CosineShape, OptimError, PlateauShape, Schedule, ScheduleConfig};

fn numbers(batches: &dyn DataLoader<Tensor<1>>) -> Vec<Vec<f32>> {
    batches.iter().map(|batch| batch.unwrap().into_data().iter::<f32>().collect()).collect()
}

/// The numbers below `len`.
fn counting(len: usize) -> Collate<f32, Tensor<1>> {
    Collate::new(
        len,
        |item| Ok(item as f32),
        |items: Vec<f32>, device: &Device| Ok(Tensor::<1>::from_floats(items.as_slice(), device)),
    )
}

#[test]
fn batches_are_those_of_the_loader_epoch_by_epoch() {
    let device = Device::flex();
    let make = |source| Ok(Loader::new(source, 4)?.shuffled(Seed::new(3)));
    let batches = Batches::new(counting(10), &device, make).unwrap();
    let loader = make(Arc::new(counting(10))).unwrap();
    let epoch = |epoch: u64| -> Vec<Vec<f32>> {
        let batches = loader.epoch(epoch, &device);
        batches.map(|batch| batch.unwrap().data.into_data().iter::<f32>().collect()).collect()
    };
    assert_eq!([numbers(&batches), numbers(&batches)], [epoch(0), epoch(1)]);
    assert_eq!(numbers(&*batches.to_device(&device)), epoch(2));
    assert_eq!(numbers(&batches.from_epoch(7)), epoch(7));

    let batches = Batches::new(counting(10), &device, |source| Loader::new(source, 4)).unwrap();
    let mut iter = batches.iter();
    let mut done = Vec::new();
    while iter.next().is_some() {
        done.push((iter.progress().items_processed, iter.progress().is_completed()));
    }
    assert_eq!(done, [(4, false), (8, false), (10, true)]);
    assert_eq!(numbers(&*batches.slice(3, 8)), [vec![3.0, 4.0, 5.0, 6.0], vec![7.0]]);
    let nothing = batches.slice(10, 12);
    assert!(nothing.iter().next().unwrap().is_err());
    assert_eq!(nothing.num_items(), 0);
}

#[test]
fn an_error_of_the_source_reaches_burn() {
    let broken = Collate::new(
        2,
        |_| Err::<f32, _>(DataError::NoItems),
        |_: Vec<f32>, device: &Device| Ok(Tensor::<1>::zeros([1], device)),
    );
    let batches = Batches::new(broken, &Device::flex(), |source| Loader::new(source, 1)).unwrap();
    let error = batches.iter().next().unwrap().unwrap_err();
    assert_eq!(error.to_string(), DataError::NoItems.to_string());
}

#[test]
fn a_schedule_goes_on_from_its_record() {
    let cosine: ScheduleConfig = CosineShape { end: 0.1 }.into();
    let mut whole = Scheduler::of(&cosine, 0.5, 10, 100).unwrap();
    let mut first = whole.clone();
    let rates: Vec<f64> = (0..100).map(|_| whole.step()).collect();
    for rate in &rates[..40] {
        assert_eq!(first.step(), *rate);
    }
    let bytes = first.to_record().into_bytes().unwrap();
    let mut second = Scheduler::of(&cosine, 0.5, 10, 100).unwrap();
    second.load_record(LrSchedulerRecord::from_bytes(bytes).unwrap());
    assert_eq!((0..60).map(|_| second.step()).collect::<Vec<_>>(), rates[40..]);
    // What follows a metric has nobody to tell it.
    let plateau: ScheduleConfig = PlateauShape::default().into();
    assert!(matches!(Scheduler::of(&plateau, 0.5, 10, 100).unwrap_err(), OptimError::Part { .. }));
}

#[test]
fn a_scheduler_of_burn_is_a_schedule() {
    let config = CosineAnnealingLrSchedulerConfig::new(0.1, 20).with_min_lr(0.01);
    let mut burn = config.init().unwrap();
    let rates = BurnRates::new(config.init().unwrap(), 20);
    let stepped: Vec<f64> = (0..20).map(|_| burn.step().base()).collect();
    // In any order.
    for step in (0..20).rev() {
        assert_eq!(rates.at(step), stepped[step as usize]);
    }
    assert_eq!(rates.at(1000), stepped[19]);
}

/// scikit-learn: `r2_score([3, -0.5, 2, 7], [2.5, 0.0, 2, 8])` is 0.9486081370449679.
#[test]
fn a_metric_is_of_all_items_together() {
    let device = Device::flex();
    let batch = |predicted: &[f32], actual: &[f32]| {
        let column = |numbers: &[f32]| Tensor::<1>::from_floats(numbers, &device).reshape([numbers.len(), 1]);
        RegressionOutput::new(Tensor::zeros([1], &device), column(predicted), column(actual))
    };
    let batches = [batch(&[2.5], &[3.0]), batch(&[0.0, 2.0, 8.0], &[-0.5, 2.0, 7.0])];
    let metadata = MetricMetadata {
        progress: burn::data::dataloader::Progress::new(1, 2, None),
        iteration: Some(1),
        lr: None,
    };
    let largest = |all: &kiln_train::Kept| {
        all.predictions().iter().zip(all.targets()).map(|(p, y)| (p - y).abs()).fold(0.0, f64::max)
    };
    let r2 = ScoreMetric::new("r2").unwrap();
    let max_error = ScoreMetric::of_whole("max_error", Direction::Minimise, largest);
    for (mut metric, value) in [(r2, 0.948_608_137_044_967_9), (max_error, 1.0)] {
        // Twice: `clear` begins anew.
        for _ in 0..2 {
            for batch in &batches {
                let entry = metric.update(&batch.adapt(), &metadata).unwrap();
                assert!(entry.is_not_available() && metric.value().is_none());
            }
            metric.compute().unwrap();
            assert!((metric.final_value().current() - value).abs() < 1e-6, "{:?}", metric.final_value());
            metric.clear();
        }
    }
    assert!(ScoreMetric::new("wobble").is_none());
}

#[test]
fn a_dataset_of_burn_is_a_source() {
    let dataset = InMemDataset::new(vec![1.0f32, 2.0, 3.0]);
    let source = Collate::from_burn(dataset, |items: Vec<f32>, device: &Device| {
        Ok(Tensor::<1>::from_floats(items.as_slice(), device))
    });
    let batches = Batches::new(source, &Device::flex(), |source| Loader::new(source, 2)).unwrap();
    assert_eq!(numbers(&batches), [vec![1.0, 2.0], vec![3.0]]);
}
