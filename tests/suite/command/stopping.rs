//! How a run ends before its last epoch: a limit, a loss that is not finite, a signal, a reader that goes away.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use crate::common::{Place, Ran, exact, json, metrics, newest_checkpoint, train};

#[test]
fn a_loss_that_is_not_finite_ends_the_run() {
    let place = Place::new();
    let ran = place.fails("train digits optim.kind=sgd optim.lr=1e30 --json", 4, "in epoch 1 at step 2");
    assert_eq!(ran.last_event()["code"], 4);
    let record = json(&place.run_dir().join("run.json"));
    assert_eq!((&record["status"], &record["exit_code"]), (&"failed".into(), &4.into()));
    assert!(record["error"].as_str().unwrap().contains("epoch 1"), "{record}");
    assert!(place.ok("runs ls").stdout.contains("failed"));
}

#[test]
fn a_time_limit_ends_a_run_that_can_go_on() {
    let place = Place::new();
    let began = Instant::now();
    let end = train(&place, "iris train.epochs=1000000 train.time_limit=0.3");
    assert!(began.elapsed() < Duration::from_secs(60));
    assert_eq!(end["stop"], "time-limit");
    assert!(end["seconds"].as_f64().unwrap() >= 0.3, "{end}");
    assert_eq!(json(&place.run_dir().join("run.json"))["status"], "stopped");
}

#[test]
fn a_reader_that_goes_away_does_not_stop_training() {
    let place = Place::new();
    let mut child = place.command(&["train", "digits", "train.epochs=2", "--json"]).spawn().unwrap();
    drop(child.stdout.take());
    let mut stderr = String::new();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0), "{stderr}");
    assert!(!stderr.contains("panicked"), "{stderr}");
    assert_eq!(json(&place.run_dir().join("run.json"))["status"], "done");
    let mut child = place.command(&["config", "print", "digits"]).spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

/// Starts the program and returns once it has printed an event called `event`.
#[cfg(unix)]
fn started(place: &Place, line: &str, event: &str) -> Child {
    let mut child = place.command(&line.split(' ').collect::<Vec<_>>()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let event = format!("\"event\":\"{event}\"");
    assert!(lines.any(|line| line.unwrap().contains(&event)));
    // Read on, so that the child never waits for us.
    std::thread::spawn(move || lines.for_each(drop));
    child
}

#[cfg(unix)]
fn signal(child: &Child, signal: &str) {
    assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
}

#[cfg(unix)]
#[test]
fn signals_stop_after_saving() {
    for (name, code) in [("-INT", 130), ("-TERM", 143)] {
        let place = Place::new();
        let line = "train digits train.epochs=400 checkpoint.every_epochs=0 --json --progress off";
        let child = started(&place, line, "epoch");
        signal(&child, name);
        let ran = Ran::of(child.wait_with_output().unwrap());
        let run = place.run_dir();
        let resume = format!("kiln resume runs/{}", run.file_name().unwrap().to_str().unwrap());
        ran.failed(code, &resume);
        let record = json(&run.join("run.json"));
        assert_eq!((&record["status"], &record["exit_code"]), (&"stopped".into(), &code.into()));
        place.ok("verify last");
        let stopped_at = || json(&newest_checkpoint(&run).join("state.json"))["step"].as_u64().unwrap();
        let first = stopped_at();
        assert!((21..400 * 21).contains(&first), "{first}");

        // It goes on from there, and a second signal stops it further on.
        let child = started(&place, "resume last --json", "epoch");
        signal(&child, name);
        let ran = Ran::of(child.wait_with_output().unwrap());
        ran.failed(code, &format!("going on after step {first}"));
        assert!(stopped_at() > first);
    }
}

#[test]
fn a_finished_run_goes_on_with_more_epochs() {
    let line = "iris schedule.kind=constant";
    let whole = Place::new();
    let wanted = train(&whole, &format!("{line} train.epochs=5"));
    let place = Place::new();
    train(&place, &format!("{line} train.epochs=2"));
    let end = place.ok("resume last train.epochs=5 --json").last_event();
    if exact() {
        assert_eq!(end["weights_blake3"], wanted["weights_blake3"]);
    }
    // These are its settings now.
    let config = fs::read_to_string(place.run_dir().join("run.toml")).unwrap();
    assert!(config.contains("epochs = 5"), "{config}");
    assert_eq!(place.ok("resume last --json").last_event()["weights_blake3"], end["weights_blake3"]);

    place.fails("resume last train.epochs=3", 5, "train.epochs was 5 or more, is 3");
    let ran = place.fails("resume last train.epochs=6 optim.lr=0.5", 5, "optim.lr was 0.01, is 0.5");
    assert!(ran.says("kiln resume --allow NAME"), "{}", ran.stderr);
    place.fails("resume last train.epochs=6 --allow optimiser", 2, "there is no setting \"optimiser\"");
    assert_eq!(json(&place.run_dir().join("run.json"))["status"], "done");
    place.ok("resume last train.epochs=6 optim.lr=0.5 --allow optim.lr");
    assert_eq!(metrics(&place.run_dir()).len(), 6);

    // A schedule over the length of the run would have been another.
    let place = Place::new();
    train(&place, "iris train.epochs=2");
    place.fails("resume last train.epochs=5", 5, "schedule was a learning rate of ");
    place.ok("resume last train.epochs=5 --allow schedule");
}
