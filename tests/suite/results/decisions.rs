//! Thresholds, temperatures and weights of classes.

use std::fs;

use kiln::metrics::Average;
use kiln::metrics::f1_score;

use super::{customers, table, trained};
use crate::common::{Place, exact, json, train};

#[test]
fn a_threshold_is_chosen_on_validation_kept_and_used() {
    let place = Place::new();
    trained(&place, "data.validation=0.3 -q");
    let before = place.ok("eval last --part validation --json -q").last_event();
    assert_eq!(before["decision"], serde_json::Value::Null);
    let ran = place.ok("eval last --part validation --threshold f1 --json");
    let chosen = ran.last_event();
    let kept = &chosen["decision"]["threshold"];
    assert_eq!((&kept["rule"], &kept["class"]), (&"f1".into(), &"yes".into()));
    let (value, score) = (kept["value"].as_f64().unwrap(), kept["score"].as_f64().unwrap());
    let f1 = chosen["per_class"][1]["f1"].as_f64().unwrap();
    assert!((f1 - score).abs() < 1e-9 && f1 >= before["per_class"][1]["f1"].as_f64().unwrap(), "{chosen}");
    // No other threshold does better on the items that it was chosen on.
    place.write("all.csv", customers(300));
    let (run, items) = (place.run_dir(), chosen["items"].as_u64().unwrap());
    assert_eq!(json(&run.join("decision.json"))["threshold"]["value"], kept["value"]);
    // It is used, and said, by every prediction and evaluation from now on.
    let ran = place.ok("predict last all.csv --proba --keep pays");
    let how = format!("(f1), as chosen on {items} validation items");
    assert!(ran.says("\"yes\" where its probability is") && ran.says(&how), "{}", ran.stderr);
    let (_, rows) = table(&ran.stdout);
    for row in &rows {
        let p: f32 = row[4].parse().unwrap();
        assert_eq!(row[2] == "yes", f64::from(p) >= value, "{row:?}");
    }
    let y: Vec<u32> = rows.iter().map(|row| u32::from(row[1] == "yes")).collect();
    let predicted: Vec<u32> = rows.iter().map(|row| u32::from(row[2] == "yes")).collect();
    let event = place.ok("eval last --data customers.csv --json -q").last_event();
    assert_eq!(event["part"], "test");
    let whole = f1_score(&y, &predicted, Average::Binary, None).unwrap();
    assert!(whole > 0.4, "{whole}");
    // A program decides as the command does.
    let predictor = kiln::Run::open(&run).unwrap().best(&Default::default()).unwrap();
    assert_eq!(predictor.decision().threshold, Some(value));
    let text = place.ok("eval last").stdout;
    let score = format!("F1 on {items} validation items");
    assert!(text.contains("threshold of \"yes\" (f1)") && text.contains(&score), "{text}");
    for rule in ["youden", "cost=1:9", "0.25"] {
        let event = place.ok(&format!("eval last --threshold {rule} --json -q")).last_event();
        assert_eq!(event["decision"]["threshold"]["rule"], rule, "{event}");
    }
    // Nine times the cost of a miss: the threshold is low.
    let costly = place.ok("eval last --threshold cost=1:9 --json -q").last_event();
    assert!(costly["decision"]["threshold"]["value"].as_f64().unwrap() < 0.5, "{costly}");
    let event = place.ok("eval last --forget --json -q").last_event();
    assert_eq!(event["decision"], serde_json::Value::Null);
    assert!(!run.join("decision.json").exists());
    place.fails("eval last --threshold f2", 2, "is none of f1, youden, cost=FP:FN and a number");
}

#[test]
fn a_decision_for_other_weights_is_not_used_without_a_word() {
    let place = Place::new();
    trained(&place, "data.validation=0.3 train.epochs=1 optim.lr=1e-3 -q");
    place.ok("eval last --threshold 0.01 -q");
    let all_yes = |text: &str| table(text).1.iter().all(|row| row[1] == "yes");
    assert!(all_yes(&place.ok("predict last customers.csv").stdout));
    place.ok("resume last train.epochs=25 -q");
    let ran = place.ok("predict last customers.csv");
    assert!(ran.says("decision.json was chosen for other weights, and is not used"), "{}", ran.stderr);
    assert!(!all_yes(&ran.stdout));
    fs::write(place.run_dir().join("decision.json"), "{").unwrap();
    place.fails("predict last customers.csv", 5, "decision.json is damaged");
}

