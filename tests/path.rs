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

/// The same for classes: coefficients, the largest strength and the zeros are those of `LogisticRegression`.
#[test]
fn classes_of_a_csv_file_give_the_coefficients_of_scikit_learn() {
    let golden = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/logistic_path.json");
    let golden = json(std::path::Path::new(golden));
    for (case, name) in golden["cases"].as_array().unwrap().iter().zip(["cancer", "wine"]) {
        let place = Place::new();
        let (x, y) = (case["x"].as_array().unwrap(), numbers(&case["y"]));
        let columns = x[0].as_array().unwrap().len();
        let mut text: String = (0..columns).map(|column| format!("c{column},")).collect::<String>() + "y\n";
        for (row, y) in x.iter().zip(&y) {
            numbers(row).iter().for_each(|x| write!(text, "{x},").unwrap());
            writeln!(text, "class {y}").unwrap();
        }
        place.write("data.csv", text);
        let line = "path data.source=csv data.target=y data.standardize=false data.test=0 data.validation=0 \
                    model.kind=linear --data data.csv --json -q --lambdas 10 --ratio 0.01 --folds 3";
        for (path, ratio) in case["paths"].as_array().unwrap().iter().zip([1.0, 0.5]) {
            let events = place.ok(&format!("{line} --l1-ratio {ratio}")).events();
            let (end, points) = events.split_last().unwrap();
            assert_eq!(points.len(), 10);
            for (place, point) in points.iter().enumerate() {
                let (found, expected) =
                    (point["lambda"].as_f64().unwrap(), path["lambdas"][place].as_f64().unwrap());
                assert!((found - expected).abs() <= 1e-5 * expected, "{found} {expected}");
                let expected: Vec<f64> =
                    path["coefs"][place].as_array().unwrap().iter().flat_map(numbers).collect();
                // One row for two classes, else a row for each class.
                let found: Vec<f64> = match &point["coef"][0] {
                    Value::Array(_) => point["coef"].as_array().unwrap().iter().flat_map(numbers).collect(),
                    _ => numbers(&point["coef"]),
                };
                assert_eq!(found.len(), expected.len());
                for (found, expected) in found.iter().zip(&expected) {
                    assert!((found - expected).abs() <= 0.02, "{name} {place}: {found} {expected}");
                }
                assert_eq!(
                    point["nonzero"].as_u64().unwrap(),
                    found.iter().filter(|coef| **coef != 0.0).count() as u64
                );
            }
            assert_eq!((&end["metric"], &end["how"]), (&"log_loss".into(), &"solved".into()));
            assert_eq!((&end["folds"], &end["items"]), (&3.into(), &y.len().into()));
            let at = |name: &str| end[name].as_f64().unwrap();
            assert!(at("lambda_min") <= at("lambda_1se") && at("lambda_1se") < at("lambda_max"));
        }
    }
}

#[test]
fn a_classifier_can_be_picked_by_its_accuracy() {
    let place = Place::new();
    let line = "path wine model.kind=linear --lambdas 12 --folds 4";
    let ran = place.ok(&format!("{line} --metric accuracy -o out.svg"));
    for word in
        ["accuracy", "log loss", "λ.1se", "intercept → class_0", "proline → class_0", "3 classes by 4 folds"]
    {
        assert!(ran.stdout.contains(word), "{word} is not in\n{}", ran.stdout);
    }
    let svg = fs::read_to_string(place.path().join("out.svg")).unwrap();
    assert!(svg.contains("accuracy along the path") && !svg.contains("NaN"));
    assert!(fs::read_to_string(place.path().join("out-coefficients.svg")).unwrap().contains("→ class_"));
    // Folds at once change nothing, and large is better.
    let events = place.ok(&format!("{line} --metric accuracy --jobs 2 --json -q")).events();
    let (end, points) = events.split_last().unwrap();
    let best = points.iter().map(|point| point["accuracy"].as_f64().unwrap()).fold(0.0, f64::max);
    let picked = points.iter().find(|point| point["lambda"] == end["lambda_min"]).unwrap();
    assert_eq!(picked["accuracy"], best);
    assert_eq!(points[0]["nonzero"], 0);
    assert_eq!(events, place.ok(&format!("{line} --metric accuracy --json -q")).events());
    place.fails(&format!("{line} --metric mse"), 2, "there is no metric \"mse\"; there are accuracy");
}

