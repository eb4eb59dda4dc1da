//! Outputs, gradients and running statistics against PyTorch: see `tests/golden/models.py`.

use burn::module::Module;
use burn::tensor::{Tensor, TensorData};
use kiln_core::{Seed, Weights};
use kiln_data::{FeatureGroup, InputShape, Inputs};
use kiln_models::{
    Activation, CnnConfig, Head, MlpConfig, ModelConfig, ModelInput, Network, Norm, Parametrization,
    PbldConfig, PiecewiseLinearConfig, PlrConfig, ResnetConfig, TabmConfig,
};
use kiln_testkit::{assert_close, device, golden, gradients_by_path};

/// The tensors below `prefix/`.
pub(super) fn below(file: &Weights, prefix: &str) -> Weights {
    let mut weights = Weights::default();
    for (name, data) in file.iter() {
        if let Some(path) = name.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('/')) {
            weights.insert(path, data.clone());
        }
    }
    assert!(!weights.is_empty(), "nothing below {prefix}");
    weights
}

pub(super) fn largest(data: &TensorData) -> f64 {
    data.iter::<f64>().fold(0.0, |max, x| max.max(x.abs()))
}

pub(super) struct Case {
    file: Weights,
    network: Network,
    inputs: TensorData,
}

impl Case {
    /// The model with the weights of the file, on the autodiff device under test. That they fit is a test of every
    /// path and shape.
    pub(super) fn new(name: &str, config: &ModelConfig) -> Self {
        Self::with(name, config, ModelInput::from)
    }

    pub(super) fn with(name: &str, config: &ModelConfig, input: impl Fn(InputShape) -> ModelInput) -> Self {
        let file = golden(name);
        let inputs = file.get("inputs").unwrap().clone();
        let shape = match inputs.shape()[..] {
            [_, features] => InputShape::Table(features),
            [_, channels, height, width] => InputShape::Images([channels, height, width]),
            _ => unreachable!(),
        };
        let outputs = file.get("outputs/training").unwrap().shape()[1];
        let network = config.init(input(shape), outputs, &device().autodiff(), Seed::new(99)).unwrap();
        let network = below(&file, "weights").apply(network).unwrap();
        Self { file, network, inputs }
    }

    fn forward(&self, network: &Network) -> Tensor<2> {
        let device = network.devices()[0].clone();
        let inputs = self.inputs.clone();
        let inputs = match inputs.shape().len() {
            2 => Inputs::Table(Tensor::from_data(inputs, &device)),
            _ => Inputs::Images(Tensor::from_data(inputs, &device)),
        };
        network.forward(inputs, None)
    }

    fn check_outputs(&self) {
        self.check_outputs_within(1e-5);
    }

    pub(super) fn check_outputs_within(&self, tolerance: f64) {
        let check = |name: &str, outputs: Tensor<2>| {
            let expected = self.file.get(name).unwrap();
            assert_close(&outputs.into_data(), expected, tolerance, tolerance * largest(expected));
        };
        // Evaluation first: a forward pass in training moves the running statistics.
        check("outputs/evaluation", self.forward(&self.network.valid()));
        check("outputs/training", self.forward(&self.network));
    }

    fn check_gradients(&self) {
        self.check_gradients_within(1e-4, 1e-5);
    }

    pub(super) fn check_gradients_within(&self, relative: f64, of_largest: f64) {
        self.check_gradients_by(relative, |expected| of_largest * largest(expected));
    }

    /// Every number within this bound.
    pub(super) fn check_gradients_to(&self, bound: f64) {
        self.check_gradients_by(0.0, |_| bound);
    }

    fn check_gradients_by(&self, relative: f64, bound: impl Fn(&TensorData) -> f64) {
        let expected = below(&self.file, "gradients");
        let gradients = self.forward(&self.network).powi_scalar(2).sum().backward();
        let actual = gradients_by_path(&gradients, &self.network);
        let names = |weights: &Weights| weights.iter().map(|(name, _)| name.to_owned()).collect::<Vec<_>>();
        assert_eq!(names(&actual), names(&expected));
        for (path, expected) in expected.iter() {
            assert_close(actual.get(path).unwrap(), expected, relative, bound(expected));
        }
    }

    /// The running statistics after one step, which need one value for each of `norms` layers of batch norm and statistic.
    pub(super) fn check_running(&self, norms: usize) {
        let expected = below(&self.file, "running");
        self.forward(&self.network);
        let actual = Weights::of(&self.network);
        assert_eq!(expected.len(), 2 * norms);
        for (path, expected) in expected.iter() {
            assert_close(actual.get(path).unwrap(), expected, 1e-5, 1e-6);
        }
    }
}

