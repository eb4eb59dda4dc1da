//! Predictions with dropout on: their mean and their spread.

use crate::common::Place;

/// A table of two numbers whose product is wanted, or its sign.
fn table(target: &str) -> String {
    let cell = |i: u32, by: u32| f64::from(i * by % 41) / 20.0 - 1.0;
    let row = |i: u32| {
        let (a, b) = (cell(i, 7), cell(i, 11));
        let y = if target == "sign" {
            (if a * b > 0.0 { "plus" } else { "minus" }).to_owned()
        } else {
            (a * b).to_string()
        };
        format!("{a},{b},{y}\n")
    };
    format!("a,b,y\n{}", (0..120).map(row).collect::<String>())
}

fn cells(text: &str) -> Vec<Vec<String>> {
    text.lines().map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

fn numbers(rows: &[Vec<String>], column: usize) -> Vec<f64> {
    rows[1..].iter().map(|row| row[column].parse().unwrap()).collect()
}

#[test]
fn numbers_come_with_a_standard_deviation() {
    let place = Place::new();
    place.write("t.csv", table("product"));
    place.ok("train data.source=csv --data t.csv model.hidden=[32] model.dropout=0.3 train.epochs=5 -q");
    let predict = |words: &str| cells(&place.ok(&format!("predict last t.csv {words}")).stdout);
    let (plain, few, many) = (predict(""), predict("--mc 20"), predict("--mc 400"));
    assert_eq!((plain[0].join(","), many[0].join(",")), ("row,y".to_owned(), "row,y,sd_y".to_owned()));
    let deviations = numbers(&many, 2);
    assert!(deviations.len() == 120 && deviations.iter().all(|sd| *sd > 0.0));
    // Again, the same; with more passes, nearer to each other.
    assert_eq!(few, predict("--mc 20"));
    let (a, b) = (numbers(&few, 1), numbers(&many, 1));
    assert_ne!(a, b);
    for ((a, b), sd) in a.iter().zip(&b).zip(&deviations) {
        assert!((a - b).abs() < 6.0 * sd / 20f64.sqrt(), "{a} {b} {sd}");
    }
}

#[test]
fn classes_come_with_the_spread_of_their_probabilities() {
    let place = Place::new();
    place.write("t.csv", table("sign"));
    place.ok("train data.source=csv --data t.csv model.hidden=[16] model.dropout=0.5 train.epochs=3 -q");
    let rows = cells(&place.ok("predict last t.csv --mc 30 --proba").stdout);
    assert_eq!(rows[0].join(","), "row,prediction,p_minus,p_plus,sd_minus,sd_plus");
    for row in &rows[1..] {
        let [minus, plus, sd_minus, sd_plus] = [2, 3, 4, 5].map(|column| row[column].parse::<f64>().unwrap());
        assert!((minus + plus - 1.0).abs() < 1e-5 && (sd_minus - sd_plus).abs() < 1e-5, "{row:?}");
        assert_eq!(row[1], if plus > minus { "plus" } else { "minus" });
    }
    let short = cells(&place.ok("predict last t.csv --mc 30").stdout);
    assert_eq!(short[0].join(","), "row,prediction,sd");
}

#[test]
fn a_model_without_dropout_has_no_spread() {
    let place = Place::new();
    place.write("t.csv", table("product"));
    place.ok("train data.source=csv --data t.csv model.hidden=[4] train.epochs=1 -q");
    let ran = place.kiln("predict last t.csv --mc 30");
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert!(ran.stderr.contains("model.dropout"), "{}", ran.stderr);
    assert_eq!(place.kiln("predict last t.csv --mc 1").code, Some(2));
}
