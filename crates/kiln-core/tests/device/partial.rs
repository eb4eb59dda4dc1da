//! Part of the weights into part of a module.

use burn::module::{Initializer, Module, ModuleVisitor, Param};
use burn::nn::{BatchNorm, BatchNormConfig, Linear, LinearConfig};
use burn::tensor::{Device, Tensor, TensorData};
use kiln_core::{ErrorKind, Explain, Weights, WeightsError};
use kiln_testkit::device;

#[derive(Module, Debug)]
struct Net {
    body: Vec<Linear>,
    norm: BatchNorm,
    head: Linear,
}

fn net(classes: usize, device: &Device) -> Net {
    Net {
        body: vec![LinearConfig::new(4, 8).init(device), LinearConfig::new(8, 8).init(device)],
        norm: BatchNormConfig::new(8).init(device),
        head: LinearConfig::new(8, classes).init(device),
    }
}

fn names(weights: &Weights) -> Vec<&str> {
    weights.iter().map(|(name, _)| name).collect()
}

#[test]
fn every_tensor_is_in_one_of_the_lists() {
    let device = device();
    let mut trained = Weights::of(&net(10, &device)).without("body.1").unwrap();
    trained.insert("aux.weight", TensorData::from([1.0f32]));
    let loaded = trained.apply_partial(net(5, &device)).unwrap();

    let norm = ["norm.gamma", "norm.beta", "norm.running_mean", "norm.running_var"];
    assert_eq!(loaded.loaded, [&["body.0.weight", "body.0.bias"], &norm[..]].concat());
    assert_eq!(loaded.missing, ["body.1.weight", "body.1.bias"]);
    assert_eq!(loaded.unused, ["aux.weight"]);
    let shapes: Vec<_> =
        loaded.mismatched.iter().map(|m| (m.name.as_str(), m.found.clone(), m.expected.clone())).collect();
    assert_eq!(shapes, [("head.weight", vec![8, 10], vec![8, 5]), ("head.bias", vec![10], vec![5])]);
    assert_eq!(
        loaded.to_string(),
        "6 tensors loaded; missing: [\"body.1.weight\", \"body.1.bias\"]; unused: [\"aux.weight\"]; \
         \"head.weight\" is [8, 10], not [8, 5]; \"head.bias\" is [10], not [5]"
    );
    let found = Weights::of(&loaded.model);
    for name in &loaded.loaded {
        assert_eq!(found.get(name), trained.get(name), "{name}");
    }
    // All of it is still refused where all of it must fit.
    assert!(matches!(trained.apply(net(5, &device)), Err(WeightsError::Missing { .. })));
}

/// Those that training is to draw from its own seed.
#[test]
fn what_is_not_loaded_is_not_drawn() {
    struct Drawn(Vec<bool>);
    impl ModuleVisitor for Drawn {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            self.0.push(param.is_initialized());
        }
    }
    let device = device();
    let trained = Weights::of(&net(10, &device));
    let loaded = trained.apply_partial(net(5, &device)).unwrap();
    let mut drawn = Drawn(Vec::new());
    loaded.model.head.visit(&mut drawn);
    loaded.model.body.visit(&mut drawn);
    assert_eq!(drawn.0, [false, false, true, true, true, true]);
}

#[test]
fn a_part_trains_on_and_only_a_frozen_one_stays_frozen() {
    let device = device().autodiff();
    let trained = Weights::of(&net(10, &device)).select("body").unwrap();
    let model = Net { head: net(5, &device).head.no_grad(), ..net(5, &device) };
    let model = trained.apply_partial(model).unwrap().model;
    assert!(model.body[0].weight.is_require_grad());
    assert!(!model.head.weight.is_require_grad());
}

#[test]
fn names_change_by_whole_parts() {
    let device = device();
    let all = Weights::of(&net(3, &device));
    let body = all.select("body").unwrap();
    assert_eq!(names(&body), ["body.0.bias", "body.0.weight", "body.1.bias", "body.1.weight"]);
    assert_eq!(names(&body.select("body.1.bias").unwrap()), ["body.1.bias"]);
    assert_eq!(names(&all.without("body").unwrap().without("norm").unwrap()), ["head.bias", "head.weight"]);
    let renamed = body.rename("body.0", "first").unwrap().rename("body", "").unwrap();
    assert_eq!(names(&renamed), ["1.bias", "1.weight", "first.bias", "first.weight"]);
    let nested = renamed.rename("", "old.net").unwrap();
    assert_eq!(names(&nested)[0], "old.net.1.bias");
    assert_eq!(nested.get("old.net.first.weight"), all.get("body.0.weight"));

    for wrong in ["bod", "body.", "body.2", "BODY"] {
        let error = all.select(wrong).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Usage);
        assert!(error.to_string().contains("body.0.bias"), "{error}");
        assert!(all.without(wrong).is_err() && all.rename(wrong, "x").is_err(), "{wrong}");
    }
    let error = all.rename("body.0", "body.1").unwrap_err();
    assert_eq!(error, WeightsError::Twice { name: "body.1.bias".to_owned() });
}

#[test]
fn weights_of_another_model_are_refused() {
    let device = device();
    let other = Weights::of(&net(3, &device)).rename("", "module").unwrap();
    let error = other.apply_partial(net(3, &device)).unwrap_err();
    assert!(error.to_string().contains("module.body.0.bias") && error.to_string().contains("body.0.weight"));
    assert!(error.help().unwrap().contains("rename"));
}

#[test]
fn a_file_says_that_it_is_kilns() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("model.safetensors");
    let layer: Param<Tensor<2>> = Initializer::Ones.init([2, 2], &device());
    let weights = Weights::of(&layer).rename("", "weight").unwrap();
    weights.write(&file).unwrap();
    assert_eq!(Weights::read(&file).unwrap().blake3(), weights.blake3());
    let text = String::from_utf8_lossy(&std::fs::read(&file).unwrap()).into_owned();
    assert!(text.contains("\"__metadata__\":{\"format\":\"kiln\"}"), "{text}");
    let error = Weights::read(folder.path().join("none")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    std::fs::write(&file, b"no").unwrap();
    assert!(
        Weights::read(&file).unwrap_err().to_string().contains("model.safetensors: not a safetensors file")
    );
}
