//! A training with augmentation: stopped in the middle of an epoch and resumed, it ends with the same bits.

use std::ops::ControlFlow;
use std::path::Path;

use kiln::augment::{Augmented, CropConfig, MixConfig};
use kiln::prelude::*;

/// Stops after a step.
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

/// Trains on digits for two epochs of 21 steps, or goes on; `prefetch` threads make the batches.
fn train(folder: &Path, augment: bool, prefetch: usize, stop: Option<u64>, resume: bool) -> (String, u64) {
    let device = kiln_testkit::device();
    let digits = Prepared::load(&DataConfig::new("digits"), Seed::new(0)).unwrap();
    let target = TargetKind::Classes(10);
    let loss = LossConfig::default_for(target).build(target).unwrap();
    let config = ModelConfig::Mlp(MlpConfig { hidden: vec![16], ..MlpConfig::default() });
    let seed = Seed::new(3).purpose(Purpose::Init);
    let model = config.init(digits.fitted.input_shape(), loss.outputs(), &device, seed).unwrap();
    let data = if augment {
        let crop = CropConfig { size: [8, 8], padding: 1, border: Default::default(), fill: None };
        let mix = MixConfig { mixup: 0.2, cutmix: 1.0, p: 0.8, switch: 0.5 };
        let train = Augmented::new(digits.train()).transform(crop.build().unwrap()).unwrap();
        Data::new(train.mix(mix.build("mix").unwrap()).unwrap())
    } else {
        Data::new(digits.train())
    };
    let settings = TrainConfig { epochs: 2, batch_size: 64, prefetch, ..TrainConfig::default() };
    let mut trainer = Trainer::new(Supervised::new(Network::forward, loss, digits.fitted.clone()), settings)
        .seed(3)
        .run_dir(folder, CheckpointConfig::default());
    if let Some(step) = stop {
        trainer = trainer.callback(StopAt(step));
    }
    let outcome = if resume { trainer.resume(model, &data) } else { trainer.fit(model, &data) }.unwrap();
    (outcome.last_weights_blake3, outcome.steps)
}

#[test]
fn a_run_stopped_within_an_epoch_goes_on_with_the_same_batches() {
    let folder = || tempfile::tempdir().unwrap();
    let whole = train(folder().path(), true, 2, None, false);
    for (step, prefetch) in [(7, 0), (30, 2)] {
        let folder = folder();
        let stopped = train(folder.path(), true, prefetch, Some(step), false);
        assert_eq!(stopped.1, step);
        assert_eq!(train(folder.path(), true, prefetch, None, true), whole, "stopped at step {step}");
    }
    assert_ne!(train(folder().path(), false, 2, None, false).0, whole.0, "nothing was augmented");
}
