//! Times, amounts and other numbers with an offset are learned as well as those without, by every command and from code.

use std::collections::BTreeMap;
use std::fs;

use kiln::Run;
use kiln::data::CellValue;
use kiln_testkit::device;
use serde_json::Value;

use crate::common::{Place, train};

/// Nothing, Unix times in seconds, and in milliseconds.
const BASES: [i64; 3] = [0, 1_700_000_000, 1_700_000_000_000];

const ROWS: i64 = 600;

/// A straight line through two columns, solved for.
const LINE: &str = "data.source=csv data.target=y model.kind=linear train.solver=fista";

/// The rows in an order that is not theirs.
fn lines(row: impl Fn(i64) -> String) -> String {
    (0..ROWS).map(|i| row(i * 7 % 599) + "\n").collect()
}

fn metric(found: &Value, name: &str) -> f64 {
    found[name].as_f64().unwrap_or_else(|| unreachable!("{name} in {found}"))
}

#[track_caller]
fn assert_perfect(metrics: &Value) {
    assert!(metric(metrics, "r2") > 1.0 - 1e-9, "{metrics}");
}

#[test]
fn a_time_is_learned_whatever_it_is_counted_from() {
    for base in BASES {
        let place = Place::new();
        let row =
            |i: i64| format!("{},{},{}", base + i, base - i * 3 % 100, i as f64 / 2.0 + (i * 3 % 100) as f64);
        place.write("t.csv", format!("time,other,y\n{}", lines(row)));
        let trained = train(&place, &format!("{LINE} --data t.csv"));
        assert_perfect(&trained["test"]);
        assert_perfect(&trained["validation"]);
        let eval = place.ok("eval last --json -q").last_event();
        assert_eq!(eval["metrics"], trained["test"]);

        place.write("new.csv", format!("other,time\n{},{}\n", base - 7, base + 300));
        let printed = place.ok("predict last new.csv").stdout;
        let predicted: f64 = printed.lines().nth(1).unwrap().split(',').nth(1).unwrap().parse().unwrap();
        assert!((predicted - 157.0).abs() < 1e-3, "{base}: {printed}");
        let predictor = Run::find("last", place.runs()).unwrap().best(&device()).unwrap();
        let cells = [base + 300, base - 7];
        for found in [
            predictor.predict_row(&cells).unwrap(),
            predictor.predict_row(&cells.map(|cell| CellValue::from(cell as f64))).unwrap(),
            predictor.predict_record(&[("other", cells[1]), ("time", cells[0])]).unwrap(),
        ] {
            assert_eq!(found.values().unwrap(), [predicted]);
        }
    }
}

#[test]
fn classes_are_told_apart_as_well_by_times_as_by_offsets() {
    let found = BASES.map(|base| {
        let place = Place::new();
        let class = |i: i64| if i > 300 { "late" } else { "early" };
        place.write("t.csv", format!("time,class\n{}", lines(|i| format!("{},{}", base + i, class(i)))));
        let trained =
            train(&place, "data.source=csv model.kind=linear --data t.csv train.epochs=40 optim.lr=0.1");
        trained["test"].clone()
    });
    assert!(metric(&found[0], "accuracy") > 0.97, "{}", found[0]);
    for (name, value) in found[0].as_object().unwrap() {
        for other in &found[1..] {
            assert!((metric(other, name) - value.as_f64().unwrap()).abs() < 1e-6, "{other}, {}", found[0]);
        }
    }
}

#[test]
fn targets_keep_their_digits_in_training_evaluation_prediction_and_folds() {
    for base in BASES {
        let place = Place::new();
        place.write("t.csv", format!("x,y\n{}", lines(|i| format!("{i},{}", base + i))));
        let trained = train(&place, &format!("{LINE} --data t.csv"));
        assert_perfect(&trained["test"]);
        assert!(metric(&trained["test"], "mae") < 1e-3, "{trained}");
        assert_eq!(place.ok("eval last --json -q").last_event()["metrics"], trained["test"]);
        place.write("new.csv", "x\n123\n124\n");
        let wanted = [base + 123, base + 124];
        let near = |found: f64, wanted: i64| (found - wanted as f64).abs() < 1e-2;
        let table = place.ok("predict last new.csv").stdout;
        for (line, wanted) in table.lines().skip(1).zip(wanted) {
            assert!(near(line.split(',').nth(1).unwrap().parse().unwrap(), wanted), "{table}");
        }
        place.ok("predict last new.csv -q -o new.jsonl");
        for (line, wanted) in fs::read_to_string(place.path().join("new.jsonl")).unwrap().lines().zip(wanted)
        {
            let found: Value = serde_json::from_str(line).unwrap();
            assert!(near(metric(&found["prediction"], "y"), wanted), "{line}");
        }

        place.ok(&format!("cv {LINE} --data t.csv --folds 3 --dir cv -q"));
        let table = fs::read_to_string(place.path().join("cv/predictions.csv")).unwrap();
        assert_eq!(table.lines().count() as i64, ROWS + 1);
        for line in table.lines().skip(1) {
            let cells: Vec<&str> = line.split(',').collect();
            let actual: i64 = cells[1].parse().unwrap();
            assert!((base..base + ROWS).contains(&actual), "{line}");
            assert!(near(cells[2].parse().unwrap(), actual), "{line}");
        }
    }
}

