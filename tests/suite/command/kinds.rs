//! What kiln understood of a table: said before training, kept in training, evaluation and prediction.

use std::fs;

use serde_json::json;

use crate::common::{Place, names, train};

/// Rows of a table with a header.
fn table(header: &str, rows: usize, row: impl Fn(usize) -> String) -> String {
    let rows: String = (0..rows).map(|index| row(index) + "\n").collect();
    format!("{header}\n{rows}")
}

#[test]
fn a_file_is_trained_on_by_its_name_and_what_it_holds_is_said_first() {
    let place = Place::new();
    let text = table(",id,zone,garden,sold,area,empty,price", 80, |row| {
        let area = if row % 20 == 3 { String::new() } else { (30 + row).to_string() };
        let price = if row == 7 { "NA".to_owned() } else { format!("{}.5", 3 * row) };
        let sold = format!("2023-{:02}-{:02}", 1 + row % 12, 1 + row % 28);
        format!("{row},{},{},{},{sold},{area},,{price}", row + 1, 10 + row % 3, ["yes", "No"][row % 2])
    });
    place.write("houses.csv", text);
    let ran = place.ok("train houses.csv --target price --epochs 2 data.categorical=zone");
    let said: Vec<&str> = ran.stderr.lines().take(13).collect();
    let expected = [
        "houses: reading the data",
        "rows           79; 1 more has no target and is left out",
        "target         price: regression, because its cells are numbers, not all whole",
        "numbers        area",
        "categories     zone (3)",
        "yes or no      garden",
        "dates          sold (year first)",
        "left out       (unnamed) (the first column has no name: an index), id (an id: it counts the rows), empty (no value in any row)",
        "missing cells  area 4, price 1",
    ];
    assert_eq!(said[..expected.len()], expected, "{}", ran.stderr);
    let events =
        place.ok("train houses.csv --target=price --epochs=1 --json -q data.ignore=id,zone").events();
    assert_eq!(names(&events)[..2], ["understood", "start"]);
    let event = &events[0];
    assert_eq!(
        (&event["name"], &event["task"], &event["skipped"]),
        (&json!("houses.csv"), &json!("regression"), &json!(1))
    );
    let column = |name: &str| {
        event["columns"].as_array().unwrap().iter().find(|column| column["name"] == name).unwrap()
    };
    assert_eq!(
        column("zone"),
        &json!({ "name": "zone", "role": "left-out", "why": "data.ignore", "missing": 0 })
    );
    assert_eq!(
        column("sold"),
        &json!({ "name": "sold", "role": "dates", "why": "year first", "missing": 0 })
    );
    // The run goes on, is judged, and predicts from files that have less.
    place.ok("eval last");
    place.ok("resume last");
    place.write("new.csv", "sold,area,garden\n2024-02-29,50,YES\n2024-03-01,,no\n");
    assert_eq!(place.ok("predict last new.csv").stdout.lines().count(), 3);
    place.ok("cv houses.csv --target price --epochs 1 --folds 2 -q");
    place.ok("data info houses.csv data.target=price");
}

#[test]
fn labels_come_back_as_they_were_written() {
    let place = Place::new();
    let text = table("x,agent", 60, |row| format!("{}.5,{}", 10 * (row % 3), ["007", "01", "1"][row % 3]));
    place.write("agents.csv", text);
    train(&place, "agents.csv --epochs 60 optim.lr=0.05");
    place.write("new.csv", "x\n0.5\n10.5\n20.5\n");
    let csv = place.ok("predict last new.csv").stdout;
    assert_eq!(csv, "row,prediction\n1,007\n2,01\n3,1\n");
    let eval = place.ok("eval last --json -q").last_event();
    assert_eq!(eval["classes"], json!(["01", "1", "007"]));
    let ran = place.ok("cv agents.csv --folds 2 --epochs 1 -q");
    let run = place.run_dirs().pop().unwrap();
    let predictions = fs::read_to_string(run.join("predictions.csv")).unwrap();
    assert!(predictions.lines().nth(1).unwrap().starts_with("1,007,"), "{predictions}{}", ran.stderr);
}

