//! A fine-tuning that freezes and thaws, with a penalty on the distance from the start, held to PyTorch: `tests/golden/freeze.py`.

use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};

use burn::module::Module;
use burn::nn::{BatchNorm, BatchNormConfig, Linear, LinearConfig};
use burn::tensor::{DType, Device, Int, Tensor, TensorData};
use kiln_core::{ParamPattern, ParamSelection, Seed, Weights};
use kiln_data::{DataError, Source};
use kiln_objective::L2SpConfig;
use kiln_optim::{AdamwConfig, OptimConfig, SgdConfig};
use kiln_testkit::golden;
use kiln_train::{
    Callback, CheckpointConfig, Data, EpochView, FreezeConfig, Scores, Stop, Task, TrainConfig, TrainError,
    Trainer,
};

use crate::stopped::StopAt;

#[derive(Module, Debug)]
struct Net {
    hidden: Linear,
    norm: BatchNorm,
    middle: Linear,
    output: Linear,
}

#[derive(Debug, Clone)]
struct Items(Weights);

impl Source<[Tensor<2>; 2]> for Items {
    fn len(&self) -> usize {
        12
    }

    fn batch(&self, items: &[usize], device: &Device) -> Result<[Tensor<2>; 2], DataError> {
        let rows: Vec<i32> = items.iter().map(|&item| item as i32).collect();
        Ok(["x", "y"].map(|name| {
            let rows = Tensor::<1, Int>::from_data(TensorData::new(rows.clone(), [items.len()]), device);
            let data = self.0.get(name).unwrap().clone().convert_dtype(DType::F32);
            Tensor::<2>::from_data(data, (device, DType::F32)).select(0, rows)
        }))
    }
}

struct Regression;

impl Task for Regression {
    type Model = Net;
    type Batch = [Tensor<2>; 2];

    fn loss(&self, net: &Net, [x, y]: [Tensor<2>; 2], _: Seed) -> Tensor<1> {
        let x = net.norm.forward(net.hidden.forward(x)).tanh();
        (net.output.forward(net.middle.forward(x).tanh()) - y).square().mean()
    }

    fn score(&self, _: &Net, _: [Tensor<2>; 2], _: &mut Scores) {}
}

/// Keeps the weights after every step, which is an epoch.
struct Keep(Arc<Mutex<Vec<Weights>>>);

impl Callback for Keep {
    fn on_epoch_end(&mut self, view: &EpochView<'_>) -> Result<ControlFlow<Stop>, TrainError> {
        self.0.lock().unwrap().push((view.weights)());
        Ok(ControlFlow::Continue(()))
    }
}

fn net() -> Net {
    let device = kiln_testkit::device();
    Net {
        hidden: LinearConfig::new(3, 5).with_bias(false).init(&device),
        norm: BatchNormConfig::new(5).init(&device),
        middle: LinearConfig::new(5, 4).init(&device),
        output: LinearConfig::new(4, 2).init(&device),
    }
}

fn first(golden: &Weights) -> Net {
    let mut weights = Weights::default();
    for (name, data) in golden.iter().filter(|(name, _)| name.starts_with("first/")) {
        weights.insert(&name["first/".len()..], data.clone());
    }
    weights.apply(net()).unwrap()
}

fn optimisers() -> [(&'static str, OptimConfig); 2] {
    let sgd = SgdConfig { lr: 0.1, momentum: 0.9, ..SgdConfig::default() };
    let adamw = AdamwConfig { lr: 0.01, weight_decay: 0.1, ..AdamwConfig::default() };
    [("sgd", OptimConfig::Sgd(sgd)), ("adamw", OptimConfig::Adamw(adamw))]
}

fn trainer(optim: OptimConfig) -> Trainer<Regression> {
    let config = TrainConfig { epochs: 8, batch_size: 12, shuffle: false, ..TrainConfig::default() };
    let body = ParamSelection::Matching(ParamPattern::new("^(hidden|norm)").unwrap());
    Trainer::new(Regression, config)
        .optimizer(optim)
        .penalty(kiln_objective::PenaltyConfig::from(L2SpConfig::new(0.05)))
        .freeze(FreezeConfig::new(body).until(4))
        .begin_anew(["output.weight", "output.bias"])
}

#[test]
fn weights_and_statistics_of_every_step_are_pytorchs() {
    let golden = golden("freeze");
    for (name, optim) in optimisers() {
        let kept = Arc::new(Mutex::new(Vec::new()));
        let items = Data::new(Items(golden.clone()));
        trainer(optim).callback(Keep(Arc::clone(&kept))).fit(first(&golden), &items).unwrap();
        for (step, weights) in kept.lock().unwrap().iter().enumerate() {
            for (path, found) in weights.iter() {
                // Burn's own batch norm divides by n where PyTorch's running variance has n - 1.
                if path == "norm.running_var" && step >= 4 {
                    continue;
                }
                let expected = golden.get(&format!("{name}/{step}/{path}")).unwrap();
                for (found, expected) in found.iter::<f64>().zip(expected.iter::<f64>()) {
                    let off = (found - expected).abs() / expected.abs().max(1.0);
                    assert!(off <= 1e-6, "{name}, step {step}, {path}: {found}, not {expected}");
                }
            }
        }
        assert_eq!(kept.lock().unwrap().len(), 8);
    }
}

#[test]
fn a_run_that_was_stopped_ends_with_the_same_bits_and_keeps_its_start() {
    let golden = golden("freeze");
    let items = Data::new(Items(golden.clone()));
    for (name, optim) in optimisers() {
        let run =
            |folder: &std::path::Path| trainer(optim.clone()).run_dir(folder, CheckpointConfig::default());
        let whole = tempfile::tempdir().unwrap();
        let whole = run(whole.path()).fit(first(&golden), &items).unwrap().last_weights_blake3;
        for stop in [2, 4, 5] {
            let folder = tempfile::tempdir().unwrap();
            let stopped = run(folder.path()).callback(StopAt(stop)).fit(first(&golden), &items).unwrap();
            assert_eq!(stopped.stop, Stop::Interrupted);
            // The start is that of the checkpoint, whatever the model is that goes on.
            let resumed = run(folder.path()).resume(net(), &items).unwrap();
            assert_eq!(resumed.last_weights_blake3, whole, "{name}, stopped behind epoch {stop}");
        }
    }
}
