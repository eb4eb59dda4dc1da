//! What a search inside folds is compared with.

use serde_json::Value;

use crate::common::Place;

/// Twelve blocks of five rows, each with a name and a value of its own: a block that was not seen cannot be predicted.
fn blocks() -> String {
    let rows: String = (0..60).map(|row| format!("b{},{}\n", row / 5, row / 5 * 7 % 12)).collect();
    format!("block,y\n{rows}")
}

fn nested(place: &Place, rest: &str) -> Value {
    let line = format!(
        "cv data.source=csv --data blocks.csv data.target=y data.task=regression model.kind=linear optim.lr=0.05 \
         train.epochs=60 train.batch_size=8 --folds 3 --inner 2 --tune optim.weight_decay=choice(0,1e-9) --json -q {rest}"
    );
    place.ok(&line).last_event()["nested"].clone()
}

#[test]
fn inner_folds_are_cut_as_the_outer_ones() {
    let place = Place::new();
    place.write("blocks.csv", blocks());
    let compared = |rest: &str| {
        let found = nested(&place, rest);
        [&found["inner"], &found["outer"]].map(|loss| loss.as_f64().unwrap())
    };
    // In the order of the file every fold holds blocks that no other has.
    let [inner, outer] = compared("--trials 2");
    assert!(inner > 0.5 && outer > 0.5, "{inner} {outer}");
    let [inner, outer] = compared("--trials 2 --shuffle");
    assert!(inner < 0.5 && outer < 0.5, "{inner} {outer}");
}

#[test]
fn one_trial_says_nothing_of_a_search() {
    let place = Place::new();
    place.write("blocks.csv", blocks());
    assert_eq!(nested(&place, "--trials 1"), Value::Null);
    assert!(nested(&place, "--trials 2").is_object());
    let ran = place.ok(
        "cv data.source=csv --data blocks.csv data.target=y data.task=regression model.kind=linear train.epochs=2 \
         --folds 3 --inner 2 --tune optim.lr=choice(0.1,0.2) --trials 1",
    );
    assert!(ran.stdout.contains("a search with one trial chooses nothing"), "{}", ran.stdout);
    assert!(!ran.stdout.contains("too good"), "{}", ran.stdout);
}
