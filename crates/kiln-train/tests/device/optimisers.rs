//! Optimisers in the loop: those that average, Lookahead and SAM; stopped anywhere they go on with the same bits.

use std::path::Path;

use burn::module::Module;
use kiln_core::{Purpose, Seed, Weights};
use kiln_data::Source;
use kiln_optim::{
    AdamConfig, AsgdConfig, Gradients, LookaheadConfig, OptimConfig, Optimizer, OptimizerConfig, Sam,
    SamConfig, ScheduleFreeAdamwConfig, ScheduleFreeSgdConfig, SgdConfig,
};
use kiln_testkit::few;
use kiln_train::checkpoint::CheckpointStore;
use kiln_train::{CheckpointConfig, Data, Task, TrainConfig, Trainer};

use crate::common::{Net, PointTask, Points, config, data, model, trainer};
use crate::stopped::{StopAt, end};

fn cases() -> Vec<(&'static str, OptimizerConfig)> {
    let adam = || OptimizerConfig::from(OptimConfig::Adam(AdamConfig { lr: 0.01, ..Default::default() }));
    vec![
        ("asgd", OptimConfig::Asgd(AsgdConfig { lr: 0.1, t0: 5.0, ..Default::default() }).into()),
        ("sgd", OptimConfig::ScheduleFreeSgd(ScheduleFreeSgdConfig::default()).into()),
        (
            "adamw",
            OptimConfig::ScheduleFreeAdamw(ScheduleFreeAdamwConfig { lr: 0.02, ..Default::default() }).into(),
        ),
        ("lookahead", OptimizerConfig { lookahead: Some(LookaheadConfig { k: 3, alpha: 0.5 }), ..adam() }),
        ("sam", OptimizerConfig { sam: Some(SamConfig::default()), ..adam() }),
    ]
}

fn build(folder: &Path, optim: &OptimizerConfig) -> Trainer<PointTask> {
    trainer(config())
        .optimizer(optim.clone())
        .run_dir(folder, CheckpointConfig { every_epochs: 2, every_steps: Some(4), keep: 2 })
}

#[test]
fn stopped_anywhere_each_goes_on_with_the_same_bits() {
    for (name, optim) in cases() {
        let whole = tempfile::tempdir().unwrap();
        let outcome = build(whole.path(), &optim).fit(model(), &data()).unwrap();
        let whole = end(whole.path(), outcome);
        for &stop in few(&[1, 7, 11, 13, 40]) {
            let folder = tempfile::tempdir().unwrap();
            build(folder.path(), &optim).callback(StopAt(stop)).fit(model(), &data()).unwrap();
            let outcome = build(folder.path(), &optim).resume(model(), &data()).unwrap();
            assert_eq!(end(folder.path(), outcome), whole, "{name}, stopped at step {stop}");
        }
    }
}

#[test]
fn the_average_is_what_is_saved_and_given_back() {
    for (name, slot) in [("asgd", "ax"), ("sgd", "x"), ("adamw", "x")] {
        let (_, optim) = cases().into_iter().find(|(other, _)| *other == name).unwrap();
        let folder = tempfile::tempdir().unwrap();
        // Without a validation part the last weights are given back.
        let data = Data::new(Points { seed: Seed::new(1), len: 103 });
        let outcome = build(folder.path(), &optim).fit(model(), &data).unwrap();
        let newest = CheckpointStore::new(folder.path().join("checkpoints"), 2).newest().unwrap().0.unwrap();
        let given = Weights::of(&outcome.model);
        assert_eq!(given.blake3(), newest.weights.blake3());
        for path in ["hidden.weight", "output.bias"] {
            let bytes = |weights: &Weights, name: &str| weights.get(name).unwrap().as_bytes().to_vec();
            let average = bytes(&newest.optimizer, &format!("{slot}/{path}"));
            assert_eq!(bytes(&given, path), average, "{name}: {path}");
            assert_ne!(bytes(&newest.optimizer, &format!("trained/{path}")), average, "{name}: {path}");
        }
    }
}

#[test]
fn sam_takes_both_gradients_on_the_same_batch_with_the_same_masks() {
    let points = Points { seed: Seed::new(1), len: 40 };
    let items: Vec<usize> = (0..40).collect();
    let optim = OptimConfig::Sgd(SgdConfig { lr: 0.1, ..Default::default() });
    let sam = SamConfig { rho: 0.2, adaptive: false };
    let config = TrainConfig { epochs: 3, batch_size: 40, shuffle: false, ..TrainConfig::default() };
    let outcome = trainer(config)
        .optimizer(OptimizerConfig { sam: Some(sam.clone()), ..optim.clone().into() })
        .fit(model(), &Data::new(points.clone()))
        .unwrap();

    // The same by hand, from the parts.
    let (task, sam) = (PointTask::default(), Sam::new(&sam));
    let mut optimizer = Optimizer::new(&optim).unwrap();
    let mut net = model().train();
    let device = kiln_testkit::device().autodiff();
    for step in 0..3 {
        let seed = Seed::new(7).purpose(Purpose::Noise).at(step);
        let batch = points.batch(&items, &device).unwrap();
        let gradients = |net: &Net| Gradients::of(task.loss(net, batch.clone(), seed).backward(), net);
        let above = sam.ascend(&net, &gradients(&net));
        let there = gradients(&above);
        net = optimizer.step(net, there, 0.1, |_, weight, _| weight);
    }
    assert_eq!(Weights::of(&outcome.model).blake3(), Weights::of(&net).blake3());
}
