//! Time series with kiln's own models: a stopped and resumed training ends with the bits of one that was not.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use kiln::augment::{Augmented, SeriesJitterConfig, TimeWarpConfig};
use kiln::data::{Batch, Features, Fitted, Series, Target};
use kiln::models::{InceptionTimeConfig, LstmConfig, TcnConfig, TransformerConfig};
use kiln::optim::AdamwConfig;
use kiln::prelude::*;
use kiln_testkit::{device, device_name};

/// Waves of different length; their speed says what they are.
fn waves() -> Dataset {
    let item = |row: usize| -> Vec<f64> {
        let speed = [0.3, 1.1][row % 2];
        (0..8 + row % 9).map(|step| (speed * step as f64 + row as f64).sin()).collect()
    };
    let series = Series::new(["x"], (0..120).map(item));
    let labels = (0..120).map(|row| row % 2).collect();
    let target = Target::Classes { labels, names: vec!["slow".to_owned(), "fast".to_owned()] };
    Dataset::new("waves", Features::Series(series), target)
}

struct StopAt(u64);

impl Callback for StopAt {
    fn on_step_end(&mut self, view: &StepView) -> Result<ControlFlow<Stop>, TrainError> {
        Ok(if view.step == self.0 {
            ControlFlow::Break(Stop::Interrupted)
        } else {
            ControlFlow::Continue(())
        })
    }
}

fn trainer(fitted: &Arc<Fitted>) -> Trainer<Supervised<Network>> {
    let target = TargetKind::Classes(fitted.outputs());
    let loss = LossConfig::default_for(target).build(target).unwrap();
    let task = Supervised::new(Network::forward, loss, Arc::clone(fitted));
    let config = TrainConfig { epochs: 3, batch_size: 16, ..TrainConfig::default() };
    Trainer::new(task, config)
        .optimizer(OptimConfig::Adamw(AdamwConfig { lr: 0.01, ..AdamwConfig::default() }))
        .seed(3)
}

/// The models of series, small.
fn models() -> [ModelConfig; 4] {
    let inception = InceptionTimeConfig {
        filters: 4,
        kernels: vec![5, 3],
        modules: 3,
        bottleneck: 4,
        dropout: 0.2,
        ..InceptionTimeConfig::default()
    };
    let tcn = TcnConfig { channels: vec![6, 6], kernel: 3, dropout: 0.2 };
    let lstm = LstmConfig { hidden: vec![8], ..LstmConfig::default() };
    let transformer = TransformerConfig { width: 8, heads: 2, blocks: 1, ..TransformerConfig::default() };
    [inception.into(), tcn.into(), lstm.into(), transformer.into()]
}

fn prepared() -> Prepared {
    Prepared::new(waves(), &DataConfig::new("waves"), Seed::new(0)).unwrap()
}

fn data(prepared: &Prepared) -> Data<Batch> {
    let train = Augmented::new(prepared.train()).series(SeriesJitterConfig::default()).unwrap();
    let train = train.series(TimeWarpConfig::default()).unwrap();
    Data::new(train).validation(prepared.validation().unwrap())
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    if !device_name().is_cpu() {
        return;
    }
    for config in models() {
        let train = |threads, prefetch| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| {
                let prepared = prepared();
                let model = config.init_for(&prepared.fitted, &device().autodiff(), Seed::new(1)).unwrap();
                let settings = TrainConfig { prefetch, epochs: 2, batch_size: 16, ..TrainConfig::default() };
                let outcome =
                    trainer(&prepared.fitted).config(settings).fit(model, &data(&prepared)).unwrap();
                let last = outcome.history.last().unwrap();
                (outcome.last_weights_blake3, last.train.get("loss"), last.validation.clone())
            })
        };
        let expected = train(1, 0);
        for (threads, prefetch) in [(2, 2), (3, 1), (8, 0)] {
            assert_eq!(train(threads, prefetch), expected, "{config:?}: {threads} threads");
        }
    }
}

#[test]
fn series_train_and_a_resumed_run_ends_with_the_same_bits() {
    for config in models() {
        let prepared = prepared();
        let fitted = &prepared.fitted;
        let model = || config.init_for(fitted, &device().autodiff(), Seed::new(1)).unwrap();
        let data = data(&prepared);
        let run = |folder: &Path| trainer(fitted).run_dir(folder, CheckpointConfig::default());
        let whole = tempfile::tempdir().unwrap();
        let expected = run(whole.path()).fit(model(), &data).unwrap();
        let loss = expected.history.last().unwrap().train.get("loss");
        assert!(loss.is_some_and(f64::is_finite), "{config:?}");
        // In the middle of an epoch, and at its end.
        for stop in [4, 12] {
            let folder = tempfile::tempdir().unwrap();
            let first = run(folder.path()).callback(StopAt(stop)).fit(model(), &data).unwrap();
            assert_eq!(first.stop, Stop::Interrupted);
            let outcome = run(folder.path()).resume(model(), &data).unwrap();
            assert_eq!(outcome.last_weights_blake3, expected.last_weights_blake3, "stopped at step {stop}");
        }
    }
}
