//! Models that nobody wrote for kiln train in it without a change, and go on with the same bits: of burn-nn, in the form of Burn's
//! model zoo, and one that burn-onnx has made.

mod onnx;
mod zoo;

use burn::module::Module;
use burn::nn::{LayerNorm, LayerNormConfig, Linear, LinearConfig, Lstm, LstmConfig};
use burn::tensor::{Device, Tensor, TensorData};
use kiln_core::{Seed, Weights};
use kiln_data::{DataConfig, Inputs, Prepared};
use kiln_objective::{LossConfig, TargetKind};
use kiln_optim::AdamConfig;
use kiln_train::{CheckpointConfig, Data, Stop, Supervised, TrainConfig, Trainer};

use crate::stopped::StopAt;

/// First weights that do not depend on what other tests draw from Burn's generator. What a norm has, and constants, stay.
fn seeded<M: Module>(model: M) -> M {
    let mut weights = Weights::of(&model);
    let all: Vec<(String, Vec<usize>)> =
        weights.iter().map(|(name, data)| (name.to_owned(), data.shape().to_vec())).collect();
    for (place, (name, shape)) in all.into_iter().enumerate() {
        let count: usize = shape.iter().product();
        let bound = match (shape.len(), name.ends_with("bias")) {
            (2.., _) => (6.0 * shape[0] as f64 / count as f64).sqrt().min(0.5),
            (_, true) => 0.0,
            _ => continue,
        };
        let draw = Seed::new(5).at(place as u64);
        let values: Vec<f32> =
            (0..count as u64).map(|i| (bound * (2.0 * draw.uniform(i) - 1.0)) as f32).collect();
        weights.insert(name, TensorData::new(values, shape));
    }
    weights.apply(model).unwrap()
}

/// Trains on the digits, whole, and stopped within an epoch and resumed: most are right, and the bits are the same. Gives the
/// weights before and after.
fn trains<M: Module + 'static>(model: M, forward: fn(&M, Tensor<4>) -> Tensor<2>) -> [Weights; 2] {
    let model = seeded(model);
    let digits = Prepared::load(&DataConfig::new("digits"), Seed::new(0)).unwrap();
    let data = Data::new(digits.train()).validation(digits.validation().unwrap());
    let target = TargetKind::Classes(10);
    let trainer = || {
        let loss = LossConfig::default_for(target).build(target).unwrap();
        let forward =
            move |model: &M, inputs: Inputs, _: Option<Seed>| forward(model, inputs.into_images().unwrap());
        let config = TrainConfig { epochs: 6, batch_size: 32, ..TrainConfig::default() };
        Trainer::new(Supervised::new(forward, loss, digits.fitted.clone()), config)
            .optimizer(AdamConfig { lr: 0.01, ..AdamConfig::default() })
    };
    let whole = trainer().fit(model.clone(), &data).unwrap();
    let best = whole.history.best().unwrap().validation.clone().unwrap();
    assert!(best.get("accuracy").unwrap() > 0.8, "{best:?}");

    let folder = tempfile::tempdir().unwrap();
    let run = || trainer().run_dir(folder.path(), CheckpointConfig::default());
    let stopped = run().callback(StopAt(50)).fit(model.clone(), &data).unwrap();
    assert_eq!(stopped.stop, Stop::Interrupted);
    let resumed = run().resume(model.clone(), &data).unwrap();
    assert_eq!(resumed.last_weights_blake3, whole.last_weights_blake3);
    [Weights::of(&model), Weights::of(&whole.model)]
}

/// Whether training changed what begins with `name`.
fn changed([before, after]: &[Weights; 2], name: &str) -> bool {
    let values = |weights: &Weights| {
        let found = weights.iter().filter(|(path, _)| path.starts_with(name));
        found.flat_map(|(_, data)| data.iter::<f32>().collect::<Vec<_>>()).collect::<Vec<_>>()
    };
    let (before, after) = (values(before), values(after));
    assert!(!before.is_empty(), "{name}");
    before != after
}

/// Reads an image line by line.
#[derive(Module, Debug)]
struct Reader {
    lstm: Lstm,
    norm: LayerNorm,
    output: Linear,
}

#[test]
fn a_module_of_burn_nn() {
    let device = Device::flex();
    let model = Reader {
        lstm: LstmConfig::new(8, 32, true).init(&device),
        norm: LayerNormConfig::new(32).init(&device),
        output: LinearConfig::new(32, 10).init(&device),
    };
    let weights = trains(model, |model, images| {
        let (_, state) = model.lstm.forward(images.squeeze_dim(1_usize), None);
        model.output.forward(model.norm.forward(state.hidden))
    });
    assert!(changed(&weights, "lstm") && changed(&weights, "norm") && changed(&weights, "output"));
}

#[test]
fn a_network_of_the_model_zoo() {
    let weights = trains(zoo::Net::new(10, &Device::flex()), zoo::Net::forward);
    // Running statistics are no parameters, and are kept, too.
    let running = "stem.norm.running_mean";
    assert!(changed(&weights, running) && changed(&weights, "blocks") && changed(&weights, "fc"));
}

#[test]
fn a_network_that_burn_onnx_has_made() {
    let weights = trains(onnx::Model::new(&Device::flex()), onnx::Model::forward);
    assert!(changed(&weights, "conv2d1") && changed(&weights, "linear2"));
    assert!(!changed(&weights, "constant9"), "a constant is no weight");
}
