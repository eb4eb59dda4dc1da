//! Tables of one's own: trained on, weighted, with every loss.

use crate::common::{Place, train};

#[test]
fn a_csv_of_ones_own_is_trained_on() {
    let place = Place::new();
    let mut text = "area,kind,price\n".to_owned();
    for i in 0..60 {
        let kind = ["flat", "house"][i % 2];
        text += &format!("{},{kind},{}\n", i + 20, 3 * i + 100 * (i % 2));
    }
    place.write("homes.csv", &text);
    let end = train(&place, "data.source=csv --data homes.csv train.epochs=200 optim.lr=0.01");
    assert!(end["test"]["r2"].as_f64().unwrap() > 0.9, "{end}");
    place.write("new.csv", "kind,area\nhouse,30\nflat,30\n");
    let csv = place.ok("predict last new.csv").stdout;
    assert_eq!(csv.lines().count(), 3, "{csv}");
}

#[test]
fn json_lines_are_the_same_table() {
    let place = Place::new();
    let (mut csv, mut lines) = ("area,kind,price\n".to_owned(), String::new());
    for i in 0..60 {
        let (area, kind, price) = (1.5 * i as f64 + 20.25, ["flat", "house"][i % 2], 3 * i + 100 * (i % 2));
        csv += &format!("{area},{kind},{price}\n");
        lines += &format!("{{\"area\":{area},\"kind\":\"{kind}\",\"price\":{price}}}\n");
    }
    place.write("homes.csv", &csv);
    place.write("homes.jsonl", &lines);
    let weights = |source: &str, file: &str| {
        let end =
            train(&place, &format!("data.source={source} --data {file} data.target=price train.epochs=3"));
        end["weights_blake3"].clone()
    };
    assert_eq!(weights("csv", "homes.csv"), weights("json-lines", "homes.jsonl"));
    let predicted = |file: &str| place.ok(&format!("predict last {file}")).stdout;
    assert_eq!(predicted("homes.csv"), predicted("homes.jsonl"));
    assert_eq!(predicted("homes.csv --keep kind"), predicted("homes.jsonl --keep kind"));
    let measured =
        |file: &str| place.ok(&format!("eval last --data {file} --json -q")).last_event()["metrics"].clone();
    // Not the run's own data, of which the test part is measured.
    place.write("more.csv", format!("{csv}30,flat,40\n"));
    place.write("more.jsonl", format!("{lines}{{\"area\":30,\"kind\":\"flat\",\"price\":40}}\n"));
    assert_eq!(measured("more.csv"), measured("more.jsonl"));
    place.write("homes.jsonl", format!("{lines}{{\"area\":[1]}}\n"));
    place.fails("predict last homes.jsonl", 3, "homes.jsonl:61: column \"area\" holds a list or an object");
}

#[test]
fn rows_have_weights_in_training_and_in_metrics() {
    let place = Place::new();
    // Half of the rows are wrong by far, and do not count.
    let mut text = "area,w,price\n".to_owned();
    for i in 0..120 {
        let (weight, price) = if i % 2 == 0 { (0.5 + (i % 3) as f64, 3 * i) } else { (0.0, 9000) };
        text += &format!("{i},{weight},{price}\n");
    }
    place.write("homes.csv", &text);
    let line = "data.source=csv --data homes.csv train.epochs=120 optim.lr=0.02 data.standardize=false";
    let weighted = format!("{line} model.kind=linear optim.kind=adam optim.lr=1.0 data.weight=w");
    let end = train(&place, &weighted);
    assert!(end["test"]["r2"].as_f64().unwrap() > 0.9, "{end}");
    let eval = place.ok("eval last --json -q").last_event();
    assert_eq!(eval["metrics"], end["test"]);
    assert_eq!(place.ok("resume last --json").last_event()["weights_blake3"], end["weights_blake3"]);
    // No weight is needed to predict.
    place.write("new.csv", "area\n50\n");
    let csv = place.ok("predict last new.csv").stdout;
    let price: f64 = csv.lines().nth(1).unwrap().split(',').nth(1).unwrap().parse().unwrap();
    assert!((price - 150.0).abs() < 30.0, "{csv}");
    place.write("bad.csv", "area,w,price\n1,1,2\n2,-1,3\n3,1,4\n");
    let bad = "train data.source=csv --data bad.csv data.weight=w optim.kind=adam model.kind=linear";
    place.fails(bad, 3, "row 2, column \"w\" is -1, and a weight must not be negative");
    place.fails(&format!("train {line} data.weight=ww model.kind=linear"), 2, "data.weight names the column");
}

#[test]
fn every_loss_trains_and_predicts_in_the_units_of_its_target() {
    let place = Place::new();
    let mut text = "x,count,kind\n".to_owned();
    for i in 0..90 {
        text += &format!(
            "{},{},{}\n",
            f64::from(i) / 30.0,
            (f64::from(i) / 30.0).exp().round(),
            ["a", "b"][i as usize % 2]
        );
    }
    place.write("t.csv", &text);
    place.write("new.csv", "x,kind,count\n2.0,a,1\n0.5,b,2\n");
    let base = "data.source=csv --data t.csv model.kind=linear optim.kind=adam optim.lr=0.05 train.epochs=60";
    for loss in ["log-cosh", "quantile", "gaussian-nll", "mse", "mae", "huber"] {
        let line = format!("{base} loss.kind={loss} data.target=count data.task=regression");
        assert!(train(&place, &line)["test"]["r2"].as_f64().unwrap() > 0.5, "{loss}");
        assert_eq!(place.ok("predict last new.csv").stdout.lines().next(), Some("row,count"), "{loss}");
    }
    let poisson = format!("{base} loss.kind=poisson-nll data.target=count data.task=regression");
    place.fails(&format!("train {poisson}"), 2, "poisson-nll needs counts");
    let end = train(&place, &format!("{poisson} data.standardize=false"));
    assert!(end["test"]["r2"].as_f64().unwrap() > 0.9, "{end}");
    let csv = place.ok("predict last new.csv").stdout;
    let rate: f64 = csv.lines().nth(1).unwrap().split(',').nth(1).unwrap().parse().unwrap();
    assert!((rate - 2f64.exp()).abs() < 1.5, "{csv}");
    place.write("minus.csv", "x,y\n1,1\n2,-3\n3,1\n4,1\n5,1\n6,1.5\n7,1\n");
    place.fails(
        "train data.source=csv --data minus.csv loss.kind=poisson-nll data.standardize=false \
         model.kind=linear optim.kind=adam data.task=regression",
        3,
        "row 2 of column \"y\" is -3",
    );
    for loss in ["focal", "hinge", "multi-margin", "cross-entropy", "binary-cross-entropy"] {
        train(&place, &format!("{base} loss.kind={loss} data.target=kind"));
        assert_eq!(place.ok("predict last new.csv").stdout.lines().next(), Some("row,prediction"), "{loss}");
    }
    let hint = format!("train {base} loss.kind=focal loss.gama=1 data.target=kind");
    place.fails(&hint, 2, "did you mean \"loss.gamma\"");
}
