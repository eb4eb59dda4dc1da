//! Texts with kiln's own models: a stopped and resumed training ends with the bits of one that was not.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use kiln::data::{Features, Fitted, Target, Texts};
use kiln::models::{BagConfig, TextCnnConfig};
use kiln::optim::AdamwConfig;
use kiln::prelude::*;
use kiln_testkit::device;

/// Sentences of different length; a word says what they are.
fn sentences() -> Dataset {
    let seed = Seed::new(5);
    let word = |row: u64, place: u64| format!("w{}", seed.at(row).bits(place) % 30);
    let sentence = |row: u64| -> String {
        let words: Vec<String> = (0..seed.bits(row) % 12).map(|place| word(row, place)).collect();
        format!("{} {}", words.join(" "), ["fine", "poor"][(row % 2) as usize])
    };
    let texts = Texts::new((0..200).map(sentence));
    let labels = (0..200).map(|row| row % 2).collect();
    let target = Target::Classes { labels, names: vec!["yes".to_owned(), "no".to_owned()] };
    Dataset::new("sentences", Features::Text(texts), target)
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

fn trainer(fitted: &Arc<Fitted>, epochs: u64) -> Trainer<Supervised<Network>> {
    let target = TargetKind::Classes(fitted.outputs());
    let loss = LossConfig::default_for(target).build(target).unwrap();
    let task = Supervised::new(Network::forward, loss, Arc::clone(fitted));
    let config = TrainConfig { epochs, batch_size: 16, ..TrainConfig::default() };
    Trainer::new(task, config)
        .optimizer(OptimConfig::Adamw(AdamwConfig { lr: 0.02, ..AdamwConfig::default() }))
        .seed(3)
}

#[test]
fn texts_train_and_a_resumed_run_ends_with_the_same_bits() {
    let bag = BagConfig { width: 8, buckets: 64, dropout: 0.2, ..BagConfig::default() };
    let cnn = TextCnnConfig { width: 8, filters: 6, ..TextCnnConfig::default() };
    for config in [ModelConfig::from(bag), ModelConfig::from(cnn)] {
        let prepared = Prepared::new(sentences(), &DataConfig::new("sentences"), Seed::new(0)).unwrap();
        let fitted = &prepared.fitted;
        let model = || config.init_for(fitted, &device().autodiff(), Seed::new(1)).unwrap();
        let data = Data::new(prepared.train()).validation(prepared.validation().unwrap());
        let run = |folder: &Path| trainer(fitted, 6).run_dir(folder, CheckpointConfig::default());
        let whole = tempfile::tempdir().unwrap();
        let expected = run(whole.path()).fit(model(), &data).unwrap();
        let last = expected.history.last().unwrap();
        let accuracy = last.validation.as_ref().and_then(|metrics| metrics.get("accuracy"));
        assert!(accuracy > Some(0.9), "{config:?}: {last:?}");
        // In the middle of an epoch, and at its end.
        for stop in [4, 18] {
            let folder = tempfile::tempdir().unwrap();
            let first = run(folder.path()).callback(StopAt(stop)).fit(model(), &data).unwrap();
            assert_eq!(first.stop, Stop::Interrupted);
            let outcome = run(folder.path()).resume(model(), &data).unwrap();
            assert_eq!(outcome.last_weights_blake3, expected.last_weights_blake3, "stopped at step {stop}");
        }
    }
}
