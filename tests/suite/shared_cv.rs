//! Cross-validations that several workers share: the scores and predictions of one process, whoever is killed.

#![cfg(unix)]

use std::fs;
use std::path::Path;
use std::process::{Child, Stdio};
use std::thread;
use std::time::Duration;

use kiln::Seed;
use serde_json::Value;

use crate::common::{Place, Ran, exact, json, kills};

const CV: &str = "cv iris train.epochs=30 train.batch_size=16 checkpoint.every_steps=50 --folds 4 -q";

/// All that must be equal.
fn end(run: &Path) -> (Vec<Value>, String, Value) {
    let fold = |fold: usize| {
        let mut record = json(&run.join(format!("folds/{fold}/fold.json")));
        record.as_object_mut().unwrap().remove("seconds");
        record
    };
    let record = json(&run.join("run.json"));
    assert_eq!(record["status"], "done", "{record}");
    let predictions = fs::read_to_string(run.join("predictions.csv")).unwrap();
    ((0..4).map(fold).collect(), predictions, record["test"].clone())
}

#[test]
fn one_result_for_any_number_of_workers_some_of_which_are_killed() {
    if !exact() {
        return;
    }
    let alone = Place::new();
    alone.ok(CV);
    let expected = end(&alone.run_dir());

    let place = Place::new();
    let printed =
        place.ok(&format!("{CV} --on slurm --jobs 3 --print --lease 3s --engine-option --partition=long"));
    let run = place.run_dir();
    let line = format!(
        "exec {} cv work --threads 1 -- {}",
        env!("CARGO_BIN_EXE_kiln"),
        run.canonicalize().unwrap().display()
    );
    for piece in ["#!/bin/sh\n", "#SBATCH --array=1-3\n", "#SBATCH --partition=long\n", &line] {
        assert!(printed.stdout.contains(piece), "{piece:?} is not in\n{}", printed.stdout);
    }
    let worker = || -> Child {
        let words = ["cv", "work", run.to_str().unwrap(), "--threads", "1", "-q"];
        place.command(&words).stdout(Stdio::null()).stderr(Stdio::inherit()).spawn().unwrap()
    };
    let mut crew: Vec<Child> = (0..3).map(|_| worker()).collect();
    let mut killed = 0;
    for draw in 0..kills(3) as u64 {
        thread::sleep(Duration::from_secs_f64(0.05 + 0.4 * Seed::new(3).uniform(draw)));
        let which = draw as usize % 3;
        if crew[which].try_wait().unwrap().is_some() {
            break;
        }
        crew[which].kill().unwrap();
        crew[which].wait().unwrap();
        crew[which] = worker();
        killed += 1;
    }
    for mut child in crew {
        assert!(child.wait().unwrap().success());
    }
    assert!(killed > 0, "nobody was killed");
    place.ok(&format!("cv collect {}", run.display()));
    assert_eq!(end(&run), expected, "after {killed} kills");

    // A head with workers of its own; and one fold alone, before the others.
    let led = Place::new();
    led.ok(&format!("{CV} --on local --jobs 2 --dir run --print"));
    led.ok("cv work run --fold 2 -q");
    assert!(led.path().join("run/folds/2/fold.json").is_file());
    assert!(!led.path().join("run/folds/0").exists());
    let ran = Ran::of(
        led.command(&format!("{CV} --on local --jobs 2 --dir run").split(' ').collect::<Vec<_>>())
            .output()
            .unwrap(),
    );
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(end(&led.path().join("run")), expected);
    led.fails("cv work run --fold 4", 2, "there is no fold 4");
}
