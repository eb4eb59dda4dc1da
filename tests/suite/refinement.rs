//! Classifiers without settings: their weights are those that tell the classes apart best, and their probabilities are calibrated.

use std::fs;
use std::path::Path;

use crate::common::{Place, json};
use crate::defaults::setting;

/// The mean of −ln p of the actual classes, by what a fold predicts.
fn log_loss_of(predictions: &Path) -> f64 {
    let text = fs::read_to_string(predictions).unwrap();
    let mut lines = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let header = lines.next().unwrap();
    let of = |line: Vec<&str>| {
        let column = header.iter().position(|name| *name == format!("p_{}", line[1])).unwrap();
        -line[column].parse::<f64>().unwrap().ln()
    };
    let losses: Vec<f64> = lines.map(of).collect();
    losses.iter().sum::<f64>() / losses.len() as f64
}

#[test]
fn classes_are_told_apart_first_and_calibrated_then() {
    let place = Place::new();
    let noise = kiln::Seed::new(5);
    let row = |row: u64| {
        let [a, b, c] = [0, 1, 2].map(|draw| noise.normal(3 * row + draw));
        format!("{a},{b},{}\n", if a - b + 2.0 * c > 0.0 { "up" } else { "down" })
    };
    place.write("t.csv", format!("a,b,y\n{}", (0..90).map(row).collect::<String>()));
    let data = "data.source=csv --data t.csv data.target=y";
    let ran = place.ok(&format!("train {data} optim.lr=0.02"));
    assert!(ran.says("train.monitor=\"refinement_loss\""), "{}", ran.stderr);
    let run = place.run_dir();
    assert!(setting(&run, "train.monitor").ends_with("# default for classes"));
    let record = json(&run.join("run.json"));
    let of = |metrics: &serde_json::Value, name: &str| metrics[name].as_f64().unwrap();
    let validation = &record["validation"];
    assert!(of(validation, "refinement_loss") <= of(validation, "log_loss"), "{record}");
    let kept = json(&run.join("decision.json"));
    assert_eq!(kept["weights_blake3"], record["weights_blake3"]);
    assert_eq!(kept["temperature"], record["temperature"]);
    // The test part is predicted as it is scored.
    let eval = place.ok(&format!("eval {} --json -q", run.display())).last_event();
    let [found, wanted] = [&eval["metrics"], &record["test"]].map(|metrics| of(metrics, "log_loss"));
    assert!((found - wanted).abs() < 1e-6 && wanted != of(&record["test"], "loss"), "{found} {wanted}");
    // What is said of the loss says what picks the weights.
    let plan = place.ok(&format!("train {data} loss.kind=cross-entropy --dry-run"));
    assert!(!plan.says("monitor"), "{}", plan.stderr);

    place.ok(&format!("cv {data} --folds 2 --dir cv optim.lr=0.02 -q"));
    let fold = place.path().join("cv/folds/1");
    let (found, record) = (log_loss_of(&fold.join("predictions.csv")), json(&fold.join("fold.json")));
    assert!((found - of(&record["test"], "log_loss")).abs() < 1e-5, "{found} {record}");
    // Trials are compared by their loss, so it picks their weights.
    place.ok(&format!("tune {data} optim.lr=choice(0.02) --sampler grid -q"));
    let study = place.run_dirs().into_iter().find(|run| run.join("trials").is_dir()).unwrap();
    assert!(setting(&study.join("trials/0000"), "train.monitor").starts_with("monitor = \"loss\""));
}
