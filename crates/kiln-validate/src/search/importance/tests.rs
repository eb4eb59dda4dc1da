//! Against Optuna, by `tests/golden/importance.py`.

use std::path::Path;

use kiln_core::Direction;
use serde_json::Value as Json;

use super::*;
use crate::search::{Ending, Sampler, Space, StudyConfig, StudyPlan};

fn golden() -> Json {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/importance.json");
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// A study with the trials of a case, as its journal has them.
fn study(case: &Json, folder: &Path) -> Study {
    let space =
        Space::parse(case["space"].as_array().unwrap().iter().map(|text| text.as_str().unwrap())).unwrap();
    let direction = if case["maximise"] == true { Direction::Maximise } else { Direction::Minimise };
    let config = StudyConfig { sampler: Sampler::Random, ..StudyConfig::new(space, direction) };
    let mut journal = Study::header(&config).unwrap();
    for (number, trial) in case["trials"].as_array().unwrap().iter().enumerate() {
        let line = serde_json::json!({
            "event": "trial", "number": number, "params": trial["params"], "state": "done", "value": trial["value"],
        });
        journal.extend(serde_json::to_vec(&line).unwrap());
        journal.push(b'\n');
    }
    let path = folder.join("study.jsonl");
    std::fs::write(&path, journal).unwrap();
    Study::read(&path).unwrap()
}

#[test]
fn shares_are_those_of_optuna() {
    let folder = tempfile::tempdir().unwrap();
    let golden = golden();
    let cases = golden["cases"].as_array().unwrap();
    for case in cases {
        let found = importance(&study(case, folder.path())).unwrap();
        let wanted = case["importance"].as_object().unwrap();
        assert_eq!(found.shares.len(), wanted.len());
        for (name, share) in &found.shares {
            let wanted = wanted[name].as_f64().unwrap();
            assert!((share - wanted).abs() < 1e-9, "{}: {name} is {share}, not {wanted}", case["name"]);
        }
    }
    assert!(cases.len() >= 4);
}

#[test]
fn few_trials_and_equal_ones_say_nothing() {
    let run = |trials: u64, objective: fn(f64) -> f64| {
        let space = Space::parse(["x=uniform(0, 1)", "y=choice(a, b)", "z=uniform(0, 1) if y=a"]).unwrap();
        let config = StudyConfig { sampler: Sampler::Random, ..StudyConfig::new(space, Direction::Maximise) };
        let mut study = Study::in_memory(config).unwrap();
        let plan = StudyPlan { trials, ..StudyPlan::default() };
        let trial = |run: &crate::search::TrialRun| {
            Ok::<_, std::convert::Infallible>(Ending::Done(objective(run.params().number("x").unwrap())))
        };
        study.run(&plan, trial, |_| {}).unwrap();
        importance(&study)
    };
    assert_eq!(run(9, |x| x), None);
    assert_eq!(run(30, |_| 1.0), None);
    let found = run(80, |x| x).unwrap();
    assert_eq!((found.shares[0].0.as_str(), found.trials, found.top), ("x", 80, 8));
    // What is set in half of the trials is judged by these.
    assert_eq!(found.shares.len(), 3);
    assert!((found.shares.iter().map(|(_, share)| share).sum::<f64>() - 1.0).abs() < 1e-12);
}
