//! Networks of listed layers, with everything that a network goes through.

use std::fs;

use crate::common::Place;

/// Has dropout, batch norm and stochastic depth: all that makes a step differ from evaluation.
const NET: &str = "[data]
source = \"digits\"

[model]
kind = \"sequential\"

[[model.layers]]
kind = \"conv\"
filters = 6
bias = false

[[model.layers]]
kind = \"batch-norm\"

[[model.layers]]
kind = \"activation\"

[[model.layers]]
kind = \"residual\"
projection = true
stochastic_depth = 0.2

[[model.layers.layers]]
kind = \"conv\"
filters = 8
stride = 2

[[model.layers]]
kind = \"global-avg-pool\"

[[model.layers]]
kind = \"dropout\"
probability = 0.1

[train]
epochs = 4
";

fn place() -> Place {
    let place = Place::new();
    place.write("net.toml", NET);
    place
}

#[test]
fn a_listed_network_is_trained_resumed_and_judged() {
    let place = place();
    let ran = place.ok("train net.toml --dry-run");
    for line in ["layers.0", "layers.3.layers.0", "layers.3.shortcut.0", "layers.3.sum", "output"] {
        assert!(ran.stdout.contains(line) || ran.says(line), "{line}: {}{}", ran.stdout, ran.stderr);
    }
    place.ok("train net.toml --name whole --quiet");
    // Stopped after two epochs and resumed, it ends with the same weights.
    place.ok("train net.toml --name half train.epochs=2 --quiet");
    place.ok("resume half train.epochs=4 --quiet");
    let folder =
        |name: &str| place.run_dirs().into_iter().find(|run| run.to_string_lossy().contains(name)).unwrap();
    place.ok("export whole -o whole.safetensors --quiet");
    place.ok("export half -o half.safetensors --quiet");
    let bytes = |name: &str| fs::read(place.path().join(name)).unwrap();
    assert_eq!(bytes("whole.safetensors"), bytes("half.safetensors"));
    assert!(
        fs::read_to_string(folder("whole").join("run.toml")).unwrap().contains("[[model.layers.layers]]")
    );
    place.ok("eval whole --quiet");
    // What was exported starts a training again, and so does the run, which knows its layers.
    let again = place.ok("train net.toml train.epochs=1 model.weights=whole.safetensors");
    assert!(again.says("10 of 10 tensors"), "{}", again.stderr);
    let again = place.ok("train data.source=digits --from whole train.epochs=1");
    assert!(again.says("10 of 10 tensors"), "{}", again.stderr);
}

#[test]
fn settings_inside_layers_are_overridden_searched_and_frozen() {
    let place = place();
    let tuned = "tune net.toml model.layers.3.layers.0.groups=choice(1,2) model.layers.5.probability=uniform(0,0.5) --trials 2 \
                 train.epochs=1 --quiet";
    place.ok(tuned);
    let best = fs::read_to_string(place.run_dirs().pop().unwrap().join("best.toml")).unwrap();
    assert!(best.contains("[[model.layers.layers]]") && best.contains("groups ="), "{best}");
    place.ok("cv net.toml --folds 2 train.epochs=1 --quiet");
    let frozen = "train net.toml freeze=[{params={regex='^layers\\.[01]'},until=1}] train.epochs=2 --quiet";
    place.ok(frozen);
    let fails = place.fails(
        "train net.toml model.layers.4.kind=linear model.layers.4.width=8",
        2,
        "model.layers.4 (linear)",
    );
    assert!(fails.says("does not read feature maps; its input is a map of 8x4x4"), "{}", fails.stderr);
    let fails = place.fails(
        "train net.toml model.layers.1.kind=attention model.layers.1.heads=2",
        2,
        "model.layers.1 (attention)",
    );
    assert!(fails.says("patches"), "{}", fails.stderr);
    // The line of a layer in the file.
    place.write("wrong.toml", NET.replace("stride = 2", "stride = 2\ngroups = 4"));
    let fails = place.fails("train wrong.toml", 2, "model.layers.3.layers.0 (conv) has 4 groups");
    assert!(fails.says("wrong.toml:2"), "{}", fails.stderr);
}
