//! Models for Burn train in kiln as they are, resume to the same bits, and are scored by kiln.

use std::ops::ControlFlow;

use burn::module::Module;
use burn::nn::{LayerNorm, LayerNormConfig, Linear, LinearConfig};
use burn::tensor::activation::gelu;
use burn::tensor::{Device, Tensor};
use kiln_burn::StepTask;
use kiln_core::Seed;
use kiln_data::{Batch, DataConfig, Inputs, Prepared};
use kiln_objective::{LossConfig, TargetKind};
use kiln_optim::{AdamConfig, OptimConfig};
use kiln_train::{
    Callback, CheckpointConfig, Data, StepView, Stop, Supervised, Task, TrainConfig, TrainError, Trainer,
};

use crate::burn_model::{Model, classes};
use crate::onnx;

fn digits() -> Prepared {
    Prepared::load(&DataConfig::new("digits"), Seed::new(0)).unwrap()
}

/// Trains, stopped in the middle of an epoch and resumed, and whole: the same bits, and most digits right.
fn trains<T: Task<Batch = Batch>>(task: impl Fn() -> T, model: impl Fn() -> T::Model) {
    let digits = digits();
    let data = Data::new(digits.train()).validation(digits.validation().unwrap());
    let trainer = || {
        let config = TrainConfig { epochs: 6, batch_size: 32, ..TrainConfig::default() };
        let adam = OptimConfig::Adam(AdamConfig { lr: 0.01, ..AdamConfig::default() });
        Trainer::new(task(), config).optimizer(adam)
    };
    let model = model();
    let whole = trainer().fit(model.clone(), &data).unwrap();
    let best = whole.history.best().unwrap().validation.clone().unwrap();
    assert!(best.get("accuracy").unwrap() > 0.9, "{best:?}");
    let folder = tempfile::tempdir().unwrap();
    let run = || trainer().run_dir(folder.path(), CheckpointConfig::default());
    run().callback(StopAt(50)).fit(model.clone(), &data).unwrap();
    let resumed = run().resume(model, &data).unwrap();
    assert_eq!(resumed.last_weights_blake3, whole.last_weights_blake3);
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

/// First weights that do not depend on what other tests draw from Burn's generator: every parameter, by its place.
fn seeded<M: Module>(model: M) -> M {
    let mut weights = kiln_core::Weights::of(&model);
    let all: Vec<(String, Vec<usize>)> =
        weights.iter().map(|(name, data)| (name.to_owned(), data.shape().to_vec())).collect();
    for (i, (name, shape)) in all.into_iter().enumerate().filter(|(_, (name, _))| !name.contains("constant"))
    {
        let (seed, n) = (Seed::new(5).at(i as u64), shape.iter().product::<usize>());
        let bound = 1.0 / (shape[0] as f64).sqrt();
        let values: Vec<f32> =
            (0..n as u64).map(|j| (bound * (2.0 * seed.uniform(j) - 1.0)) as f32).collect();
        weights.insert(name, burn::tensor::TensorData::new(values, shape));
    }
    weights.apply(model).unwrap()
}

fn supervised<M: 'static>(forward: fn(&M, Inputs, Option<Seed>) -> Tensor<2>) -> Supervised<M> {
    let target = TargetKind::Classes(10);
    Supervised::new(forward, LossConfig::default_for(target).build(target).unwrap(), digits().fitted)
}

#[derive(Module, Debug)]
struct Plain {
    hidden: Linear,
    norm: LayerNorm,
    output: Linear,
}

#[test]
fn a_module_of_burn_nn() {
    let forward = |model: &Plain, inputs: Inputs, _: Option<Seed>| {
        model.output.forward(gelu(model.norm.forward(model.hidden.forward(inputs.flat()))))
    };
    let model = |device: &Device| Plain {
        hidden: LinearConfig::new(64, 32).init(device),
        norm: LayerNormConfig::new(32).init(device),
        output: LinearConfig::new(32, 10).init(device),
    };
    trains(|| supervised(forward), || seeded(model(&Device::flex())));
}

#[test]
fn a_model_for_burn_train() {
    let model = || seeded(Model::new(&Device::flex()));
    trains(StepTask::of_model, model);
    // Without the trait: the method that such models have.
    let step = |model: &Model, batch: Batch| {
        model.forward_classification(batch.inputs.flat(), classes(batch.targets))
    };
    trains(|| StepTask::new(step), model);
}

#[test]
fn a_network_that_burn_onnx_has_made() {
    let forward = |model: &onnx::Model, inputs: Inputs, _: Option<Seed>| {
        let images = inputs.into_images().unwrap_or_else(|| panic!("digits are images"));
        model.forward(images)
    };
    trains(|| supervised(forward), || seeded(onnx::Model::new(&Device::flex())));
    // Constants stay what they are.
    let digits = digits();
    let config = TrainConfig { epochs: 1, ..TrainConfig::default() };
    let outcome = Trainer::new(supervised(forward), config)
        .fit(seeded(onnx::Model::new(&Device::flex())), &Data::new(digits.train()))
        .unwrap();
    let weights = kiln_core::Weights::of(&outcome.model);
    let constant = weights.iter().find(|(name, _)| *name == "constant9").unwrap().1;
    assert_eq!(constant.iter::<f32>().sum::<f32>(), std::f32::consts::SQRT_2);
}
