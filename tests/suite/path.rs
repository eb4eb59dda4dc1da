//! `kiln path` of linear models, which are solved.

use std::fmt::Write;
use std::fs;

use kiln::Weights;
use serde_json::Value;

use crate::common::{Place, json, newest_checkpoint};

fn numbers_of(json: &Value) -> Vec<f64> {
    json.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

/// The data of the golden file go through CSV, f32 and the command, and come out as scikit-learn's path.
#[test]
fn a_csv_file_gives_the_path_of_scikit_learn() {
    let golden = json(std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/path.json")));
    let place = Place::new();
    let (x, y) = (golden["x"].as_array().unwrap(), numbers_of(&golden["y"]));
    let columns = x[0].as_array().unwrap().len();
    let mut text: String = (0..columns).map(|column| format!("c{column},")).collect::<String>() + "y\n";
    for (row, y) in x.iter().zip(&y) {
        numbers_of(row).iter().for_each(|x| write!(text, "{x},").unwrap());
        writeln!(text, "{y}").unwrap();
    }
    place.write("data.csv", text);
    let line = "path data.source=csv data.target=y data.task=regression data.standardize=false data.test=0 \
                data.validation=0 model.kind=linear --data data.csv --json -q";
    for (case, ratio) in golden["paths"].as_array().unwrap().iter().zip([1.0, 0.5]) {
        let events = place.ok(&format!("{line} --l1-ratio {ratio}")).events();
        let points: Vec<&Value> = events.iter().filter(|event| event["event"] == "path_point").collect();
        assert_eq!(points.len(), 100);
        let largest = case["coefs"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(numbers_of)
            .fold(0.0, |m: f64, c| m.max(c.abs()));
        for (place, point) in points.iter().enumerate() {
            let (lambda, expected) =
                (point["lambda"].as_f64().unwrap(), case["alphas"][place].as_f64().unwrap());
            assert!((lambda - expected).abs() <= 1e-5 * expected, "{lambda} {expected}");
            for (found, expected) in numbers_of(&point["coef"]).iter().zip(numbers_of(&case["coefs"][place]))
            {
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
        let (x, y) = (case["x"].as_array().unwrap(), numbers_of(&case["y"]));
        let columns = x[0].as_array().unwrap().len();
        let mut text: String = (0..columns).map(|column| format!("c{column},")).collect::<String>() + "y\n";
        for (row, y) in x.iter().zip(&y) {
            numbers_of(row).iter().for_each(|x| write!(text, "{x},").unwrap());
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
                    path["coefs"][place].as_array().unwrap().iter().flat_map(numbers_of).collect();
                // One row for two classes, else a row for each class.
                let found: Vec<f64> = match &point["coef"][0] {
                    Value::Array(_) => {
                        point["coef"].as_array().unwrap().iter().flat_map(numbers_of).collect()
                    }
                    _ => numbers_of(&point["coef"]),
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
    assert!(svg.contains(" by the strength of the penalty") && !svg.contains("NaN"));
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

#[test]
fn what_has_no_path_is_said() {
    let place = Place::new();
    place.fails("path diabetes model.kind=linear -o out.png", 2, "does not end in .svg");
    let missing =
        place.fails("path diabetes model.kind=linear -o missing/out.svg", 7, "cannot write missing/out.svg");
    assert!(!missing.says("solved"), "known before the work: {}", missing.stderr);
    place.fails("path diabetes model.kind=linear --folds 1000", 2, "1000");
    place.fails("path diabetes model.kind=linear --dry-run", 2, "--dry-run cannot be used with `kiln path`");
    place.write("flat.csv", "a,y\n1,2\n2,2\n3,2\n4,2\n5,2\n6,2\n7,2\n8,2\n9,2\n10,2\n");
    let flat = "path data.source=csv data.target=y data.task=regression model.kind=linear --data flat.csv";
    place.fails(flat, 3, "no feature is correlated with the target");
    let rows = (1..20).map(|i| format!("{i},{}\n", if i % 2 == 0 { "even" } else { "odd" }));
    place.write("rare.csv", format!("a,y\n{}0,\"none, or both\"\n", rows.collect::<String>()));
    let rare =
        "path data.source=csv data.target=y data.test=0 data.validation=0 model.kind=linear --data rare.csv";
    place.fails(&format!("{rare} --folds 3"), 3, "have no item of class \"none, or both\"");
}

/// Nothing of a configuration is passed over without a word.
#[test]
fn what_a_path_would_pass_over_is_an_error() {
    let place = Place::new();
    for (line, piece) in [
        ("penalty.0.kind=l21 penalty.0.strength=1", "but penalty.0 is something else"),
        (
            "penalty.0.kind=l1 penalty.0.strength=1 penalty.0.params=\"biases\"",
            "but penalty.0 is something else",
        ),
        ("penalty.0.kind=l1 penalty.0.strength=1 --l1-ratio 0.5", "--l1-ratio and penalty.0 both say"),
        ("penalty.0.kind=elastic-net penalty.0.strength=1 penalty.0.l1_ratio=0", "penalty.0.l1_ratio is 0"),
        (
            "penalty.0.kind=l1 penalty.0.strength=1 penalty.1.kind=group-lasso penalty.1.strength=1",
            "penalty.0 and penalty.1 both make weights zero",
        ),
        (
            "penalty.0.kind=l2 penalty.0.strength=1 penalty.0.schedule.kind=cosine",
            "but penalty.0 is something else",
        ),
        ("constraint.0.kind=non-negative", "knows no constraints, but there is constraint.0"),
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
    place.write(
        "weighted.csv",
        "a,y,w\n1,2,1\n2,3,1\n3,4,2\n4,4,1\n5,6,1\n6,7,1\n7,7,1\n8,9,1\n9,9,1\n10,11,1\n",
    );
    let weighted = "path data.source=csv data.target=y data.weight=w model.kind=linear --data weighted.csv";
    place.fails(weighted, 2, "knows no weights of items");
    place.ok(&format!(
        "{weighted} --by-steps --folds 2 --lambdas 3 --ratio 0.1 train.epochs=50 --epochs 50 -q"
    ));
}

/// The problem is that of `kiln train --solver` with the same penalties, in whatever way the classes have logits.
#[test]
fn a_point_of_the_path_is_what_training_with_its_strength_gives() {
    for (data, loss, numbers) in [
        ("wine", "cross-entropy", false),
        ("breast-cancer", "cross-entropy", false),
        ("breast-cancer", "binary-cross-entropy", false),
        ("diabetes", "mse", true),
    ] {
        let place = Place::new();
        let common = format!(
            "data.source={data} data.validation=0 model.kind=linear loss.kind={loss} penalty.0.kind=l2 \
             penalty.0.strength=0.01 penalty.1.kind=l1 --json -q"
        );
        let common = if numbers { format!("{common} data.standardize=false") } else { common };
        let path = place.ok(&format!("path {common} penalty.1.strength=0 --lambdas 8 --ratio 0.1 --folds 2"));
        let point = path.events().swap_remove(4);
        let lambda = point["lambda"].as_f64().unwrap();
        // Of numbers the solver's path has half the squared error.
        let strength = if numbers { 2.0 * lambda } else { lambda };
        let trained =
            format!("train {common} penalty.1.strength={strength} --solver fista train.gap_tolerance=1e-9");
        let trained = place.ok(&trained).last_event();
        assert_eq!(trained["stop"], "optimal", "{trained}");
        let run = place.run_dirs().into_iter().find(|run| run.join("run.toml").is_file()).unwrap();
        let file = newest_checkpoint(&run).join("model.safetensors");
        let weights = Weights::read(file).unwrap();
        let weight = weights.get("output.weight").unwrap();
        let outputs = weight.shape()[1];
        let weight: Vec<f64> = weight.iter::<f64>().collect();
        let row = |feature: usize| &weight[feature * outputs..(feature + 1) * outputs];
        let found: Vec<Vec<f64>> = match point["coef"][0].as_array() {
            Some(_) => point["coef"].as_array().unwrap().iter().map(numbers_of).collect(),
            None => vec![numbers_of(&point["coef"])],
        };
        let largest = found.iter().flatten().fold(0.0, |most: f64, coef| most.max(coef.abs()));
        assert!(largest > 0.0);
        for (output, found) in found.iter().enumerate() {
            for (feature, found) in found.iter().enumerate() {
                // Two logits are told apart by their difference.
                let expected = match (row(feature), data) {
                    ([no, yes], "breast-cancer") => yes - no,
                    (row, _) => row[output],
                };
                assert!((found - expected).abs() < 0.01 * largest, "{data} {loss}: {found} {expected}");
            }
        }
    }
}
