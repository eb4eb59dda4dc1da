//! Models of token sequences against PyTorch: see `tests/golden/sequence_models.py`.

use std::sync::Arc;

use burn::tensor::{DType, Int, Tensor, TensorData};
use kiln_core::{Seed, Weights};
use kiln_data::{InputShape, Inputs, TokenBatch, TokenShape};
use kiln_kernels::cross_entropy;
use kiln_models::{
    FeedForward, GptConfig, GruConfig, LstmConfig, ModelConfig, ModelError, Network, Positions, TokenNorm,
    TransformerConfig, VitTinyConfig,
};
use kiln_testkit::{assert_close, computes_in, device, device_name, golden, gradients_by_path};

use super::adamw::AdamW;
use super::golden::{below, largest};

const STEPS: usize = 50;

/// Ids, lengths and labels of a file.
pub(super) struct Case {
    file: Weights,
    pub(super) network: Network,
}

impl Case {
    pub(super) fn new(name: &str, config: &ModelConfig) -> Self {
        let file = golden(&format!("sequence_models_{name}"));
        let shape = InputShape::Tokens(TokenShape { vocabulary: 20, longest: 12 });
        let network = config.init(shape, 3, &device().autodiff(), Seed::new(99)).unwrap();
        let network = below(&file, "weights").apply(network).unwrap();
        Self { file, network }
    }

    fn numbers(&self, name: &str) -> Vec<u32> {
        self.file.get(name).unwrap().iter::<f64>().map(|value| value as u32).collect()
    }

    pub(super) fn inputs(&self) -> Inputs {
        let dims = self.file.get("ids").unwrap().shape().clone();
        let [items, steps] = [dims[0], dims[1]];
        let device = device().autodiff();
        let whole = |name: &str| self.numbers(name).into_iter().map(|value| value as i32).collect::<Vec<_>>();
        let ids = TensorData::new(whole("ids"), [items, steps]);
        let lengths = TensorData::new(whole("lengths"), [items]);
        Inputs::Tokens(Box::new(TokenBatch {
            ids: Tensor::<2, Int>::from_data(ids, &device),
            lengths: Tensor::<1, Int>::from_data(lengths, &device),
            mask: Tensor::ones([items, steps], &device),
        }))
    }

    /// All logits and the loss.
    fn pass(&self, network: &Network) -> (Tensor<2>, Tensor<1>) {
        let labels: Arc<[u32]> = self.numbers("labels").into();
        if let Network::Gpt(gpt) = network {
            let ids: Arc<[u32]> = self.numbers("ids").into();
            return (gpt.logits(&ids, 12, None), gpt.loss(&ids, &labels, 12, None));
        }
        let logits = network.forward(self.inputs(), None);
        let labels = labels.iter().map(|&label| label as i32).collect::<Vec<_>>();
        let labels = Tensor::<1, Int>::from_ints(labels.as_slice(), &logits.device());
        (logits.clone(), cross_entropy(logits, labels, None, 0.0).mean())
    }

    fn check(self) {
        for dtype in [DType::F32, DType::F64] {
            if computes_in(dtype) {
                self.check_in(dtype);
            }
        }
    }

    fn check_in(&self, dtype: DType) {
        let (tight, loose) = if dtype == DType::F64 { (1e-9, 1e-9) } else { (1e-5, 1e-4) };
        let close = |what: &str, found: &TensorData, expected: &TensorData, bound: f64| {
            println!("{what}, {dtype:?}");
            let found = TensorData::new(found.iter::<f64>().collect::<Vec<_>>(), expected.shape().clone());
            assert_close(&found, expected, 0.0, bound * largest(expected).max(1e-3));
        };
        let mut adamw = AdamW::new(&below(&self.file, "weights"), dtype);
        let mut network = adamw.put(self.network.clone());
        let (logits, _) = self.pass(&network);
        close("outputs", &logits.into_data(), self.file.get("outputs").unwrap(), tight);
        let losses: Vec<f64> = self.file.get("losses").unwrap().iter().collect();
        assert_eq!(losses.len(), STEPS);
        for (step, expected) in losses.iter().enumerate() {
            let (_, loss) = self.pass(&network);
            let gradients = gradients_by_path(&loss.backward(), &network);
            let loss = loss.into_data().iter::<f64>().next().unwrap();
            assert!((loss - expected).abs() < tight * losses[0], "{step}: {loss} and {expected}");
            if step == 0 {
                let expected = below(&self.file, "gradients");
                assert_eq!(expected.len(), gradients.len());
                for (path, expected) in expected.iter() {
                    close(path, gradients.get(path).unwrap(), expected, tight);
                }
            }
            adamw.step(&gradients);
            network = adamw.put(network);
        }
        for (path, values) in adamw.values() {
            // Softmax does not see the bias of keys, whose gradient is nothing but rounding: AdamW makes a step of it all the same.
            if path.ends_with("qkv.bias") {
                continue;
            }
            let expected = self.file.get(&format!("after/{path}")).unwrap();
            let found = TensorData::new(values.to_vec(), expected.shape().clone());
            close(&format!("after {path}"), &found, expected, loose);
        }
    }
}

pub(super) fn small() -> GptConfig {
    GptConfig { width: 16, heads: 2, blocks: 2, context: 12, ..GptConfig::default() }
}

#[test]
fn language_models_are_pytorchs() {
    Case::new("gpt_plain", &small().into()).check();
    Case::new("gpt_modern", &modern().into()).check();
}

