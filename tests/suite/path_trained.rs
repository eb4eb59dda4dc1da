//! `kiln path` of models that are trained.

use std::fmt::Write;
use std::fs;

use kiln::config::{Flags, Request, resolve};
use kiln::experiment::Session;
use kiln::experiment::path::{PathSettings, path};
use serde_json::Value;

use crate::common::{Place, exact};

/// Whether to leave out what takes minutes on a GPU in software; the other tests train along a path there.
fn on_a_gpu() -> bool {
    let gpu = !kiln_testkit::device_name().is_cpu();
    if gpu {
        eprintln!("skipped: minutes on a GPU in software");
    }
    gpu
}

/// Training by steps comes to rest where the solver does: the same folds, the same zeros, the same losses.
#[test]
fn a_linear_model_trained_along_the_path_meets_the_solver() {
    if on_a_gpu() {
        return;
    }
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
    if exact() {
        assert_eq!(place.ok(&format!("{line} -q")).stdout, ran.stdout);
    }
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
    // Nothing is left behind but what was found, and on which way.
    for run in place.run_dirs() {
        let left: Vec<_> = run.read_dir().unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left.len(), 4, "{left:?}");
        assert!(
            ["config.toml", "lock", "path.json", "progress.jsonl"]
                .iter()
                .all(|name| run.join(name).is_file()),
            "{left:?}"
        );
    }
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
    if exact() {
        assert_eq!(place.ok(&format!("{line} --jobs 2")).events(), events);
    }
}

/// The strengths below where the path would have ended are tried, too, where that is wanted.
#[test]
fn a_path_whose_best_strength_is_the_smallest_goes_on() {
    let place = Place::new();
    let overrides = ["train.epochs=20".to_owned()].to_vec();
    let device = std::env::var("KILN_TEST_DEVICE").ok();
    let flags = Flags { device, ..Flags::default() };
    let request = Request { config: Some("wine".to_owned()), overrides, flags, ..Request::default() };
    let resolved = resolve(&request).unwrap();
    let found = |go_on| {
        let session = Session { runs_dir: place.runs(), ..Session::default() };
        // So strong that the smallest strength is the best one.
        let settings = PathSettings {
            session,
            lambdas: Some(4),
            ratio: 0.3,
            epochs: Some(4),
            go_on,
            ..PathSettings::default()
        };
        path(&resolved, &settings, &()).unwrap().unwrap()
    };
    let (short, long) = (found(false), found(true));
    assert!(short.is_best_last() && !short.went_on);
    assert!(long.went_on && long.points.len() > short.points.len());
    assert_eq!(long.points[0].lambda, short.points[0].lambda);
    assert!(long.points.windows(2).all(|pair| pair[1].lambda < pair[0].lambda));
    let [before, after] = [&short, &long].map(|found| found.metric(found.curve.minimum()));
    assert!(after < before, "{after} {before}");
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
fn what_a_trained_path_would_pass_over_is_an_error() {
    let place = Place::new();
    for (line, piece) in [
        ("average.kind=ema", "an average of weights is not sparse"),
        ("data.validation=0", "no items can judge"),
        ("--metric macro_f1", "macro_f1 is not a mean over items"),
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
}

/// y is made of three columns of ten, in a way that no linear model sees: as nothing else is left, these are.
#[test]
fn the_inputs_that_matter_are_the_last_to_go() {
    if on_a_gpu() {
        return;
    }
    let place = Place::new();
    let seed = kiln::Seed::new(3);
    let mut text: String = (0..10).map(|column| format!("c{column},")).collect::<String>() + "y\n";
    for row in 0..400u64 {
        let x: Vec<f64> = (0..10).map(|column| seed.at(column).normal(row)).collect();
        x.iter().for_each(|x| write!(text, "{x:.5},").unwrap());
        writeln!(text, "{:.5}", x[2].abs() + x[5] * x[7] + 0.1 * seed.at(10).normal(row)).unwrap();
    }
    place.write("data.csv", text);
    let line = "path data.source=csv data.target=y data.validation=0.2 data.test=0 --data data.csv model.hidden=[32] \
                penalty.0.kind=group-lasso penalty.0.units=input penalty.0.strength=0 \
                penalty.0.params=[\"layers.0.linear.weight\"] optim.lr=0.01 train.epochs=100 --epochs 30 --ratio 0.01";
    let events = place.ok(&format!("{line} --json -q")).events();
    let inputs = |point: &Value| point["inputs"].as_array().unwrap().len();
    let three = events.iter().filter(|event| event["event"] == "path_point" && inputs(event) == 3);
    let three: Vec<&Value> = three.collect();
    assert!(!three.is_empty(), "{:?}", events[..events.len() - 1].iter().map(inputs).collect::<Vec<_>>());
    assert!(three.iter().all(|point| point["inputs"] == serde_json::json!(["c2", "c5", "c7"])), "{three:?}");
}
