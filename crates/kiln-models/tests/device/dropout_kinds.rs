//! The kinds of dropout that a configuration can name: each does what it says, and nothing in evaluation.

use burn::tensor::{Tensor, TensorData};
use kiln_core::{ErrorKind, Explain, Seed, Weights};
use kiln_data::{InputShape, Inputs};
use kiln_models::{
    Activation, AlphaDropout, CnnConfig, ConvDropoutKind, DropBlock, DropoutKind, GaussianDropout,
    GaussianNoise, Head, MlpConfig, ModelConfig, Network, SpatialDropout,
};
use kiln_testkit::{assert_close, device};

const TABLE: InputShape = InputShape::Table(6);
const IMAGE: InputShape = InputShape::Images([1, 9, 9]);
fn noise_seed() -> Seed {
    Seed::new(21)
}

fn init(config: &ModelConfig, shape: InputShape) -> Network {
    config.init(shape, 4, &device(), Seed::new(0)).unwrap()
}

fn numbers(count: usize) -> Vec<f32> {
    (0..count as u64).map(|i| Seed::new(3).normal(i) as f32).collect()
}

fn rows(dims: [usize; 2]) -> Tensor<2> {
    Tensor::from_data(TensorData::new(numbers(dims[0] * dims[1]), dims), &device())
}

fn images(dims: [usize; 4]) -> Tensor<4> {
    Tensor::from_data(TensorData::new(numbers(dims.iter().product()), dims), &device())
}

fn data(network: &Network, inputs: Inputs, seed: Option<Seed>) -> TensorData {
    network.forward(inputs, seed).into_data()
}

/// A linear network whose output is what comes out of its only hidden layer, whatever happens to that.
fn sums_up(network: Network, width: usize) -> Network {
    let mut weights = Weights::of(&network);
    let eye = (0..width * width).map(|i| f32::from(u8::from(i % (width + 1) == 0))).collect();
    weights.insert("output.weight", TensorData::new::<f32, _>(eye, [width, width]));
    weights.insert("output.bias", TensorData::new(vec![0.0f32; width], [width]));
    weights.apply(network).unwrap()
}

fn mlp(kind: DropoutKind, dropout: f64) -> ModelConfig {
    ModelConfig::Mlp(MlpConfig {
        hidden: vec![4],
        activation: Activation::Tanh,
        dropout,
        dropout_kind: kind,
        ..MlpConfig::default()
    })
}

fn cnn(kind: ConvDropoutKind, conv_dropout: f64, block: usize) -> CnnConfig {
    CnnConfig {
        channels: vec![4],
        pool: 1,
        hidden: vec![],
        activation: Activation::Sigmoid,
        conv_dropout,
        conv_dropout_kind: kind,
        conv_dropout_block: block,
        head: Head::Mean,
        ..CnnConfig::default()
    }
}

#[test]
fn dense_layers_use_the_layer_of_the_kind() {
    let x = || Inputs::Table(rows([50, 6]));
    let network = |kind, p| sums_up(init(&mlp(kind, p), TABLE), 4);
    let without = data(&network(DropoutKind::Element, 0.0), x(), None);
    let hidden = || Tensor::<2>::from_data(without.clone(), &device());
    let seed = Some(noise_seed().at(1));
    let expected = [
        (
            DropoutKind::Element,
            kiln_models::Dropout::new("p", 0.4).unwrap().forward(hidden(), seed),
            "dropout 0.4",
        ),
        (
            DropoutKind::Alpha,
            AlphaDropout::new("p", 0.4).unwrap().forward(hidden(), seed),
            "alpha dropout 0.4",
        ),
        (
            DropoutKind::Gaussian,
            GaussianDropout::new("p", 0.4).unwrap().forward(hidden(), seed),
            "gaussian dropout 0.4",
        ),
    ];
    for (kind, expected, words) in expected {
        let dropped = network(kind, 0.4);
        assert_close(&data(&dropped, x(), Some(noise_seed())), &expected.into_data(), 1e-6, 1e-6);
        assert_eq!(data(&dropped, x(), None), without, "{kind:?}");
        let summary = mlp(kind, 0.4).summary(TABLE, 4).unwrap();
        assert_eq!(summary.layers[0].kind, format!("linear, tanh, {words}"));
        assert_eq!(mlp(kind, 0.0).summary(TABLE, 4).unwrap().layers[0].kind, "linear, tanh");
        assert!(mlp(kind, 0.4).is_random() && !mlp(kind, 0.0).is_random());
    }
}

