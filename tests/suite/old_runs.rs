//! What kiln 0.1.0 left behind goes on: runs, a cross-validation and a study of `tests/golden/old_run` are shown, verified,
//! judged, resumed, and end as that program ended them.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use burn::tensor::TensorData;
use kiln::{Layout, Weights};
use serde_json::Value;

use crate::common::{Place, exact, json};

const OLD: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/old_run");

/// A place with a copy of one of the old folders.
fn place(name: &str) -> Place {
    let place = Place::new();
    copy(&Path::new(OLD).join(name), &place.path().join(name));
    place
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let to = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &to);
        } else {
            fs::copy(&path, &to).unwrap();
        }
    }
}

/// What the old program printed.
fn expected(file: &str) -> String {
    fs::read_to_string(Path::new(OLD).join("expected").join(file)).unwrap()
}

/// Compares texts word by word: numbers as far as instruction sets and versions of kernels agree, which round differently; anything
/// else exactly.
#[track_caller]
fn assert_close(found: &str, wanted: &str) {
    let words = |text: &str| -> Vec<String> {
        text.split(|c: char| c.is_whitespace() || "{}[],:".contains(c)).map(str::to_owned).collect()
    };
    let (found_words, wanted_words) = (words(found), words(wanted));
    assert_eq!(found_words.len(), wanted_words.len(), "{found}\n{wanted}");
    for (found, wanted) in found_words.iter().zip(&wanted_words) {
        match (found.parse::<f64>(), wanted.parse::<f64>()) {
            (Ok(a), Ok(b)) => assert!((a - b).abs() <= 1e-3 * (1.0 + b.abs()), "{a}, not {b}"),
            _ => assert_eq!(found, wanted),
        }
    }
}

/// What `found` says of that which `wanted` names: newer programs say more.
fn among(found: &Value, wanted: &Value) -> Value {
    match (found, wanted) {
        (Value::Object(found), Value::Object(wanted)) => {
            let of = |(key, wanted): (&String, &Value)| {
                (key.clone(), among(found.get(key).unwrap_or(&Value::Null), wanted))
            };
            Value::Object(wanted.iter().map(of).collect())
        }
        _ => found.clone(),
    }
}

#[test]
fn a_run_is_shown_verified_judged_and_asked() {
    let place = place("done");
    let record = json(&place.path().join("done/run.json"));
    let show = place.ok("runs show done").stdout;
    for piece in ["iris", "done", "best epoch"] {
        assert!(show.contains(piece), "{piece}\n{show}");
    }
    place.ok("verify done");
    // Its settings, resolved again, are the settings that it was resolved to.
    let print = place.ok("config print done/run.toml").stdout;
    let values = |text: &str| -> BTreeSet<String> {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        lines.map(|line| line.split(" #").next().unwrap_or_default().trim_end().to_owned()).collect()
    };
    let (print, then) =
        (values(&print), values(&fs::read_to_string(place.path().join("done/run.toml")).unwrap()));
    assert_eq!(then.difference(&print).collect::<Vec<_>>(), Vec::<&String>::new());

    let eval = place.ok("eval done --json -q").last_event();
    let wanted: Value = serde_json::from_str(&expected("eval.json")).unwrap();
    assert_close(&among(&eval, &wanted).to_string(), &wanted.to_string());
    place.write("new.csv", expected("new.csv"));
    assert_close(&place.ok("predict done new.csv --proba").stdout, &expected("predictions.csv"));
    let end = place.ok("resume done --json -q").last_event();
    assert_eq!(end["weights_blake3"], record["weights_blake3"]);
}

#[test]
fn a_stopped_run_goes_on_to_the_same_end() {
    if !exact() {
        return;
    }
    let place = place("stopped");
    let wanted: Value = serde_json::from_str(&expected("end.json")).unwrap();
    let end = place.ok("resume stopped --json -q").last_event();
    assert_eq!((&end["stop"], &end["best_epoch"]), (&wanted["stop"], &wanted["best_epoch"]));
    assert_close(&end["test"].to_string(), &wanted["test"].to_string());
    let best = fs::read_to_string(place.path().join("stopped/checkpoints/best")).unwrap();
    let found = place.path().join("stopped/checkpoints").join(best.trim()).join("model.safetensors");
    let weights = |path: &Path| Weights::read_as(path, Layout::Kiln).unwrap();
    let (found, wanted) = (weights(&found), weights(&Path::new(OLD).join("expected/end.safetensors")));
    for ((found, data), (wanted, expected)) in found.iter().zip(wanted.iter()) {
        assert_eq!(found, wanted);
        let numbers = |data: &TensorData| data.clone().try_to_vec::<f32>().unwrap();
        for (a, b) in numbers(data).into_iter().zip(numbers(expected)) {
            assert!((a - b).abs() < 1e-3, "{found}: {a}, not {b}");
        }
    }
    place.ok("verify stopped");
}

#[test]
fn a_cross_validation_gets_its_last_fold() {
    if !exact() {
        return;
    }
    let place = place("cv");
    place.ok("cv iris model.hidden=[8] model.dropout=0.1 train.epochs=4 --folds 3 --dir cv --fold 2 -q");
    place.ok("cv collect cv -q");
    assert_close(&fs::read_to_string(place.path().join("cv/predictions.csv")).unwrap(), &expected("cv.csv"));
    // One that is begun now takes numbers more exactly, on the same folds.
    place.ok("cv iris model.hidden=[8] model.dropout=0.1 train.epochs=4 --folds 3 --dir new -q");
    let compared = place.ok("runs diff cv new").stdout;
    assert!(compared.contains("corrected t-test over 3 folds"), "{compared}");
}

#[test]
fn a_study_gets_its_last_trials() {
    if !exact() {
        return;
    }
    let place = place("study");
    place.ok("tune --resume study -q");
    let text = fs::read_to_string(place.path().join("study/study.jsonl")).unwrap();
    let trials = |text: &str| -> String {
        let read = |line: &str| {
            let mut trial: Value = serde_json::from_str(line).unwrap();
            trial.as_object_mut().unwrap().remove("seconds");
            (trial["event"] == "trial").then_some(trial)
        };
        let mut trials: Vec<Value> = text.lines().filter_map(read).collect();
        trials.sort_by_key(|trial| trial["number"].as_u64());
        trials.iter().map(|trial| format!("{trial}\n")).collect()
    };
    assert_eq!(trials(&text).lines().count(), 8);
    assert_close(&trials(&text), &trials(&expected("study.jsonl")));
}
