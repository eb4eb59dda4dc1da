//! Penalties and constraints in the loop: sparse models come to rest where scikit-learn's do, constraints hold, strengths that change
//! survive a resume.

use std::path::Path;

use burn::nn::{Linear, LinearConfig};
use burn::tensor::{DType, Device, Tensor};
use kiln_core::{ParamSelection, Seed, Weights};
use kiln_data::{DataError, Source};
use kiln_objective::{
    BoxConfig, ConstraintConfig, CumulativeL1Config, Custom, ElasticNetConfig, GroupLassoConfig, L1Config,
    L21Config, MaxNormConfig, NonNegativeConfig, PenaltyConfig, PenaltyTerm, Units,
};
use kiln_optim::{
    AdamConfig, LinearShape, LionConfig, OptimConfig, RmspropConfig, ScheduleConfig, SgdConfig,
};
use kiln_testkit::{few, golden};
use kiln_train::{CheckpointConfig, Data, Scores, Task, TrainConfig, Trainer};

use crate::common::{Net, PointTask, config, data, model, trainer};
use crate::stopped::StopAt;

/// All items of the golden regression at once.
#[derive(Debug, Clone)]
struct Regression {
    golden: Weights,
    columns: usize,
}

impl Regression {
    fn tensor(&self, name: &str, device: &Device) -> Tensor<2> {
        let data = self.golden.get(name).unwrap().clone().convert_dtype(DType::F32);
        Tensor::from_data(data, (device, DType::F32))
    }
}

impl Source<[Tensor<2>; 2]> for Regression {
    fn len(&self) -> usize {
        60
    }

    fn batch(&self, items: &[usize], device: &Device) -> Result<[Tensor<2>; 2], DataError> {
        assert_eq!(items.len(), 60);
        Ok([self.tensor("x", device), self.tensor("y", device).narrow(1, 0, self.columns)])
    }
}

/// The mean squared error of a matrix without a bias.
struct Squares;

impl Task for Squares {
    type Model = Linear;
    type Batch = [Tensor<2>; 2];

    fn loss(&self, model: &Linear, [x, y]: [Tensor<2>; 2], _: Seed) -> Tensor<1> {
        x.matmul(model.weight.val()).sub(y).square().mean()
    }

    fn score(&self, _: &Linear, _: [Tensor<2>; 2], _: &mut Scores) {}
}

fn proximal(strength: f64) -> L1Config {
    L1Config { proximal: true, ..L1Config::new(strength) }
}

#[test]
fn sparse_models_come_to_rest_where_scikit_learns_do() {
    let golden = golden("sparse");
    let net = ElasticNetConfig { proximal: true, ..ElasticNetConfig::new(0.4, 0.7) };
    // scikit-learn halves the squared error, and does not divide it by the number of outputs.
    let cases = [
        ("lasso", 1, PenaltyConfig::L1(proximal(0.3)), None),
        (
            "lasso-positive",
            1,
            PenaltyConfig::L1(proximal(0.1)),
            Some(ConstraintConfig::NonNegative(NonNegativeConfig::default())),
        ),
        ("elastic-net", 1, PenaltyConfig::ElasticNet(net), None),
        ("multi-task-lasso", 3, L21Config { proximal: true, ..L21Config::new(0.6 / 3.0) }.into(), None),
    ];
    let sgd = |momentum| OptimConfig::Sgd(SgdConfig { lr: 0.05, momentum, ..SgdConfig::default() });
    let rmsprop = RmspropConfig { lr: 0.01, momentum: 0.5, ..RmspropConfig::default() };
    let optimizers = [
        (sgd(0.0), 2e-5),
        (sgd(0.8), 2e-5),
        (OptimConfig::Adam(AdamConfig { lr: 0.02, ..AdamConfig::default() }), 2e-3),
        (OptimConfig::Rmsprop(rmsprop), 2e-3),
    ];
    // A GPU in software takes a millisecond for each operation: there two of the models have one optimiser each.
    let is_cpu = kiln_testkit::device_name().is_cpu();
    for (number, (name, columns, penalty, constraint)) in cases.into_iter().enumerate() {
        for (optim, tolerance) in optimizers
            .iter()
            .enumerate()
            .filter(|(which, _)| is_cpu || (*which == number && number < 2))
            .map(|(_, both)| both)
        {
            let start = LinearConfig::new(8, columns).with_bias(false).init(&kiln_testkit::device());
            let config = TrainConfig { epochs: 1500, batch_size: 60, ..TrainConfig::default() };
            let mut trainer = Trainer::new(Squares, config)
                .optimizer(optim.clone())
                .schedule(LinearShape { start: 1.0, end: 0.0 })
                .penalty(penalty.clone());
            if let Some(constraint) = constraint.clone() {
                trainer = trainer.constraint(constraint);
            }
            let data = Data::new(Regression { golden: golden.clone(), columns });
            let model = trainer.fit(start, &data).unwrap().model;
            let found: Vec<f64> = model.weight.val().into_data().iter::<f64>().collect();
            let expected: Vec<f64> = golden.get(name).unwrap().iter::<f64>().collect();
            for (found, expected) in found.iter().zip(&expected) {
                let context = format!("{name}, {optim:?}: {found} instead of {expected}");
                assert!((found - expected).abs() < *tolerance, "{context}");
                // What is zero there is exactly zero here.
                assert!(*expected != 0.0 || *found == 0.0, "{context}");
            }
        }
    }
}

