//! Penalties, constraints and their settings as users of the program meet them.

use crate::common::{Place, exact, json};

const CONFIG: &str = r#"[data]
source = "digits"

[model]
kind = "mlp"
hidden = [40]

[optim]
kind = "adam"
lr = 0.01
weight_decay = 0.0

[[penalty]]
kind = "group-lasso"
strength = 5e-3
units = "input"
params = { regex = "^layers" }
schedule = { kind = "linear", start = 0.0, end = 1.0 }

[[penalty]]
kind = "activity"
strength = 1e-3
layers = ["layers.0"]

[[penalty]]
kind = "jacobian"
strength = 1e-4

[[penalty]]
kind = "input-gradient"
strength = 1e-4
schedule = { kind = "step", every = 1.0, gamma = 0.5 }

[[constraint]]
kind = "max-norm"
max = 2.0

[train]
epochs = 8
"#;

#[test]
fn a_configuration_of_penalties_and_constraints_trains_and_repeats() {
    let place = Place::new();
    place.write("my.toml", CONFIG);
    let end = place.ok("train my.toml --json -q").last_event();
    assert!(end["zero_inputs"]["layers.0.linear.weight"].as_f64().unwrap() >= 1.0, "{end}");
    assert!(end["test"]["accuracy"].as_f64().unwrap() > 0.9, "{end}");
    let run = &place.run_dirs()[0];
    assert_eq!(json(&run.join("run.json"))["zero_inputs"], end["zero_inputs"]);
    // What the run wrote down repeats it, and so do arguments.
    let repeat = place.ok(&format!("train {} --json -q", run.join("run.toml").display())).last_event();
    if exact() {
        assert_eq!(repeat["weights_blake3"], end["weights_blake3"]);
    }
    let words = place.ok("train my.toml");
    assert!(words.says("whole inputs"), "{}", words.stderr);
    place.ok(&format!("eval {} -q", run.display()));
    place.ok(&format!("verify {} -q", run.display()));
}

#[test]
fn the_formula_of_each_is_printed() {
    let place = Place::new();
    place.write("my.toml", CONFIG);
    let words = place.ok("config print my.toml").stdout;
    for piece in [
        "λ·Σ√p·‖w‖ (p numbers for each input), λ = 0.005, times its schedule, over what matches /^layers/, by a proximal step",
        "λ·mean over items of Σ|a| (a the outputs of a layer), λ = 0.001, over layers.0, by its gradient",
        "λ·mean over items of ‖∂outputs/∂x‖² (no ½), λ = 0.0001, over a batch",
        "λ·mean over items of ‖∂loss/∂x‖² (no ½), λ = 0.0001, times its schedule",
        "then ‖w‖ ≤ 2.0 for each output, over weights",
        "params = { regex = \"^layers\" }",
    ] {
        assert!(words.contains(piece), "{piece}\n{words}");
    }
    // What is printed is a configuration.
    place.write("again.toml", &words);
    let again = place.ok("config print again.toml").stdout;
    let settings = |text: &str| -> Vec<String> {
        text.lines().map(|line| line.split(" #").next().unwrap_or_default().trim_end().to_owned()).collect()
    };
    assert_eq!(settings(&again), settings(&words));
}

#[test]
fn arguments_change_entries_of_lists() {
    let place = Place::new();
    place.write("my.toml", CONFIG);
    let words = place
        .ok("config print my.toml penalty.0.params=weights penalty.0.schedule.kind=constant constraint=[] \
             penalty.4.kind=orthogonal penalty.4.strength=0.1")
        .stdout;
    for piece in ["over weights (no biases, no normalisation layers)", "λ·Σ‖WᵀW − I‖² (no ½), λ = 0.1"]
    {
        assert!(words.contains(piece), "{piece}\n{words}");
    }
    assert!(!words.contains("regex") && !words.contains("max-norm"), "{words}");
}

#[test]
fn mistakes_are_named_with_their_place_and_a_remedy() {
    let place = Place::new();
    let with = |from: &str, to: &str| {
        assert!(CONFIG.contains(from), "{from}");
        place.write("bad.toml", CONFIG.replace(from, to));
    };
    for (from, to, piece) in [
        (
            "\"^layers\"",
            "\"^layer(\"",
            "penalty.0.params.regex is \"^layer(\", it must be a regular expression (unclosed group)",
        ),
        ("\"^layers\"", "\"^stages\"", "no trainable parameter matches /^stages/"),
        ("\"input\"", "\"inputs\"", "penalty.0.units is \"inputs\", it must be one of output, input, filter"),
        ("\"input\"", "\"filter\"", "penalty.0 acts on nothing"),
        ("\"linear\"", "\"linaer\"", "penalty.0.schedule.kind is \"linaer\""),
        ("start = 0.0", "strat = 0.0", "there is no setting \"penalty.0.schedule.strat\""),
        ("start = 0.0", "start = -1.0", "penalty.0.schedule.start is -1"),
        ("\"linear\", start = 0.0, end = 1.0", "\"plateau\"", "penalty.0.schedule"),
        ("[\"layers.0\"]", "[\"layers.1\"]", "penalty.1 acts on nothing"),
        ("kind = \"jacobian\"\n", "kind = \"jacobian\"\nstep = 0.0\n", "penalty.2.step is 0"),
        ("max = 2.0", "max = 0.0", "constraint.0.max is 0"),
        ("max = 2.0", "maxx = 2.0", "did you mean \"constraint.0.max\"?"),
        ("max-norm", "max-nrom", "constraint.0.kind is \"max-nrom\""),
        ("\"adam\"", "\"lion\"", "penalty.0 cannot be proximal"),
    ] {
        with(from, to);
        place.fails("train bad.toml", 2, piece);
    }
    assert!(place.run_dirs().is_empty(), "no folder is made for a mistake");
    place.fails("train digits constraint.1.kind=box", 2, "there is no constraint.1, there are 0");
    place.fails("train digits constraint.kind=box", 2, "constraint is a list of sections");
    place.fails("train digits constraint.0.kind=box constraint.0.low=1", 2, "constraint.0.high is missing");
    place.fails(
        "train data.source=diabetes model.kind=linear constraint.0.kind=non-negative --solver cd",
        2,
        "there is a constraint",
    );
    place.fails(
        "train data.source=diabetes model.kind=linear penalty.0.kind=l1 penalty.0.strength=0.1 \
         penalty.0.schedule.kind=constant --solver cd",
        2,
        "penalty.0.schedule changes what is minimised",
    );
    place.fails(
        "train data.source=iris model.kind=linear penalty.0.kind=activity penalty.0.strength=0.1",
        2,
        "no hidden layer matches any path",
    );
}
