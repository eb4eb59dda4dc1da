//! How good a run is: on files that have the targets, by scikit-learn's definitions.

use std::fs;

use kiln::metrics::{Average, average_precision_score, brier_score_loss, f1_score, roc_auc_score};
use serde_json::Value;

use super::{customers, table, trained};
use crate::common::{Place, train};

fn number(event: &Value, metric: &str) -> f64 {
    event["metrics"][metric].as_f64().unwrap_or_else(|| panic!("{metric} in {event}"))
}

#[test]
fn a_labelled_file_is_measured_by_what_predict_says_of_it() {
    let place = Place::new();
    trained(&place, "-q");
    let mut lines: Vec<String> = customers(120).lines().skip(70).map(|line| format!("{line},x")).collect();
    lines[3] = "c900,30,plus,2000,,x".to_owned();
    lines[7] = "c901,31,plus,2000,NA,x".to_owned();
    lines.reverse();
    place.write("new.csv", format!("id,age,plan,income,pays,other\n{}\n", lines.join("\n")));
    let ran = place.ok("eval last --data new.csv --json");
    assert!(ran.says("is not what the run was trained on"), "{}", ran.stderr);
    assert!(ran.says("without 2 that have no target"), "{}", ran.stderr);
    let event = ran.last_event();
    assert_eq!((&event["part"], &event["items"], &event["skipped"]), (&"data".into(), &49.into(), &2.into()));
    let (_, rows) = table(&place.ok("predict last new.csv --proba --keep pays").stdout);
    let rows: Vec<_> = rows.into_iter().filter(|row| ["yes", "no"].contains(&row[1].as_str())).collect();
    let y: Vec<u32> = rows.iter().map(|row| u32::from(row[1] == "yes")).collect();
    let p: Vec<f64> = rows.iter().map(|row| row[4].parse().unwrap()).collect();
    let predicted: Vec<u32> = rows.iter().map(|row| u32::from(row[2] == "yes")).collect();
    let close = |metric: &str, wanted: f64| {
        let found = number(&event, metric);
        assert!((found - wanted).abs() < 1e-6, "{metric} {found}, not {wanted}");
    };
    close("roc_auc", roc_auc_score(&y, &p, None).unwrap());
    close("average_precision", average_precision_score(&y, &p, None).unwrap());
    close("brier", brier_score_loss(&y, &p, None).unwrap());
    close("macro_f1", f1_score(&y, &predicted, Average::Macro, None).unwrap());
    let hits = y.iter().zip(&predicted).filter(|(a, b)| a == b).count();
    close("accuracy", hits as f64 / 49.0);
    let yes = &event["per_class"][1];
    assert_eq!((&yes["class"], yes["support"].as_f64()), (&"yes".into(), Some(y.iter().sum::<u32>().into())));
    let found = y.iter().zip(&predicted).filter(|(a, b)| (**a, **b) == (1, 1)).count() as f64;
    assert!((yes["recall"].as_f64().unwrap() - found / yes["support"].as_f64().unwrap()).abs() < 1e-12);
    // Part of the data are there only of the run's own.
    place.fails("eval last --data new.csv --part test", 2, "--part is for the data of the run");
    place.write("odd.csv", "age,plan,income,pays\n30,plus,2000,maybe\n");
    place.fails(
        "eval last --data odd.csv",
        3,
        "row 1: the class \"maybe\" is none that the model was trained with",
    );
    place.write("bare.csv", "age,plan,income\n30,plus,2000\n");
    place.fails("eval last --data bare.csv", 3, "bare.csv has no target to compare the predictions with");
}

#[test]
fn numbers_and_images_are_measured_elsewhere_too() {
    let place = Place::new();
    let line = |i: usize| format!("{i},{}\n", 3 * i + 1);
    place.write("line.csv", format!("x,y\n{}", (0..60).map(line).collect::<String>()));
    let end = train(
        &place,
        "data.source=csv --data line.csv model.kind=linear train.epochs=60 optim.lr=0.05 data.task=regression",
    );
    assert!(end["test"]["r2"].as_f64().unwrap() > 0.9, "{end}");
    // The columns the other way round, a target that is missing, and two rows: too few to train on.
    place.write("new.csv", "y,x\n10,3\n,4\n31,10\n");
    let event = place.ok("eval last --data new.csv --json -q").last_event();
    assert_eq!((&event["items"], &event["skipped"]), (&2.into(), &1.into()));
    assert!(number(&event, "mae") < 30.0, "{event}");
    let pictures = Place::new();
    train(&pictures, "digits train.epochs=1");
    for (class, grey) in [("3", 30), ("8", 200)] {
        let folder = pictures.path().join("more").join(class);
        fs::create_dir_all(&folder).unwrap();
        image::GrayImage::from_pixel(8, 8, image::Luma([grey])).save(folder.join("a.png")).unwrap();
    }
    let event = pictures.ok("eval last --data more --json -q").last_event();
    assert_eq!(event["items"], 2);
    let rows: Vec<u64> = event["confusion"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row.as_array().unwrap().iter().filter_map(Value::as_u64).sum())
        .collect();
    assert_eq!(rows, [0, 0, 0, 1, 0, 0, 0, 0, 1, 0]);
}

#[test]
fn eval_says_how_sure_it_is_and_how_good_each_class_is() {
    let place = Place::new();
    train(&place, "iris train.epochs=30 optim.lr=0.01");
    let ran = place.ok("eval last");
    for words in
        ["balanced_accuracy", "roc_auc_ovr", "average_precision_ovr", "brier", "ece", "precision", "support"]
    {
        assert!(ran.stdout.contains(words), "{words}\n{}", ran.stdout);
    }
    assert!(ran.stdout.contains("Wilson's 95 % interval"), "{}", ran.stdout);
    let event = place.ok("eval last --json").last_event();
    let [low, high] = serde_json::from_value::<[f64; 2]>(event["accuracy_interval"].clone()).unwrap();
    let accuracy = number(&event, "accuracy");
    assert!(0.0 <= low && low < accuracy && accuracy <= high && high <= 1.0, "{event}");
    assert_eq!(event["per_class"].as_array().unwrap().len(), 3);
}

#[test]
fn intervals_of_folds_end_where_accuracy_does() {
    let place = Place::new();
    let ran = place.ok("cv iris train.epochs=40 optim.lr=0.01 --folds 3 -q");
    assert!(ran.stdout.contains("95 % from"), "{}", ran.stdout);
    let event = place.ok("cv collect last --json").last_event();
    let [low, high] = serde_json::from_value::<[f64; 2]>(event["interval"]["accuracy"].clone()).unwrap();
    assert!((0.0..=1.0).contains(&low) && (0.0..=1.0).contains(&high), "{event}");
    let (mean, std) =
        (event["mean"]["accuracy"].as_f64().unwrap(), event["std"]["accuracy"].as_f64().unwrap());
    // Three folds: mean ± t(0.975, 2) · s · √(1/3 + 1/2), which goes beyond 1 here.
    let whole = mean + 4.302_652_729_749_462 * std * (1.0_f64 / 3.0 + 0.5).sqrt();
    assert_eq!(high == 1.0, whole >= 1.0);
    assert_eq!(ran.stdout.contains("and cut at 1"), whole >= 1.0, "{}", ran.stdout);
}