#[test]
fn mlp_with_batch_norm() {
    let config = MlpConfig { hidden: vec![16, 12], norm: Norm::Batch, ..MlpConfig::default() };
    let config = ModelConfig::Mlp(config);
    let case = Case::new("models_mlp_batch", &config);
    case.check_outputs();
    case.check_gradients();
    let case = Case::new("models_mlp_batch", &config);
    case.check_running(2);
}

#[test]
fn mlp_with_layer_norm_and_gelu() {
    let config = MlpConfig {
        hidden: vec![16, 12],
        norm: Norm::Layer,
        activation: Activation::Gelu,
        ..MlpConfig::default()
    };
    let case = Case::new("models_mlp_layer", &ModelConfig::Mlp(config));
    case.check_outputs();
    case.check_gradients();
}

/// Six features, of which those at 2 and 5 are no numbers.
fn mixed(shape: InputShape) -> ModelInput {
    let mut input = ModelInput::from(shape);
    let group = |place| FeatureGroup { features: place..place + 1, numeric: place % 3 < 2 };
    input.groups = Some((0..6).map(group).collect());
    input
}

/// See `tests/golden/tabular.py`.
fn check_as_the_package(name: &str, config: impl Into<ModelConfig>) {
    let case = Case::with(name, &config.into(), mixed);
    case.check_outputs_within(1e-6);
    case.check_gradients_within(1e-6, 1e-6);
}

#[test]
fn plr_is_that_of_rtdl_num_embeddings() {
    let plr = PlrConfig { width: 5, frequencies: 6, sigma: 0.5 };
    let config = MlpConfig { hidden: vec![9], embedding: Some(plr.into()), ..MlpConfig::default() };
    check_as_the_package("models_mlp_plr", config);
}

#[test]
fn layers_of_realmlp_are_those_of_pytabkit() {
    let config = MlpConfig {
        hidden: vec![9, 8],
        activation: Activation::Silu,
        input_scale: true,
        parametrization: Parametrization::Ntk,
        learned_activation: true,
        ..MlpConfig::default()
    };
    check_as_the_package("models_mlp_realmlp", config);
}

#[test]
fn pbld_is_that_of_pytabkit() {
    let pbld = PbldConfig { width: 4, frequencies: 6, sigma: 0.1 };
    let config = MlpConfig { hidden: vec![9], embedding: Some(pbld.into()), ..MlpConfig::default() };
    check_as_the_package("models_mlp_pbld", config);
}

#[test]
fn piecewise_linear_embeddings_are_those_of_rtdl_num_embeddings() {
    let embedding = PiecewiseLinearConfig { width: 5 };
    let config = MlpConfig { hidden: vec![9], embedding: Some(embedding.into()), ..MlpConfig::default() };
    let edges = golden("models_mlp_piecewise");
    let case = Case::with("models_mlp_piecewise", &config.into(), |shape| {
        let mut input = mixed(shape);
        let of = |number| edges.get(&format!("bins/{number}")).unwrap().iter::<f32>().collect();
        input.bins = (0..4).map(of).collect();
        input
    });
    case.check_outputs_within(1e-6);
    case.check_gradients_within(1e-6, 1e-6);
}

#[test]
fn tabm_is_that_of_its_package() {
    let config = TabmConfig { hidden: vec![8, 8], heads: 4, dropout: 0.0, ..TabmConfig::default() };
    check_as_the_package("models_tabm", config);
}

#[test]
fn cnn_with_batch_norm() {
    let config =
        CnnConfig { channels: vec![4, 6], norm: Norm::Batch, hidden: vec![10], ..CnnConfig::default() };
    let config = ModelConfig::Cnn(config);
    let case = Case::new("models_cnn_batch", &config);
    case.check_outputs();
    case.check_gradients();
    let case = Case::new("models_cnn_batch", &config);
    case.check_running(2);
}

#[test]
fn cnn_with_the_mean_over_the_map() {
    let config = CnnConfig {
        channels: vec![3, 5],
        kernel: 5,
        convs_per_block: 2,
        pool: 3,
        hidden: vec![7],
        activation: Activation::Silu,
        head: Head::Mean,
        ..CnnConfig::default()
    };
    let case = Case::new("models_cnn_mean", &ModelConfig::Cnn(config));
    case.check_outputs();
    case.check_gradients();
}

#[test]
fn resnet() {
    let config = ModelConfig::Resnet(ResnetConfig { width: 3, ..ResnetConfig::default() });
    let case = Case::new("models_resnet", &config);
    case.check_outputs();
    case.check_gradients();
    let case = Case::new("models_resnet", &config);
    case.check_running(8);
}
