//! Networks of listed layers: what holds for every network, and that they are the built-in ones where those are such a list.

use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};
use kiln_core::{ParamKind, ParamPattern, ParamSelection, Purpose, Seed, Weights, params};
use kiln_data::{InputShape, Inputs};
use kiln_models::{
    Activation, CnnConfig, Head, LayerConfig, LoraConfig, MlpConfig, ModelConfig, Network, Norm,
};
use kiln_testkit::{check_kinds, device, gradients_by_path};
use serde_json::{Value, json};

use super::layers_golden::sequential;
use super::observe::equal;

#[test]
fn every_layer_is_as_its_documentation_says() {
    check_kinds::<LayerConfig, LayerConfig>("model.layers.0", LayerConfig::NAMES, |layer| {
        layer.check("model.layers.0").map_err(|error| Box::new(error) as _)
    });
}

/// Every kind of layer, in networks with shapes that they accept.
fn configurations() -> Vec<(ModelConfig, InputShape)> {
    let image = InputShape::Images([2, 12, 8]);
    let features = json!([
        { "kind": "gaussian-noise", "deviation": 0.1 },
        { "kind": "linear", "width": 6, "bias": false },
        { "kind": "batch-norm" },
        { "kind": "activation", "function": "silu" },
        { "kind": "alpha-dropout", "probability": 0.2 },
        { "kind": "residual", "stochastic_depth": 0.3, "projection": true, "layers": [
            { "kind": "layer-norm" }, { "kind": "linear", "width": 5 }, { "kind": "gaussian-dropout", "probability": 0.1 },
        ] },
        { "kind": "group-norm", "groups": 1 },
        { "kind": "dropout", "probability": 0.5 },
    ]);
    let maps = json!([
        { "kind": "conv", "filters": 6, "groups": 2 },
        { "kind": "group-norm", "groups": 3 },
        { "kind": "residual", "shortcut": [{ "kind": "conv", "filters": 4, "kernel": 1 }, { "kind": "max-pool" }], "layers": [
            { "kind": "conv", "filters": 4, "stride": 2 }, { "kind": "spatial-dropout", "probability": 0.3 },
        ] },
        { "kind": "block-dropout", "probability": 0.2, "size": 2 },
        { "kind": "avg-pool" },
        { "kind": "flatten" },
    ]);
    let tokens = json!([
        { "kind": "conv", "filters": 3, "kernel": 1 },
        { "kind": "patches", "size": 4, "width": 6, "positions": false },
        { "kind": "residual", "stochastic_depth": 0.2, "layers": [
            { "kind": "layer-norm" }, { "kind": "attention", "heads": 2 }, { "kind": "dropout", "probability": 0.1 },
        ] },
        { "kind": "linear", "width": 4 },
        { "kind": "activation", "function": "gelu" },
        { "kind": "flatten" },
    ]);
    let largest = json!([
        { "kind": "patches", "size": 2, "width": 5 },
        { "kind": "linear", "width": 7 },
        { "kind": "activation" },
        { "kind": "global-max-pool" },
    ]);
    let all =
        [(features, InputShape::Table(7)), (maps, image.clone()), (tokens, image.clone()), (largest, image)];
    all.into_iter().map(|(layers, shape)| (sequential(&layers), shape)).collect()
}

fn batch(shape: &InputShape, items: usize, device: &Device) -> Inputs {
    let len = items * shape.features();
    let values: Vec<f32> = (0..len as u64).map(|i| Seed::new(3).uniform(i) as f32 * 2.0 - 1.0).collect();
    shape.batch(values, device).unwrap()
}

fn init(config: &ModelConfig, shape: &InputShape, device: &Device) -> Network {
    config.init(shape.clone(), 4, device, Seed::new(0).purpose(Purpose::Init)).unwrap()
}

#[test]
fn networks_are_what_their_summaries_say_and_every_parameter_learns() {
    let device = device().autodiff();
    for (config, shape) in configurations() {
        let network = init(&config, &shape, &device);
        let summary = config.summary(shape.clone(), 4).unwrap();
        let infos = params::list(&network);
        let below = |name: &str| {
            let below = infos
                .iter()
                .filter(|info| info.kind != ParamKind::Running && info.path.starts_with(&format!("{name}.")));
            below.map(|info| info.dims.iter().product::<usize>()).sum::<usize>()
        };
        for layer in &summary.layers {
            assert_eq!(below(&layer.name), layer.parameters, "{} of {config:?}", layer.name);
        }
        assert_eq!(summary.parameters, below("layers") + below("output"));
        assert_eq!(summary.layers.last().unwrap().output, [4]);
        let outputs = network.forward(batch(&shape, 6, &device), Some(Seed::new(1)));
        assert_eq!(outputs.dims(), [6, 4]);
        let gradients = gradients_by_path(&outputs.powi_scalar(2).sum().backward(), &network);
        for info in &infos {
            assert_eq!(info.trainable, info.kind != ParamKind::Running, "{}", info.path);
            assert_eq!(gradients.get(&info.path).is_some(), info.trainable, "{} of {config:?}", info.path);
        }
        // Weights go out and come back by name, in the layout of PyTorch, too.
        let other = config.init(shape.clone(), 4, &device, Seed::new(9)).unwrap();
        let state = Weights::state_dict(&network).unwrap();
        let other = state.apply(other).unwrap();
        assert_eq!(Weights::of(&other).blake3(), Weights::of(&network).blake3());
    }
}

