//! What can change when a run goes on, what is said of it, and what next commands carry.

use std::fs;

use super::{customers, trained};
use crate::common::{Place, metrics, train};

/// Changes a line of run.toml.
fn edit(place: &Place, from: &str, to: &str) {
    let path = place.run_dir().join("run.toml");
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{from}\n{text}");
    fs::write(path, text.replace(from, to)).unwrap();
}

#[test]
fn an_edited_run_toml_is_never_passed_over() {
    let place = Place::new();
    train(&place, "iris train.epochs=2 schedule.kind=constant model.dropout=0.25");
    // More epochs are taken up, and said.
    edit(&place, "epochs = 2 ", "epochs = 4 ");
    let ran = place.ok("resume last");
    assert!(ran.says("since then: train.epochs was 2, is 4"), "{}", ran.stderr);
    assert_eq!(metrics(&place.run_dir()).len(), 4);
    // What the run so far would have been another with is refused by name, whoever reads it.
    edit(&place, "dropout = 0.25", "dropout = 0.5");
    for line in ["resume last", "eval last"] {
        place.fails(line, 5, "made with other settings: model.dropout was 0.25, is 0.5");
    }
    place
        .write("new.csv", "sepal length (cm),sepal width (cm),petal length (cm),petal width (cm)\n5,3,1,0\n");
    place.fails("predict last new.csv", 5, "model.dropout was 0.25, is 0.5");
    let ran = place.ok("resume last --allow model.dropout train.epochs=5");
    assert!(ran.says("model.dropout was 0.25, is 0.5"), "{}", ran.stderr);
    // From then on it is the setting of the run.
    place.ok("resume last");
    place.ok("predict last new.csv");
    edit(&place, "standardize = true", "standardize = false");
    place.fails("resume last", 5, "data.standardize was true, is false");
    place.fails("eval last", 5, "data.standardize was true, is false");
    edit(&place, "standardize = false", "standardize = true");
    place.fails("resume last mix.mixup=0.5", 5, "mix.mixup was none, is 0.5");
    place.fails("resume last optim.lr=0.5", 5, "optim.lr was");
    // Where it computes and what it saves is free.
    place.ok("resume last checkpoint.keep=1 threads=1");
}

#[test]
fn steps_that_end_a_run_are_called_steps() {
    let place = Place::new();
    let ran = place.ok("train iris train.epochs=50 train.steps=7");
    assert!(ran.says("all 7 steps done") && !ran.says("all epochs done"), "{}", ran.stderr);
    let ran = place.ok("train iris train.epochs=2 train.steps=700");
    assert!(ran.says("all epochs done") && !ran.says("steps done"), "{}", ran.stderr);
}

#[test]
fn a_schedule_is_listed_step_by_step() {
    let place = Place::new();
    let event = place.ok("schedule plot digits --json").last_event();
    let points = event["points"].as_array().unwrap();
    assert_eq!((&event["steps"], points.len()), (&840.into(), 840));
    assert!(points.iter().enumerate().all(|(step, point)| point["step"] == step), "{event}");
}

#[test]
fn next_commands_say_where_the_data_are() {
    let place = Place::new();
    trained(&place, "-q");
    fs::rename(place.path().join("customers.csv"), place.path().join("moved.csv")).unwrap();
    let ran = place.ok("resume last train.epochs=16 schedule.kind=constant --data moved.csv");
    assert!(ran.stderr.contains(" --data moved.csv"), "{}", ran.stderr);
    place.write("customers.csv", customers(60));
    let ran = place.ok("lr-find data.source=csv data.ignore=id --steps 20 --data customers.csv --seed 3");
    assert!(
        ran.stderr.contains("--data customers.csv --seed 3") || ran.stdout.contains("no suggestion"),
        "{}",
        ran.stderr
    );
}