#[test]
fn an_item_may_have_several_labels() {
    let place = Place::new();
    let text = table("x,z,weather", 90, |row| {
        let labels = [("rain", row % 2 == 0), ("wind", row % 3 == 0), ("dry", row % 2 == 1)];
        let cell: Vec<&str> = labels.iter().filter(|(_, there)| *there).map(|(name, _)| *name).collect();
        format!("{},{},{}", row % 2, row % 3, cell.join("|"))
    });
    place.write("days.csv", text);
    let line = "days.csv data.task=multi-label data.categorical=x,z --epochs 80 optim.lr=0.03";
    let end = train(&place, line);
    assert_eq!(end["test"]["accuracy"], 1.0, "{end}");
    assert_eq!((&end["test"]["hamming_loss"], &end["test"]["macro_f1"]), (&json!(0.0), &json!(1.0)));
    assert_eq!(place.ok("eval last --json -q").last_event()["metrics"], end["test"]);
    place.write("new.csv", "x,z\n0,0\n1,2\n");
    // The probability of each label.
    let csv = place.ok("predict last new.csv").stdout;
    assert_eq!(csv.lines().next(), Some("row,dry,rain,wind"));
    let likely = |line: &str| -> Vec<bool> {
        line.split(',').skip(1).map(|cell| cell.parse::<f64>().unwrap() > 0.5).collect()
    };
    let rows: Vec<Vec<bool>> = csv.lines().skip(1).map(likely).collect();
    assert_eq!(rows, [[false, true, true], [true, false, false]]);
    place.ok(&format!("cv {line} --folds 2 -q"));
    place.fails(&format!("train {line} loss.kind=mse"), 2, "any of 3 labels");
    place.fails(
        &format!("train {line} model.kind=linear loss.kind=binary-cross-entropy train.solver=fista"),
        2,
        "binary-cross-entropy",
    );
}

#[test]
fn groups_times_and_files_of_their_own_decide_the_parts() {
    let place = Place::new();
    let text = table("patient,day,x,y", 90, |row| {
        format!("p{},{},{row}.5,{}", row % 9, 90 - row, ["a", "b"][row % 2])
    });
    place.write("visits.csv", &text);
    let parts = |line: &str| {
        let line = format!("data check visits.csv data.validation=0.1 {line} --json");
        place.ok(&line).last_event()["parts"].clone()
    };
    assert_eq!(parts("data.group=patient"), json!({ "train": 60, "validation": 10, "test": 20 }));
    assert_eq!(
        parts("data.time=day data.ignore=patient"),
        json!({ "train": 65, "validation": 7, "test": 18 })
    );
    place.write("test.csv", text.lines().take(31).map(|line| format!("{line}\n")).collect::<String>());
    assert_eq!(parts("data.test_path=test.csv"), json!({ "train": 81, "validation": 9, "test": 30 }));
    // Folds keep groups together and follow the order of time as the split does.
    place.ok("cv visits.csv data.group=patient --folds 3 --epochs 1 -q");
    let run = place.run_dirs().pop().unwrap();
    let patient = |line: &str| line.split(',').next().unwrap().parse::<usize>().unwrap().wrapping_sub(1) % 9;
    let of_fold = |fold: usize| {
        let text = fs::read_to_string(run.join(format!("folds/{fold}/predictions.csv"))).unwrap();
        text.lines().skip(1).map(patient).collect::<std::collections::BTreeSet<usize>>()
    };
    assert!(of_fold(0).is_disjoint(&of_fold(1)) && of_fold(1).is_disjoint(&of_fold(2)));
    place.ok("cv visits.csv data.time=day data.ignore=patient,day --folds 3 --epochs 1 -q");
    let run = place.run_dirs().pop().unwrap();
    let text = fs::read_to_string(run.join("folds/2/predictions.csv")).unwrap();
    // The last in time are the first rows of the file.
    assert!(
        text.lines().skip(1).all(|line| line.split(',').next().unwrap().parse::<usize>().unwrap() <= 23),
        "{text}"
    );
    place.fails("cv visits.csv data.group=patient --time", 2, "it must be one of them");
    let ran = place.ok("cv visits.csv data.test_path=test.csv data.ignore=patient --folds 2 --epochs 1");
    assert!(ran.says("folds are cut of data.path alone"), "{}", ran.stderr);
}

#[test]
fn what_cannot_be_meant_is_said_with_its_remedy() {
    let place = Place::new();
    place.fails("train digits --lr 0.1", 2, "--lr is a setting: write optim.lr=VALUE without dashes");
    place.write("photos.csv", table("file,label", 30, |row| format!("photos/{row}.jpg,{}", row % 2)));
    let ran = place.fails("train photos.csv", 3, "the column holds the names of images");
    assert!(ran.says("data.images"), "{}", ran.stderr);
    place.fails("train nothing.csv", 3, "nothing.csv does not exist");
    train(&place, "digits train.epochs=1");
    place.write("new.csv", "a,b\n1,2\n");
    place.fails("predict last new.csv", 3, "images of 1 x 8 x 8");
}
