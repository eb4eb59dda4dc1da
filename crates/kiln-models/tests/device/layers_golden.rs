//! Networks of listed layers against PyTorch: see `tests/golden/layers.py`.

use kiln_models::{LayerConfig, ModelConfig, SequentialConfig};
use kiln_testkit::device_name;
use serde_json::{Value, json};

use super::golden::Case;

/// A network of layers as a configuration writes them.
pub(super) fn sequential(layers: &Value) -> ModelConfig {
    let layers: Vec<LayerConfig> = serde_json::from_value(layers.clone()).unwrap();
    SequentialConfig::new(layers).into()
}

/// Outputs in evaluation and training, all gradients, and the running statistics of `norms` layers.
fn check(name: &str, layers: &Value, norms: usize) {
    let config = sequential(layers);
    let case = Case::new(name, &config);
    let close = if device_name().is_cpu() { 1e-6 } else { 1e-5 };
    case.check_outputs_within(close);
    case.check_gradients_within(10.0 * close, close);
    if norms > 0 {
        Case::new(name, &config).check_running(norms);
    }
}

fn relu() -> Value {
    json!({ "kind": "activation" })
}

fn function(name: &str) -> Value {
    json!({ "kind": "activation", "function": name })
}

fn norm() -> Value {
    json!({ "kind": "batch-norm" })
}

/// A convolution of 3x3 without bias.
fn conv(filters: usize, stride: usize) -> Value {
    json!({ "kind": "conv", "filters": filters, "stride": stride, "bias": false })
}

#[test]
fn an_mlp_with_every_norm() {
    let layers = json!([
        { "kind": "linear", "width": 16, "bias": false },
        norm(),
        relu(),
        { "kind": "linear", "width": 12 },
        { "kind": "layer-norm", "epsilon": 1e-3 },
        function("gelu"),
        { "kind": "group-norm", "groups": 3 },
        { "kind": "linear", "width": 9 },
        function("tanh"),
    ]);
    check("models_layers_mlp", &layers, 1);
}

#[test]
fn convolutions_and_pooling_of_every_form() {
    let layers = json!([
        conv(4, 1),
        { "kind": "batch-norm", "epsilon": 1e-3, "momentum": 0.25 },
        relu(),
        { "kind": "max-pool" },
        { "kind": "conv", "filters": 8, "kernel": 5, "stride": 2, "groups": 2 },
        { "kind": "group-norm", "groups": 4 },
        function("silu"),
        { "kind": "max-pool", "size": 3, "stride": 2, "padding": 1 },
        { "kind": "conv", "filters": 8, "kernel": 2, "padding": 0, "groups": 8, "bias": false },
        function("leaky-relu"),
        { "kind": "avg-pool", "size": 2, "stride": 1 },
        { "kind": "flatten" },
        { "kind": "linear", "width": 10 },
        relu(),
    ]);
    check("models_layers_cnn", &layers, 1);
}

#[test]
fn residual_blocks_with_every_shortcut() {
    let projected =
        json!([{ "kind": "conv", "filters": 6, "kernel": 1, "stride": 2, "bias": false }, norm()]);
    let layers = json!([
        conv(4, 1),
        norm(),
        relu(),
        { "kind": "residual", "layers": [conv(4, 1), norm(), relu(), conv(4, 1), norm()] },
        relu(),
        {
            "kind": "residual",
            "layers": [
                conv(6, 2), norm(), relu(),
                { "kind": "residual", "layers": [conv(6, 1), function("silu")] },
            ],
            "shortcut": projected,
        },
        relu(),
        { "kind": "residual", "projection": true, "layers": [conv(5, 2)] },
        { "kind": "global-max-pool" },
        { "kind": "residual", "projection": true, "layers": [{ "kind": "linear", "width": 7 }, relu()] },
    ]);
    check("models_layers_residual", &layers, 5);
}

#[test]
fn attention_over_patches() {
    let hidden = json!([
        { "kind": "layer-norm" },
        { "kind": "linear", "width": 20 },
        function("gelu"),
        { "kind": "linear", "width": 12 },
    ]);
    let layers = json!([
        { "kind": "patches", "size": 3, "width": 12 },
        { "kind": "residual", "layers": [{ "kind": "layer-norm" }, { "kind": "attention", "heads": 3 }] },
        { "kind": "residual", "layers": hidden },
        { "kind": "attention", "heads": 2 },
        { "kind": "linear", "width": 8, "bias": false },
        { "kind": "layer-norm" },
        relu(),
        { "kind": "global-avg-pool" },
    ]);
    check("models_layers_attention", &layers, 0);
}
