//! Documents that are packed one after another, and blocks that are made anew in the backward pass.

use std::sync::Arc;

use burn::tensor::{DType, TensorData};
use kiln_core::{Seed, Weights};
use kiln_data::{InputShape, TokenShape};
use kiln_models::{GptConfig, ModelConfig, Network, TransformerConfig};
use kiln_testkit::{assert_close, computes_in, device, golden, gradients_by_path};

use super::adamw::AdamW;
use super::golden::{below, largest};
use super::sequences::{Case, modern, small};

/// Documents one after another lose what they lose one by one, and so do their gradients: PyTorch sees one at a time.
#[test]
fn packed_documents_do_not_see_each_other() {
    for (name, config) in [("plain", small()), ("modern", modern())] {
        for dtype in [DType::F32, DType::F64].into_iter().filter(|dtype| computes_in(*dtype)) {
            let file = golden(&format!("sequence_documents_{name}"));
            let shape = InputShape::Tokens(TokenShape { vocabulary: 20, longest: 12 });
            let config: ModelConfig = config.clone().into();
            let network = config.init(shape, 20, &device().autodiff(), Seed::new(9)).unwrap();
            let weights = AdamW::new(&below(&file, "weights"), dtype);
            let network = weights.put(network);
            let Network::Gpt(gpt) = &network else { unreachable!() };
            let numbers = |name: &str| file.get(name).unwrap().iter::<f64>().map(|x| x as usize);
            let lengths: Vec<usize> = numbers("lengths").collect();
            let ids: Arc<[u32]> = numbers("ids").map(|id| id as u32).collect();
            let mut next: Vec<u32> = ids[1..].to_vec();
            next.push(0);
            let mut end = 0;
            for length in &lengths {
                end += length;
                next[end - 1] = u32::MAX;
            }
            let loss = gpt.packed_loss(&ids, &next.into(), &lengths, None);
            let bound = if dtype == DType::F64 { 1e-9 } else { 1e-5 };
            let gradients = gradients_by_path(&loss.backward(), &network);
            assert_close(&loss.into_data(), file.get("loss").unwrap(), 0.0, bound);
            let expected = below(&file, "gradients");
            assert_eq!(expected.len(), gradients.len());
            for (path, expected) in expected.iter() {
                let found: Vec<f64> = gradients.get(path).unwrap().iter().collect();
                let found = TensorData::new(found, expected.shape().clone());
                assert_close(&found, expected, 0.0, bound * largest(expected).max(1e-3));
            }
        }
    }
}

/// Blocks that are made anew in the backward pass give the bits of those that are kept.
#[test]
fn recomputing_changes_no_bit() {
    let bits = |gradients: Weights| -> Vec<(String, Vec<u32>)> {
        let of = |(path, data): (&str, &TensorData)| {
            (path.to_owned(), data.iter::<f32>().map(f32::to_bits).collect())
        };
        gradients.iter().map(of).collect()
    };
    let shape = || InputShape::Tokens(TokenShape { vocabulary: 20, longest: 12 });
    for gpt in [small(), modern()] {
        let run = |recompute| {
            let config = GptConfig { recompute, dropout: 0.1, attention_dropout: 0.1, ..gpt.clone() };
            let network =
                ModelConfig::from(config).init(shape(), 20, &device().autodiff(), Seed::new(3)).unwrap();
            let Network::Gpt(model) = &network else { unreachable!() };
            let ids: Arc<[u32]> = (0..36).map(|i| (7 * i + 3) % 20).collect();
            let next: Arc<[u32]> = (0..36).map(|i| (5 * i + 1) % 20).collect();
            let loss = model.loss(&ids, &next, 12, Some(Seed::new(4)));
            (loss.clone().into_data(), bits(gradients_by_path(&loss.backward(), &network)))
        };
        let (kept, anew) = (run(false), run(true));
        assert!(kept.1.len() > 10);
        assert_eq!(kept, anew);
    }
    let run = |recompute| {
        let config = TransformerConfig {
            width: 16,
            heads: 2,
            recompute,
            stochastic_depth: 0.3,
            ..TransformerConfig::default()
        };
        let case = Case::new("transformer_plain", &config.into());
        let y = case.network.forward(case.inputs(), Some(Seed::new(4)));
        let loss = y.powi_scalar(2).sum();
        (loss.clone().into_data(), bits(gradients_by_path(&loss.backward(), &case.network)))
    };
    assert_eq!(run(false), run(true));
}
