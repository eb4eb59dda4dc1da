//! `kill -9` at random moments of `kiln cv --jobs 2`, then `kiln resume`: nothing is lost, nothing is done twice, and the
//! table is that of the cross-validation that was never stopped.

#![cfg(unix)]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant, SystemTime};

use kiln::Seed;
use serde_json::Value;

use crate::common::{Place, exact, json, kills, run_dirs};

/// All that must be equal.
#[derive(Debug, PartialEq)]
struct End {
    folds: Vec<Value>,
    predictions: String,
    epochs: Vec<usize>,
    means: Value,
}

fn end(run: &Path) -> End {
    let record = json(&run.join("run.json"));
    assert_eq!(record["status"], "done", "{record}");
    let folders = (0..).map(|fold| run.join(format!("folds/{fold}"))).take_while(|path| path.exists());
    let folders: Vec<_> = folders.collect();
    let untimed = |path: &std::path::PathBuf| {
        let mut fold = json(&path.join("fold.json"));
        fold.as_object_mut().unwrap().remove("seconds");
        fold
    };
    End {
        folds: folders.iter().map(untimed).collect(),
        predictions: fs::read_to_string(run.join("predictions.csv")).unwrap(),
        // An epoch that was trained again would stand twice.
        epochs: folders
            .iter()
            .map(|path| fs::read_to_string(path.join("metrics.jsonl")).unwrap().lines().count())
            .collect(),
        means: record["test"].clone(),
    }
}

fn start(place: &Place, recipe: &str) -> Child {
    let line = match run_dirs(&place.runs()).first() {
        Some(run) => format!("resume {}", run.display()),
        None => format!("cv {recipe} --jobs 2 --threads 1"),
    };
    let words: Vec<_> = line.split_whitespace().chain(["-q"]).collect();
    place.command(&words).stdout(Stdio::null()).stderr(Stdio::inherit()).spawn().unwrap()
}

/// When each fold that is done was done.
fn done(place: &Place) -> BTreeMap<usize, SystemTime> {
    let run = run_dirs(&place.runs()).pop();
    let modified = |fold: usize| {
        let path = run.as_ref()?.join(format!("folds/{fold}/fold.json"));
        Some((fold, fs::metadata(path).ok()?.modified().ok()?))
    };
    (0..16).filter_map(modified).collect()
}

/// Cross-validations, each killed up to three times, until `wanted` kills have hit one.
fn survives(recipe: &str, wanted: usize) {
    let reference = Place::new();
    let began = Instant::now();
    assert!(start(&reference, recipe).wait().unwrap().success());
    let length = began.elapsed();
    let expected = end(&reference.run_dir());

    let (mut kills, mut with_fold, mut trials) = (0, 0, 0);
    while kills < wanted {
        let trial = trials;
        trials += 1;
        let place = Place::new();
        let seed = Seed::new(31).at(trial);
        let mut finished = BTreeMap::new();
        for attempt in 0..1 + trial % 3 {
            let mut child = start(&place, recipe);
            std::thread::sleep(length.mul_f64(seed.uniform(attempt)));
            kills += usize::from(child.try_wait().unwrap().is_none());
            let _ = child.kill();
            child.wait().unwrap();
            let now = done(&place);
            assert!(finished.iter().all(|(fold, when)| now.get(fold) == Some(when)), "a fold was done twice");
            with_fold += usize::from(!now.is_empty() && now.len() < expected.folds.len());
            finished = now;
        }
        let mut child = start(&place, recipe);
        while child.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_millis(5));
        }
        assert!(child.wait().unwrap().success(), "trial {trial}");
        let now = done(&place);
        assert!(finished.iter().all(|(fold, when)| now.get(fold) == Some(when)), "a fold was done twice");
        assert_eq!(end(&place.run_dir()), expected, "trial {trial}");
    }
    println!("{recipe}: {trials} of {trials} equal after {kills} kills, {with_fold} between two folds");
    assert!(with_fold > 0, "no kill hit between two folds");
}

#[test]
fn without_checkpoints_in_a_fold() {
    if exact() {
        survives("digits train.epochs=4 --folds 6", kills(8));
    }
}

#[test]
fn in_the_middle_of_a_fold() {
    if exact() {
        survives("digits train.epochs=4 checkpoint.every_steps=7 --folds 4", kills(8));
    }
}
