//! Models of time series against PyTorch: see `tests/golden/series.py`.

use burn::module::Module;
use burn::tensor::{DType, Int, Tensor, TensorData};
use kiln_core::{Seed, Weights};
use kiln_data::{InputShape, Inputs, SeriesBatch, SeriesShape};
use kiln_kernels::cross_entropy;
use kiln_models::{
    GruConfig, InceptionTimeConfig, LstmConfig, ModelConfig, ModelError, TcnConfig, TransformerConfig,
};
use kiln_testkit::{assert_close, computes_in, device, golden, gradients_by_path};

use super::adamw::AdamW;
use super::golden::{below, largest};

const STEPS: usize = 50;

fn inception() -> InceptionTimeConfig {
    InceptionTimeConfig {
        filters: 3,
        kernels: vec![5, 3],
        modules: 4,
        bottleneck: 2,
        ..InceptionTimeConfig::default()
    }
}

fn tcn() -> TcnConfig {
    TcnConfig { channels: vec![4, 4, 5, 5], kernel: 3, dropout: 0.0 }
}

fn models() -> [(&'static str, ModelConfig); 8] {
    let (lstm, gru) = (LstmConfig::default(), GruConfig::default());
    let transformer = TransformerConfig { width: 16, heads: 2, blocks: 1, ..TransformerConfig::default() };
    [
        ("inception_even", inception().into()),
        ("inception_uneven", inception().into()),
        ("inception_one", inception().into()),
        ("tcn_even", tcn().into()),
        ("tcn_uneven", tcn().into()),
        ("lstm", LstmConfig { hidden: vec![6, 5], ..lstm }.into()),
        ("gru", GruConfig { hidden: vec![6, 5], ..gru }.into()),
        ("transformer", transformer.into()),
    ]
}

fn numbers(file: &Weights, name: &str) -> Vec<usize> {
    file.get(name).unwrap().iter::<f64>().map(|number| number as usize).collect()
}

fn inputs(file: &Weights, dtype: DType, autodiff: bool) -> Inputs {
    let device = if autodiff { device().autodiff() } else { device() };
    let values = Tensor::<3>::from_data(file.get("values").unwrap().clone(), (&device, dtype));
    Inputs::Series(Box::new(SeriesBatch { values, lengths: numbers(file, "lengths") }))
}

fn shape(file: &Weights) -> InputShape {
    let dims = file.get("values").unwrap().shape().clone();
    InputShape::Series(SeriesShape { channels: dims[1], longest: dims[2] })
}

fn check(name: &str, config: &ModelConfig, dtype: DType) {
    let file = golden(&format!("series_{name}"));
    let start = below(&file, "weights");
    let network = config.init(shape(&file), 3, &device().autodiff(), Seed::new(9)).unwrap();
    // Running statistics begin as they are.
    let loaded = start.apply_partial(network).unwrap();
    assert!(loaded.missing.iter().all(|path| path.contains("running")), "{:?}", loaded.missing);
    assert!(loaded.unused.is_empty() && loaded.mismatched.is_empty(), "{name}");
    let network = loaded.model;
    // Behind one channel batch norm undoes what a filter of one step does, so that its gradient is all but 0: in f32 what is left is rounding.
    let (tight, loose, least) = if dtype == DType::F64 { (1e-9, 1e-9, 1e-3) } else { (1e-5, 1e-4, 0.1) };
    let close = |what: &str, found: &TensorData, expected: &TensorData, bound: f64| {
        println!("{name}, {what}, {dtype:?}");
        let found = TensorData::new(found.iter::<f64>().collect::<Vec<_>>(), expected.shape().clone());
        assert_close(&found, expected, 0.0, bound * largest(expected).max(least));
    };
    let mut adamw = AdamW::new(&start, dtype);
    let mut network = adamw.put(network);
    let labels: Vec<i32> = numbers(&file, "labels").into_iter().map(|label| label as i32).collect();
    let losses: Vec<f64> = file.get("losses").unwrap().iter().collect();
    assert_eq!(losses.len(), STEPS);
    for (step, expected) in losses.iter().enumerate() {
        let logits = network.forward(inputs(&file, dtype, true), None);
        if step == 0 {
            close("outputs", &logits.clone().into_data(), file.get("outputs").unwrap(), tight);
        }
        let targets = Tensor::<1, Int>::from_ints(labels.as_slice(), &logits.device());
        let loss = cross_entropy(logits, targets, None, 0.0).mean();
        let gradients = gradients_by_path(&loss.backward(), &network);
        let loss = loss.into_data().iter::<f64>().next().unwrap();
        assert!((loss - expected).abs() < tight * losses[0], "{name}, {step}: {loss} and {expected}");
        if step == 0 {
            let expected = below(&file, "gradients");
            assert_eq!(expected.len(), gradients.len());
            for (path, expected) in expected.iter() {
                close(path, gradients.get(path).unwrap(), expected, tight);
            }
        }
        adamw.step(&gradients);
        network = adamw.put(network);
    }
    let steepest =
        below(&file, "gradients").iter().map(|(_, gradient)| largest(gradient)).fold(0.0, f64::max);
    for (path, values) in adamw.values() {
        // Softmax does not see the bias of keys, whose gradient is nothing but rounding: AdamW makes a step of it all the same.
        if path.ends_with("qkv.bias") {
            continue;
        }
        let expected = file.get(&format!("after/{path}")).unwrap();
        let found = TensorData::new(values.to_vec(), expected.shape().clone());
        // AdamW makes steps of one length of gradients of any: a small one's rounding is in the weights.
        let is_small = largest(file.get(&format!("gradients/{path}")).unwrap()) < 5e-3 * steepest;
        let bound = if is_small && dtype == DType::F32 { 10.0 * loose } else { loose };
        close(&format!("after {path}"), &found, expected, bound);
    }
    let outputs = network.valid().forward(inputs(&file, dtype, false), None);
    close("evaluation", &outputs.into_data(), file.get("evaluation").unwrap(), loose);
}

#[test]
fn models_of_series_are_pytorchs() {
    for (name, config) in models() {
        for dtype in [DType::F32, DType::F64] {
            if computes_in(dtype) {
                check(name, &config, dtype);
            }
        }
    }
}

/// Series as a batch.
fn batch(items: &[Vec<f32>], channels: usize) -> Inputs {
    Inputs::of_series(items, channels, &device())
}

#[test]
fn a_series_has_the_same_outputs_whatever_its_batch_is() {
    let item = |steps: usize, seed: u64| -> Vec<f32> {
        (0..2 * steps as u64).map(|i| Seed::new(seed).normal(i) as f32).collect()
    };
    let items = [item(9, 1), item(3, 2), item(1, 3), item(6, 4)];
    for (name, config) in models() {
        if name.ends_with("one") {
            continue;
        }
        let shape = InputShape::Series(SeriesShape { channels: 2, longest: 9 });
        let network = config.init(shape, 3, &device(), Seed::new(1)).unwrap();
        let together: Vec<f32> = network.forward(batch(&items, 2), None).into_data().iter().collect();
        for (item, expected) in items.iter().zip(together.chunks(3)) {
            let alone: Vec<f32> =
                network.forward(batch(std::slice::from_ref(item), 2), None).into_data().iter().collect();
            let near = alone.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-5);
            assert!(near, "{name}: {alone:?}, not {expected:?}");
        }
    }
}