/// Training by steps comes to rest where the solver does: the same folds, the same zeros, the same losses.
#[test]
fn a_linear_model_trained_along_the_path_meets_the_solver() {
    let place = Place::new();
    let line = "path wine model.kind=linear --folds 3 --json -q";
    let solved = place.ok(&format!("{line} --lambdas 60")).events();
    let trained = place.ok(&format!(
        "{line} --by-steps optim.kind=sgd optim.lr=0.3 optim.momentum=0.9 optim.weight_decay=0 \
         schedule.kind=constant \
         train.batch_size=0 train.epochs=1000 --epochs 300 --lambdas 6 --ratio 0.05"
    ));
    let trained = trained.events();
    assert_eq!(trained.last().unwrap()["how"], "trained");
    let number = |point: &Value, name: &str| point[name].as_f64().unwrap();
    let mut compared = 0;
    for point in trained.iter().filter(|event| event["event"] == "path_point") {
        let lambda = number(point, "lambda");
        // Strengths fall.
        let Some(above) = solved.windows(2).find(|pair| {
            pair[1]["event"] == "path_point"
                && number(&pair[1], "lambda") < lambda
                && lambda <= number(&pair[0], "lambda")
        }) else {
            continue;
        };
        let [high, low] = [&above[0], &above[1]];
        let part =
            (number(high, "lambda") / lambda).ln() / (number(high, "lambda") / number(low, "lambda")).ln();
        let expected = number(high, "log_loss") * (1.0 - part) + number(low, "log_loss") * part;
        let found = number(point, "log_loss");
        assert!((found - expected).abs() < 0.01 * expected, "{lambda}: {found} {expected}");
        let [fewest, most] = [high, low].map(|point| number(point, "nonzero"));
        let nonzero = number(point, "nonzero");
        assert!(fewest - 2.0 <= nonzero && nonzero <= most + 2.0, "{lambda}: {nonzero} {fewest} {most}");
        compared += 1;
    }
    assert!(compared >= 4, "{compared}");
}

#[test]
fn a_network_is_trained_until_nothing_is_left() {
    let place = Place::new();
    let line = "path wine train.epochs=20 --lambdas 8";
    let ran = place.ok(&format!("{line} -o out.svg"));
    for word in [
        "layers.0.linear.weight",
        "13 of 13",
        "λ.min",
        "log loss",
        "accuracy",
        "λ · Σ |w| over",
        "validation items",
    ] {
        assert!(ran.stdout.contains(word), "{word} is not in\n{}", ran.stdout);
    }
    assert!(
        ran.says("without the penalty: 512 left") && ran.says("written: out-weights.svg"),
        "{}",
        ran.stderr
    );
    assert!(fs::read_to_string(place.path().join("out-weights.svg")).unwrap().contains("output.weight"));
    // The same bits every time.
    assert_eq!(place.ok(&format!("{line} -q")).stdout, ran.stdout);
    let events = place.ok(&format!("{line} --json -q")).events();
    let (end, points) = events.split_last().unwrap();
    assert!((3..=16).contains(&points.len()), "{}", points.len());
    assert_eq!(points[0]["nonzero"], 0, "the strongest penalty leaves nothing");
    assert!(points[1..].iter().all(|point| point["nonzero"].as_u64().unwrap() > 0));
    let weakest = points.last().unwrap();
    assert!(weakest["nonzero"].as_u64().unwrap() > 100);
    let layers = weakest["layers"].as_array().unwrap();
    let left: u64 = layers.iter().map(|layer| layer["nonzero"].as_u64().unwrap()).sum();
    assert_eq!((left, layers.len()), (weakest["nonzero"].as_u64().unwrap(), 2));
    assert_eq!((&end["numbers"], &end["validation_items"]), (&512.into(), &14.into()));
    assert!(end["without"].as_f64().unwrap() < points[0]["log_loss"].as_f64().unwrap());
    // Nothing is left behind.
    assert!(place.run_dirs().is_empty());
}

/// The penalty of the configuration is the one that moves: a group lasso takes whole inputs away.
#[test]
fn the_penalty_of_the_configuration_moves() {
    let place = Place::new();
    let line = "path wine train.epochs=20 --lambdas 6 --folds 2 --json -q penalty.0.kind=l2 penalty.0.strength=1e-4 \
                penalty.1.kind=group-lasso penalty.1.units=input penalty.1.strength=0 \
                penalty.1.params=[\"layers.0.linear.weight\"]";
    let events = place.ok(line).events();
    let (end, points) = events.split_last().unwrap();
    assert_eq!((&end["numbers"], &end["folds"]), (&416.into(), &2.into()));
    assert!(end["penalty"].as_str().unwrap().contains("layers.0.linear.weight (416 numbers)"), "{end}");
    for point in points {
        let layer = &point["layers"][0];
        let inputs = 13 - layer["zero_inputs"].as_u64().unwrap();
        assert_eq!(layer["nonzero"], 32 * inputs, "whole inputs: {layer}");
    }
    assert_eq!(points[0]["layers"][0]["zero_inputs"], 13);
    // Two folds have a spread, and folds at once change nothing.
    assert!(points.iter().any(|point| point["standard_error"].as_f64().unwrap() > 0.0));
    assert_eq!(place.ok(&format!("{line} --jobs 2")).events(), events);
}

