//! `kiln schedule plot` and `kiln lr-find`.

use std::fs;

use crate::common::Place;

#[test]
fn a_schedule_is_drawn_before_training() {
    let place = Place::new();
    let set = "schedule.kind=one-cycle schedule.cycle_momentum=true train.epochs=3";
    let ran = place.ok(&format!("schedule plot iris {set} -o rate.svg"));
    assert!(ran.stdout.lines().all(|line| line.chars().count() <= 100), "{}", ran.stdout);
    for piece in ["iris: learning rate by epoch", "iris: momentum by epoch", "in the first step", " 0.94 ┤"]
    {
        assert!(ran.stdout.contains(piece), "{piece}\n{}", ran.stdout);
    }
    for file in ["rate.svg", "rate-momentum.svg"] {
        let svg = fs::read_to_string(place.path().join(file)).unwrap();
        assert!(svg.starts_with("<svg") && svg.contains("class=\"c0\""), "{file}");
    }
    let event = place.ok(&format!("schedule plot iris {set} --json")).last_event();
    let points = event["points"].as_array().unwrap();
    assert_eq!(points.last().unwrap()["step"].as_u64().unwrap() + 1, event["steps"].as_u64().unwrap());
    assert!(!place.path().join("runs").exists());
    place.fails("schedule plot iris -o rate.png", 2, "rate.png does not end in .svg");
}

#[test]
fn dropout_and_label_smoothing_have_schedules_too() {
    let place = Place::new();
    let model = "model.hidden=[8] model.dropout=0.4 train.epochs=2";
    let set = format!("{model} dropout_schedule.kind=linear dropout_schedule.start=0 dropout_schedule.end=1");
    let event = place.ok(&format!("schedule plot iris {set} --json")).last_event();
    let shares: Vec<f64> =
        event["points"].as_array().unwrap().iter().map(|point| point["dropout"].as_f64().unwrap()).collect();
    assert!(shares[0] == 0.0 && shares.windows(2).all(|pair| pair[0] < pair[1]), "{shares:?}");
    let smoothed = "loss.kind=cross-entropy loss.label_smoothing=0.2 label_smoothing_schedule.kind=cosine";
    let first = place.ok(&format!("train iris {set} {smoothed} --json -q")).last_event();
    let plain = place.ok(&format!("train iris {model} --json -q")).last_event();
    assert_ne!(first["weights_blake3"], plain["weights_blake3"]);
    // The run wrote down what it was asked for.
    let written = fs::read_to_string(place.run_dirs()[0].join("run.toml")).unwrap();
    assert!(
        written.contains("[dropout_schedule]") && written.contains("[label_smoothing_schedule]"),
        "{written}"
    );
    let none = "has nothing to move: there is no dropout in this training that it could";
    place.fails("train iris model.kind=linear dropout_schedule.kind=linear", 2, none);
    let none = "has nothing to move: there is no label smoothing in this training that it could";
    place.fails("train iris label_smoothing_schedule.kind=linear", 2, none);
    place.fails("train iris dropout_schedule.kind=plateau", 2, "dropout_schedule");
}

#[test]
fn a_learning_rate_is_found_and_the_next_command_said() {
    let place = Place::new();
    let ran = place.ok("lr-find iris optim.kind=sgd train.batch_size=16 optim.lr=3 --start 1e-4 -o loss.svg");
    assert!(ran.stdout.contains("suggested learning rate: "), "{}", ran.stdout);
    assert!(ran.stdout.contains("steepest"), "{}", ran.stdout);
    assert!(fs::read_to_string(place.path().join("loss.svg")).unwrap().starts_with("<svg"));
    let next = ran.stderr.lines().find_map(|line| line.strip_prefix("next: kiln ")).unwrap().to_owned();
    assert!(
        next.starts_with("train iris optim.kind=sgd train.batch_size=16 optim.lr=")
            && !next.contains("optim.lr=3 ")
    );
    assert!(!place.path().join("runs").exists());
    // It is a command that works.
    place.ok(&format!("{next} train.epochs=2"));
    let event = place.ok("lr-find iris --json").last_event();
    assert_eq!(event["event"], "lr_find");
    assert!(event["points"].as_array().unwrap().len() > 20 && event["steepest"].as_f64().unwrap() > 0.0);
}
