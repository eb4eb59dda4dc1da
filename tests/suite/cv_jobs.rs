//! The processes of `kiln cv --jobs`: what they say, how they are stopped, and what is left when one of them is killed.

#![cfg(target_os = "linux")]

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::common::{Place, exact, json};

/// Folds that take a while, unless they are stopped.
const LONG: &str = "cv digits train.epochs=5000 early_stopping=false checkpoint.every_steps=1000 --folds 4 --jobs 2 \
                    --threads 1 --dir cv";

fn start(place: &Place, line: &str) -> Child {
    place.command(&line.split_whitespace().collect::<Vec<_>>()).spawn().unwrap()
}

/// Waits for what must become true.
#[track_caller]
fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < Duration::from_secs(120), "not {what}");
        sleep(Duration::from_millis(5));
    }
}

/// The processes that `parent` has started and that are alive.
fn children(parent: u32) -> Vec<u32> {
    let child = |entry: fs::DirEntry| {
        let pid = entry.file_name().to_str()?.parse().ok()?;
        let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
        // `pid (name) state parent …`, and the name may hold anything.
        let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
        let (state, of) = (fields.next()?, fields.next()?.parse::<u32>().ok()?);
        (of == parent && state != "Z").then_some(pid)
    };
    fs::read_dir("/proc").unwrap().filter_map(|entry| child(entry.ok()?)).collect()
}

fn signal(pid: u32, name: &str) {
    assert!(Command::new("kill").args([name, &pid.to_string()]).status().unwrap().success());
}

/// Starts [`LONG`] and gives its process and that of its other job, when both are at work.
fn at_work(place: &Place) -> (Child, u32) {
    let parent = start(place, LONG);
    let begun = |fold: usize| metrics(place, fold).is_file();
    until("two folds begun", || begun(0) && begun(1));
    let children = children(parent.id());
    assert_eq!(children.len(), 1);
    (parent, children[0])
}

fn metrics(place: &Place, fold: usize) -> PathBuf {
    place.path().join(format!("cv/folds/{fold}/metrics.jsonl"))
}

#[test]
fn the_same_events_whoever_trains() {
    let place = Place::new();
    let events = |jobs: usize| {
        let line = format!("cv iris train.epochs=3 model.hidden=[8] --folds 4 --json -q --jobs {jobs}");
        let read = |line: &str| {
            let mut event: Value = serde_json::from_str(line).unwrap();
            let fields = event.as_object_mut().unwrap();
            fields.retain(|name, _| !matches!(name.as_str(), "seconds" | "run" | "dir" | "path"));
            event
        };
        let mut events: Vec<Value> = place.ok(&line).stdout.lines().map(read).collect();
        let whole = events.pop().unwrap();
        assert_eq!(whole["event"], "cv");
        events.sort_by_key(|event| event["fold"].as_u64());
        events
    };
    let one = events(1);
    assert_eq!(one.len(), 4);
    assert_eq!(one, events(2));
    assert_eq!(one, events(3));
}

#[test]
fn what_keeps_a_fold_from_its_end_is_said_as_ever() {
    let place = Place::new();
    // The first fold is trained by this process or by another.
    let ran = |jobs: usize| {
        place.kiln(&format!(
            "cv digits optim.kind=sgd optim.lr=1e20 train.epochs=2 --folds 3 -q --jobs {jobs}"
        ))
    };
    let one = ran(1);
    assert_eq!(one.code, Some(4), "{}", one.stderr);
    for _ in 0..3 {
        let two = ran(2);
        assert_eq!((two.code, &two.stderr), (one.code, &one.stderr));
    }
}

#[test]
fn a_signal_to_the_first_process_stops_them_all() {
    if !exact() {
        return;
    }
    let place = Place::new();
    let (mut parent, child) = at_work(&place);
    signal(parent.id(), "-TERM");
    assert_eq!(parent.wait().unwrap().code(), Some(143));
    assert!(!fs::exists(format!("/proc/{child}")).unwrap());
    assert_eq!(json(&place.path().join("cv/run.json"))["status"], "stopped");
    for fold in 0..2 {
        let checkpoints = fs::read_dir(place.path().join(format!("cv/folds/{fold}/checkpoints"))).unwrap();
        assert!(checkpoints.count() > 0, "fold {fold} begins anew");
    }
}

#[test]
fn nobody_trains_on_when_the_first_process_is_killed() {
    if !exact() {
        return;
    }
    let place = Place::new();
    let (mut parent, child) = at_work(&place);
    parent.kill().unwrap();
    parent.wait().unwrap();
    until("ended", || !fs::exists(format!("/proc/{child}")).unwrap());
}

#[test]
fn a_job_that_is_killed_is_told_and_the_rest_is_kept() {
    if !exact() {
        return;
    }
    let place = Place::new();
    let line = "cv digits train.epochs=60 --folds 4 --jobs 2 --threads 1 -q --dir";
    place.ok(&format!("{line} reference"));
    let parent = start(&place, &format!("{line} cv"));
    let mut child = None;
    until("at work", || {
        child = children(parent.id()).pop();
        child.is_some() && metrics(&place, 0).is_file() && metrics(&place, 1).is_file()
    });
    signal(child.unwrap(), "-KILL");
    let output = parent.wait_with_output().unwrap();
    let words = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(7), "{words}");
    assert!(words.contains("the process that trained fold") && words.contains("kiln resume cv"), "{words}");
    // The fold of the other job came to its end.
    let done = |fold: usize| place.path().join(format!("cv/folds/{fold}/fold.json")).is_file();
    assert!(done(0) != done(1));
    place.ok("resume cv -q");
    let predictions = |run: &str| fs::read_to_string(place.path().join(run).join("predictions.csv")).unwrap();
    assert_eq!(predictions("cv"), predictions("reference"));
}
