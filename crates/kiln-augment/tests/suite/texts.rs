//! Texts whose tokens are changed in training.

use std::sync::Arc;

use kiln_augment::{
    AugmentConfig, Augmented, TokenDropoutConfig, TokenMaskConfig, TokenSwapConfig, TokenTransform,
};
use kiln_core::{Explain, Seed};
use kiln_data::{
    BytesConfig, Dataset, Features, Inputs, Preprocess, Rows, Source, Split, Target, TextSettings, Texts,
};

fn rows() -> Rows {
    let texts: Vec<String> = (0..50).map(|item| "abcdefghij".repeat(1 + item % 4)).collect();
    let target = Target::Classes { labels: vec![0; 50], names: vec!["a".into(), "b".into()] };
    let data = Arc::new(Dataset::new("made", Features::Text(Texts::new(texts)), target));
    let split =
        Split { train: (0..40).collect(), validation: vec![], calibration: vec![], test: (40..50).collect() };
    let text = TextSettings { tokenizer: BytesConfig {}.into(), longest: 100 };
    let fitted = Preprocess { text, ..Preprocess::default() }.fit(&split.train_view(&data)).unwrap();
    Rows::training(data, &split, Arc::new(fitted))
}

/// The tokens of each item, without the padding.
fn tokens(inputs: Inputs) -> Vec<Vec<i64>> {
    let batch = inputs.into_tokens().unwrap();
    let width = batch.ids.dims()[1];
    let ids: Vec<i64> = batch.ids.into_data().iter().collect();
    let lengths: Vec<i64> = batch.lengths.into_data().iter().collect();
    ids.chunks(width).zip(lengths).map(|(row, length)| row[..length as usize].to_vec()).collect()
}

fn trained(transform: impl Into<TokenTransform>, items: &[usize], epoch: u64) -> Vec<Vec<i64>> {
    let source = Augmented::new(rows()).tokens(transform).unwrap();
    tokens(source.training_batch(items, Seed::new(epoch), &Default::default()).unwrap().inputs)
}

#[test]
fn an_item_is_changed_by_its_own_seed_alone() {
    let dropout = || TokenDropoutConfig { p: 0.3 };
    let items: Vec<usize> = (0..40).collect();
    let whole = trained(dropout(), &items, 1);
    assert_eq!(trained(dropout(), &[7, 3], 1), [whole[7].clone(), whole[3].clone()]);
    assert_ne!(trained(dropout(), &items, 2), whole);
    let plain = tokens(rows().batch(&items, &Default::default()).unwrap().inputs);
    let count = |all: &[Vec<i64>]| all.iter().map(Vec::len).sum::<usize>() as f64;
    let share = count(&whole) / count(&plain);
    assert!((share - 0.7).abs() < 0.05, "{share}");
    // What is judged comes as it is.
    let source = Augmented::new(rows()).tokens(dropout()).unwrap();
    assert_eq!(tokens(source.batch(&items, &Default::default()).unwrap().inputs), plain);
    assert_ne!(source.fingerprint(), Augmented::new(rows()).fingerprint());
}

#[test]
fn masks_keep_the_length_and_swaps_the_tokens() {
    let items: Vec<usize> = (0..40).collect();
    let plain = tokens(rows().batch(&items, &Default::default()).unwrap().inputs);
    let masked = trained(TokenMaskConfig { p: 0.5 }, &items, 0);
    let unknown = masked.iter().flatten().filter(|id| **id == 1).count();
    assert!((400..600).contains(&unknown), "{unknown} of 1000");
    let mut swapped = trained(TokenSwapConfig { share: 0.5 }, &items, 0);
    assert_ne!(swapped, plain);
    for ((swapped, plain), masked) in swapped.iter_mut().zip(&plain).zip(&masked) {
        assert_eq!(masked.len(), plain.len());
        let mut plain = plain.clone();
        plain.sort_unstable();
        swapped.sort_unstable();
        assert_eq!(*swapped, plain);
    }
}

#[test]
fn changes_of_tokens_are_settings_and_for_texts_alone() {
    let config: AugmentConfig =
        serde_json::from_str(r#"{ "tokens": [{ "kind": "dropout" }, { "kind": "mask", "p": 2 }] }"#).unwrap();
    assert_eq!(config.check().unwrap_err().key().as_deref(), Some("augment.tokens.1.p"));
    let config: AugmentConfig = serde_json::from_str(r#"{ "tokens": [{ "kind": "swap" }] }"#).unwrap();
    assert!(config.rows(rows(), None).is_ok());
    let digits = kiln_data::Prepared::load(&kiln_data::DataConfig::new("iris"), Seed::new(0)).unwrap();
    let error = config.rows(digits.train(), None).unwrap_err();
    assert_eq!(error.to_string(), "augment.tokens.0 is for texts, and the data are not");
}
