//! Weights in a file of `torch.save`, read as data.

use std::fs;
use std::path::Path;

use kiln::{Layout, Weights, WeightsError};

use crate::common::Place;

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden");

#[test]
fn a_file_of_torch_save_holds_what_its_safetensors_do() {
    let safetensors = Weights::read_any(format!("{GOLDEN}/start.safetensors")).unwrap();
    let saved = Weights::read_any(format!("{GOLDEN}/start.pt")).unwrap();
    assert!(saved.is_marked && !safetensors.is_marked);
    assert_eq!(saved.weights.blake3(), safetensors.weights.blake3());
    let named = Weights::read_as(format!("{GOLDEN}/start.pt"), Layout::PyTorch).unwrap();
    assert_eq!(named.blake3(), saved.weights.blake3());
}

#[test]
fn a_damaged_one_is_an_error_with_its_name() {
    let place = Place::new();
    let whole = fs::read(format!("{GOLDEN}/start.pt")).unwrap();
    for length in [4, 40, 400, whole.len() / 2, whole.len() - 1] {
        let path = place.write("cut.pt", &whole[..length]);
        let WeightsError::In { path: named, .. } = Weights::read_any(&path).unwrap_err() else { panic!() };
        assert_eq!(named, path);
    }
}

#[test]
fn a_training_starts_from_it() {
    let place = Place::new();
    let map = r#"model.weights_map=[{from="^module\\.0",to="layers.0.linear"},{from="^module\\.1",to="layers.0.norm"},{from="^module\\.3",to="output"}]"#;
    let file = Path::new(GOLDEN).join("start.pt");
    let weights = format!("model.weights={}", file.display());
    let settings = ["model.hidden=[16]", "model.norm=batch", "train.epochs=1", map, &weights];
    let ran = place.command(&[&["train", "digits"][..], &settings].concat()).output().unwrap();
    let said = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success() && said.contains("7 of 7 tensors"), "{said}");
}
