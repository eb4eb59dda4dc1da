//! Numbers of listed layers that are out of range, and networks that no memory holds.

use kiln_data::InputShape;
use kiln_models::{LayerConfig, ModelConfig, ModelError, ResidualLayer, SequentialConfig};
use serde_json::{Value, json};

use super::layer_errors::{IMAGE, TABLE, complaint, refused};
use super::layers_golden::sequential;

fn too_large(layers: &Value, input: InputShape) {
    let error = sequential(layers).summary(input, 3).unwrap_err();
    assert!(matches!(error, ModelError::TooLarge { .. }), "{error}");
}

#[test]
fn numbers_are_in_range_before_any_shape_counts() {
    for (layer, name, rest) in [
        (json!({ "kind": "conv", "filters": 0 }), "filters", "is 0, it must be at least 1"),
        (
            json!({ "kind": "conv", "filters": 1, "kernel": 0 }),
            "kernel",
            "is 0, it must be at least 1 and at most 1024",
        ),
        (json!({ "kind": "conv", "filters": 1, "kernel": 1025 }), "kernel", "is 1025"),
        (json!({ "kind": "conv", "filters": 1, "stride": 0 }), "stride", "is 0"),
        (json!({ "kind": "conv", "filters": 1, "groups": 0 }), "groups", "is 0"),
        (json!({ "kind": "linear", "width": 0 }), "width", "is 0"),
        (json!({ "kind": "batch-norm", "epsilon": 0.0 }), "epsilon", "is 0, it must be greater than 0"),
        (json!({ "kind": "batch-norm", "momentum": 1.5 }), "momentum", "is 1.5"),
        (json!({ "kind": "layer-norm", "epsilon": -1.0 }), "epsilon", "is -1"),
        (json!({ "kind": "group-norm", "groups": 0 }), "groups", "is 0"),
        (json!({ "kind": "max-pool", "size": 0 }), "size", "is 0"),
        (json!({ "kind": "max-pool", "stride": 0 }), "stride", "is 0"),
        (json!({ "kind": "avg-pool", "size": 0 }), "size", "is 0"),
        (
            json!({ "kind": "dropout", "probability": 1.0 }),
            "probability",
            "is 1, it must be at least 0 and less than 1",
        ),
        (json!({ "kind": "alpha-dropout", "probability": -0.5 }), "probability", "is -0.5"),
        (json!({ "kind": "block-dropout", "probability": 0.5, "size": 0 }), "size", "is 0"),
        (json!({ "kind": "gaussian-noise", "deviation": -0.1 }), "deviation", "is -0.1"),
        (json!({ "kind": "patches", "size": 0, "width": 1 }), "size", "is 0"),
        (json!({ "kind": "patches", "size": 1, "width": 0 }), "width", "is 0"),
        (json!({ "kind": "attention", "heads": 0 }), "heads", "is 0"),
        (json!({ "kind": "residual", "stochastic_depth": 1.0 }), "stochastic_depth", "is 1"),
    ] {
        // Behind a layer that does not fit, and inside a block.
        let wrong = json!({ "kind": "attention", "heads": 1 });
        let key = format!("model.layers.1.{name}");
        refused(&TABLE, &json!([wrong, layer]), &key, &format!(" {rest}"), "");
        let key = format!("model.layers.0.layers.0.{name}");
        refused(&TABLE, &json!([{ "kind": "residual", "layers": [layer] }]), &key, &format!(" {rest}"), "");
    }
}

#[test]
fn absurd_networks_are_errors_and_not_allocations() {
    let huge = 1usize << 40;
    for layers in [
        json!([{ "kind": "linear", "width": huge }]),
        json!([{ "kind": "linear", "width": usize::MAX }, { "kind": "layer-norm" }]),
        json!([{ "kind": "linear", "width": 1 << 20 }, { "kind": "activation" }, { "kind": "linear", "width": 1 << 20 }]),
    ] {
        too_large(&layers, TABLE);
    }
    for layers in [
        json!([{ "kind": "conv", "filters": usize::MAX }, { "kind": "flatten" }]),
        json!([{ "kind": "conv", "filters": 1 << 30, "kernel": 1 }, { "kind": "flatten" }, { "kind": "linear", "width": 9 }]),
        json!([{ "kind": "patches", "size": 1, "width": usize::MAX }, { "kind": "attention", "heads": 1 }]),
    ] {
        too_large(&layers, IMAGE);
    }
    let deep = |depth: usize| {
        let inner = vec![LayerConfig::from(kiln_models::LinearLayer::new(4))];
        let layers = (0..depth).fold(inner, |layers, _| vec![ResidualLayer::new(layers).into()]);
        ModelConfig::from(SequentialConfig::new(layers))
    };
    assert!(deep(15).summary(TABLE, 3).is_ok());
    let (text, key) = complaint(&deep(16), &TABLE);
    assert!(text.contains("lists that are more than 16 deep"), "{text}");
    assert_eq!(key.unwrap().matches("layers").count(), 17);
}
