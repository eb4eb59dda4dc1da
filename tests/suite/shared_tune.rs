//! Searches that several workers share: one table, whatever their number, and whoever of them is killed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use kiln::Seed;
use serde_json::Value;

use crate::common::{Place, Ran, exact, json, kills};

/// Trials of a study: `KILN_TEST_TRIALS`, for whoever has the time for more.
fn trials() -> usize {
    std::env::var("KILN_TEST_TRIALS").map_or(16, |trials| trials.parse().unwrap())
}

/// The trials of a study in the order of their numbers, as bytes, without the one field that differs between equal studies.
fn table(study: &Path) -> String {
    let text = fs::read_to_string(study.join("study.jsonl")).unwrap();
    let mut trials: Vec<Value> =
        text.lines().skip(1).map(|line| serde_json::from_str(line).unwrap()).collect();
    for trial in &mut trials {
        assert!(trial.as_object_mut().unwrap().remove("seconds").unwrap().as_f64().unwrap() >= 0.0);
    }
    trials.sort_by_key(|trial| trial["number"].as_u64());
    let numbers: Vec<u64> = trials.iter().map(|trial| trial["number"].as_u64().unwrap()).collect();
    assert_eq!(numbers, (0..numbers.len() as u64).collect::<Vec<_>>(), "each is there, and once");
    trials.iter().map(|trial| format!("{trial}\n")).collect()
}

fn weights(study: &Path) -> Vec<Value> {
    let runs = (0..trials()).map(|number| study.join(format!("trials/{number:04}/run.json")));
    runs.map(|run| json(&run)["weights_blake3"].clone()).collect()
}

/// The words of a search on iris in which trials end in every way.
fn words(more: &str) -> Vec<String> {
    let fixed = format!(
        "tune iris train.epochs=8 train.batch_size=16 optim.kind=sgd model.hidden=[8] --trials {} --lag 8 --pruner asha -q \
         checkpoint.every_steps=20",
        trials()
    );
    let spaces = ["optim.lr=choice(1e30,0.001,0.01,0.05,0.1)", "optim.momentum=uniform(0,0.95)"];
    let words = fixed.split_whitespace().chain(more.split_whitespace()).map(str::to_owned);
    words.chain(spaces.iter().map(|space| (*space).to_owned())).collect()
}

/// The study of a search in one process, which works one trial after the other.
fn alone() -> (Place, PathBuf) {
    let place = Place::new();
    let ran = Ran::of(place.command(&words("")).output().unwrap());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let study = place.run_dir();
    (place, study)
}

/// A study that is begun and has no trial yet: what `--print` leaves.
fn begun(place: &Place, more: &str) -> PathBuf {
    let line = format!("--on local --workers 8 --print --lease 3s {more}");
    let ran = Ran::of(place.command(&words(&line)).output().unwrap());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let study = place.run_dir();
    let study = study.canonicalize().unwrap();
    assert!(ran.stdout.contains(&format!("tune work --threads 1 -- {}", study.display())), "{}", ran.stdout);
    study
}

fn worker(place: &Place, study: &Path) -> Child {
    let study = study.to_str().unwrap();
    let mut command = place.command(&["tune", "work", study, "--threads", "1", "-q"]);
    command.stdout(Stdio::null()).stderr(Stdio::inherit()).spawn().unwrap()
}

#[test]
fn one_table_for_any_number_of_workers_some_of_which_are_killed() {
    if !exact() {
        return;
    }
    let (_reference, expected) = alone();
    for (round, (workers, kills)) in [(1, 0), (2, 0), (8, kills(6))].into_iter().enumerate() {
        let place = Place::new();
        let study = begun(&place, "");
        let mut crew: Vec<Child> = (0..workers).map(|_| worker(&place, &study)).collect();
        let mut draws = (0u64..).map(|draw| Seed::new(round as u64).uniform(draw));
        let mut killed = 0;
        while killed < kills {
            thread::sleep(Duration::from_secs_f64(0.02 + 0.5 * draws.next().unwrap()));
            let which = (draws.next().unwrap() * workers as f64) as usize;
            if crew[which].try_wait().unwrap().is_some() {
                break;
            }
            crew[which].kill().unwrap();
            crew[which].wait().unwrap();
            killed += 1;
            crew[which] = worker(&place, &study);
        }
        for mut child in crew {
            assert!(child.wait().unwrap().success());
        }
        println!("{workers} workers, {killed} killed");
        assert!(kills == 0 || killed > 0, "nobody was killed");
        assert_eq!(table(&study), table(&expected), "{workers} workers, {killed} killed");
        assert_eq!(weights(&study), weights(&expected), "{workers} workers, {killed} killed");
        assert!(study.join("best.toml").is_file());
        let runs = fs::read_dir(study.join("trials")).unwrap().map(|run| run.unwrap().file_name());
        assert_eq!(runs.filter(|name| !name.to_str().unwrap().starts_with('.')).count(), trials());
    }
}

