//! Categories that a model was not trained on: named, counted, and refused where that is wanted.

use kiln::Run;
use kiln_core::Explain;
use serde_json::json;

use super::{customers, table, trained};
use crate::common::Place;

/// The first rows of [`customers`], with a plan that is written otherwise in every row that had one.
fn shouted(rows: usize) -> String {
    customers(rows).replace("basic", "BASIC").replace("plus", "gold")
}

#[test]
fn unseen_categories_are_named_with_the_nearest_known_one() {
    let place = Place::new();
    trained(&place, "-q");
    place.write("new.csv", shouted(6));
    let said = "4 cells of column \"plan\" have a category that the model was not trained on: \
                \"BASIC\" (2, nearest is \"basic\"), \"gold\" (2)";
    let ran = place.ok("predict last new.csv");
    assert!(ran.says(said), "{}", ran.stderr);
    let ran = place.ok("eval last --data new.csv");
    assert!(ran.says(said), "{}", ran.stderr);
    let events = place.ok("predict last new.csv --json -q").events();
    let event = &events[0];
    assert_eq!(
        (&event["event"], &event["column"], &event["cells"]),
        (&"unseen".into(), &"plan".into(), &4.into())
    );
    assert_eq!(event["values"][0], json!({ "value": "BASIC", "cells": 2, "nearest": "basic" }));
    assert_eq!(event["values"][1]["nearest"], json!(null));
    for line in ["predict last new.csv --strict", "eval last --data new.csv --strict"] {
        let ran = place.fails(line, 3, said);
        assert!(ran.stdout.is_empty() && ran.says("leave --strict out"), "{}{}", ran.stdout, ran.stderr);
    }
    place.write("known.csv", customers(6));
    let ran = place.ok("predict last known.csv --strict");
    assert!(!ran.says("was not trained on"), "{}", ran.stderr);
}

#[test]
fn an_unseen_category_is_none_of_the_known_ones_wherever_it_comes_from() {
    let place = Place::new();
    trained(&place, "-q");
    // Missing cells are a category here, and an unseen one is not missing.
    place.write("new.csv", "age,plan,income\n40,gold,2000\n40,,2000\n40,basic,2000\n");
    let (_, rows) = table(&place.ok("predict last new.csv --proba").stdout);
    assert!(rows[0][3] != rows[1][3] && rows[0][3] != rows[2][3], "{rows:?}");
    place.write("labelled.csv", "age,plan,income,pays\n40,gold,2000,no\n");
    let loss =
        place.ok("eval last --data labelled.csv --json -q").last_event()["metrics"]["log_loss"].clone();
    let p: f64 = rows[0][2].parse().unwrap();
    assert!((loss.as_f64().unwrap() + p.ln()).abs() < 1e-4, "{loss} of {p}");
    // A program gets the same.
    let predictor = Run::find("last", place.runs()).unwrap().best(&Default::default()).unwrap();
    let row = [("age", "40"), ("plan", "gold"), ("income", "2000")];
    let found = predictor.predict_record(&row).unwrap().get("no").unwrap();
    assert!((found - p).abs() < 1e-6);
    let unseen = predictor.unseen_rows(&[["40", "gold", "2000"], ["40", "Plus", "2000"]]);
    assert_eq!((unseen[0].cells, unseen[0].values.len()), (2, 2));
    assert_eq!(unseen[0].values[0].nearest.as_deref(), Some("plus"));
    let error = predictor.strict(true).predict_record(&row).unwrap_err();
    assert_eq!(error.kind().exit_code(), 3);
}

#[test]
fn categories_of_the_test_part_that_training_has_not_are_told_too() {
    let place = Place::new();
    let mut text = customers(60);
    text += "c999,30,rare,2000,no\n";
    place.write("rare.csv", text);
    // The last row is a test row where the seed is right; another seed trains on it.
    let told = (0..12).any(|seed| {
        place.ok(&format!(
            "train data.source=csv --data rare.csv data.ignore=id train.epochs=1 data.test=0.5 --seed {seed} -q"
        ));
        place.ok("eval last").says("1 cell of column \"plan\" has a category that the model was not trained on: \"rare\"")
    });
    assert!(told, "no seed tests the row");
}
