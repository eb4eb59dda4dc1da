//! Augmentation from the command: what a configuration says happens, and what it says wrongly is told with its place.

#![allow(clippy::unwrap_used, reason = "the helpers of tests fail as tests do")]

mod common;

use common::{Place, exact};
use serde_json::Value;

const CROP: &str = r#"augment.transforms=[{ kind = "crop", size = [8, 8], padding = 1 }, { kind = "rotate", degrees = [-9, 9] }]"#;

/// The last line of a training that ends well.
fn train(place: &Place, words: &[&str]) -> Value {
    let words = [&["train"], words, &["--json", "--progress", "off", "-q"]].concat();
    let output = place.command(&words).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let last = String::from_utf8(output.stdout).unwrap().lines().last().unwrap().to_owned();
    serde_json::from_str(&last).unwrap()
}

fn refused(place: &Place, words: &[&str]) -> String {
    let words = [&["train"], words].concat();
    let output = place.command(&words).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{said}");
    said
}

#[test]
fn what_the_configuration_says_is_trained_with_and_repeated() {
    let place = Place::new();
    let plain = train(&place, &["digits", "train.epochs=2"]);
    let mixed = ["digits", "train.epochs=2", CROP, "mix.mixup=0.2", "mix.cutmix=1.0"];
    let first = train(&place, &mixed);
    assert_ne!(plain["weights_blake3"], first["weights_blake3"]);
    if !exact() {
        return;
    }
    // The loader makes batches beside the steps, in however many threads: the same weights.
    let other = train(&place, &[&mixed[..], &["train.prefetch=3"]].concat());
    assert_eq!(first["weights_blake3"], other["weights_blake3"]);
    // And the file that a run leaves behind repeats it.
    let file = format!("{}/run.toml", first["run_dir"].as_str().unwrap());
    assert_eq!(train(&place, &[&file])["weights_blake3"], first["weights_blake3"]);
}

#[test]
fn rows_of_a_table_are_augmented_too() {
    let place = Place::new();
    let rows = r#"augment.rows=[{ kind = "jitter", sigma = 0.2 }, { kind = "swap-noise" }]"#;
    let plain = train(&place, &["wine", "train.epochs=2"]);
    let noisy = train(&place, &["wine", "train.epochs=2", rows]);
    assert_ne!(plain["weights_blake3"], noisy["weights_blake3"]);
}

#[test]
fn mistakes_name_their_place() {
    let place = Place::new();
    for (words, names) in [
        (
            &["digits", r#"augment.transforms=[{ kind = "horizontal-flip", p = 2.0 }]"#][..],
            "augment.transforms.0.p",
        ),
        (&["digits", r#"augment.transforms=[{ kind = "horizontal-flop" }]"#], "horizontal-flop"),
        (&["digits", r#"augment.transforms=[{ kind = "horizontal-flip", q = 0.5 }]"#], "`q`"),
        (&["digits", r#"augment.transforms=[{ kind = "crop", size = [6, 6] }]"#], "augment.transforms.0"),
        (&["wine", r#"augment.transforms=[{ kind = "horizontal-flip" }]"#], "augment.transforms.0"),
        (&["digits", r#"augment.rows=[{ kind = "jitter" }]"#], "augment.rows.0"),
        (&["digits", "augment.transform=[]"], "augment.transforms"),
        (&["digits", "mix.p=0.5"], "mixup"),
        (&["digits", "mix.mixup=-1.0"], "mix.mixup"),
        (&["wine", "mix.cutmix=1.0"], "images"),
    ] {
        let said = refused(&place, words);
        assert!(said.contains(names), "{words:?}: {said}");
    }
    assert!(!place.path().join("runs").exists(), "a refused training leaves no run");
}