#[test]
fn a_head_that_is_killed_goes_on() {
    if !exact() {
        return;
    }
    let (_reference, expected) = alone();
    let place = Place::new();
    let study = begun(&place, "");
    let head = |place: &Place| {
        let words = ["tune", "--resume", study.to_str().unwrap(), "--on", "local", "--workers", "4", "-q"];
        place.command(&words).stdout(Stdio::null()).stderr(Stdio::inherit()).spawn().unwrap()
    };
    let mut killed = 0;
    for attempt in 0..kills(3) {
        let mut child = head(&place);
        thread::sleep(Duration::from_secs_f64(0.05 + 0.25 * Seed::new(7).uniform(attempt as u64)));
        if child.try_wait().unwrap().is_some() {
            break;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        killed += 1;
    }
    assert!(killed > 0);
    assert!(head(&place).wait().unwrap().success());
    assert_eq!(table(&study), table(&expected), "after {killed} kills");
    assert_eq!(weights(&study), weights(&expected), "after {killed} kills");
}

#[cfg(unix)]
#[test]
fn a_head_leads_and_stops_its_workers_when_it_is_asked() {
    if !exact() {
        return;
    }
    let place = Place::new();
    let line =
        "tune iris optim.lr=log(1e-3,1e-1) train.epochs=20000 --trials 4 --on local --workers 2 --json";
    let child = place.command(&line.split(' ').collect::<Vec<_>>()).spawn().unwrap();
    let started = |study: &Path| fs::read_dir(study.join("trials")).map_or(0, |trials| trials.count());
    let began = Instant::now();
    while place.run_dirs().first().is_none_or(|study| started(study) < 2) {
        assert!(began.elapsed() < Duration::from_secs(60));
        thread::sleep(Duration::from_millis(20));
    }
    let interrupt = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(interrupt.unwrap().success());
    let ran = Ran::of(child.wait_with_output().unwrap());
    assert_eq!(ran.code, Some(130), "{}", ran.stderr);
    assert_eq!(ran.last_event()["finished"], false);
    // The workers have saved, and nobody holds their trials.
    let study = place.run_dir();
    for number in 0..2 {
        let run = study.join(format!("trials/{number:04}"));
        assert_eq!(json(&run.join("run.json"))["status"], "stopped");
        assert!(run.join("checkpoints/last").is_file());
    }
    let leases = fs::read_dir(study.join("work/leases")).unwrap().map(|lease| json(&lease.unwrap().path()));
    assert!(leases.map(|lease| lease["given_back"].clone()).all(|given_back| given_back == true));
}

#[test]
fn what_is_wrong_is_said() {
    let place = Place::new();
    let tune = "tune iris optim.lr=log(1e-3,1e-1) train.epochs=1 --trials 2";
    place.fails(&format!("{tune} --on local --workers 5"), 2, "there are 5 workers, but only 4 trials");
    for engine in ["k8s", "hyperqueue"] {
        let said = format!("kiln submits nothing to {engine}");
        place.fails(&format!("{tune} --on {engine}"), 2, &said);
    }
    place.fails(
        &format!("{tune} --on local --store mysql://h/d"),
        2,
        "\"mysql://h/d\" is no place for a store",
    );
    place.fails(&format!("{tune} --on local --lease 0.1s"), 2, "a lease of 0.1 s is too short");
    place.fails("tune work last", 2, "there is no study");
    if cfg!(not(feature = "postgres")) {
        place.fails(
            &format!("{tune} --on local --store postgres://h/d"),
            2,
            "without the feature `postgres`",
        );
    }
    let alone = Place::new();
    alone.ok(&format!("{tune} -q"));
    // Nothing is left: a worker says so.
    let ran = alone.ok("tune work last");
    assert!(ran.says("nothing is left to do"), "{}", ran.stderr);
}