#[test]
fn a_network_of_images_has_a_path() {
    let place = Place::new();
    let line = "path digits model.kind=cnn model.channels=[4] model.hidden=[] train.epochs=1 --epochs 1 --lambdas 4 \
                --ratio 0.05 --json -q penalty.0.kind=group-lasso penalty.0.units=filter penalty.0.strength=0";
    let events = place.ok(line).events();
    let (end, points) = events.split_last().unwrap();
    assert_eq!((&points[0]["nonzero"], &end["numbers"]), (&0.into(), &36.into()));
    assert_eq!(points[0]["layers"][0]["zero_outputs"], 4);
}

#[test]
fn what_has_no_path_is_said() {
    let place = Place::new();
    place.fails("path diabetes model.kind=linear -o out.png", 2, "does not end in .svg");
    place.fails("path diabetes model.kind=linear --folds 1000", 2, "1000");
    place.fails("path diabetes model.kind=linear --dry-run", 2, "--dry-run cannot be used with `kiln path`");
    place.write("flat.csv", "a,y\n1,2\n2,2\n3,2\n4,2\n5,2\n6,2\n7,2\n8,2\n9,2\n10,2\n");
    let flat = "path data.source=csv data.target=y data.task=regression model.kind=linear --data flat.csv";
    place.fails(flat, 3, "no feature is correlated with the target");
}

/// Nothing of a configuration is passed over without a word.
#[test]
fn what_a_path_would_pass_over_is_an_error() {
    let place = Place::new();
    for (line, piece) in [
        ("penalty.0.kind=l21 penalty.0.strength=1", "and penalty.0 is something else"),
        (
            "penalty.0.kind=l1 penalty.0.strength=1 penalty.0.params=\"biases\"",
            "and penalty.0 is something else",
        ),
        ("penalty.0.kind=l1 penalty.0.strength=1 --l1-ratio 0.5", "--l1-ratio and penalty.0 both say"),
        ("penalty.0.kind=elastic-net penalty.0.strength=1 penalty.0.l1_ratio=0", "penalty.0.l1_ratio is 0"),
        (
            "penalty.0.kind=l1 penalty.0.strength=1 penalty.1.kind=group-lasso penalty.1.strength=1",
            "penalty.0 and penalty.1 both make weights zero",
        ),
        (
            "penalty.0.kind=l2 penalty.0.strength=1 penalty.0.schedule.kind=cosine",
            "and penalty.0 is something else",
        ),
        ("constraint.0.kind=non-negative", "knows no constraints, and there is constraint.0"),
        ("loss.kind=multi-margin", "loss.kind multi-margin is not solved for 3 classes"),
        ("loss.kind=binary-cross-entropy", "is not solved for 3 classes"),
        ("loss.kind=mse", "loss.kind mse is not solved for 3 classes"),
        ("loss.kind=cross-entropy loss.label_smoothing=0.1", "loss.label_smoothing is set"),
        ("model.bias=false", "model.bias is false"),
        ("mix.mixup=0.2", "a section mix"),
        ("--epochs 3", "--epochs is for paths that are trained"),
    ] {
        place.fails(&format!("path iris model.kind=linear {line}"), 2, piece);
    }
    for (line, piece) in [
        ("average.kind=ema", "an average of weights is not sparse"),
        ("data.validation=0", "no items are there to judge"),
        ("--metric macro_f1", "macro_f1 is no mean over items"),
        ("--metric speed", "there is no metric \"speed\""),
        (
            "penalty.0.kind=l1 penalty.0.strength=1 penalty.0.schedule.kind=cosine",
            "penalty.0.schedule moves the strength",
        ),
        ("optim.kind=lion", "penalty.0"),
        ("model.kind=linear --by-steps train.solver=fista", "train.solver is set"),
    ] {
        place.fails(&format!("path iris {line}"), 2, piece);
    }
    // A loss of its own is what picks, over items too.
    let hinge =
        "path iris loss.kind=multi-margin train.epochs=10 --epochs 2 --lambdas 4 --ratio 0.1 --json -q";
    let hinge = place.ok(hinge).events();
    assert_eq!(hinge.last().unwrap()["metric"], "loss");
    assert!(hinge[0]["loss"].as_f64().unwrap() > 0.0 && hinge[1]["standard_error"].as_f64().unwrap() > 0.0);
    // An L2 penalty stays, and an elastic net says what its share is.
    let line = "path wine model.kind=linear --lambdas 5 --folds 2 --json -q";
    let with = place.ok(&format!(
        "{line} penalty.0.kind=l2 penalty.0.strength=0.1 penalty.1.kind=elastic-net penalty.1.strength=0 \
         penalty.1.l1_ratio=0.25"
    ));
    let end = with.last_event();
    assert_eq!((&end["l2"], &end["l1_ratio"]), (&0.1.into(), &0.25.into()));
    let plain = place.ok(&format!("{line} --l1-ratio 0.25"));
    assert_eq!(plain.last_event()["lambda_max"], end["lambda_max"]);
    assert_ne!(plain.events()[4]["coef"], with.events()[4]["coef"]);
}