#[test]
fn dense_layers_of_a_cnn_have_the_kinds_too() {
    let config = |kind, dropout| CnnConfig {
        channels: vec![2],
        hidden: vec![4],
        dropout,
        dropout_kind: kind,
        ..CnnConfig::default()
    };
    let network = |kind, p| sums_up(init(&ModelConfig::Cnn(config(kind, p)), IMAGE), 4);
    let x = || Inputs::Images(images([30, 1, 9, 9]));
    let without = data(&network(DropoutKind::Element, 0.0), x(), None);
    let hidden = Tensor::<2>::from_data(without, &device());
    let expected = AlphaDropout::new("p", 0.4).unwrap().forward(hidden, Some(noise_seed().at(1)));
    let dropped = data(&network(DropoutKind::Alpha, 0.4), x(), Some(noise_seed()));
    assert_close(&dropped, &expected.into_data(), 1e-6, 1e-6);
}

/// The mean of each map after dropout of the maps of a convolution without it.
#[test]
fn convolutions_use_the_layer_of_the_kind() {
    let x = || Inputs::Images(images([20, 1, 9, 9]));
    let network = |kind, p, block| sums_up(init(&ModelConfig::Cnn(cnn(kind, p, block)), IMAGE), 4);
    let mut maps = None;
    let plain = network(ConvDropoutKind::Element, 0.0, 5);
    let without = plain.forward_observed(x(), None, &mut |_, output| maps = Some(output.clone())).into_data();
    let maps = || maps.clone().unwrap().reshape([20, 4, 9, 9]);
    let seed = Some(noise_seed().at(0));
    let expected = [
        (ConvDropoutKind::Element, 5, kiln_models::Dropout::new("p", 0.3).unwrap().forward(maps(), seed)),
        (ConvDropoutKind::Spatial, 5, SpatialDropout::new("p", 0.3).unwrap().forward(maps(), seed)),
        (ConvDropoutKind::Block, 5, DropBlock::new("p", 0.3, 5).unwrap().forward(maps(), seed)),
        (ConvDropoutKind::Block, 2, DropBlock::new("p", 0.3, 2).unwrap().forward(maps(), seed)),
    ];
    for (kind, block, expected) in expected {
        let dropped = network(kind, 0.3, block);
        let expected = expected.flatten::<3>(2, 3).mean_dim(2).flatten::<2>(1, 2).into_data();
        let found = data(&dropped, x(), Some(noise_seed()));
        assert_close(&found, &expected, 1e-5, 1e-6);
        assert_eq!(data(&dropped, x(), None), without, "{kind:?}");
        // The mean of a sigmoid is 0 where the whole channel is gone, and nowhere else.
        let gone = found.iter::<f32>().filter(|mean| *mean == 0.0).count();
        assert_eq!(gone > 0, kind == ConvDropoutKind::Spatial, "{kind:?}: {gone} of 80 channels");
    }
}

#[test]
fn only_the_last_convolution_of_a_block_has_dropout_and_the_summary_says_which() {
    let words = |kind, block| {
        let config = CnnConfig { convs_per_block: 2, ..cnn(kind, 0.1, block) };
        let layers = config.summary(IMAGE, 4).unwrap().layers;
        [layers[0].kind.clone(), layers[1].kind.clone()]
    };
    let conv = "conv 3x3, sigmoid";
    let expected = |dropout: &str| [conv.to_owned(), format!("{conv}, {dropout}")];
    assert_eq!(words(ConvDropoutKind::Element, 5), expected("dropout 0.1"));
    assert_eq!(words(ConvDropoutKind::Spatial, 5), expected("spatial dropout 0.1"));
    assert_eq!(words(ConvDropoutKind::Block, 7), expected("block dropout 0.1 (7x7)"));
}

