//! Parts of a user's own in the loop: a rule, schedules, a constraint, a loss, closures.

use std::path::Path;

use burn::module::Module;
use burn::nn::LinearConfig;
use burn::tensor::Tensor;
use kiln_core::{Explain, ParamSelection, Seed, Weights};
use kiln_data::{DataConfig, Inputs, Prepared, Targets};
use kiln_objective::{
    ConstraintKind, Custom, L1Config, Loss, LossConfig, MaxNormConfig, MseConfig, TargetKind,
};
use kiln_optim::{
    AdamConfig, At, Gradient, GroupConfig, Kept, LookaheadConfig, OptimizerConfig, OwnRule, Rule, ScheduleFn,
    SgdConfig, Slot, StepSize,
};
use kiln_testkit::device;
use kiln_train::{
    CheckpointConfig, Data, Outcome, PlannedStep, Supervised, TrainConfig, Trainer, after_epoch,
};

use crate::common::{Net, PointTask, config, data, model, trainer};
use crate::stopped::{StopAt, end};

/// SGD with momentum, as a user writes it.
#[derive(Debug)]
struct Momentum(f64);

impl Rule for Momentum {
    fn slots(&self, dims: &[usize]) -> Vec<Slot> {
        Slot::each(&["velocity"], dims)
    }

    fn update(&self, weight: Tensor<1>, gradient: Gradient, kept: Kept, at: At<'_>) -> (Tensor<1>, Kept) {
        let gradient = gradient.tensor(&weight) + weight.clone().mul_scalar(at.weight_decay);
        let velocity = match kept.tensors.into_iter().next() {
            Some(velocity) => velocity.mul_scalar(self.0) + gradient,
            None => gradient,
        };
        (weight - velocity.clone().mul_scalar(at.lr), vec![velocity].into())
    }

    fn step_size(&self, _: &Kept, at: At<'_>) -> Option<StepSize> {
        Some(StepSize::Same(at.lr / (1.0 - self.0)))
    }
}

fn own() -> OwnRule {
    OwnRule::new(Momentum(0.9), 0.05).weight_decay(0.01)
}

fn kilns() -> SgdConfig {
    SgdConfig { lr: 0.05, momentum: 0.9, weight_decay: 0.01, ..SgdConfig::default() }
}

/// The largest difference of two models' weights.
fn apart(a: &Net, b: &Net) -> f64 {
    let (a, b) = (Weights::of(a), Weights::of(b));
    let pairs = a.iter().flat_map(|(name, data)| {
        let other: Vec<f64> = b.get(name).unwrap().iter().collect();
        data.iter::<f64>().zip(other).map(|(a, b)| (a - b).abs()).collect::<Vec<_>>()
    });
    pairs.fold(0.0, f64::max)
}

fn fit(mut trainer: Trainer<PointTask>) -> Outcome<Net> {
    trainer.fit(model(), &data()).unwrap()
}

#[test]
fn a_rule_of_ones_own_is_an_optimiser() {
    let short = || trainer(TrainConfig { steps: Some(20), ..config() });
    let (mine, kilns) = (fit(short().optimizer_rule(own())), fit(short().optimizer(kilns())));
    assert!(apart(&mine.model, &kilns.model) < 1e-5, "{}", apart(&mine.model, &kilns.model));

    // With what is around the rule, stopped anywhere, it goes on with the same bits.
    let around = OptimizerConfig {
        lookahead: Some(LookaheadConfig { k: 3, alpha: 0.5 }),
        group: vec![GroupConfig { params: ParamSelection::Biases, lr_factor: 2.0, weight_decay: Some(0.0) }],
        ..AdamConfig::default().into()
    };
    let build = |folder: &Path| {
        trainer(config())
            .optimizer(around.clone())
            .optimizer_rule(own())
            .run_dir(folder, CheckpointConfig { every_epochs: 2, every_steps: Some(4), keep: 2 })
    };
    let whole = tempfile::tempdir().unwrap();
    let outcome = build(whole.path()).fit(model(), &data()).unwrap();
    let whole = end(whole.path(), outcome);
    for stop in [1, 7, 23] {
        let folder = tempfile::tempdir().unwrap();
        build(folder.path()).callback(StopAt(stop)).fit(model(), &data()).unwrap();
        let outcome = build(folder.path()).resume(model(), &data()).unwrap();
        assert_eq!(end(folder.path(), outcome), whole, "stopped at step {stop}");
    }
}

#[test]
fn settings_that_a_rule_of_ones_own_does_not_have_are_refused() {
    let refused = |mut trainer: Trainer<PointTask>| trainer.fit(model(), &data()).unwrap_err();
    let lasso = L1Config { proximal: true, ..L1Config::new(0.1) };
    let error = refused(trainer(config()).optimizer_rule(own()).penalty(lasso.clone()));
    assert!(error.to_string().contains("your own rule"), "{error}");
    fit(trainer(config()).optimizer_rule(own().with_step_size()).penalty(lasso));
    let falling = kiln_optim::LinearShape { start: 1.0, end: 0.0 };
    let error = refused(trainer(config()).optimizer_rule(own()).momentum_schedule(falling));
    assert_eq!(error.key().as_deref(), Some("momentum_schedule"), "{error}");
    let error = refused(trainer(config()).optimizer_rule(OwnRule::new(Momentum(0.9), -1.0)));
    assert_eq!(error.key().as_deref(), Some("optim.lr"), "{error}");
}

