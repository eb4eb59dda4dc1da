//! Runs: listed, compared, verified, resumed, and left alone while they are in use.

use std::fs::{self, File};

use crate::common::{Place, exact, metrics, names, newest_checkpoint, train};

#[test]
fn runs_are_listed_shown_and_compared() {
    let place = Place::new();
    train(&place, "iris train.epochs=2 --name first");
    train(&place, "iris train.epochs=3 --name second --seed 7");
    let ls = place.ok("runs ls").stdout;
    assert!(ls.contains("first") && ls.contains("second") && ls.contains("done"), "{ls}");
    assert_eq!(names(&place.ok("runs ls --json").events()), ["run", "run"]);
    let show = place.ok("runs show first").stdout;
    assert!(show.contains("iris") && show.contains("best epoch"), "{show}");
    let diff = place.ok("runs diff first second").stdout;
    for piece in ["train.epochs", "seed", "7"] {
        assert!(diff.contains(piece), "{piece}\n{diff}");
    }
    assert!(!diff.contains("optim.lr"), "{diff}");
    place.fails("runs show third", 2, "there is no run \"third\"");
}

#[test]
fn a_run_without_a_validation_part_is_shown() {
    let place = Place::new();
    train(&place, "wine train.epochs=2 data.validation=0");
    let show = place.ok("runs show last").stdout;
    assert!(show.contains("training") && !show.contains('*'), "{show}");
    let events = place.ok("runs show last --json").events();
    assert_eq!(names(&events), ["run", "epoch", "epoch"]);
    assert_eq!(events[1]["validation"], serde_json::json!({}));
}

#[test]
fn a_damaged_checkpoint_is_named_and_the_one_before_takes_over() {
    let place = Place::new();
    let end = train(&place, "digits train.epochs=2 checkpoint.every_steps=7");
    let run = place.run_dir();
    place.ok("verify last");
    let newest = newest_checkpoint(&run);
    let file = newest.join("model.safetensors");
    let mut bytes = fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&file, bytes).unwrap();

    let name = newest.file_name().unwrap().to_str().unwrap();
    let ran = place.fails("verify last", 5, name);
    assert!(ran.says("model.safetensors") && ran.stdout.contains("whole"), "{}{}", ran.stdout, ran.stderr);
    assert_eq!(place.kiln("verify last --json").events().iter().filter(|e| e["ok"] == false).count(), 1);
    let ran = place.ok("eval last");
    assert!(ran.says("warning") && ran.says(name), "{}", ran.stderr);
    let ran = place.ok("resume last --json");
    assert!(
        ran.says("warning") && ran.says(name) && ran.says("going on from the one before"),
        "{}",
        ran.stderr
    );
    if exact() {
        assert_eq!(ran.last_event()["weights_blake3"], end["weights_blake3"]);
    }
    place.ok("verify last");

    for checkpoint in fs::read_dir(run.join("checkpoints")).unwrap() {
        let file = checkpoint.unwrap().path().join("MANIFEST.json");
        if file.exists() {
            fs::write(file, "{}").unwrap();
        }
    }
    place.fails("resume last", 5, "is damaged");
    place.fails("eval last", 5, "is damaged");
}

#[test]
fn a_finished_run_is_resumed_to_what_it_was() {
    let place = Place::new();
    let end = train(&place, "iris train.epochs=2");
    let before = metrics(&place.run_dir());
    let ran = place.ok("resume last --json");
    let events = ran.events();
    assert_eq!(names(&events), ["start", "end"]);
    assert_eq!((&events[1]["weights_blake3"], &events[1]["test"]), (&end["weights_blake3"], &end["test"]));
    assert_eq!(metrics(&place.run_dir()), before);
}

#[test]
fn a_run_in_use_is_left_alone() {
    let place = Place::new();
    train(&place, "iris train.epochs=1");
    let lock = File::options().write(true).open(place.run_dir().join("lock")).unwrap();
    lock.try_lock().unwrap();
    place.fails("resume last", 6, "another process is using");
    lock.unlock().unwrap();
    place.ok("resume last");
}
