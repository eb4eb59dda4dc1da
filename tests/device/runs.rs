//! The program on the device under test: runs are trained, judged and resumed, folds trained and joined.

use serde_json::Value;

use crate::common::{Place, exact, train};

fn test_of(event: &Value, metric: &str) -> f64 {
    event["test"][metric].as_f64().unwrap_or_else(|| panic!("no {metric} in {event}"))
}

#[test]
fn networks_learn_and_are_judged_again() {
    for (set, at_least) in [
        ("model.hidden=[32] model.norm=batch train.epochs=4", 0.85),
        ("model.kind=cnn model.channels=[8] model.hidden=[16] train.epochs=8", 0.85),
    ] {
        let place = Place::new();
        let end = train(&place, &format!("digits {set} penalty.0.kind=l2 penalty.0.strength=1e-5"));
        assert!(test_of(&end, "accuracy") > at_least, "{set}: {end}");
        let eval = place.ok("eval last --json -q").last_event();
        let loss = eval["metrics"]["loss"].as_f64().unwrap();
        assert!((loss - test_of(&end, "loss")).abs() < 1e-5, "{set}: {eval} {end}");
        place.ok("verify last");
    }
}

#[test]
fn a_run_that_is_done_is_resumed_to_what_it_was() {
    let place = Place::new();
    let end = train(&place, "iris model.hidden=[8] train.epochs=6 checkpoint.every_steps=5");
    let again = place.ok("resume last --json -q").last_event();
    assert_eq!((&again["weights_blake3"], &again["test"]), (&end["weights_blake3"], &end["test"]));
}

#[test]
fn folds_are_trained_and_joined() {
    let place = Place::new();
    let set = "cv iris model.hidden=[8] train.epochs=3 --folds 3 --json -q";
    let one = place.ok(set).last_event();
    assert_eq!(one["folds"], 3);
    if exact() {
        let two = place.ok(&format!("{set} --jobs 2")).last_event();
        assert_eq!(one["mean"], two["mean"]);
    }
}
