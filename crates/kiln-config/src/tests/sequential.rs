//! A network of listed layers: a list of sections inside a section, and lists inside its entries.

use kiln_models::{LayerConfig, ModelConfig, SequentialConfig};

use super::super::*;
use super::{GOOD, argument, check, complaint, file};

const NETWORK: &str = "[data]
source = \"digits\"

[model]
kind = \"sequential\"

[[model.layers]]
kind = \"conv\"
filters = 8

[[model.layers]]
kind = \"residual\"
projection = true

[[model.layers.layers]]
kind = \"conv\"
filters = 16
stride = 2

[[model.layers.layers]]
kind = \"batch-norm\"

[[model.layers]]
kind = \"global-avg-pool\"
";

/// The same, inline.
const INLINE: &str = "[data]
source = \"digits\"
[model]
kind = \"sequential\"
layers = [
    { kind = \"conv\", filters = 8 },
    { kind = \"residual\", projection = true, layers = [
        { kind = \"conv\", filters = 16, stride = 2 },
        { kind = \"batch-norm\" },
    ] },
    { kind = \"global-avg-pool\" },
]
";

fn layers(resolved: &Resolved) -> Vec<LayerConfig> {
    match &resolved.config.model.network {
        ModelConfig::Sequential(SequentialConfig { layers, .. }) => layers.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn layers_are_written_as_sections_or_inline_and_print_as_what_they_are() {
    let resolved = check(NETWORK, &[]).unwrap();
    let found = layers(&resolved);
    assert_eq!(
        found.iter().map(LayerConfig::name).collect::<Vec<_>>(),
        ["conv", "residual", "global-avg-pool"]
    );
    let LayerConfig::Residual(residual) = &found[1] else { panic!("{found:?}") };
    assert_eq!(residual.layers.iter().map(LayerConfig::name).collect::<Vec<_>>(), ["conv", "batch-norm"]);
    let inline = check(INLINE, &[]).unwrap();
    assert_eq!(inline.config, resolved.config);
    for resolved in [resolved, inline] {
        let printed = annotated(&resolved);
        assert_eq!(check(&printed, &[]).unwrap().config, resolved.config, "{printed}");
        assert!(printed.contains("[[model.layers.layers]]"), "{printed}");
        let written = toml::to_string(&resolved.config).unwrap();
        assert_eq!(check(&written, &[]).unwrap().config, resolved.config, "{written}");
    }
    let set_by = check(NETWORK, &[]).unwrap().set_by("model.layers.1.layers.0.filters");
    assert!(set_by.ends_with("my.toml:17"), "{set_by}");
}

#[test]
fn arguments_change_add_and_replace_layers() {
    let with = |overrides: &[&str]| layers(&check(NETWORK, overrides).unwrap());
    let filters = |layer: &LayerConfig| match layer {
        LayerConfig::Conv(conv) => conv.filters,
        other => panic!("{other:?}"),
    };
    assert_eq!(filters(&with(&["model.layers.0.filters=32"])[0]), 32);
    let LayerConfig::Residual(residual) = with(&["model.layers.1.layers.0.filters=24"]).remove(1) else {
        panic!()
    };
    assert_eq!(filters(&residual.layers[0]), 24);
    let added = with(&["model.layers.3.kind=dropout", "model.layers.3.probability=0.25"]);
    assert_eq!((added.len(), added[3].name()), (4, "dropout"));
    // Another kind drops what it lacks.
    let other =
        with(&["model.layers.0.kind=flatten", "model.layers.1.kind=linear", "model.layers.1.width=9"]);
    assert_eq!(
        other.iter().map(LayerConfig::name).collect::<Vec<_>>(),
        ["flatten", "linear", "global-avg-pool"]
    );
    let all = with(&["model.layers=[{ kind = \"flatten\" }, { kind = \"linear\", width = 3 }]"]);
    assert_eq!(all.iter().map(LayerConfig::name).collect::<Vec<_>>(), ["flatten", "linear"]);
    let mlp = check(NETWORK, &["model.kind=mlp"]).unwrap();
    assert_eq!(mlp.config.model.name(), "mlp");
    let own =
        check(GOOD, &["model.kind=sequential", "model.layers=[{ kind = \"linear\", width = 3 }]"]).unwrap();
    assert_eq!(layers(&own).len(), 1);
}

#[test]
fn layers_of_the_environment_are_layers() {
    let variable = |name: &str, value: &str| (name.into(), value.into());
    let request = Request {
        config: Some("digits".to_owned()),
        environment: vec![
            variable("KILN_MODEL__LAYERS__0__KIND", "linear"),
            variable("KILN_MODEL__LAYERS__0__WIDTH", "5"),
            variable("KILN_MODEL__KIND", "sequential"),
        ],
        ..Request::default()
    };
    assert_eq!(layers(&resolve(&request).unwrap()).len(), 1);
}

#[test]
fn what_is_wrong_with_a_layer_is_shown_where_it_is() {
    const MODEL: &str = "[model]\nkind = \"sequential\"\n";
    const KINDS: &str = "conv, linear, batch-norm, layer-norm, group-norm, activation, max-pool, avg-pool, global-avg-pool, \
                         global-max-pool, flatten, dropout, spatial-dropout, block-dropout, alpha-dropout, gaussian-dropout, \
                         gaussian-noise, patches, attention, residual";
    let layer = |text: &str, expected: &str| file(&format!("{MODEL}{text}"), expected);
    layer(
        "",
        "model.layers is empty, and the model \"sequential\" is made of layers | list layers, such as layers = [{ kind = \"linear\", \
               width = 64 }, { kind = \"activation\" }]; a network without any is model.kind = \"linear\"",
    );
    layer(
        "[[model.layers]]\nkind = \"cov\"\n",
        &format!(
            "my.toml:6: model.layers.0.kind is \"cov\", it must be one of {KINDS} | did you mean \"conv\"?"
        ),
    );
    layer(
        "[[model.layers]]\nfilters = 3\n",
        &format!("my.toml:5: model.layers.0.kind is missing | the kinds are {KINDS}"),
    );
    layer(
        "[[model.layers]]\nkind = \"conv\"\n",
        "my.toml:5: model.layers.0.filters is missing | set model.layers.0.filters to a whole number",
    );
    layer(
        "[[model.layers]]\nkind = \"conv\"\nfilter = 3\n",
        "my.toml:7: there is no setting \"model.layers.0.filter\" | did you mean \"model.layers.0.filters\"?",
    );
    layer(
        "[[model.layers]]\nkind = \"linear\"\nwidth = 3\nkernel = 3\n",
        "my.toml:8: there is no setting \"model.layers.0.kernel\" | the kind is linear; it is a setting of conv",
    );
    layer(
        "[[model.layers]]\nkind = \"conv\"\nfilters = \"3\"\n",
        "my.toml:7: model.layers.0.filters is \"3\", it must be a whole number",
    );
    layer(
        "[[model.layers]]\nkind = \"conv\"\nfilters = -3\n",
        "my.toml:7: model.layers.0.filters is -3, it must be at least 0",
    );
    layer(
        "[[model.layers]]\nkind = \"activation\"\nfunction = \"relo\"\n",
        "my.toml:7: model.layers.0.function is \"relo\", it must be one of relu, leaky-relu, gelu, silu, selu, mish, tanh, sigmoid, hard-swish, \
         hard-sigmoid, identity | did you mean \"relu\"?",
    );
    layer("layers = 3\n", "my.toml:5: model.layers is 3, it must be a list of sections");
    layer("layers = [3]\n", "my.toml:5: model.layers.0 is 3, it must be a section");
    layer(
        "[model.layers]\nkind = \"conv\"\n",
        "my.toml:6: model.layers is a list of sections | write [[model.layers]] in a file and model.layers.0.kind=conv as an argument",
    );
    layer(
        "[[model.layers]]\nkind = \"residual\"\n[model.layers.layers]\nkind = \"conv\"\n",
        "my.toml:8: model.layers.0.layers is a list of sections | write [[model.layers.layers]] in a file and \
         model.layers.0.layers.0.kind=conv as an argument",
    );
    // Numbers, in the line of the number.
    layer(
        "[[model.layers]]\nkind = \"linear\"\nwidth = 8\n[[model.layers]]\nkind = \"dropout\"\nprobability = 1.5\n",
        "my.toml:10: model.layers.1.probability is 1.5, it must be at least 0 and less than 1",
    );
    layer(
        "[[model.layers]]\nkind = \"residual\"\nlayers = [{ kind = \"linear\", width = 0 }]\n",
        "my.toml:7: model.layers.0.layers.0.width is 0, it must be at least 1",
    );
    argument(
        "model.layers.0.kind=conv",
        "there is no setting \"model.layers\" | the kind is mlp; it is a setting of sequential",
    );
    let error = check(NETWORK, &["model.layers.5.kind=flatten"]).unwrap_err();
    let (_, text) = complaint(&error);
    assert_eq!(text, "argument:1: there is no model.layers.5, there are 3 | the next one is model.layers.3");
    // A layer that does not fit the data is shown by its header.
    let resolved = check(NETWORK, &[]).unwrap();
    assert_eq!(
        ["model.layers.1", "model.layers.1.layers.0"]
            .map(|key| resolved.place(key).map(|place| place.line())),
        [Some(11), Some(15)]
    );
    let inline = check(INLINE, &[]).unwrap();
    assert_eq!(
        ["model.layers.1", "model.layers.1.layers.1"].map(|key| inline.place(key).map(|place| place.line())),
        [Some(7), Some(9)]
    );
}
