//! Bags: the models of folds, whose mean is predicted and judged.

use std::collections::BTreeSet;

use crate::common::Place;

/// A table of two numbers, a kind and what is wanted of them with noise.
fn table(classes: bool, rows: u32) -> String {
    let cell = |i: u32, by: u32| f64::from(i * by % 97) / 48.0 - 1.0;
    let row = |i: u32| {
        let (a, b, noise) = (cell(i, 31), cell(i, 57), cell(i * i % 4093, 7));
        let y = match classes {
            true => ["no", "maybe", "yes"][((a + 0.6 * noise + 1.7).clamp(0.0, 2.9)) as usize].to_owned(),
            false => (2.0 * a - b + 0.5 * noise).to_string(),
        };
        format!("{a},{b},{},{y}\n", ["flat", "house"][(i % 2) as usize])
    };
    format!("a,b,kind,y\n{}", (0..rows).map(row).collect::<String>())
}

fn cells(text: &str) -> Vec<Vec<String>> {
    text.lines().map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

const FLAGS: &str = "data.source=csv model.hidden=[16] train.epochs=20";

#[test]
fn a_bag_holds_the_test_part_of_a_training_out_and_is_judged_on_it() {
    let place = Place::new();
    place.write("t.csv", table(false, 300));
    let events = place.ok(&format!("train {FLAGS} --data t.csv --bag 4 --json")).events();
    let of = |kind: &str| events.iter().find(|event| event["event"] == kind).unwrap().clone();
    assert_eq!((of("cv")["bag"].as_bool(), of("cv")["folds"].as_u64()), (Some(true), Some(4)));
    let run = place.run_dirs().pop().unwrap();
    let held_out = cells(&std::fs::read_to_string(run.join("predictions.csv")).unwrap());
    let rows: Vec<usize> = held_out[1..].iter().map(|line| line[0].parse().unwrap()).collect();
    let seen: BTreeSet<usize> = rows.iter().copied().collect();
    assert_eq!(seen.len(), rows.len());
    // What is tested is in no fold, and is what a training would test.
    let test = of("eval");
    assert_eq!(test["items"].as_u64().unwrap() as usize, 300 - rows.len());
    let predicted = cells(&place.ok("predict last t.csv").stdout);
    let actual = cells(&table(false, 300));
    let number = |cell: &String| cell.parse::<f64>().unwrap();
    let errors = (1..=300).filter(|row| !seen.contains(row));
    let errors: Vec<f64> = errors.map(|row| number(&predicted[row][1]) - number(&actual[row][3])).collect();
    let mse = errors.iter().map(|error| error * error).sum::<f64>() / errors.len() as f64;
    let found = test["metrics"]["mse"].as_f64().unwrap();
    assert!((found - mse).abs() < 1e-5 * mse, "{found} {mse}");
    let read = |run: &std::path::Path| -> serde_json::Value {
        serde_json::from_slice(&std::fs::read(run.join("run.json")).unwrap()).unwrap()
    };
    let record = read(&run);
    assert_eq!(record["test"]["mse"], test["metrics"]["mse"]);
    assert_eq!(record["validation"]["mse"], of("cv")["mean"]["mse"]);
    // The same again, from what is kept.
    let again = place.ok("eval last --json").events();
    assert_eq!(again.last().unwrap()["metrics"], test["metrics"]);
    place.fails("eval last --part validation", 3, "the validation part of the data is empty");
    place.fails("eval last --calibrate", 2, "is for one model, and the run has 4");
    // Intervals by the items that each model has not seen, in the test part.
    let covered = place.ok("eval last --interval 0.9 --json").events();
    let covered = covered.iter().find(|event| event["event"] == "coverage").unwrap().clone();
    assert_eq!(covered["calibrated"].as_u64().unwrap() as usize, rows.len());
    assert!(covered["all"]["share"].as_f64().unwrap() > 0.75);
    // A training with the same settings tests the same rows.
    place.ok(&format!("train {FLAGS} --data t.csv -q"));
    let single = read(&place.run_dirs().pop().unwrap());
    assert_eq!(single["data"]["test"].as_u64().unwrap() as usize, 300 - rows.len());
}

#[test]
fn a_bag_of_classes_says_how_sure_it_is() {
    let place = Place::new();
    place.write("t.csv", table(true, 300));
    let events =
        place.ok(&format!("train {FLAGS} --data t.csv --bag 3 --repeats 2 --jobs 2 --json")).events();
    let test = events.iter().find(|event| event["event"] == "eval").unwrap().clone();
    let run = place.run_dirs().pop().unwrap();
    let held_out = cells(&std::fs::read_to_string(run.join("predictions.csv")).unwrap());
    let seen: BTreeSet<usize> = held_out[1..].iter().map(|line| line[0].parse().unwrap()).collect();
    // Each item is held out once in each of two repeats.
    assert_eq!(held_out.len() - 1, 2 * seen.len());
    let predicted = cells(&place.ok("predict last t.csv --proba").stdout);
    let actual = cells(&table(true, 300));
    let tested: Vec<usize> = (1..=300).filter(|row| !seen.contains(row)).collect();
    let right = tested.iter().filter(|row| predicted[**row][1] == actual[**row][3]).count();
    let accuracy = right as f64 / tested.len() as f64;
    assert!((test["metrics"]["accuracy"].as_f64().unwrap() - accuracy).abs() < 1e-9);
    let classes = ["maybe", "no", "yes"];
    let share = |row: usize| {
        let class = classes.iter().position(|class| *class == actual[row][3]).unwrap();
        predicted[row][2 + class].parse::<f64>().unwrap()
    };
    let log_loss = -tested.iter().map(|row| share(*row).ln()).sum::<f64>() / tested.len() as f64;
    let found = test["metrics"]["log_loss"].as_f64().unwrap();
    assert!((found - log_loss).abs() < 1e-5, "{found} {log_loss}");
    place.fails("predict last t.csv --interval 0.9", 2, "the folds are cut 2 times");
}

#[test]
fn the_mean_of_a_cross_validation_is_measured_on_other_data() {
    let place = Place::new();
    place.write("t.csv", table(false, 200));
    place.write("new.csv", table(false, 260));
    place.ok(&format!("cv {FLAGS} --data t.csv --folds 3 -q --keep-models"));
    let refused = place.fails("eval last", 2, "holds no items out");
    assert!(refused.says("measure other data with --data"));
    let found = place.ok("eval last --data new.csv --json").events();
    let found = found.last().unwrap();
    assert_eq!((found["part"].as_str(), found["items"].as_u64()), (Some("data"), Some(260)));
    let predicted = cells(&place.ok("predict last new.csv").stdout);
    let actual = cells(&table(false, 260));
    let number = |cell: &String| cell.parse::<f64>().unwrap();
    let errors = (1..=260).map(|row| (number(&predicted[row][1]) - number(&actual[row][3])).abs());
    let mae = errors.sum::<f64>() / 260.0;
    assert!((found["metrics"]["mae"].as_f64().unwrap() - mae).abs() < 1e-5 * mae);
    place.ok("eval last --part train");
    place.ok(&format!("cv {FLAGS} --data t.csv --folds 3 -q"));
    place.fails("eval last --data new.csv", 2, "cross-validate with --keep-models");
}

#[test]
fn rows_in_the_order_of_time_make_no_bag() {
    let place = Place::new();
    place.write("t.csv", table(false, 60));
    let line = format!("train {FLAGS} --data t.csv --bag 3 data.time=a");
    place.fails(&line, 2, "leave out --bag, or data.time");
    assert!(place.run_dirs().is_empty());
}