#[test]
fn a_path_is_as_good_for_targets_with_an_offset() {
    let r2 = BASES.map(|base| {
        let place = Place::new();
        place.write("t.csv", format!("t,x,y\n{}", lines(|i| format!("{},{},{}", base + i, i % 5, base + 2 * i))));
        let path = "path data.source=csv data.target=y --data t.csv model.kind=linear --folds 3 --metric r2 --json -q";
        let events = place.ok(path).events();
        let last = events.iter().rfind(|event| event["event"] == "path_point").unwrap();
        metric(&last["scores"], "r2")
    });
    for found in r2 {
        assert!(found > 0.999 && (found - r2[0]).abs() < 1e-6, "{r2:?}");
    }
}

#[test]
fn groups_are_told_apart_by_their_last_digits() {
    let mut of_all = Vec::new();
    for base in BASES {
        let place = Place::new();
        // About ten rows in each of sixty groups.
        let group = |i: i64| i / 10;
        place.write(
            "t.csv",
            format!("x,visit,y\n{}", lines(|i| format!("{},{},{}", i % 10, base + group(i), i % 2))),
        );
        let cv = "cv data.source=csv data.target=y --data t.csv model.kind=linear train.epochs=1 --folds 5 --group visit";
        place.ok(&format!("{cv} --dir cv -q"));
        let mut folds = BTreeMap::new();
        for fold in 0..5 {
            let path = place.path().join(format!("cv/folds/{fold}/predictions.csv"));
            let table = fs::read_to_string(path).unwrap();
            assert!((110..=130).contains(&table.lines().skip(1).count()), "{base}: {table}");
            for line in table.lines().skip(1) {
                let row: i64 = line.split(',').next().unwrap().parse().unwrap();
                let of_group = *folds.entry(group((row - 1) * 7 % 599)).or_insert(fold);
                assert_eq!(of_group, fold, "{base}: a group is in two folds");
            }
        }
        assert_eq!(folds.len(), 60, "{base}");
        of_all.push(folds);
    }
    // In the order of the numbers, however many digits they have.
    assert_eq!(of_all[0], of_all[1]);
    assert_eq!(of_all[0], of_all[2]);
}

#[test]
fn a_column_that_is_empty_in_a_training_part_is_left_out_there_and_named() {
    let place = Place::new();
    // In file order, the first third has no pressure.
    let row = |i: usize| {
        let pressure = if i < 60 { String::new() } else { format!("{}", i % 7) };
        format!("{i},{pressure},{}\n", i * 2)
    };
    place.write("t.csv", format!("x,pressure,y\n{}", (0..120).map(row).collect::<String>()));
    let cv = "cv data.source=csv data.target=y data.task=regression --data t.csv model.kind=linear";
    let ran = place.ok(&format!("{cv} train.epochs=2 --folds 3 --time --dir cv"));
    let said = "column \"pressure\" has no value in the training part and is left out";
    assert!(ran.says(&format!("fold 1: {said}")), "{}", ran.stderr);
    assert!(!ran.says(&format!("fold 3: {said}")), "{}", ran.stderr);
    // The whole of it is trained on what is there, and predicts for files that have the column and for those that have not.
    let row = |i: usize| format!("{i},{},{}\n", if i == 0 { "3" } else { "" }, i * 2);
    place.write("nearly.csv", format!("x,pressure,y\n{}", (0..120).map(row).collect::<String>()));
    let seeds = (0..50).map(|seed| format!("train {LINE} --data nearly.csv --seed {seed}"));
    let left_out =
        seeds.map(|line| place.ok(&line)).find(|ran| ran.says(said)).expect("the value is held out once");
    assert!(left_out.says("the optimum is reached"), "{}", left_out.stderr);
    place.write("with.csv", "pressure,x\n5,10\n");
    place.write("without.csv", "x\n10\n");
    let [with, without] =
        ["with", "without"].map(|name| place.ok(&format!("predict last {name}.csv")).stdout);
    assert_eq!(with, without);
}