#[test]
fn schedules_of_ones_own_move_what_settings_move() {
    let expected = fit(trainer(config()).optimizer(kilns())).last_weights_blake3;
    let plain = SgdConfig { lr: 9.0, momentum: 0.1, weight_decay: 0.0, ..kilns() };
    let scheduled = trainer(config())
        .optimizer(plain)
        .schedule(ScheduleFn::new(|_| 0.05))
        .momentum_schedule(ScheduleFn::new(|_| 0.9))
        .weight_decay_schedule(ScheduleFn::new(|_| 0.01));
    let PlannedStep { lr, momentum, weight_decay, .. } = scheduled.preview(&data(), 10).unwrap().points[3];
    assert_eq!((lr, momentum, weight_decay), (0.05, Some(0.9), Some(0.01)));
    assert_eq!(fit(scheduled).last_weights_blake3, expected);
}

/// Every number of the selected parameters lies within `at_most` of 0.
#[derive(Debug)]
struct Small {
    at_most: f64,
    params: ParamSelection,
}

impl ConstraintKind for Small {
    fn params(&self) -> &ParamSelection {
        &self.params
    }

    fn project(&self, weight: Tensor<1>, _dims: &[usize]) -> Tensor<1> {
        weight.clamp(-self.at_most, self.at_most)
    }

    fn formula(&self) -> String {
        format!("|w| ≤ {}", self.at_most)
    }
}

#[test]
fn a_constraint_of_ones_own_acts_beside_those_of_settings() {
    let largest = |outcome: &Outcome<Net>| {
        let weights = Weights::of(&outcome.model);
        weights.get("output.weight").unwrap().iter::<f64>().map(f64::abs).fold(0.0, f64::max)
    };
    let build = || trainer(config()).constraint(MaxNormConfig::default());
    let small = |params| Small { at_most: 0.1, params };
    assert!(largest(&fit(build())) > 0.2);
    assert!(largest(&fit(build().constraint(small(ParamSelection::Weights)))) <= 0.1 + 1e-7);
    let nothing = small(ParamSelection::Paths(vec!["hidden.nothing".to_owned()]));
    let error = build().constraint(nothing).fit(model(), &data()).unwrap_err();
    assert!(error.to_string().contains("constraint.1"), "{error}");
}

#[test]
fn penalties_of_ones_own_and_of_settings_go_by_one_name() {
    let square = || Custom::new("0.01 Σ w²", |weight| weight.flat.square().sum().mul_scalar(0.01));
    let (mine, kilns) = (
        fit(trainer(TrainConfig { steps: Some(20), ..config() }).penalty(square())),
        fit(trainer(TrainConfig { steps: Some(20), ..config() }).penalty(kiln_objective::L2Config::new(0.01))),
    );
    assert!(apart(&mine.model, &kilns.model) < 1e-5);
}

#[test]
fn losses_and_forward_passes_may_be_closures_that_hold_something() {
    let patients = Prepared::load(&DataConfig::new("diabetes"), Seed::new(0)).unwrap();
    let fitted = &patients.fitted;
    let (factor, power) = (0.5, 2.0);
    let forward = move |model: &burn::nn::Linear, inputs: Inputs, _: Option<Seed>| {
        model.forward(inputs.flat()).mul_scalar(factor)
    };
    let own = Loss::from_fn(1, move |outputs: Tensor<2>, targets: &Targets| {
        (outputs - targets.numbers()).abs().powf_scalar(power)
    });
    let kilns = LossConfig::from(MseConfig::default()).build(TargetKind::Values(1)).unwrap();
    let run = |loss: Loss| {
        let task = Supervised::new(forward, loss, fitted.clone());
        let weights = Weights::of(&LinearConfig::new(10, 1).init(&device()));
        let zeros = weights.iter().map(|(name, data)| {
            let dims = data.shape().to_vec();
            (name.to_owned(), burn::tensor::TensorData::zeros::<f32, _>(dims))
        });
        let mut first = Weights::default();
        zeros.for_each(|(name, data)| first.insert(name, data));
        let model = first.apply(LinearConfig::new(10, 1).init(&device())).unwrap();
        let data = Data::new(patients.train()).validation(patients.validation().unwrap());
        let mut losses = Vec::new();
        let outcome = Trainer::new(task, TrainConfig { epochs: 3, ..TrainConfig::default() })
            .optimizer(SgdConfig { lr: 0.1, ..SgdConfig::default() })
            .callback(after_epoch(move |view| {
                losses.push(view.record.train.get("loss")?);
                (losses.len() == 2).then(|| "two are enough".to_owned())
            }))
            .fit(model, &data)
            .unwrap();
        assert_eq!(outcome.history.epochs.len(), 2);
        let validation = outcome.history.epochs[1].validation.clone().unwrap();
        (outcome.model.valid(), validation.get("loss").unwrap())
    };
    let ((_, mine), (_, theirs)) = (run(own), run(kilns));
    assert!((mine - theirs).abs() < 1e-5 * theirs, "{mine} and {theirs}");
}
