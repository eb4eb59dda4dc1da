//! Models in whole numbers of eight bits. The files are in `tests/golden/onnx` with those of `export.rs`, and
//! `tests/golden/exported.py` writes what onnxruntime predicts by them.

use std::fs;

use burn::tensor::Tensor;
use kiln::config::{Flags, Request, resolve};
use kiln::experiment::job::Job;
use kiln::{Predictor, params};
use serde_json::{Value, json};

use crate::common::Place;
use crate::export::{ITEMS, folder, inputs, model};

/// Of the bytes of a file so many may be others on another processor: those of scales, which follow from sums.
const SHARE_OF_SCALES: f64 = 0.15;

/// Exports first weights, and compares with the committed file, and what onnxruntime predicts by that with what kiln predicts in floating point.
fn check(name: &str, overrides: &[&str], layers: usize) {
    let device = std::env::var("KILN_TEST_DEVICE").ok();
    let request = Request {
        overrides: overrides.iter().map(|text| (*text).to_owned()).collect(),
        flags: Flags { device, ..Flags::default() },
        ..Request::default()
    };
    let resolved = resolve(&request).unwrap();
    let job = Job::load(&resolved).unwrap();
    // Far enough apart that classes differ.
    let network = params::replace(model(&job), |info, flat: Tensor<1>| {
        if info.path.starts_with("output") { flat.mul_scalar(4.0) } else { flat }
    });
    let predictor = Predictor::of_job(&job, network);
    let features = &job.prepared.dataset.features;
    let exported = predictor.export_int8(features, &job.prepared.split.train[..256]).unwrap();
    assert_eq!((exported.layers.len(), exported.float.len(), exported.items), (layers, 0, 256), "{name}");
    let plain = predictor.onnx().unwrap().len();
    let (file, golden) = (folder().join(format!("{name}.onnx")), folder().join(format!("{name}.json")));
    if std::env::var("KILN_GOLDEN").is_ok_and(|what| what == "overwrite") {
        fs::write(&file, &exported.bytes).unwrap();
        fs::write(&golden, json!({ "inputs": inputs(&job.prepared.dataset) }).to_string()).unwrap();
        return;
    }
    let kept = fs::read(&file).unwrap();
    assert_eq!(kept.len(), exported.bytes.len(), "{name}");
    let others = kept.iter().zip(&exported.bytes).filter(|(a, b)| a != b).count();
    assert!(others as f64 <= SHARE_OF_SCALES * kept.len() as f64, "{name}: {others} bytes are others");
    let golden: Value = serde_json::from_slice(&fs::read(&golden).unwrap()).unwrap();
    assert_eq!(golden["inputs"], inputs(&job.prepared.dataset));
    let (mut largest, mut differ, mut rounded) = (0.0_f64, 0, 0.0_f64);
    let float = predictor.predict(features).unwrap();
    let whole = exported.predictor.predict(features).unwrap();
    for (item, (prediction, whole)) in float.iter().zip(&whole).take(ITEMS).enumerate() {
        let both = prediction.probabilities().unwrap().iter().zip(whole.probabilities().unwrap());
        for (place, (share, here)) in both.enumerate() {
            let theirs = golden["outputs"]["probabilities"][item][place].as_f64().unwrap();
            largest = largest.max((f64::from(*share) - theirs).abs());
            rounded = rounded.max((f64::from(*here) - theirs).abs());
        }
        differ += usize::from(golden["outputs"]["label"][item] != prediction.class().unwrap());
        assert_eq!(golden["outputs"]["label"][item], whole.class().unwrap(), "{name}: item {item}");
    }
    // What is rounded here is what is rounded there, but for a number halfway between two steps.
    assert!(rounded <= largest / 2.0, "{name}: off by {rounded}, and floating point by {largest}");
    // Not that of floating point to the last digit, or nothing would have been rounded.
    assert!((1e-6..=0.05).contains(&largest), "{name}: a probability is off by {largest}");
    assert!(differ <= 1, "{name}: {differ} of {ITEMS} classes differ");
    assert!(exported.bytes.len() < plain, "{name}: {} bytes, {plain} before", exported.bytes.len());
}

#[test]
fn networks_in_eight_bits_predict_in_onnxruntime_nearly_what_they_predict_here() {
    check("mlp-int8", &["data.source=digits", "model.kind=mlp", "model.hidden=[64,32]"], 3);
    let cnn = ["data.source=digits", "model.kind=cnn", "model.channels=[8,16]", "model.norm=batch"];
    check("cnn-int8", &cnn, 4);
    check("resnet-int8", &["data.source=digits", "model.kind=resnet", "model.width=4"], 9);
}

#[test]
fn the_command_says_what_became_of_the_layers() {
    let place = Place::new();
    place.ok("train digits train.epochs=2 model.hidden=[32] --name net --seed 1 -q");
    let said = place.ok("export net -o net.onnx --int8").stderr;
    assert!(said.contains("2 layers in eight bits, by 512 items of the training part"), "{said}");
    assert!(
        said.contains(" items of the test part:\n    accuracy 0.") && said.contains("\n    loss "),
        "{said}"
    );
    assert!(!said.contains("as they were"), "{said}");
    // What is not followed says its name.
    place.ok("train digits model.kind=mobilenet-v3-small train.epochs=1 --name mobile --seed 1 -q");
    let said = place.ok("export mobile -o mobile.onnx --int8").stderr;
    assert!(said.contains("as they were: ") && said.contains(".fc1, "), "{said}");
    place.ok("train iris model.kind=ft-transformer train.epochs=1 --name tokens --seed 1 -q");
    place.fails("export tokens -o tokens.onnx --int8", 2, "is not computed in eight bits");
    place.fails("export net -o net.kiln --int8", 2, "--int8 is for ONNX");
    place.fails("export net -o net.onnx --int8 --fold-batch-norm", 2, "cannot be used with");
}