#[test]
fn constraints_hold_at_the_end() {
    let norm =
        |max, units| ConstraintConfig::MaxNorm(MaxNormConfig { max, units, params: ParamSelection::Weights });
    let bounds = BoxConfig { low: -0.01, high: 0.02, params: ParamSelection::Biases };
    let outcome = trainer(config())
        .constraint(norm(0.3, Units::Input))
        .constraint(ConstraintConfig::Box(bounds))
        .fit(model(), &data())
        .unwrap();
    let weights = Weights::of(&outcome.model);
    let numbers = |name: &str| weights.get(name).unwrap().iter::<f64>().collect::<Vec<_>>();
    let norms = |name: &str, width| -> Vec<f64> {
        numbers(name).chunks(width).map(|row| row.iter().map(|w| w * w).sum::<f64>().sqrt()).collect()
    };
    for (name, width) in [("hidden.weight", 8), ("output.weight", 3)] {
        let norms = norms(name, width);
        assert!(norms.iter().all(|norm| *norm <= 0.3 + 1e-6), "{name}: {norms:?}");
        assert!(norms.iter().any(|norm| *norm > 0.299), "{name}: {norms:?}");
    }
    for name in ["hidden.bias", "output.bias"] {
        assert!(numbers(name).iter().all(|b| (-0.01..=0.02).contains(&(*b as f32))), "{name}");
    }
}

#[test]
fn strengths_that_change_go_on_where_they_were() {
    let schedule = Some(LinearShape { start: 0.0, end: 1.0 }.into());
    // It remembers what each weight owes.
    let cumulative = CumulativeL1Config { strength: 0.002, params: ParamSelection::Biases, schedule: None };
    let build = |folder: &Path, schedule: &Option<ScheduleConfig>| -> Trainer<PointTask> {
        let lasso = GroupLassoConfig { schedule: schedule.clone(), ..GroupLassoConfig::new(0.01) };
        let quartic = Custom::new("Σ w⁴", |weight| weight.flat.powi_scalar(4).sum());
        trainer(config())
            .penalty(PenaltyConfig::GroupLasso(lasso))
            .penalty(PenaltyConfig::CumulativeL1(cumulative.clone()))
            .penalty(PenaltyTerm::new(quartic).schedule(schedule.clone()))
            .run_dir(folder, CheckpointConfig { every_epochs: 2, every_steps: Some(4), keep: 2 })
    };
    let whole = tempfile::tempdir().unwrap();
    let expected = build(whole.path(), &schedule).fit(model(), &data()).unwrap().last_weights_blake3;
    for &stop in few(&[1, 13, 40]) {
        let folder = tempfile::tempdir().unwrap();
        build(folder.path(), &schedule).callback(StopAt(stop)).fit(model(), &data()).unwrap();
        let outcome = build(folder.path(), &schedule).resume(model(), &data()).unwrap();
        assert_eq!(outcome.last_weights_blake3, expected, "stopped at step {stop}");
    }
    let constant = tempfile::tempdir().unwrap();
    let other = build(constant.path(), &None).fit(model(), &data()).unwrap().last_weights_blake3;
    assert_ne!(other, expected, "the schedule does something");
}

#[test]
fn whole_units_drop_out_under_adam() {
    if !kiln_testkit::device_name().is_cpu() {
        eprintln!(
            "skipped: minutes on a GPU in software; the steps themselves are tested there with the laws of penalties"
        );
        return;
    }
    let lasso = GroupLassoConfig { units: Units::Output, ..GroupLassoConfig::new(0.05) };
    let train = TrainConfig { epochs: 60, batch_size: 10, ..TrainConfig::default() };
    let outcome: kiln_train::Outcome<Net> = trainer(train)
        .penalty(PenaltyConfig::GroupLasso(lasso))
        .fit(model(), &Data::new(crate::common::Points { seed: Seed::new(1), len: 103 }))
        .unwrap();
    let weights = Weights::of(&outcome.model);
    let layers = kiln_train::sparsity(&weights, &kiln_core::params::list(&outcome.model));
    let hidden = layers.iter().find(|layer| layer.path == "hidden.weight").unwrap();
    assert!(hidden.zero_outputs >= 1 && hidden.zero_outputs < 8, "{hidden:?}");
    assert_eq!(hidden.zeros, 6 * hidden.zero_outputs, "units go as a whole: {hidden:?}");
}

#[test]
fn proximal_steps_need_steps_that_have_a_length() {
    let lion = OptimConfig::Lion(LionConfig::default());
    let mut trainer = trainer(config()).optimizer(lion.clone()).penalty(PenaltyConfig::L1(proximal(0.1)));
    let error = trainer.fit(model(), &data()).unwrap_err();
    assert!(error.to_string().starts_with("penalty.0 cannot be proximal"), "{error}");
    let by_gradient = PenaltyConfig::L1(L1Config::new(0.1));
    assert!(
        crate::common::trainer(config()).optimizer(lion).penalty(by_gradient).fit(model(), &data()).is_ok()
    );
}
