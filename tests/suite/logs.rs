//! `--log`: the metrics of a training for other people's tools.

use std::fs;
use std::path::PathBuf;

use crate::common::Place;

fn files(place: &Place, start: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(place.run_dir()).unwrap().map(|entry| entry.unwrap().path());
    let named = |path: &PathBuf| path.file_name().unwrap().to_str().unwrap().starts_with(start);
    entries.filter(named).collect()
}

#[test]
fn a_training_and_what_goes_on_of_it_write_for_others() {
    let place = Place::new();
    place.ok("train iris train.epochs=3 --log tensorboard,csv,parquet,openmetrics -q");
    assert_eq!(files(&place, "events.out.tfevents.").len(), 1);
    let rows = |place: &Place| fs::read_to_string(place.run_dir().join("metrics.csv")).unwrap();
    let first = rows(&place);
    let lines: Vec<&str> = first.lines().collect();
    assert_eq!(lines.len(), 4);
    assert!(lines[0].starts_with("epoch,step,lr,seconds,train_loss,"), "{first}");
    assert!(lines[0].contains("validation_accuracy"), "{first}");
    let table = fs::read(place.run_dir().join("metrics.parquet")).unwrap();
    assert!(table.starts_with(b"PAR1") && table.ends_with(b"PAR1"));
    let metrics = fs::read_to_string(place.run_dir().join("metrics.prom")).unwrap();
    let run = place.run_dir().file_name().unwrap().to_str().unwrap().to_owned();
    assert!(metrics.contains(&format!("kiln_epoch{{run=\"{run}\"}} 3\n")), "{metrics}");

    place.ok("resume last train.epochs=5 --allow schedule --log tensorboard,csv -q");
    assert_eq!(files(&place, "events.out.tfevents.").len(), 2);
    let second = rows(&place);
    assert_eq!(second.lines().count(), 6);
    assert!(second.starts_with(&first), "{second}");
    // As they were recorded.
    let recorded = fs::read_to_string(place.run_dir().join("metrics.jsonl")).unwrap();
    for (row, line) in second.lines().skip(1).zip(recorded.lines()) {
        let record: serde_json::Value = serde_json::from_str(line).unwrap();
        let cells: Vec<&str> = row.split(',').collect();
        assert_eq!(cells[0].parse::<u64>().unwrap(), record["epoch"].as_u64().unwrap());
        assert_eq!(cells[4].parse::<f64>().unwrap(), record["train"]["loss"].as_f64().unwrap());
    }
    // The run is as it would be without.
    place.ok("verify last -q");
    place.fails("train iris --log tensorbord", 2, "none of tensorboard, csv, parquet, openmetrics, mlflow");
}

/// `tests/mlflow/run` has a real server.
#[test]
fn a_server_that_cannot_be_told_is_known_before_the_training_or_does_not_stop_it() {
    let place = Place::new();
    for uri in ["mlruns", "sqlite:///mlflow.db"] {
        let ran = place.fails(
            &format!("train iris --log mlflow --mlflow-uri {uri}"),
            2,
            "no address of an MLflow server",
        );
        assert!(ran.says("give one such as http://127.0.0.1:5000"), "{}", ran.stderr);
    }
    if !cfg!(feature = "mlflow-tls") {
        place.fails("train iris --log mlflow --mlflow-uri https://127.0.0.1", 2, "the feature `mlflow-tls`");
    }
    assert!(place.run_dirs().is_empty());
    let line = "train iris train.epochs=2 --log mlflow --mlflow-uri http://127.0.0.1:1 -q";
    if !cfg!(feature = "mlflow") {
        place.fails(line, 2, "the feature `mlflow`");
        return;
    }
    let ran = place.ok(line);
    assert_eq!(
        ran.stderr.matches("warning: the MLflow server at http://127.0.0.1:1").count(),
        2,
        "{}",
        ran.stderr
    );
    assert!(ran.says("metrics.jsonl has all epochs"), "{}", ran.stderr);
    place.fails("train iris --mlflow-uri http://127.0.0.1:1", 2, "--log");
}
