//! Everything that a list of layers can have wrong: the layer, what it gets, and the remedy.

use kiln_core::{ErrorKind, Explain, Seed};
use kiln_data::InputShape;
use kiln_models::ModelConfig;
use serde_json::{Value, json};

use super::layers_golden::sequential;

pub(super) const TABLE: InputShape = InputShape::Table(4);
pub(super) const IMAGE: InputShape = InputShape::Images([3, 12, 10]);

/// Summary and model refuse the network for the same reason: `message | help`.
pub(super) fn complaint(config: &ModelConfig, input: &InputShape) -> (String, Option<String>) {
    let error = config.summary(input.clone(), 3).expect_err(&format!("{config:?}"));
    let made = config.init(input.clone(), 3, &kiln_testkit::device(), Seed::new(0)).unwrap_err();
    assert_eq!(error.to_string(), made.to_string());
    assert_eq!(error.kind(), ErrorKind::Usage);
    let key = error.key().map(|key| key.into_owned());
    let help = error.help().map(|help| format!(" | {help}")).unwrap_or_default();
    (format!("{error}{help}"), key)
}

/// `layers` on `input` is refused, at `key`, with this beginning and with this in its help.
#[track_caller]
pub(super) fn refused(input: &InputShape, layers: &Value, key: &str, message: &str, help: &str) {
    let (text, found) = complaint(&sequential(layers), input);
    assert_eq!(found.as_deref(), Some(key), "{text}");
    assert!(text.starts_with(&format!("{key}{message}")), "{text}");
    let said = text.split_once(" | ").map_or("", |(_, help)| help);
    assert!(said.contains(help), "{text}");
}

const MAPS: &str = "move it before the layer that flattens";
const FLAT: &str = "put kind = \"flatten\" or \"global-avg-pool\" before it";

#[test]
fn layers_get_what_they_read() {
    let flatten = json!({ "kind": "flatten" });
    let patches = json!({ "kind": "patches", "size": 2, "width": 6 });
    for (layer, name) in [
        (json!({ "kind": "conv", "filters": 4 }), "conv"),
        (json!({ "kind": "max-pool" }), "max-pool"),
        (json!({ "kind": "avg-pool" }), "avg-pool"),
        (json!({ "kind": "global-avg-pool" }), "global-avg-pool"),
        (json!({ "kind": "global-max-pool" }), "global-max-pool"),
        (json!({ "kind": "spatial-dropout", "probability": 0.1 }), "spatial-dropout"),
        (json!({ "kind": "block-dropout", "probability": 0.1 }), "block-dropout"),
        (json!({ "kind": "patches", "size": 2, "width": 4 }), "patches"),
    ] {
        let message = format!(" ({name}) reads feature maps; its input is 4 features");
        refused(&TABLE, &json!([layer]), "model.layers.0", &message, MAPS);
        let message = format!(" ({name}) reads feature maps; its input is 360 features");
        refused(&IMAGE, &json!([flatten, layer]), "model.layers.1", &message, MAPS);
    }
    let map = "its input is a map of 3x12x10 (channels, height, width)";
    for (layer, name) in
        [(json!({ "kind": "linear", "width": 4 }), "linear"), (json!({ "kind": "layer-norm" }), "layer-norm")]
    {
        let message = format!(" ({name}) does not read feature maps; {map}");
        refused(&IMAGE, &json!([layer]), "model.layers.0", &message, FLAT);
    }
    for (layer, name) in [
        (json!({ "kind": "batch-norm" }), "batch-norm"),
        (json!({ "kind": "group-norm", "groups": 2 }), "group-norm"),
    ] {
        let message = format!(" ({name}) does not read tokens; its input is 30 tokens of 6 features");
        refused(&IMAGE, &json!([patches, layer]), "model.layers.1", &message, "use kind = \"layer-norm\"");
    }
    let attention = json!({ "kind": "attention", "heads": 2 });
    let message = format!(" (attention) reads tokens; {map}");
    refused(&IMAGE, &json!([attention]), "model.layers.0", &message, "kind = \"patches\"");
    let message = " (attention) reads tokens; its input is 4 features";
    refused(&TABLE, &json!([attention]), "model.layers.0", message, "kind = \"patches\"");
    let message = " (flatten) has nothing to flatten; its input is 4 features";
    refused(&TABLE, &json!([flatten]), "model.layers.0", message, "leave it out");
}

