//! Networks that others have published, and adapters of low rank, from the configuration to a file that the others load.

use kiln::config::{Flags, Request, Resolved, resolve};
use kiln::experiment::job::Job;
use kiln::experiment::{Changes, Session, dry_run, resume_with, train};
use kiln::{Layout, Predictor, Weights};

use crate::common::Place;

fn digits(overrides: &[&str]) -> Resolved {
    let overrides = overrides.iter().map(|text| (*text).to_owned()).collect();
    let flags = Flags { device: std::env::var("KILN_TEST_DEVICE").ok(), ..Flags::default() };
    resolve(&Request { config: Some("digits".to_owned()), overrides, flags, ..Request::default() }).unwrap()
}

#[test]
fn a_published_network_comes_in_and_goes_out_with_the_names_of_its_library() {
    let place = Place::new();
    place.ok("train digits model.kind=mobilenet-v3-small train.epochs=1 --name first --quiet");
    place.ok("export first -o net.safetensors");
    place.ok("export first -o net.onnx");
    let state = Weights::read_as(place.path().join("net.safetensors"), Layout::PyTorch).unwrap();
    // torchvision's names; its network loads them strictly: bench/published.py.
    assert_eq!(state.len(), 244);
    for name in
        ["features.0.0.weight", "features.1.block.1.fc1.bias", "classifier.0.weight", "classifier.3.bias"]
    {
        assert!(state.get(name).is_some(), "{name}");
    }
    let line = "train digits model.kind=mobilenet-v3-small train.epochs=1 --quiet model.weights=";
    let second = place.ok(&format!("{}net.safetensors", line.replace(" --quiet", "")));
    for part in ["net.safetensors: 210 of 210 tensors", "their names are those of torchvision"] {
        assert!(second.says(part), "{part}\n{}", second.stderr);
    }
    // What is missing is called as there, with what is most like it.
    let mut slip = Weights::new(Layout::PyTorch);
    for (name, data) in state.iter() {
        slip.insert(name.replace("features.2.block.0.1.weight", "features.2.block.0.1.wieght"), data.clone());
    }
    slip.write(place.path().join("slip.safetensors")).unwrap();
    place.fails(
        &format!("{line}slip.safetensors"),
        5,
        "missing: \"features.2.block.0.1.weight\" (like \"features.2.block.0.1.wieght\"?)",
    );
}

#[test]
fn adapters_train_alone_go_on_exactly_and_end_in_the_weights() {
    let place = Place::new();
    let session = Session { runs_dir: place.runs(), ..Session::default() };
    let base = train(&digits(&["model.hidden=[16]", "train.epochs=1"]), &session, &()).unwrap();
    let weights = format!("model.weights={:?}", base.run.display().to_string());
    let with = |epochs: &'static str| {
        digits(&[
            "model.hidden=[16]",
            &weights,
            "model.lora.rank=3",
            "model.lora.alpha=6",
            "schedule.kind=constant",
            epochs,
        ])
    };
    let start = Weights::of(&base.outcome.model);
    let half = train(&with("train.epochs=1"), &session, &()).unwrap();
    let adapted = Weights::of(&half.outcome.model);
    assert_eq!(adapted.get("layers.0.linear.weight"), start.get("layers.0.linear.weight"));
    assert_eq!(adapted.get("layers.0.linear.bias"), start.get("layers.0.linear.bias"));
    assert_ne!(adapted.get("output.weight"), start.get("output.weight"));
    assert_eq!(adapted.get("layers.0.linear.weight.lora.a").unwrap().shape().to_vec(), [64, 3]);

    let whole = train(&with("train.epochs=2"), &session, &()).unwrap();
    let resumed = resume_with(&half.run, &Changes::new().set("train.epochs=2"), &session, &()).unwrap();
    assert_eq!(resumed.outcome.last_weights_blake3, whole.outcome.last_weights_blake3);

    // Outside and in the next training they are a part of the weights.
    let predictor = Predictor::open(&half.run, &session, &()).unwrap();
    let state = predictor.state_dict().unwrap();
    let names: Vec<&str> = state.iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["layers.0.linear.bias", "layers.0.linear.weight", "output.bias", "output.weight"]);
    let from = format!("model.weights={:?}", half.run.display().to_string());
    let next = Weights::of(&Job::load(&digits(&["model.hidden=[16]", &from])).unwrap().model().unwrap());
    let merged = next.get("layers.0.linear.weight").unwrap();
    assert_eq!(next.len(), 4);
    assert_ne!(Some(merged), start.get("layers.0.linear.weight"));
    let exported: Vec<f32> = state.get("layers.0.linear.weight").unwrap().iter().collect();
    let turned = |row: usize, column: usize| exported[column * 64 + row];
    for (place, value) in merged.iter::<f32>().enumerate() {
        assert!((value - turned(place / 16, place % 16)).abs() < 1e-6);
    }

    let error = dry_run(&digits(&["model.lora.rank=3"]), &()).unwrap_err();
    assert!(error.to_string().contains("adapts the weights that the training starts from"), "{error}");
}