#[test]
fn a_temperature_makes_probabilities_likelier_and_changes_no_class() {
    let place = Place::new();
    // Trained far too long: too sure of itself.
    trained(&place, "data.validation=0.3 train.epochs=150 train.monitor=loss -q");
    let line = "eval last --part validation --json -q";
    let before = place.ok(line).last_event();
    let classes = |text: &str| table(text).1.into_iter().map(|row| row[1].clone()).collect::<Vec<_>>();
    let predicted = classes(&place.ok("predict last customers.csv").stdout);
    let after = place.ok(&format!("{line} --calibrate")).last_event();
    let loss = |event: &serde_json::Value| event["metrics"]["log_loss"].as_f64().unwrap();
    assert!(loss(&after) <= loss(&before) + 1e-12, "{before}\n{after}");
    let auc = |event: &serde_json::Value| event["metrics"]["roc_auc"].as_f64().unwrap();
    assert!((auc(&after) - auc(&before)).abs() < 1e-6);
    assert_eq!(after["confusion"], before["confusion"]);
    let temperature = after["decision"]["temperature"].as_f64().unwrap();
    assert!(temperature > 0.0);
    let ran = place.ok("predict last customers.csv");
    assert!(ran.says("probabilities at the temperature"), "{}", ran.stderr);
    assert_eq!(classes(&ran.stdout), predicted);
    // A temperature a hair away is no likelier: it is the optimum.
    let kept = json(&place.run_dir().join("decision.json"));
    for factor in [0.99, 1.01] {
        let mut other = kept.clone();
        other["temperature"] = (temperature * factor).into();
        fs::write(place.run_dir().join("decision.json"), other.to_string()).unwrap();
        assert!(loss(&place.ok(line).last_event()) >= loss(&after), "{factor}");
    }
}

#[test]
fn where_the_validation_part_is_trained_on_too_its_training_without_it_is_chosen_on() {
    let place = Place::new();
    trained(&place, "data.validation=0.3 data.refit=true -q");
    let event = place.ok("eval last --calibrate --threshold f1 --json -q").last_event();
    let run = place.run_dir();
    let kept = json(&run.join("decision.json"));
    assert_eq!(kept["weights_blake3"], json(&run.join("run.json"))["weights_blake3"]);
    assert_eq!(event["decision"]["threshold"]["value"], kept["threshold"]["value"]);
    assert_eq!(kept["items"], json(&run.join("run.json"))["data"]["validation"]);
    let ran = place.ok("predict last customers.csv");
    assert!(ran.says("as chosen on") && !ran.says("for other weights"), "{}", ran.stderr);
}

#[test]
fn decisions_are_for_the_targets_that_have_them() {
    let place = Place::new();
    train(&place, "iris train.epochs=1");
    place.fails("eval last --threshold f1", 2, "--threshold is for two classes, but the target has 3");
    let ran = place.fails("eval last --threshold cost=1:5", 2, "the target has 3");
    assert!(ran.says("loss.class_weights"), "{}", ran.stderr);
    place.ok("eval last --calibrate -q");
    let other = Place::new();
    train(&other, "diabetes train.epochs=1");
    other.fails("eval last --calibrate", 2, "--calibrate is for a target of classes, and this one is not");
    let ran = other.fails("eval last --threshold 0.5", 2, "--threshold is for a target of classes");
    assert!(ran.says("data.task = \"classification\""), "{}", ran.stderr);
    let none = Place::new();
    train(&none, "iris train.epochs=1 data.validation=0");
    none.fails("eval last --calibrate", 3, "the validation part of the data is empty");
}

#[test]
fn balanced_classes_are_weighed_by_the_training_items() {
    let place = Place::new();
    place.write("customers.csv", customers(300));
    let line = "data.source=csv --data customers.csv data.ignore=id train.epochs=3 loss.kind=cross-entropy";
    let end = train(&place, &format!("{line} loss.class_weights=balanced"));
    let run = place.run_dir();
    let counts: Vec<f64> =
        serde_json::from_value(json(&run.join("run.json"))["class_counts"].clone()).unwrap();
    let [no, yes] = counts[..] else { panic!("{counts:?}") };
    let all = no + yes;
    // scikit-learn's compute_class_weight("balanced").
    let (no, yes) = (all / (2.0 * no), all / (2.0 * yes));
    let listed = train(&place, &format!("{line} loss.class_weights=[{no:?},{yes:?}]"));
    let named = train(&place, &format!("{line} loss.class_weights={{no={no:?},yes={yes:?}}}"));
    let plain = train(&place, line);
    if exact() {
        assert_eq!(end["weights_blake3"], listed["weights_blake3"]);
        assert_eq!(end["weights_blake3"], named["weights_blake3"]);
    }
    assert_eq!(end["test"], listed["test"]);
    assert_ne!(end["weights_blake3"], plain["weights_blake3"]);
    // Resumed and measured with the same weights, from the same words.
    let text = fs::read_to_string(run.join("run.toml")).unwrap();
    assert!(text.contains("class_weights = \"balanced\""), "{text}");
    let name = run.display();
    assert_eq!(
        place.ok(&format!("eval {name} --json -q")).last_event()["metrics"]["loss"],
        end["test"]["loss"]
    );
    place.ok(&format!("resume {name} train.epochs=4 -q"));
    place.fails(
        &format!("train {line} loss.class_weights={{No=2}}"),
        2,
        "loss.class_weights names the class \"No\", which the data do not have",
    );
    place.fails(
        &format!("train {line} loss.class_weights=equal"),
        2,
        "a list of numbers, a table of numbers by class",
    );
}
