//! Intervals and sets that hold the truth as often as they say, and models whose mean is predicted.

use crate::common::Place;

/// A table of two numbers and a kind whose sum is wanted with noise, or a class. Rows from `first` on.
fn table(target: &str, first: u32, rows: u32) -> String {
    let cell = |i: u32, by: u32| f64::from(i * by % 97) / 48.0 - 1.0;
    let row = |i: u32| {
        let (a, b, noise) = (cell(i, 31), cell(i, 57), cell(i * i % 4093, 7));
        let kind = ["flat", "house"][(i % 2) as usize];
        let y = if target == "class" {
            ["no", "maybe", "yes"][((a + 0.6 * noise + 1.7).clamp(0.0, 2.9)) as usize].to_owned()
        } else {
            (2.0 * a - b + 0.5 * noise).to_string()
        };
        format!("{a},{b},{kind},{y}\n")
    };
    format!("a,b,kind,y\n{}", (first..first + rows).map(row).collect::<String>())
}

fn cells(text: &str) -> Vec<Vec<String>> {
    text.lines().map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

fn number(cell: &str) -> f64 {
    cell.parse().unwrap()
}

#[test]
fn numbers_get_intervals_that_hold_the_truth() {
    let place = Place::new();
    place.write("t.csv", table("sum", 0, 600));
    place.write("new.csv", table("sum", 600, 400));
    place.ok("train data.source=csv --data t.csv model.hidden=[16] train.epochs=40 data.calibration=0.4 -q");
    let predict = || place.ok("predict last new.csv --interval 0.9").stdout;
    let found = predict();
    let rows = cells(&found);
    assert_eq!(rows[0].join(","), "row,y,lower_y,upper_y");
    let actual = cells(&table("sum", 600, 400));
    let mut inside = 0;
    for (row, actual) in rows[1..].iter().zip(&actual[1..]) {
        let [middle, low, high] = [1, 2, 3].map(|cell| number(&row[cell]));
        assert!(((low + high) / 2.0 - middle).abs() < 1e-5 && low < high, "{row:?}");
        inside += u32::from(low <= number(&actual[3]) && number(&actual[3]) <= high);
    }
    // Of 400 with 173 to calibrate by: a standard deviation of 0.027.
    assert!((inside as f64 / 400.0 - 0.9).abs() < 0.08, "{inside}");
    // The data are not needed a second time.
    std::fs::remove_file(place.path().join("t.csv")).unwrap();
    assert_eq!(predict(), found);
    // Groups: two kinds, and the quarters of a number.
    let by = place.ok("eval last --data new.csv --interval 0.9 --by kind --json").events();
    let covered = by.iter().find(|event| event["event"] == "coverage").unwrap();
    assert_eq!(covered["all"]["inside"].as_u64(), Some(inside.into()));
    let groups = covered["groups"].as_array().unwrap();
    let names: Vec<&str> = groups.iter().map(|group| group["group"].as_str().unwrap()).collect();
    assert_eq!(names, ["kind=flat", "kind=house"]);
    assert_eq!(groups.iter().map(|group| group["items"].as_u64().unwrap()).sum::<u64>(), 400);
    let text = place.ok("eval last --data new.csv --interval 0.9 --by a").stdout;
    assert!(text.contains("calibrated on 173 items") && text.matches("\na ").count() == 4, "{text}");
    place.fails("eval last --data new.csv --interval 0.9 --by kinds", 2, "did you mean \"kind\"?");
    let json = place.ok("predict last new.csv --interval 0.9 --format jsonl").stdout;
    let first: serde_json::Value = serde_json::from_str(json.lines().next().unwrap()).unwrap();
    assert_eq!(first["interval"]["y"][0].as_f64().unwrap(), number(&rows[1][2]));
    let wide = cells(&place.ok("predict last new.csv --interval 0.99").stdout);
    assert!(number(&wide[1][2]) < number(&rows[1][2]));
    place.fails("predict last new.csv --interval 0.999", 3, "needs 999 items");
    for level in ["0", "1", "90"] {
        assert_eq!(place.kiln(&format!("predict last new.csv --interval {level}")).code, Some(2));
    }
}

#[test]
fn classes_get_sets() {
    let place = Place::new();
    place.write("t.csv", table("class", 0, 600));
    place.write("new.csv", table("class", 600, 300));
    place.ok("train data.source=csv --data t.csv model.hidden=[16] train.epochs=30 data.calibration=0.4 -q");
    let rows = cells(&place.ok("predict last new.csv --interval 0.8").stdout);
    assert_eq!(rows[0].join(","), "row,prediction,set");
    let actual = cells(&table("class", 600, 300));
    let inside = rows[1..]
        .iter()
        .zip(&actual[1..])
        .filter(|(row, actual)| row[2].split('|').any(|class| class == actual[3]));
    let inside = inside.count();
    assert!((inside as f64 / 300.0 - 0.8).abs() < 0.1, "{inside}");
    // A higher level has no smaller sets.
    let wider = cells(&place.ok("predict last new.csv --interval 0.97").stdout);
    for (row, wider) in rows[1..].iter().zip(&wider[1..]) {
        assert!(
            row[2]
                .split('|')
                .filter(|class| !class.is_empty())
                .all(|class| wider[2].split('|').any(|w| w == class))
        );
    }
    let json = place.ok("predict last new.csv --interval 0.8 --format jsonl").stdout;
    let first: serde_json::Value = serde_json::from_str(json.lines().next().unwrap()).unwrap();
    let names: Vec<&str> =
        first["set"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    assert_eq!(names.join("|"), rows[1][2]);
}

#[test]
fn a_run_that_holds_nothing_out_has_none() {
    let place = Place::new();
    place.write("t.csv", table("sum", 0, 60));
    place.ok("train data.source=csv --data t.csv model.hidden=[4] train.epochs=1 -q");
    let ran = place.fails("predict last t.csv --interval 0.9", 2, "holds no items out");
    assert!(ran.says("train with data.calibration=0.2, or cross-validate with --keep-models"));
    for other in ["--mc 5", "--tta flip"] {
        assert_eq!(place.kiln(&format!("predict last t.csv --interval 0.9 {other}")).code, Some(2));
    }
}

#[test]
fn a_cross_validation_that_keeps_its_models_predicts_their_mean_with_intervals() {
    let place = Place::new();
    place.write("t.csv", table("sum", 0, 200));
    place.write("new.csv", table("sum", 600, 200));
    let cv = "cv data.source=csv --data t.csv model.hidden=[16] train.epochs=40 --folds 4 -q";
    place.ok(cv);
    place.fails("predict last new.csv", 2, "or cross-validate with --keep-models");
    place.ok(&format!("{cv} --keep-models"));
    let together = cells(&place.ok("predict last new.csv --interval 0.9").stdout);
    let run = place.run_dirs().pop().unwrap();
    let folds: Vec<_> = (0..4)
        .map(|fold| {
            cells(
                &place.ok(&format!("predict {} new.csv", run.join(format!("folds/{fold}")).display())).stdout,
            )
        })
        .collect();
    let actual = cells(&table("sum", 600, 200));
    let mut inside = 0;
    for row in 1..=200 {
        let mean = folds.iter().map(|fold| number(&fold[row][1])).sum::<f64>() / 4.0;
        assert!((number(&together[row][1]) - mean).abs() < 1e-5, "{} {mean}", together[row][1]);
        let y = number(&actual[row][3]);
        inside += u32::from(number(&together[row][2]) <= y && y <= number(&together[row][3]));
    }
    assert!((inside as f64 / 200.0 - 0.9).abs() < 0.1, "{inside}");
    place.fails("export last -o model.onnx", 2, "is for one model, and the run has 4");
    place.write("c.csv", table("class", 0, 200));
    place.ok("cv data.source=csv --data c.csv model.hidden=[16] train.epochs=20 --folds 3 --keep-models -q");
    let rows = cells(&place.ok("predict last c.csv --interval 0.8 --proba").stdout);
    assert_eq!(rows[0].join(","), "row,prediction,p_maybe,p_no,p_yes,set");
    for row in &rows[1..] {
        let sum: f64 = (2..5).map(|cell| number(&row[cell])).sum();
        assert!((sum - 1.0).abs() < 1e-5, "{row:?}");
    }
}

/// A table whose noise is large where x is.
fn funnel(first: u32, rows: u32) -> String {
    let row = |i: u32| {
        let (x, noise) = (f64::from(i * 31 % 97) / 97.0, f64::from(i * i % 4093 * 7 % 97) / 48.0 - 1.0);
        format!("{x},{}\n", x + (0.05 + x) * noise)
    };
    format!("x,y\n{}", (first..first + rows).map(row).collect::<String>())
}

#[test]
fn two_quantiles_give_intervals_that_are_wide_where_items_are_uncertain() {
    let place = Place::new();
    place.write("t.csv", funnel(0, 800));
    place.write("new.csv", funnel(800, 400));
    let train = |name: &str, quantile: &str| {
        let settings = "model.hidden=[16] train.epochs=60 data.calibration=0.4 loss.kind=quantile";
        place.ok(&format!(
            "train data.source=csv --data t.csv {settings} loss.quantile={quantile} --name {name} -q"
        ));
    };
    train("low", "0.05");
    train("high", "0.95");
    let rows = cells(&place.ok("predict low new.csv --upper high --interval 0.9").stdout);
    let [low, high] = ["low", "high"].map(|name| cells(&place.ok(&format!("predict {name} new.csv")).stdout));
    assert_eq!(rows[0].join(","), "row,y,lower_y,upper_y");
    let actual = cells(&funnel(800, 400));
    let (mut inside, mut narrow, mut wide) = (0, Vec::new(), Vec::new());
    let moved = number(&low[1][1]) - number(&rows[1][2]);
    for row in 1..=400 {
        let [middle, lower, upper] = [1, 2, 3].map(|cell| number(&rows[row][cell]));
        let quantiles = [number(&low[row][1]), number(&high[row][1])];
        // Both ends are moved by one number.
        assert!((quantiles[0] - lower - moved).abs() < 1e-4 && (upper - quantiles[1] - moved).abs() < 1e-4);
        assert!((middle - (quantiles[0] + quantiles[1]) / 2.0).abs() < 1e-4);
        let [x, y] = [0, 1].map(|cell| number(&actual[row][cell]));
        inside += u32::from(lower <= y && y <= upper);
        if x < 0.3 { &mut narrow } else { &mut wide }.push(upper - lower);
    }
    assert!((inside as f64 / 400.0 - 0.9).abs() < 0.08, "{inside}");
    let mean = |widths: &[f64]| widths.iter().sum::<f64>() / widths.len() as f64;
    assert!(mean(&wide) > 2.0 * mean(&narrow), "{} {}", mean(&wide), mean(&narrow));
    let covered = place.ok("eval low --data new.csv --upper high --interval 0.9 --json").events();
    let covered = covered.iter().find(|event| event["event"] == "coverage").unwrap();
    assert_eq!(covered["all"]["inside"].as_u64(), Some(inside.into()));
    place.fails(
        "predict high new.csv --upper low --interval 0.9",
        2,
        "does not predict a higher quantile than the first",
    );
    place.ok("train data.source=csv --data t.csv train.epochs=1 data.calibration=0.4 --name mean -q");
    place.fails("predict mean new.csv --upper high --interval 0.9", 2, "both need the loss quantile");
    assert_eq!(place.kiln("predict low new.csv --upper high").code, Some(2));
}
