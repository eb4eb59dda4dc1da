//! Adapters of low rank against peft: see `tests/golden/lora.py`.

use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::{DType, Tensor, TensorData};
use kiln_core::{Explain, ParamPattern, ParamSelection, Seed, Weights, params};
use kiln_data::{InputShape, Inputs};
use kiln_models::{LoraConfig, MlpConfig, ModelConfig, Network, VitTinyConfig};
use kiln_testkit::{assert_close, computes_in, device, golden, gradients_by_path};

fn below(file: &Weights, prefix: &str) -> Weights {
    let mut weights = Weights::default();
    for (name, data) in file.iter() {
        if let Some(path) = name.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('/')) {
            weights.insert(path, data.clone());
        }
    }
    assert!(!weights.is_empty(), "nothing below {prefix}");
    weights
}

/// Every tensor in this data type.
struct Cast(DType);

impl ModuleMapper for Cast {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let (trained, id) = (param.is_require_grad(), param.id);
        Param::initialized(
            id,
            Tensor::from_inner(param.base().inner().cast(self.0)).set_require_grad(trained),
        )
    }
}

fn names(weights: &Weights) -> Vec<&str> {
    weights.iter().map(|(name, _)| name).collect()
}

fn mlp() -> Network {
    let config = ModelConfig::Mlp(MlpConfig { hidden: vec![6], ..MlpConfig::default() });
    config.init(InputShape::Table(5), 3, &device().autodiff(), Seed::new(0)).unwrap()
}

fn everywhere() -> LoraConfig {
    LoraConfig::default().rank(2).alpha(3.0).trained(ParamSelection::Paths(Vec::new()))
}

#[test]
fn outputs_gradients_and_steps_are_those_of_peft() {
    let (dtype, close) = if computes_in(DType::F64) { (DType::F64, 1e-6) } else { (DType::F32, 1e-5) };
    let file = golden("lora");
    let network = everywhere().adapt(mlp(), Seed::new(1)).unwrap();
    // Strict: every path and shape.
    let network = below(&file, "weights").apply(network).unwrap().map(&mut Cast(dtype));
    let (inner, outer) = (device(), device().autodiff());
    let tensor = |name: &str, device: &_| {
        let data = file.get(name).unwrap().clone().convert_dtype(dtype);
        Tensor::<2>::from_data(data, (device, dtype))
    };
    let forward = |network: &Network| network.forward(Inputs::Table(tensor("x", &outer)), None);
    assert_close(&forward(&network).into_data(), file.get("outputs").unwrap(), close, close);
    let gradients = |network: &Network| {
        let loss = (forward(network) - tensor("y", &outer)).powi_scalar(2).mean();
        gradients_by_path(&loss.backward(), network)
    };
    let expected = below(&file, "gradients");
    let found = gradients(&network);
    // Of the factors, and of nothing else.
    assert_eq!(names(&found), names(&expected));
    for (name, data) in expected.iter() {
        assert_close(found.get(name).unwrap(), data, close, close);
    }
    let trained = (0..5).fold(network, |network, _| {
        let found = gradients(&network);
        params::update(network, |info, flat| {
            let gradient = found.get(&info.path).unwrap().clone();
            flat - Tensor::<2>::from_data(gradient, (&inner, dtype)).reshape([-1]).mul_scalar(0.1)
        })
    });
    let weights = Weights::of(&trained);
    for (name, data) in below(&file, "after").iter() {
        assert_close(weights.get(name).unwrap(), data, close, close);
    }
    // Both ways of putting the adapters into the weights.
    let merged = trained.valid().materialize();
    for merged in [Weights::of(&merged), everywhere().merged(&weights)] {
        let expected = below(&file, "merged");
        assert_eq!(names(&merged), names(&expected));
        for (name, data) in expected.iter() {
            assert_close(merged.get(name).unwrap(), data, close, close);
        }
    }
    let after = merged.forward(Inputs::Table(tensor("x", &inner)), None);
    assert_close(&after.into_data(), file.get("outputs_after").unwrap(), close, close);
}

#[test]
fn a_network_begins_as_it_was_and_trains_adapters_alone() {
    let device = device().autodiff();
    let shape = InputShape::Images([1, 32, 16]);
    let network =
        ModelConfig::from(VitTinyConfig::default()).init(shape.clone(), 3, &device, Seed::new(0)).unwrap();
    let values: Vec<f32> = (0..1024).map(|i| Seed::new(5).normal(i) as f32).collect();
    let images =
        || Inputs::Images(Tensor::from_data(TensorData::new(values.clone(), [2, 1, 32, 16]), &device));
    let before = network.forward(images(), None).into_data();
    let attention = ParamSelection::Matching(ParamPattern::new(r"attn\.(qkv|proj)").unwrap());
    let adapted = LoraConfig::default().params(attention).adapt(network, Seed::new(1)).unwrap();
    assert_close(&adapted.forward(images(), None).into_data(), &before, 0.0, 0.0);
    let trained: Vec<String> =
        params::list(&adapted).into_iter().filter(|info| info.trainable).map(|info| info.path).collect();
    assert_eq!(trained.len(), 12 * 4 + 2, "{trained:?}");
    assert_eq!(trained[0], "blocks.0.attn.qkv.weight.lora.a");
    assert_eq!(trained[48..], ["output.weight", "output.bias"]);
    // The state dictionary is that of the network without adapters once they are a part of it.
    let merged = adapted.clone().valid().materialize();
    assert!(merged.state_dict().unwrap().get("head.weight").is_some());
    assert_eq!(merged.state_dict().unwrap().len(), 152);
    // A function of the seed alone, and uniform within ±1/√inputs.
    let again = LoraConfig::default().rank(3).adapt(mlp(), Seed::new(1)).unwrap();
    let other = LoraConfig::default().rank(3).adapt(mlp(), Seed::new(1)).unwrap();
    let factor =
        |network: &Network| Weights::of(network).get("layers.0.linear.weight.lora.a").unwrap().clone();
    assert_eq!(factor(&again), factor(&other));
    let largest = factor(&again).iter::<f64>().fold(0.0f64, |most, x| most.max(x.abs()));
    assert!(largest <= 1.0 / 5.0f64.sqrt() && largest > 0.25, "{largest}");
}

#[test]
fn what_cannot_be_adapted_is_named() {
    let nothing =
        LoraConfig::default().params(ParamSelection::Biases).adapt(mlp(), Seed::new(1)).unwrap_err();
    assert!(nothing.to_string().contains("\"layers.0.linear.weight\", \"output.weight\""), "{nothing}");
    assert_eq!(nothing.key().as_deref(), Some("model.lora.params"));
    for (config, key) in [
        (LoraConfig::default().rank(0), "model.lora.rank"),
        (LoraConfig::default().alpha(0.0), "model.lora.alpha"),
        (LoraConfig::default().alpha(f64::NAN), "model.lora.alpha"),
    ] {
        let error = config.adapt(mlp(), Seed::new(1)).unwrap_err();
        assert_eq!(error.key().as_deref(), Some(key), "{error}");
    }
}
