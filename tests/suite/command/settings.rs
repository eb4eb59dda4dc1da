//! Settings, flags and names: which one wins, and what is refused.

use serde_json::Value;

use crate::common::{Place, Ran};

#[test]
fn wrong_names_and_missing_data() {
    let place = Place::new();
    place.fails("train digits --device tpu", 2, "there is no device \"tpu\"");
    place.fails("train nothing-like-it", 2, "no recipe \"nothing-like-it\"");
    let ran = place.fails("train digits train.epoch=3", 2, "there is no setting \"train.epoch\"");
    assert!(ran.says("did you mean \"train.epochs\"?"), "{}", ran.stderr);
    let ran = place.fails("train fashion-mnist --data /nonexistent", 3, "fashion-mnist is not here");
    assert!(ran.says("apt-get install dataset-fashion-mnist"), "{}", ran.stderr);
    assert!(!place.runs().exists());
    // With --json a program reads why, too.
    let ran = place.kiln("train digits train.epoch=3 --json");
    let event = ran.last_event();
    assert_eq!((&event["event"], &event["code"], ran.code), (&"error".into(), &2.into(), Some(2)));
}

#[test]
fn flags_beat_arguments_and_arguments_beat_the_environment() {
    let place = Place::new();
    let run = |line: &str| {
        let mut command = place.command(&line.split(' ').collect::<Vec<_>>());
        command.env("KILN_TRAIN__EPOCHS", "7").env("KILN_SEED", "3").env("KILN_RUNS_DIR", "elsewhere");
        Ran::of(command.output().unwrap())
    };
    let config = |line: &str| run(line).stdout;
    let print = config("config print iris");
    assert!(print.contains("epochs = 7") && print.contains("seed = 3"), "{print}");
    let print = config("config print iris train.epochs=2 seed=4 --seed 5");
    assert!(print.contains("epochs = 2") && print.contains("seed = 5"), "{print}");
    let end = run("train iris train.epochs=1 --json").last_event();
    assert!(end["run_dir"].as_str().unwrap().starts_with("elsewhere/"), "{end}");
    let end = run("train iris train.epochs=1 --json --runs-dir here").last_event();
    assert!(end["run_dir"].as_str().unwrap().starts_with("here/"), "{end}");
    let mut command = place.command(&["config", "print", "iris"]);
    Ran::of(command.env("KILN_TRAIN__EPOCHS", "many").output().unwrap()).failed(2, "KILN_TRAIN__EPOCHS");
}

#[test]
fn flags_that_a_command_would_pass_over_are_refused() {
    let place = Place::new();
    place.ok("train iris train.epochs=1 -q");
    for (line, flag) in [
        ("resume last --dry-run", "--dry-run"),
        ("resume last --seed 3", "--seed"),
        ("eval last --dry-run", "--dry-run"),
        ("predict last x.csv --name other", "--name"),
        ("verify last --seed 1", "--seed"),
        ("compare iris --devices flex --dry-run", "--dry-run"),
    ] {
        place.fails(line, 2, flag);
    }
}

#[test]
fn what_cannot_be_meant_is_said() {
    let place = Place::new();
    place.fails("train diabetes loss.kind=binary-cross-entropy", 2, "two classes");
    place.fails("train", 2, "nothing to train");
    let ran = place.ok("train iris data.validation=0.001 early_stopping.patience=3 train.epochs=1");
    assert!(ran.stderr.contains("warning: data.validation is 0.001"), "{}", ran.stderr);
    assert!(ran.stderr.contains("warning: without a validation part, early_stopping"), "{}", ran.stderr);
    assert!(place.ok("train iris train.epochs=1 -v").stderr.contains("multiply-adds"));
}

#[test]
fn the_schema_of_a_file_is_json() {
    let place = Place::new();
    let schema: Value = serde_json::from_str(&place.ok("config schema").stdout).unwrap();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    let train = &schema["properties"]["train"]["properties"];
    assert_eq!(train["accumulate"]["default"], 1);
    // What follows from the data has no number.
    assert!(train["epochs"]["default"].is_null() && train["batch_size"]["default"].is_null());
    let kinds = schema["properties"]["model"]["oneOf"].as_array().unwrap();
    assert!(kinds.iter().any(|kind| kind["properties"]["kind"]["const"] == "resnet"), "{kinds:?}");
    assert_eq!(place.ok("config schema --json").last_event()["schema"], schema);
    assert!(place.ok("config schema --help").stdout.contains("#:schema ./kiln.schema.json"));
}

#[test]
fn a_number_out_of_its_range_is_no_right_configuration() {
    let place = Place::new();
    for (settings, message) in [
        ("loss.kind=huber loss.delta=-1", "loss.delta is -1"),
        (
            "loss.kind=cross-entropy loss.class_weights=[1,2,3] loss.label_smoothing=2",
            "loss.label_smoothing is 2",
        ),
        ("penalty.0.kind=l1 penalty.0.strength=-1", "penalty.0.strength is -1"),
        ("constraint.0.kind=max-norm constraint.0.max=0", "constraint.0.max is 0"),
        ("optim.lr=-1", "optim.lr is -1"),
        ("schedule.kind=step schedule.every=0", "schedule.every is 0"),
    ] {
        place.fails(&format!("config check data.source=diabetes {settings}"), 2, message);
    }
    // How many classes there are, only the data say.
    place.ok("config check data.source=wine loss.kind=cross-entropy loss.class_weights=[1,2,3]");
}
