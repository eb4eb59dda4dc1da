//! `kiln curve`: its ends are those of `kiln cv`, its parts contain each other, and its folder holds every number.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::common::{Place, exact, json};

/// Training and test metrics of every fold of a point.
fn scores(point: &Value) -> Vec<[Value; 2]> {
    let folds = point["folds"].as_array().unwrap();
    folds.iter().map(|fold| [fold["train"].clone(), fold["test"].clone()]).collect()
}

/// The same of the folds of a cross-validation.
fn of_cv(place: &Place, line: &str) -> Vec<[Value; 2]> {
    let events = place.ok(&format!("cv {line} --json -q")).events();
    let folds = events.iter().filter(|event| event["event"] == "fold");
    folds.map(|fold| [fold["train"].clone(), fold["test"].clone()]).collect()
}

#[test]
fn all_items_of_a_learning_curve_are_a_cross_validation() {
    let place = Place::new();
    let line = "iris train.epochs=3 --folds 4 --shuffle";
    let cv = of_cv(&place, line);
    let curve = |rest: &str| place.ok(&format!("curve learning {line} {rest} --json -q")).events();
    let events = curve("--sizes 1.0,0.1,40");
    let names: Vec<&str> = events.iter().map(|event| event["event"].as_str().unwrap()).collect();
    assert_eq!(names, ["curve_point", "curve_point", "curve_point", "curve"]);
    // Rising, as scikit-learn's train_sizes_abs. Folds of 38 and 37 items: 112 and 113 train.
    assert_eq!(events[0]["items"], serde_json::json!([11, 11, 11, 11]));
    assert_eq!(events[1]["items"], serde_json::json!([40, 40, 40, 40]));
    let train: Vec<u64> = serde_json::from_value(events[2]["items"].clone()).unwrap();
    assert!(train.iter().all(|items| [111, 112, 113].contains(items)), "{train:?}");
    assert_eq!(scores(&events[2]), cv);
    assert_ne!(scores(&events[1]), cv);
    // Mean ± t(0.975, 3) · s · √(1/4 + test/train).
    let accuracy = &events[1]["test"]["accuracy"];
    let (mean, std) = (accuracy["mean"].as_f64().unwrap(), accuracy["std"].as_f64().unwrap());
    let half = 3.182_446_305_283_709 * std * (0.25_f64 + 150.0 / 4.0 / 40.0).sqrt();
    assert!((accuracy["interval"][1].as_f64().unwrap() - (mean + half).min(1.0)).abs() < 1e-9);

    // Neither other sizes nor jobs change a point.
    let untimed = |event: &Value| (event["items"].clone(), scores(event));
    assert_eq!(untimed(&curve("--sizes 40")[0]), untimed(&events[1]));
    let jobs = curve("--sizes 1.0,0.1,40 --jobs 2 --threads 1");
    assert!(jobs.iter().zip(&events).take(3).all(|(a, b)| untimed(a) == untimed(b)));
}

#[test]
fn one_value_of_a_validation_curve_is_a_cross_validation_with_it() {
    let place = Place::new();
    let line = "iris train.epochs=3 --folds 3";
    let curve = |vary: &str| {
        place.ok(&format!("curve validation {line} --vary {vary} --points 3 --json -q")).events()
    };
    let events = curve("optim.lr=log(1e-3,1e-1)");
    assert_eq!(events.len(), 4);
    // The grid of `kiln tune --sampler grid`: even on the scale of the setting, with both ends.
    let rates: Vec<f64> = events[..3].iter().map(|event| event["x"].as_f64().unwrap()).collect();
    assert!(rates.iter().zip([1e-3, 1e-2, 1e-1]).all(|(a, b)| (a / b - 1.0).abs() < 1e-12), "{rates:?}");
    assert_eq!(scores(&events[2]), of_cv(&place, &format!("{line} optim.lr={:?}", rates[2])));
    let one = curve("optim.lr=choice(0.1)");
    assert_eq!(scores(&one[0]), scores(&events[2]));
    // A kind brings its own defaults.
    let kinds = curve("optim.kind=choice(adam,sgd)");
    assert_eq!(scores(&kinds[1]), of_cv(&place, &format!("{line} optim.kind=sgd")));
}