#[test]
fn sizes_fit() {
    let conv = |more: Value| {
        let mut conv = json!({ "kind": "conv", "filters": 4 });
        conv.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        conv
    };
    let one = |layer: Value, message: &str, help: &str| {
        refused(&IMAGE, &json!([layer]), "model.layers.0", message, help);
    };
    one(
        conv(json!({ "kernel": 2 })),
        " (conv) has filters of 2x2, which no padding keeps the size with",
        "kernel = 3",
    );
    one(
        conv(json!({ "kernel": 3, "padding": 3 })),
        " (conv) has a padding of 3, which must be at most 2 for windows of 3x3",
        "use padding = 2 or less",
    );
    one(
        conv(json!({ "kernel": 11, "padding": 0 })),
        " (conv) has windows of 11x11, which the map is too small for; its input is",
        "use smaller windows",
    );
    one(
        conv(json!({ "kernel": 13, "padding": 1 })),
        " (conv) has windows of 13x13, which the map is too small for, even with a padding of 1",
        "use smaller windows",
    );
    one(
        conv(json!({ "groups": 2 })),
        " (conv) has 2 groups, which 3 input channels cannot be cut into",
        "a divisor of 3",
    );
    one(
        conv(json!({ "groups": 3 })),
        " (conv) has 3 groups, which 4 filters cannot be cut into",
        "a divisor of 4",
    );
    one(
        json!({ "kind": "max-pool", "size": 11 }),
        " (max-pool) has windows of 11x11, which the map is too small for",
        "",
    );
    one(
        json!({ "kind": "avg-pool", "size": 99 }),
        " (avg-pool) has windows of 99x99, which the map is too small for",
        "",
    );
    one(
        json!({ "kind": "max-pool", "padding": 2 }),
        " (max-pool) has a padding of 2, which must be at most 1 for windows of 2x2",
        "use padding = 1 or less",
    );
    one(
        json!({ "kind": "group-norm", "groups": 2 }),
        " (group-norm) has 2 groups, which 3 channels cannot be cut into",
        "",
    );
    one(
        json!({ "kind": "patches", "size": 4, "width": 8 }),
        " (patches) has patches of 4x4, which the map cannot be cut into; its input is a map of 3x12x10",
        "data.size",
    );
    let group = json!([{ "kind": "group-norm", "groups": 3 }]);
    refused(
        &TABLE,
        &group,
        "model.layers.0",
        " (group-norm) has 3 groups, which 4 features cannot be cut into",
        "",
    );
    let single = " (group-norm) takes the mean of single numbers from themselves, which leaves 0; its input is 4 features";
    let group = json!([{ "kind": "group-norm", "groups": 4 }]);
    refused(&TABLE, &group, "model.layers.0", single, "batch-norm");
    let heads = json!([{ "kind": "patches", "size": 2, "width": 10 }, { "kind": "attention", "heads": 4 }]);
    let message = " (attention) has 4 heads, which 10 features cannot be cut into";
    refused(&IMAGE, &heads, "model.layers.1", message, "use a divisor of 10");
    // The map is gone before the fourth pooling.
    let pool = json!({ "kind": "max-pool" });
    let four = json!([pool, pool, pool, pool]);
    let message =
        " (max-pool) has windows of 2x2, which the map is too small for; its input is a map of 3x1x1";
    refused(&IMAGE, &four, "model.layers.3", message, "fewer layers that halve the map");
}

#[test]
fn both_branches_of_a_residual_block_end_in_one_shape() {
    let block = |more: Value| {
        let mut block = json!({ "kind": "residual" });
        block.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!([{ "kind": "activation" }, block])
    };
    let conv = |filters: usize| json!({ "kind": "conv", "filters": filters });
    let at = "model.layers.1";
    refused(&IMAGE, &block(json!({})), at, " (residual) has no layers", "list some");
    refused(
        &IMAGE,
        &block(json!({ "layers": [conv(4)] })),
        at,
        " (residual) adds a map of 3x12x10 (channels, height, width) of its shortcut to a map of 4x12x10",
        "set projection = true",
    );
    refused(
        &IMAGE,
        &block(json!({ "layers": [conv(4)], "shortcut": [conv(5)] })),
        at,
        " (residual) adds a map of 5x12x10",
        "make both end in the same shape",
    );
    refused(
        &IMAGE,
        &block(json!({ "layers": [conv(4)], "shortcut": [conv(4)], "projection": true })),
        at,
        " (residual) has a projection and a shortcut",
        "keep one of them",
    );
    refused(
        &IMAGE,
        &block(json!({ "layers": [{ "kind": "flatten" }], "projection": true })),
        at,
        " (residual) has layers that give 360 features, which no projection of its input gives",
        "shortcut = [",
    );
    // The layers inside are called by where they are.
    refused(
        &IMAGE,
        &block(json!({ "layers": [conv(3), { "kind": "linear", "width": 4 }] })),
        "model.layers.1.layers.1",
        " (linear) does not read feature maps",
        FLAT,
    );
    refused(
        &IMAGE,
        &block(json!({ "layers": [conv(3)], "shortcut": [conv(3), { "kind": "attention", "heads": 1 }] })),
        "model.layers.1.shortcut.1",
        " (attention) reads tokens",
        "patches",
    );
}

#[test]
fn the_last_layer_leaves_features_for_the_output_layer() {
    let conv = json!({ "kind": "conv", "filters": 4 });
    let message = " (activation) is the last and gives a map of 4x12x10 (channels, height, width), but the output layer reads features";
    let layers = json!([conv, { "kind": "activation" }]);
    refused(&IMAGE, &layers, "model.layers.1", message, "end with kind = \"flatten\"");
    let layers = json!([{ "kind": "patches", "size": 2, "width": 6 }]);
    let message = " (patches) is the last and gives 30 tokens of 6 features";
    refused(&IMAGE, &layers, "model.layers.0", message, "global-avg-pool");
    let layers =
        json!([{ "kind": "linear", "width": 8 }, { "kind": "activation" }, { "kind": "linear", "width": 3 }]);
    let message = " (linear) is a second output layer: 3 outputs";
    refused(&TABLE, &layers, "model.layers.2", message, "leave it out");
    let (text, key) = complaint(&sequential(&json!([])), &TABLE);
    assert_eq!(key.as_deref(), Some("model.layers"));
    assert!(text.starts_with("model.layers is empty") && text.contains("kind = \"linear\""), "{text}");
}