pub(super) fn modern() -> GptConfig {
    let (positions, feed_forward, norm) = (Positions::Rotary, FeedForward::Swiglu, TokenNorm::Rms);
    GptConfig { positions, feed_forward, norm, ..small() }
}

#[test]
fn encoders_are_pytorchs() {
    let plain = TransformerConfig { width: 16, heads: 2, blocks: 2, ..TransformerConfig::default() };
    let (positions, feed_forward, norm) = (Positions::Rotary, FeedForward::Swiglu, TokenNorm::Rms);
    let modern = TransformerConfig { positions, feed_forward, norm, ..plain.clone() };
    Case::new("transformer_plain", &plain.into()).check();
    Case::new("transformer_modern", &modern.into()).check();
}

#[test]
fn recurrent_networks_are_pytorchs() {
    let lstm = LstmConfig { width: 16, hidden: vec![10, 7], ..LstmConfig::default() };
    Case::new("lstm", &lstm.into()).check();
    let gru = GruConfig { width: 16, hidden: vec![10, 7], ..GruConfig::default() };
    Case::new("gru", &gru.into()).check();
}

/// Told a token after the other, it says what it says of all at once.
#[test]
fn a_decoder_says_what_the_model_says() {
    let biased = |config| GptConfig { bias: true, ..config };
    for config in [small(), biased(small()), biased(modern())] {
        let shape = InputShape::Tokens(TokenShape { vocabulary: 20, longest: 12 });
        let gpt = config.init(shape, 20, &device(), Seed::new(1)).unwrap();
        let ids: Arc<[u32]> = (0..12).map(|i| (7 * i + 3) % 20).collect();
        let all: Vec<f32> = gpt.logits(&ids, 12, None).into_data().iter().collect();
        let mut decoder = gpt.decoder();
        for round in 0..2 {
            for (at, &id) in ids.iter().enumerate() {
                let found = decoder.feed(id).to_vec();
                for (found, expected) in found.iter().zip(&all[at * 20..]) {
                    assert!((found - expected).abs() < 1e-5, "round {round}, {at}: {found} and {expected}");
                }
            }
            assert!(decoder.is_full());
            decoder.clear();
        }
    }
}

/// Dropout and depth are on with a seed alone, and are a function of it.
#[test]
fn noise_follows_from_the_seed() {
    for [dropout, attention_dropout, stochastic_depth] in [[0.3, 0.0, 0.5], [0.0, 0.4, 0.0]] {
        let config = TransformerConfig {
            width: 16,
            heads: 2,
            dropout,
            attention_dropout,
            stochastic_depth,
            ..TransformerConfig::default()
        };
        let case = Case::new("transformer_plain", &config.into());
        let pass = |seed: Option<u64>| {
            let outputs = case.network.forward(case.inputs(), seed.map(Seed::new));
            outputs.into_data().iter::<f32>().collect::<Vec<_>>()
        };
        assert_eq!(pass(Some(1)), pass(Some(1)));
        assert_ne!(pass(Some(1)), pass(Some(2)));
        assert_ne!(pass(Some(1)), pass(None));
        assert_eq!(pass(None), pass(None));
    }
}

/// Shares of attention are dropped in the kernel and where it is composed alike, for sequences and for images.
#[test]
fn attention_has_dropout_of_its_own() {
    let config = GptConfig { attention_dropout: 0.5, ..small() };
    let case = Case::new("gpt_plain", &config.into());
    let Network::Gpt(gpt) = &case.network else { unreachable!() };
    let ids: Arc<[u32]> = case.numbers("ids").into();
    let pass = |seed: Option<u64>| gpt.logits(&ids, 12, seed.map(Seed::new)).into_data();
    assert_eq!(pass(Some(1)), pass(Some(1)));
    assert_ne!(pass(Some(1)), pass(Some(2)));
    assert_ne!(pass(Some(1)), pass(None));
    if !device_name().is_cpu() {
        return;
    }
    let vit = ModelConfig::from(VitTinyConfig::default().attention_dropout(0.5));
    assert!(vit.as_kind().is_random());
    let network = vit.init(InputShape::Images([3, 32, 32]), 2, &device(), Seed::new(1)).unwrap();
    let images = Tensor::<4>::ones([1, 3, 32, 32], &device());
    let pass =
        |seed: Option<u64>| network.forward(Inputs::Images(images.clone()), seed.map(Seed::new)).into_data();
    assert_eq!(pass(Some(1)), pass(Some(1)));
    assert_ne!(pass(Some(1)), pass(Some(2)));
    assert_ne!(pass(Some(1)), pass(None));
}

#[test]
fn what_does_not_fit_is_refused() {
    let tokens = || InputShape::Tokens(TokenShape { vocabulary: 20, longest: 12 });
    let table = TransformerConfig::default().summary(InputShape::Table(3), 2).unwrap_err();
    assert!(matches!(table, ModelError::NeedsTokens { model: "transformer", .. }), "{table}");
    let heads = GptConfig { width: 18, heads: 4, ..small() }.summary(tokens()).unwrap_err();
    assert_eq!(heads.to_string(), "model.width is 18, which is no multiple of 4 heads");
    let odd = GptConfig { width: 12, heads: 4, positions: Positions::Rotary, ..small() };
    assert_eq!(
        odd.summary(tokens()).unwrap_err().to_string(),
        "model.width is 12, which is no multiple of two times the 4 heads"
    );
    let none = LstmConfig { hidden: vec![], ..LstmConfig::default() }.summary(tokens(), 2).unwrap_err();
    assert!(matches!(none, ModelError::NoLayers { model: "lstm" }), "{none}");
}