#[test]
fn a_table_a_picture_and_every_number() {
    let place = Place::new();
    let ran = place.ok("curve learning iris train.epochs=2 --folds 2 --sizes 0.25,1.0");
    for words in
        ["training items", "accuracy in the test", "95 %", "with 75 items accuracy is", "than with 18 items"]
    {
        assert!(ran.stdout.contains(words), "{words}\n{}", ran.stdout);
    }
    assert!(ran.says("18 items, fold 2 of 2: accuracy"), "{}", ran.stderr);
    let folder = place.run_dir();
    let svg = fs::read_to_string(folder.join("curve.svg")).unwrap();
    assert_eq!(svg.matches(" band\"").count(), 2, "a band for each of the two curves");
    assert!(svg.contains(">training<") && svg.contains(">test<"));
    let curve = json(&folder.join("curve.json"));
    assert_eq!((&curve["kind"], &curve["metric"]), (&"learning".into(), &"accuracy".into()));
    assert_eq!(curve["points"][1]["folds"].as_array().unwrap().len(), 2);
    // It is no run that could be resumed, and the configuration can be trained.
    place.fails(&format!("resume {}", folder.display()), 2, "is not the folder of a run");
    place.ok(&format!("config check {}/config.toml", folder.display()));

    let line =
        "curve validation iris train.epochs=2 --folds 2 --vary optim.lr=choice(1e-2,1e30) --progress off";
    let ran = place.ok(&format!("{line} --metric loss"));
    assert!(ran.stdout.contains("best at optim.lr=0.0100: loss"), "{}", ran.stdout);
    assert!(ran.stdout.contains("which is too good"), "{}", ran.stdout);
    assert!(ran.stdout.contains("diverged"), "{}", ran.stdout);
    assert!(!ran.says("fold 1 of 2"), "{}", ran.stderr);
}

#[test]
fn groups_time_and_numbers() {
    let place = Place::new();
    let mut csv = "patient,x,y\n".to_owned();
    for row in 0..60 {
        csv += &format!("p{},{},{}\n", row % 12, row * 7 % 13, row % 5);
    }
    place.write("visits.csv", csv);
    let line = "curve learning data.source=csv --data visits.csv data.target=y data.task=regression \
                train.epochs=1 --folds 4 --sizes 0.5,1.0 --json -q";
    for (cuts, items) in [("--group patient", [22, 45]), ("--time", [6, 12]), ("--shuffle", [22, 45])] {
        let events = place.ok(&format!("{line} {cuts}")).events();
        let first: Vec<u64> = events[..2].iter().map(|event| event["items"][0].as_u64().unwrap()).collect();
        assert_eq!(first, items, "{cuts}");
        assert_eq!(events[2]["metric"], "mse");
    }
}

#[test]
fn mistakes_are_told_before_anything_is_trained() {
    let place = Place::new();
    place.fails("curve learning iris --sizes 0", 2, "neither a share such as 0.5");
    place.fails("curve learning iris --sizes 500", 2, "500 training items are wanted, but a fold has 120");
    place.fails(
        "curve learning iris --metric acuracy",
        2,
        "there is no metric \"acuracy\"; there are loss, accuracy",
    );
    place.fails("curve learning iris --dry-run", 2, "--dry-run cannot be used with `kiln curve`");
    place.fails("curve learning iris --folds 60", 2, "cannot make 60 folds");
    place.fails("curve validation iris --vary seed=int(1,3)", 2, "seed cannot vary");
    place.fails("curve validation iris --vary optim.lr=0.1", 2, "optim.lr");
    place.fails("curve validation iris --vary optim.rate=log(1e-3,1)", 2, "optim.rate");
    assert!(!place.runs().exists());
}

#[cfg(unix)]
#[test]
fn what_is_stopped_leaves_nothing() {
    if !exact() {
        return;
    }
    let place = Place::new();
    let words = ["curve", "learning", "digits", "train.epochs=200", "early_stopping=false", "--sizes", "1.0"];
    let mut child = place.command(&words).stdout(Stdio::null()).spawn().unwrap();
    // It says so before it trains, and listens to signals before that.
    let mut words = BufReader::new(child.stderr.take().unwrap()).lines();
    assert!(words.next().unwrap().unwrap().contains("reading the data"));
    let kill = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(kill.unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(!place.runs().exists());
}
