//! Attributions to tokens against captum's: see `tests/golden/explained_tokens.py`.

use std::ops::Range;

use burn::module::Module;
use burn::tensor::{DType, Int, Tensor, TensorData};
use kiln_core::{Seed, Weights};
use kiln_data::{InputShape, Inputs, TokenBatch, TokenShape};
use kiln_explain::{IntegratedGradients, Occlusion, gradient, input_x_gradient, of_tokens, token_ablation};
use kiln_models::{BagConfig, LstmConfig, ModelConfig, Network, Tap, TextCnnConfig, TransformerConfig};
use kiln_testkit::{assert_close, device, golden};

use super::golden::{below, largest};

/// Puts vectors in the place of those of tokens, or keeps what there is.
#[derive(Default)]
struct Vectors {
    put: Option<Tensor<3>>,
    found: Option<(Tensor<3>, Vec<Range<usize>>)>,
}

impl Tap for Vectors {
    fn embedded(&mut self, _: &str, vectors: Tensor<3>, spans: &[Range<usize>]) -> Tensor<3> {
        let own = vectors.clone();
        self.found = Some((vectors, spans.to_vec()));
        self.put.take().unwrap_or(own)
    }
}

struct Case {
    name: &'static str,
    network: Network,
    file: Weights,
}

impl Case {
    fn new(name: &'static str, of: &str, vocabulary: usize, config: ModelConfig) -> Self {
        let mut file = golden(of);
        if let Some(ids) = golden("explained_tokens").get(&format!("{name}/ids")) {
            file.insert("ids", ids.clone());
        }
        let longest = file.get("ids").unwrap().shape()[1];
        let shape = InputShape::Tokens(TokenShape { vocabulary, longest });
        let network = config.init(shape, 3, &device().autodiff(), Seed::new(9)).unwrap();
        let mut weights = Weights::default();
        for (path, data) in below(&file, "weights").iter() {
            weights.insert(path, data.clone().convert_dtype(DType::F32));
        }
        Self { name, network: weights.apply(network).unwrap().freeze(), file }
    }

    fn all() -> [Self; 4] {
        let bag = BagConfig { width: 4, ngrams: 3, buckets: 7, ..BagConfig::default() };
        let cnn = TextCnnConfig { width: 4, kernels: vec![2, 3], filters: 5, ..TextCnnConfig::default() };
        let transformer =
            TransformerConfig { width: 16, heads: 2, blocks: 2, context: 12, ..TransformerConfig::default() };
        let lstm = LstmConfig { width: 16, hidden: vec![10, 7], ..LstmConfig::default() };
        [
            Self::new("bag", "models_bag", 11, bag.into()),
            Self::new("text_cnn", "models_text_cnn", 11, cnn.into()),
            Self::new("transformer", "sequence_models_transformer_plain", 20, transformer.into()),
            Self::new("lstm", "sequence_models_lstm", 20, lstm.into()),
        ]
    }

    fn numbers(&self, name: &str) -> Vec<i32> {
        self.file.get(name).unwrap().iter::<f64>().map(|value| value as i32).collect()
    }

    fn inputs(&self) -> Inputs {
        let shape = self.file.get("ids").unwrap().shape().clone();
        let [items, steps] = [shape[0], shape[1]];
        let device = device().autodiff();
        let lengths = self.numbers("lengths");
        let is = |place: usize| if (place % steps) < lengths[place / steps] as usize { 1.0_f32 } else { 0.0 };
        let mask: Vec<f32> = (0..items * steps).map(is).collect();
        Inputs::Tokens(Box::new(TokenBatch {
            ids: Tensor::<2, Int>::from_data(TensorData::new(self.numbers("ids"), [items, steps]), &device),
            lengths: Tensor::<1, Int>::from_data(TensorData::new(lengths, [items]), &device),
            mask: Tensor::from_data(TensorData::new(mask, [items, steps]), &device),
        }))
    }

    /// The vectors, and the outputs with none of them changed.
    fn seen(&self) -> (Tensor<3>, Vec<Range<usize>>, TensorData) {
        let mut seen = Vectors::default();
        let outputs = self.network.forward_tapped(self.inputs(), None, &mut seen).into_data();
        let (vectors, spans) = seen.found.unwrap();
        (vectors, spans, outputs)
    }

    fn model(&self, vectors: Tensor<3>) -> Tensor<2> {
        let mut put = Vectors { put: Some(vectors), found: None };
        self.network.forward_tapped(self.inputs(), None, &mut put)
    }
}

#[test]
fn tokens_are_explained_as_by_captum() {
    let wanted = golden("explained_tokens");
    for case in Case::all() {
        let (vectors, spans, _) = case.seen();
        let targets: Vec<usize> = (0..vectors.dims()[0]).map(|item| item % 3).collect();
        let model = |vectors: Tensor<3>| case.model(vectors);
        let is = |method: &str, found: TensorData| {
            println!("{}: {method}", case.name);
            let expected = wanted.get(&format!("{}/{method}", case.name)).unwrap();
            assert_close(&found, expected, 0.0, 1e-5 * largest(expected));
        };
        is("gradient", gradient(model, vectors.clone(), &targets).into_data());
        is("input_x_gradient", input_x_gradient(model, vectors.clone(), &targets).into_data());
        let integrated = IntegratedGradients::default().steps(20);
        let found = integrated.explain(model, vectors.clone(), vectors.zeros_like(), &targets);
        is("integrated_gradients", found.values.into_data());
        let occlusion = Occlusion::new(&[1, vectors.dims()[2]]);
        is("occlusion", occlusion.explain(model, vectors.clone(), &targets).into_data());
        if case.name == "bag" {
            let tokens = case.file.get("ids").unwrap().shape()[1];
            is("covered", token_ablation(model, vectors, &spans, tokens, &targets).into_data());
        }
    }
}

#[test]
fn who_looks_at_vectors_changes_nothing_and_every_row_has_its_tokens() {
    for case in Case::all() {
        let (vectors, spans, outputs) = case.seen();
        let close = |found: TensorData| assert_close(&found, &outputs, 1e-5, 1e-6);
        close(case.network.forward(case.inputs(), None).into_data());
        close(case.model(vectors.clone()).into_data());
        let tokens = case.file.get("ids").unwrap().shape()[1];
        assert_eq!(spans.len(), vectors.dims()[1], "{}", case.name);
        assert_eq!(spans[..tokens], (0..tokens).map(|token| token..token + 1).collect::<Vec<_>>());
        // Runs are the longest of a bag alone, and what is shared keeps its sum.
        assert_eq!(spans.last().unwrap().len(), if case.name == "bag" { 3 } else { 1 });
        let rows: Vec<f32> = (0..spans.len()).map(|row| row as f32).collect();
        let shared: f32 = of_tokens(&rows, &spans, tokens).iter().sum();
        assert!((shared - rows.iter().sum::<f32>()).abs() < 1e-2, "{}", case.name);
    }
}
