//! `kiln predict`: classes, shares and values as CSV and JSON.

use std::fs;

use serde_json::Value;

use crate::common::{Place, train};

#[test]
fn predictions_come_back_as_csv_and_json() {
    let place = Place::new();
    train(&place, "iris train.epochs=20");
    let header = "sepal length (cm),sepal width (cm),petal length (cm),petal width (cm)";
    // A flower of each kind, from the data.
    place.write("new.csv", format!("{header}\n5.1,3.5,1.4,0.2\n7.0,3.2,4.7,1.4\n6.3,3.3,6.0,2.5\n"));
    let csv = place.ok("predict last new.csv --proba").stdout;
    let lines: Vec<Vec<&str>> = csv.lines().map(|line| line.split(',').collect()).collect();
    assert_eq!(lines.len(), 4, "{csv}");
    let class = lines[0].iter().position(|name| *name == "prediction").expect("a column `prediction`");
    let predicted: Vec<_> = lines[1..].iter().map(|line| line[class]).collect();
    assert_eq!(predicted, ["setosa", "versicolor", "virginica"], "{csv}");
    for line in &lines[1..] {
        let shares: Vec<f64> = line.iter().filter_map(|cell| cell.parse().ok()).collect();
        let sum: f64 = shares[shares.len() - 3..].iter().sum();
        assert!((sum - 1.0).abs() < 1e-4, "{csv}");
    }
    place.ok("predict last new.csv --proba -o out.csv");
    assert_eq!(fs::read_to_string(place.path().join("out.csv")).unwrap(), csv);
    place.ok("predict last new.csv -o out.jsonl");
    let json = fs::read_to_string(place.path().join("out.jsonl")).unwrap();
    assert_eq!(json.lines().filter(|line| serde_json::from_str::<Value>(line).is_ok()).count(), 3);
    place.fails("predict last new.csv -o out.txt", 2, "does not end in one of .csv, .jsonl, .parquet");
    place.write("short.csv", "sepal length (cm)\n5.1\n");
    place.fails("predict last short.csv", 3, "there is no column \"sepal width (cm)\"");
    place.fails("predict last nothing.csv", 3, "nothing.csv does not exist");
}

#[test]
fn predictions_never_replace_their_input_and_are_events_with_json() {
    let place = Place::new();
    let rows: String = (0..40).map(|i| format!("{i},{},{}\n", i % 7, ["no", "yes"][i / 20])).collect();
    let data = place.write("own.csv", format!("a,b,y\n{rows}"));
    place.ok("train data.source=csv --data own.csv train.epochs=2 -q");
    assert!(place.run_dir().file_name().unwrap().to_str().unwrap().contains("-own-"));
    let before = fs::read(&data).unwrap();
    place.fails("predict last own.csv -o ./own.csv", 2, "the output would replace it");
    assert_eq!(fs::read(&data).unwrap(), before);
    let lines = place.ok("predict last own.csv --json").stdout;
    assert_eq!(lines.lines().count(), 40);
    assert!(lines.starts_with(r#"{"v":1,"event":"prediction","row":1,"prediction":""#), "{lines}");
    // Data that have moved are found where they are now.
    place.write("moved.csv", &before);
    fs::remove_file(&data).unwrap();
    place.fails("eval last", 3, "own.csv");
    place.ok("eval last --data moved.csv");
}