#[test]
fn a_causal_network_does_not_see_what_comes_later() {
    let shape = InputShape::Series(SeriesShape { channels: 1, longest: 40 });
    let network = TcnConfig::default().init(shape, 3, &device(), Seed::new(1)).unwrap();
    let network = kiln_models::Network::Tcn(network);
    let series: Vec<f32> = (0..40).map(|i| Seed::new(2).normal(i) as f32).collect();
    let of = |steps: usize| -> Vec<f32> {
        network
            .forward(batch(&[series[..steps].to_vec(), series.clone()], 1), None)
            .into_data()
            .iter()
            .collect()
    };
    for steps in [1, 2, 5, 17] {
        let alone: Vec<f32> =
            network.forward(batch(&[series[..steps].to_vec()], 1), None).into_data().iter().collect();
        assert!(alone.iter().zip(of(steps)).all(|(a, b)| (a - b).abs() < 1e-5), "{steps}");
    }
}

#[test]
fn summaries_count_what_is_made_and_other_data_are_refused() {
    for (name, config) in models() {
        let file = golden(&format!("series_{name}"));
        let weights = below(&file, "weights");
        let parameters = weights.iter().map(|(_, data)| data.shape().iter().product::<usize>());
        let summary = config.summary(shape(&file), 3).unwrap();
        assert_eq!(summary.parameters, parameters.sum::<usize>(), "{name}");
    }
    let table = InputShape::Table(3);
    for config in [ModelConfig::from(inception()), tcn().into()] {
        let error = config.summary(table.clone(), 2).unwrap_err();
        assert!(matches!(error, ModelError::NeedsSeries { .. }), "{error}");
    }
    let one = || InputShape::Series(SeriesShape { channels: 1, longest: 9 });
    let even = InceptionTimeConfig { kernels: vec![9, 4], ..inception() }.summary(one(), 2).unwrap_err();
    assert!(matches!(even, ModelError::EvenFilters { kernel: 4 }), "{even}");
    assert!(TcnConfig { channels: vec![], ..tcn() }.summary(one(), 2).is_err());
    assert!(TcnConfig { kernel: 0, ..tcn() }.summary(one(), 2).is_err());
    assert!(InceptionTimeConfig { modules: 0, ..inception() }.summary(one(), 2).is_err());
    // Filters that reach beyond the beginning of a series cost nothing more.
    let deep = TcnConfig { channels: vec![2; 30], kernel: 5, dropout: 0.0 };
    let network = kiln_models::Network::Tcn(deep.init(one(), 2, &device(), Seed::new(0)).unwrap());
    assert_eq!(network.forward(batch(&[vec![1.0; 9]], 1), None).dims(), [1, 2]);
}