#[test]
fn noise_is_a_function_of_the_seed_and_absent_in_evaluation() {
    let device = device();
    for (config, shape) in configurations() {
        let network = init(&config, &shape, &device);
        let run =
            |seed: Option<u64>| network.forward(batch(&shape, 6, &device), seed.map(Seed::new)).into_data();
        assert!(equal(&run(Some(1)), &run(Some(1))) && equal(&run(None), &run(None)));
        assert_eq!(!equal(&run(Some(1)), &run(Some(2))), config.is_random(), "{config:?}");
        assert_eq!(!equal(&run(Some(1)), &run(None)), config.is_random(), "{config:?}");
    }
    assert_eq!(configurations().iter().filter(|(config, _)| !config.is_random()).count(), 1);
}

fn activation(function: Activation) -> Value {
    json!({ "kind": "activation", "function": function })
}

/// The layers of a dense stack.
fn dense(hidden: &[usize], norm: Norm, function: Activation) -> Vec<Value> {
    let of = |width: &usize| {
        let linear = json!({ "kind": "linear", "width": width, "bias": norm != Norm::Batch });
        let norm = match norm {
            Norm::Batch => Some(json!({ "kind": "batch-norm" })),
            Norm::Layer => Some(json!({ "kind": "layer-norm" })),
            _ => None,
        };
        [linear].into_iter().chain(norm).chain([activation(function)])
    };
    hidden.iter().flat_map(of).collect()
}

/// Outputs and gradients of both, which have the same first weights, are the same bits.
fn same(built_in: &ModelConfig, layers: Vec<Value>, shape: &InputShape) {
    let device = device().autodiff();
    let listed = sequential(&Value::Array(layers));
    let [a, b] = [built_in, &listed].map(|config| init(config, shape, &device));
    let check = |a: Vec<TensorData>, b: Vec<TensorData>| {
        assert_eq!(a.len(), b.len());
        assert!(a.iter().zip(&b).all(|(a, b)| equal(a, b)), "{built_in:?}");
    };
    let values = |network: &Network| {
        let mut all = Vec::new();
        params::for_each(network, |_, value| all.push(value.into_data()));
        all
    };
    check(values(&a), values(&b));
    let train = |network: &Network| {
        let outputs = network.forward(batch(shape, 5, &device), None);
        let gradients = gradients_by_path(&outputs.clone().powi_scalar(2).sum().backward(), network);
        let infos = params::list(network);
        let gradients = infos.iter().filter_map(|info| gradients.get(&info.path).cloned());
        gradients.chain([outputs.into_data()]).collect::<Vec<_>>()
    };
    check(train(&a), train(&b));
    let evaluate = |network: &Network| {
        vec![network.valid().forward(batch(shape, 5, &device.clone().inner()), None).into_data()]
    };
    // Running statistics have moved by now.
    check(values(&a), values(&b));
    check(evaluate(&a), evaluate(&b));
}

#[test]
fn an_mlp_as_a_list_is_the_mlp() {
    for norm in [Norm::None, Norm::Batch, Norm::Layer] {
        for function in [Activation::Relu, Activation::Gelu] {
            let hidden = vec![9, 6];
            let mlp =
                MlpConfig { hidden: hidden.clone(), norm, activation: function, ..MlpConfig::default() };
            same(&mlp.into(), dense(&hidden, norm, function), &InputShape::Table(7));
        }
    }
}

#[test]
fn a_cnn_as_a_list_is_the_cnn() {
    for (norm, function, pool, head) in [
        (Norm::None, Activation::Relu, 2, Head::Flatten),
        (Norm::Batch, Activation::Relu, 2, Head::Flatten),
        (Norm::Batch, Activation::Silu, 3, Head::Mean),
        (Norm::None, Activation::Tanh, 2, Head::Mean),
    ] {
        let config = CnnConfig {
            channels: vec![4, 5],
            hidden: vec![6],
            norm,
            activation: function,
            pool,
            head,
            ..CnnConfig::default()
        };
        let mut layers = Vec::new();
        for filters in [4, 5] {
            layers.push(json!({ "kind": "conv", "filters": filters, "bias": norm != Norm::Batch }));
            layers.extend((norm == Norm::Batch).then(|| json!({ "kind": "batch-norm" })));
            layers.push(activation(function));
            layers.push(json!({ "kind": "max-pool", "size": pool }));
        }
        let head = if head == Head::Flatten { "flatten" } else { "global-avg-pool" };
        layers.push(json!({ "kind": head }));
        layers.extend(dense(&[6], Norm::None, function));
        same(&config.into(), layers, &InputShape::Images([2, 13, 11]));
    }
}

