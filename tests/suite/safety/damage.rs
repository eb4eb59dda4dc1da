//! Damaged checkpoints: never passed over without a word, and only where they are needed.

use std::fs;
use std::os::unix::fs::symlink;
use std::time::{Duration, Instant};

use kiln::Run;
use kiln::experiment::{EvaluateSettings, Session, evaluate, resume};
use kiln_testkit::device;

use super::{damage, newest_name, trained};
use crate::common::{Place, exact, newest_checkpoint};

/// The weights of the newest checkpoint are the best, and damaged.
fn with_damaged_best() -> (Place, String) {
    let place = trained();
    let name = newest_name(&place);
    let best = fs::read_to_string(place.run_dir().join("checkpoints/best")).unwrap();
    assert_eq!(best.trim(), name, "two classes that are far apart get better with every epoch");
    damage(&place.run_dir().join("checkpoints").join(&name).join("model.safetensors"));
    (place, name)
}

#[test]
fn quiet_does_not_hide_a_checkpoint_that_is_passed_over() {
    let (place, name) = with_damaged_best();
    for line in ["eval last -q", "predict last own.csv -q", "resume last -q"] {
        let ran = place.ok(line);
        assert!(
            ran.says("warning") && ran.says(&name) && ran.says("the one before"),
            "{line}: {}",
            ran.stderr
        );
        if line.starts_with("resume") {
            break;
        }
        let events = place.ok(&format!("{line} --json")).events();
        assert_eq!(events[0]["event"], "warning", "{line}: {events:?}");
        assert_eq!(events[0]["checkpoint"], name.as_str());
        assert!(
            events[0]["used"].as_str().unwrap().starts_with("step-") && events[0]["used"] != name.as_str()
        );
        assert!(events[0]["message"].as_str().unwrap().contains("model.safetensors"));
        assert_eq!(events.iter().filter(|event| event["event"] == "warning").count(), 1);
    }
}

#[test]
fn a_program_hears_of_it_without_an_observer() {
    let (place, name) = with_damaged_best();
    let run = Run::find("last", place.runs()).unwrap();
    for predictor in [run.best(&device()).unwrap(), run.last(&device()).unwrap()] {
        let [damaged] = predictor.passed_over() else { panic!("{:?}", predictor.passed_over()) };
        assert!(damaged.to_string().contains(&name), "{damaged}");
        assert!(!predictor.checkpoint().ends_with(&name));
    }
    let found = evaluate(run.folder(), &EvaluateSettings::new(Session::default()), &()).unwrap();
    assert!(found.passed_over[0].contains(&name), "{:?}", found.passed_over);
    let session = Session { runs_dir: place.runs(), ..Session::default() };
    let outcome = resume(run.folder(), &session, &()).unwrap().outcome;
    assert!(outcome.passed_over[0].to_string().contains(&name), "{:?}", outcome.passed_over);
    let whole = Run::find("last", place.runs()).unwrap().best(&device()).unwrap();
    assert!(whole.passed_over().is_empty() && whole.checkpoint().ends_with(&name));
}

#[test]
fn a_damaged_optimiser_changes_no_prediction() {
    let place = trained();
    let expected = place.ok("predict last own.csv --proba").stdout;
    let checkpoint = newest_checkpoint(&place.run_dir());
    damage(&checkpoint.join("optim.safetensors"));
    let ran = place.ok("predict last own.csv --proba");
    assert_eq!(ran.stdout, expected);
    assert!(!ran.says("warning"), "{}", ran.stderr);
    assert!(!place.ok("eval last").says("warning"));
    // It is damaged all the same, and going on needs it.
    let name = newest_name(&place);
    place.fails("verify last", 5, &name);
    let ran = place.ok("resume last -q");
    assert!(ran.says("warning") && ran.says("optim.safetensors"), "{}", ran.stderr);
    if exact() {
        assert_eq!(place.ok("predict last own.csv --proba").stdout, expected);
    }
}

#[test]
fn the_newest_need_not_be_whole_where_the_best_is_another() {
    let place = Place::new();
    // A learning rate that is far too large from some epoch on: the best weights are not the last.
    place.ok(
        "train iris train.epochs=8 optim.kind=sgd optim.lr=0.5 schedule.kind=constant checkpoint.keep=8 -q",
    );
    let checkpoints = place.run_dir().join("checkpoints");
    let best = fs::read_to_string(checkpoints.join("best")).unwrap();
    let last = fs::read_to_string(checkpoints.join("last")).unwrap();
    if best == last {
        eprintln!("skipped: on this device the last epoch is the best");
        return;
    }
    let expected = place.ok("eval last").stdout;
    damage(&checkpoints.join(last.trim()).join("model.safetensors"));
    let ran = place.ok("eval last");
    assert_eq!(ran.stdout, expected);
    assert!(!ran.says("warning"), "{}", ran.stderr);
}

#[test]
fn a_device_without_an_end_is_not_read() {
    let place = trained();
    let checkpoint = newest_checkpoint(&place.run_dir());
    for name in ["model.safetensors", "state.json", "MANIFEST.json"] {
        let path = checkpoint.join(name);
        let kept = fs::read(&path).unwrap();
        fs::remove_file(&path).unwrap();
        symlink("/dev/zero", &path).unwrap();
        let began = Instant::now();
        let ran = place.fails("verify last", 5, &format!("{name} cannot be read: it is not a regular file"));
        assert!(began.elapsed() < Duration::from_secs(10), "{:?} {}", began.elapsed(), ran.stderr);
        assert!(place.ok("eval last").says("it is not a regular file"));
        fs::remove_file(&path).unwrap();
        fs::write(&path, kept).unwrap();
    }
    let record = place.run_dir().join("run.json");
    fs::remove_file(&record).unwrap();
    symlink("/dev/zero", &record).unwrap();
    place.fails("runs show last", 5, "it is not a regular file");
}