#[test]
fn noise_is_added_to_the_inputs_before_they_are_dropped() {
    let config = |input_noise, input_dropout| {
        let activation = Activation::Identity;
        ModelConfig::Mlp(MlpConfig {
            hidden: vec![4],
            activation,
            input_noise,
            input_dropout,
            ..MlpConfig::default()
        })
    };
    let noisy = init(&config(0.5, 0.0), TABLE);
    let both = init(&config(0.5, 0.3), TABLE);
    let quiet = init(&config(0.0, 0.0), TABLE);
    let x = || rows([8, 6]);
    // One hidden layer draws from `at(1)`: noise from `at(2)`.
    let with_noise = GaussianNoise::new("s", 0.5).unwrap().forward(x(), Some(noise_seed().at(2)));
    let dropped =
        kiln_models::Dropout::new("p", 0.3).unwrap().forward(with_noise.clone(), Some(noise_seed().at(0)));
    let outputs = |inputs: Tensor<2>| data(&quiet, Inputs::Table(inputs), None);
    assert_eq!(data(&noisy, Inputs::Table(x()), Some(noise_seed())), outputs(with_noise));
    assert_eq!(data(&both, Inputs::Table(x()), Some(noise_seed())), outputs(dropped));
    assert_eq!(data(&noisy, Inputs::Table(x()), None), outputs(x()));
    assert!(config(0.5, 0.0).is_random() && !config(0.0, 0.0).is_random());
}

#[test]
fn paths_are_those_without_the_settings() {
    let paths =
        |network: &Network| Weights::of(network).iter().map(|(name, _)| name.to_owned()).collect::<Vec<_>>();
    let plain = paths(&init(&mlp(DropoutKind::Element, 0.0), TABLE));
    assert_eq!(plain, ["layers.0.linear.bias", "layers.0.linear.weight", "output.bias", "output.weight"]);
    assert_eq!(paths(&init(&mlp(DropoutKind::Gaussian, 0.5), TABLE)), plain);
    let plain = paths(&init(&ModelConfig::Cnn(cnn(ConvDropoutKind::Element, 0.0, 5)), IMAGE));
    assert_eq!(plain, ["blocks.0.conv.bias", "blocks.0.conv.weight", "output.bias", "output.weight"]);
    assert_eq!(paths(&init(&ModelConfig::Cnn(cnn(ConvDropoutKind::Block, 0.5, 3)), IMAGE)), plain);
}

#[test]
fn settings_have_names_defaults_and_ranges() {
    // What was saved before the settings were there.
    let old =
        r#"{"kind":"mlp","hidden":[3],"activation":"relu","dropout":0.5,"input_dropout":0.0,"norm":"none"}"#;
    let ModelConfig::Mlp(old) = serde_json::from_str(old).unwrap() else { panic!("no MLP") };
    assert_eq!((old.dropout_kind, old.input_noise), (DropoutKind::Element, 0.0));
    let old = r#"{"kind":"cnn","conv_dropout":0.5}"#;
    let ModelConfig::Cnn(old) = serde_json::from_str(old).unwrap() else { panic!("no CNN") };
    assert_eq!((old.conv_dropout_kind, old.conv_dropout_block), (ConvDropoutKind::Element, 5));
    let words = |kinds: &dyn Fn(&str) -> bool, names: &[&str]| names.iter().all(|name| kinds(name));
    let dense = |name: &str| serde_json::from_str::<DropoutKind>(&format!("{name:?}")).is_ok();
    let conv = |name: &str| serde_json::from_str::<ConvDropoutKind>(&format!("{name:?}")).is_ok();
    assert!(words(&dense, &["element", "alpha", "gaussian"]) && !dense("spatial"));
    assert!(words(&conv, &["element", "spatial", "block"]) && !conv("alpha"));

    let refused = |config: ModelConfig, message: &str| {
        let error = config.summary(IMAGE, 3).unwrap_err();
        assert_eq!(error.to_string(), message);
        assert_eq!(error.kind(), ErrorKind::Usage);
        assert!(config.init(IMAGE, 3, &device(), Seed::new(0)).is_err());
    };
    let none = ModelConfig::Cnn(cnn(ConvDropoutKind::Block, 0.1, 0));
    refused(none, "model.conv_dropout_block is 0, it must be at least 1");
    for bad in [-0.1, f64::NAN, f64::INFINITY] {
        let config = ModelConfig::Mlp(MlpConfig { input_noise: bad, ..MlpConfig::default() });
        let error = config.summary(TABLE, 3).unwrap_err().to_string();
        assert!(error.starts_with(&format!("model.input_noise is {bad}, ")), "{error}");
    }
}
