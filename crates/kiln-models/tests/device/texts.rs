//! Models of texts against PyTorch (see `tests/golden/texts.py`), and what holds for all of them.

use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::{DType, Tensor, TensorData};
use kiln_core::{Seed, Weights};
use kiln_data::{InputShape, Inputs, TokenBatch, TokenShape};
use kiln_models::{BagConfig, ModelConfig, ModelError, Network, TextCnnConfig};
use kiln_testkit::{assert_close, computes_in, device, golden, gradients_by_path};

const SHAPE: InputShape = InputShape::Tokens(TokenShape { vocabulary: 11, longest: 9 });

/// Every tensor in a data type.
struct Cast(DType);

impl ModuleMapper for Cast {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let (trained, id, value) = (param.is_require_grad(), param.id, param.val());
        Param::initialized(id, Tensor::from_inner(value.inner().cast(self.0)).set_require_grad(trained))
    }
}

fn below(file: &Weights, prefix: &str) -> Weights {
    let mut weights = Weights::default();
    for (name, data) in file.iter() {
        if let Some(path) = name.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('/')) {
            weights.insert(path, data.clone());
        }
    }
    weights
}

fn models() -> [(&'static str, ModelConfig); 2] {
    let bag = BagConfig { width: 4, ngrams: 3, buckets: 7, ..BagConfig::default() };
    let cnn = TextCnnConfig { width: 4, kernels: vec![2, 3], filters: 5, ..TextCnnConfig::default() };
    [("models_bag", bag.into()), ("models_text_cnn", cnn.into())]
}

/// Texts as a batch, with `more` columns of padding.
fn batch(texts: &[&[i32]], more: usize) -> Inputs {
    let device = device().autodiff();
    let width = texts.iter().map(|text| text.len()).max().unwrap().max(1) + more;
    let cell = |of: fn(i32) -> f32| -> Vec<f32> {
        let row =
            |text: &&[i32]| (0..width).map(|t| text.get(t).map_or(0.0, |id| of(*id))).collect::<Vec<_>>();
        texts.iter().flat_map(row).collect()
    };
    let dims = [texts.len(), width];
    let ids: Vec<i32> = cell(|id| id as f32).into_iter().map(|id| id as i32).collect();
    let lengths: Vec<i32> = texts.iter().map(|text| text.len() as i32).collect();
    Inputs::Tokens(Box::new(TokenBatch {
        ids: Tensor::from_data(TensorData::new(ids, dims), &device),
        lengths: Tensor::from_data(TensorData::new(lengths, [texts.len()]), &device),
        mask: Tensor::from_data(TensorData::new(cell(|_| 1.0), dims), &device),
    }))
}

/// The texts of a golden file.
fn texts(file: &Weights) -> Vec<Vec<i32>> {
    let ids = file.get("ids").unwrap();
    let (width, ids) = (ids.shape()[1], ids.iter::<i32>().collect::<Vec<_>>());
    let lengths = file.get("lengths").unwrap().iter::<i32>();
    ids.chunks(width).zip(lengths).map(|(row, length)| row[..length as usize].to_vec()).collect()
}

#[test]
fn outputs_and_gradients_are_those_of_pytorch() {
    for (name, config) in models() {
        let file = golden(name);
        let texts = texts(&file);
        let texts: Vec<&[i32]> = texts.iter().map(Vec::as_slice).collect();
        for (dtype, close) in [(DType::F32, 1e-5), (DType::F64, 1e-9)] {
            if !computes_in(dtype) {
                continue;
            }
            let network = config.init(SHAPE, 3, &device().autodiff(), Seed::new(9)).unwrap();
            // They are exact in f32, in which weights are taken up.
            let mut weights = Weights::default();
            for (path, data) in below(&file, "weights").iter() {
                weights.insert(path, data.clone().convert_dtype(DType::F32));
            }
            let network = weights.apply(network).unwrap().map(&mut Cast(dtype));
            let outputs = network.forward(batch(&texts, 0), None);
            assert_close(&outputs.clone().into_data(), file.get("outputs").unwrap(), close, close);
            let found = gradients_by_path(&outputs.powi_scalar(2).sum().backward(), &network);
            let expected = below(&file, "gradients");
            assert_eq!(found.len(), expected.len());
            for (path, data) in expected.iter() {
                assert_close(found.get(path).unwrap(), data, close, close);
            }
        }
    }
}

fn outputs(network: &Network, texts: &[&[i32]], more: usize) -> Vec<Vec<f32>> {
    let numbers: Vec<f32> = network.forward(batch(texts, more), None).into_data().iter().collect();
    numbers.chunks(3).map(<[f32]>::to_vec).collect()
}

#[test]
fn a_text_has_the_same_outputs_whatever_its_batch_is() {
    let texts: [&[i32]; 5] = [&[2, 3, 4, 5, 6, 7, 8], &[9, 1], &[], &[3, 3, 3], &[10]];
    for (name, config) in models() {
        let network = config.init(SHAPE, 3, &device().autodiff(), Seed::new(1)).unwrap();
        let together = outputs(&network, &texts, 0);
        for (text, expected) in texts.iter().zip(&together) {
            for more in [0, 4] {
                let alone = &outputs(&network, &[text], more)[0];
                let near = alone.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6);
                assert!(near, "{name}, {text:?} with {more} more: {alone:?}, not {expected:?}");
            }
        }
        let other = outputs(&network, &[&[2, 3, 4, 5, 6, 8, 7]], 0);
        assert_ne!(other[0], together[0], "{name}: the order counts");
    }
}

#[test]
fn the_order_does_not_count_without_runs() {
    let config = ModelConfig::from(BagConfig { ngrams: 1, ..BagConfig::default() });
    let network = config.init(SHAPE, 3, &device().autodiff(), Seed::new(1)).unwrap();
    let found = outputs(&network, &[&[2, 3, 4], &[4, 2, 3]], 0);
    assert!(found[0].iter().zip(&found[1]).all(|(a, b)| (a - b).abs() < 1e-6), "{found:?}");
}

#[test]
fn a_summary_counts_what_is_made_and_other_data_are_refused() {
    for (name, config) in models() {
        let network = config.init(SHAPE, 3, &device(), Seed::new(1)).unwrap();
        let summary = config.summary(SHAPE, 3).unwrap();
        assert_eq!(summary.parameters, network.num_params(), "{name}");
        let error = config.summary(InputShape::Table(4), 3).unwrap_err();
        assert!(matches!(error, ModelError::NeedsTokens { .. }), "{error}");
        assert_eq!(config.summary(SHAPE, 0), Err(ModelError::NoOutputs));
    }
    let cnn = TextCnnConfig { kernels: Vec::new(), ..TextCnnConfig::default() };
    let error = ModelConfig::from(cnn).summary(SHAPE, 3).unwrap_err();
    assert!(error.to_string().starts_with("model.kernels"), "{error}");
}