#[test]
fn hidden_layers_are_shown_behind_what_follows_them() {
    let device = device();
    let layers = json!([
        { "kind": "conv", "filters": 3 }, { "kind": "batch-norm" }, { "kind": "activation" }, { "kind": "max-pool" },
        { "kind": "residual", "layers": [{ "kind": "conv", "filters": 3 }] },
        { "kind": "flatten" },
        { "kind": "linear", "width": 5 }, { "kind": "activation" }, { "kind": "dropout", "probability": 0.5 },
    ]);
    let (config, shape) = (sequential(&layers), InputShape::Images([1, 4, 6]));
    let network = init(&config, &shape, &device);
    let mut shown = Vec::new();
    let seed = Some(Seed::new(1));
    let outputs =
        network.forward_observed(batch(&shape, 2, &device), seed, &mut |path, output: &Tensor<2>| {
            assert!(path != "layers.6" || output.clone().min().into_scalar::<f32>() >= 0.0);
            shown.push((path.to_owned(), output.dims()[1]));
        });
    let expected = [("layers.0", 3 * 2 * 3), ("layers.4.layers.0", 3 * 2 * 3), ("layers.6", 5)];
    assert_eq!(shown, expected.map(|(path, features)| (path.to_owned(), features)));
    // The same bits without anybody who looks.
    let plain = network.forward(batch(&shape, 2, &device), seed);
    assert!(equal(&outputs.into_data(), &plain.into_data()));
}

#[test]
fn linear_layers_and_attention_get_adapters() {
    let (config, shape) = configurations().remove(2);
    let network = init(&config, &shape, &device().autodiff());
    let lora = LoraConfig::default().rank(2);
    let adapted = lora.adapt(network.clone(), Seed::new(1)).unwrap();
    let trained = |network: &Network| {
        let trained = params::list(network).into_iter().filter(|info| info.trainable);
        trained.map(|info| info.path).collect::<Vec<_>>()
    };
    let of = |layer: &str| [format!("{layer}.weight.lora.a"), format!("{layer}.weight.lora.b")];
    let mut expected: Vec<String> =
        ["layers.2.layers.1.qkv", "layers.2.layers.1.proj", "layers.3"].into_iter().flat_map(of).collect();
    expected.extend(["output.weight", "output.bias"].map(str::to_owned));
    assert_eq!(trained(&adapted), expected);
    let pattern = ParamSelection::Matching(ParamPattern::new("qkv").unwrap());
    let few = lora.params(pattern).adapt(network, Seed::new(1)).unwrap();
    assert_eq!(trained(&few).len(), 4);
}

#[test]
fn a_summary_is_worked_out_by_hand() {
    let layers = json!([
        { "kind": "conv", "filters": 4, "bias": false },
        { "kind": "batch-norm" },
        { "kind": "residual", "projection": true, "stochastic_depth": 0.25, "layers": [
            { "kind": "conv", "filters": 8, "stride": 2, "groups": 2 }, { "kind": "activation" },
        ] },
        { "kind": "global-avg-pool" },
        { "kind": "dropout", "probability": 0.5 },
    ]);
    let summary = sequential(&layers).summary(InputShape::Images([3, 8, 6]), 2).unwrap();
    let text = summary.to_string();
    let rows: Vec<Vec<&str>> = text
        .lines()
        .map(|line| line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect())
        .collect();
    let expected: [&[&str]; 10] = [
        &["layer", "kind", "output", "parameters", "multiply-adds"],
        // 3·3·3·4, at 8·6 pixels.
        &["layers.0", "conv 3x3", "4x8x6", "108", "5,184"],
        &["layers.1", "batch norm", "4x8x6", "8", "0"],
        // 2·3·3·8 and 8 biases, at 4·3 pixels.
        &["layers.2.layers.0", "grouped (2) conv 3x3 stride 2", "8x4x3", "152", "1,728"],
        &["layers.2.layers.1", "relu", "8x4x3", "0", "0"],
        &["layers.2.shortcut.0", "conv 1x1 stride 2", "8x4x3", "32", "384"],
        &["layers.2.sum", "plus the shortcut, stochastic depth 0.25", "8x4x3", "0", "0"],
        &["layers.3", "mean over all places", "8", "0", "0"],
        &["layers.4", "dropout 0.5", "8", "0", "0"],
        &["output", "linear", "2", "18", "16"],
    ];
    assert_eq!(rows[..expected.len()], expected.map(<[&str]>::to_vec));
    assert_eq!(rows[10], ["total", "318", "7,312"]);
}
