//! `kiln path`.

#![allow(clippy::unwrap_used, reason = "the helpers of tests fail as tests do")]

mod common;

use std::fmt::Write;
use std::fs;

use common::{Place, json};
use serde_json::Value;

fn numbers(json: &Value) -> Vec<f64> {
    json.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

/// The data of the golden file go through CSV, f32 and the command, and come out as scikit-learn's path.
#[test]
fn a_csv_file_gives_the_path_of_scikit_learn() {
    let golden = json(std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/path.json")));
    let place = Place::new();
    let (x, y) = (golden["x"].as_array().unwrap(), numbers(&golden["y"]));
    let columns = x[0].as_array().unwrap().len();
    let mut text: String = (0..columns).map(|column| format!("c{column},")).collect::<String>() + "y\n";
    for (row, y) in x.iter().zip(&y) {
        numbers(row).iter().for_each(|x| write!(text, "{x},").unwrap());
        writeln!(text, "{y}").unwrap();
    }
    place.write("data.csv", text);
    let line = "path data.source=csv data.target=y data.task=regression data.standardize=false data.test=0 \
                data.validation=0 model.kind=linear --data data.csv --json -q";
    for (case, ratio) in golden["paths"].as_array().unwrap().iter().zip([1.0, 0.5]) {
        let events = place.ok(&format!("{line} --l1-ratio {ratio}")).events();
        let points: Vec<&Value> = events.iter().filter(|event| event["event"] == "path_point").collect();
        assert_eq!(points.len(), 100);
        let largest =
            case["coefs"].as_array().unwrap().iter().flat_map(numbers).fold(0.0, |m: f64, c| m.max(c.abs()));
        for (place, point) in points.iter().enumerate() {
            let (lambda, expected) =
                (point["lambda"].as_f64().unwrap(), case["alphas"][place].as_f64().unwrap());
            assert!((lambda - expected).abs() <= 1e-5 * expected, "{lambda} {expected}");
            for (found, expected) in numbers(&point["coef"]).iter().zip(numbers(&case["coefs"][place])) {
                assert!((found - expected).abs() <= 1e-3 * largest, "{found} {expected}");
            }
        }
        let end = events.last().unwrap();
        assert_eq!((&end["event"], &end["items"]), (&"path".into(), &y.len().into()));
        assert_eq!(end["features"][0], "c0");
        let at = |name: &str| end[name].as_f64().unwrap();
        assert!(at("lambda_min") <= at("lambda_1se") && at("lambda_1se") < at("lambda_max"));
    }
}

#[test]
fn a_table_and_two_charts_say_what_is_picked() {
    let place = Place::new();
    let ran = place.ok("path diabetes model.kind=linear -o out.svg --lambdas 40 --folds 10");
    for word in ["λ.min", "λ.1se", "intercept", "bmi", "squared error"] {
        assert!(ran.stdout.contains(word), "{word} is not in\n{}", ran.stdout);
    }
    for file in ["out.svg", "out-coefficients.svg"] {
        let svg = fs::read_to_string(place.path().join(file)).unwrap();
        assert!(svg.starts_with("<svg") && svg.contains("λ.min") && svg.contains("λ.1se"), "{file}");
        assert!(!svg.contains("NaN"));
        assert!(ran.says(&format!("written: {file}")));
    }
    // The same folds every time, others with another seed.
    let again = place.ok("path diabetes model.kind=linear --lambdas 40 --folds 10 -q");
    assert_eq!(again.stdout, ran.stdout);
    let other = place.ok("path diabetes model.kind=linear --lambdas 40 --folds 10 -q --seed 1");
    assert_ne!(other.stdout, ran.stdout);
}

#[test]
fn what_has_no_path_is_said() {
    let place = Place::new();
    place.fails("path diabetes", 2, "the path is of linear models, and model.kind is mlp");
    place.fails("path iris model.kind=linear", 2, "the target is 3 classes");
    place.fails("path diabetes model.kind=linear -o out.png", 2, "does not end in .svg");
    place.fails("path diabetes model.kind=linear --folds 1000", 2, "1000");
    place.fails("path diabetes model.kind=linear --dry-run", 2, "--dry-run cannot be used with `kiln path`");
    place.write("flat.csv", "a,y\n1,2\n2,2\n3,2\n4,2\n5,2\n6,2\n7,2\n8,2\n9,2\n10,2\n");
    let flat = "path data.source=csv data.target=y data.task=regression model.kind=linear --data flat.csv";
    place.fails(flat, 3, "no feature is correlated with the target");
}
