//! `kiln train`: what it prints, what it writes, and what decides the weights.

use std::fs;
use std::path::Path;

use kiln::device::candidates;
use kiln_testkit::device_name;

use crate::common::{Place, Ran, exact, json, metrics, names, train};

#[test]
fn training_prints_events_and_writes_a_run() {
    let place = Place::new();
    let ran = place.ok("train digits --json train.epochs=2");
    let events = ran.events();
    assert_eq!(names(&events), ["start", "epoch", "epoch", "end"]);
    assert!(events.iter().all(|event| event["v"] == 1), "{events:?}");
    let (start, end) = (&events[0], &events[3]);
    assert_eq!(start["device"], device_name().to_string());
    let items = ["train", "validation", "test"].map(|part| start[part].as_u64().unwrap());
    assert_eq!((items.iter().sum::<u64>(), start["parameters"].as_u64()), (1797, Some(50_826)));
    assert_eq!(
        (&events[1]["epoch"], &events[2]["epoch"], &end["stop"]),
        (&1.into(), &2.into(), &"finished".into())
    );
    assert!(end["test"]["accuracy"].as_f64().unwrap() > 0.85, "{end}");

    let run = place.run_dir();
    assert_eq!(Path::new(end["run_dir"].as_str().unwrap()).file_name(), run.file_name());
    let mut files: Vec<_> =
        fs::read_dir(&run).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    files.sort();
    assert_eq!(files, ["checkpoints", "lock", "metrics.jsonl", "run.json", "run.toml"]);
    let record = json(&run.join("run.json"));
    assert_eq!((&record["status"], &record["exit_code"]), (&"done".into(), &0.into()));
    assert_eq!((&record["weights_blake3"], &record["test"]), (&end["weights_blake3"], &end["test"]));
    assert_eq!(metrics(&run).len(), 2);
    // The configuration of the run is a configuration: training it again gives the same.
    place.ok(&format!("config check {}", run.join("run.toml").display()));
    // For people: progress, a table, and what can be done next.
    for piece in ["epoch 2/2", "all epochs done", "peak memory", "kiln eval runs/"] {
        assert!(ran.says(piece), "{piece}\n{}", ran.stderr);
    }
}

#[test]
fn auto_says_what_it_chose_and_the_run_keeps_it() {
    let place = Place::new();
    let opens: Vec<String> = candidates().iter().map(ToString::to_string).collect();
    let line = "train iris train.epochs=2 model.hidden=[8] schedule.kind=constant --device auto";
    let mut command = place.command(&line.split(' ').collect::<Vec<_>>());
    let ran = Ran::of(command.env("XDG_CACHE_HOME", place.path()).output().unwrap());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.says("device auto: "), "{}", ran.stderr);
    let run = place.run_dir();
    let record = json(&run.join("run.json"));
    let device = record["device"].as_str().unwrap();
    assert!(opens.iter().any(|name| name == device), "{record}");
    assert_eq!(record["device_choice"]["device"], device);
    let config = fs::read_to_string(run.join("run.toml")).unwrap();
    let line = config.lines().find(|line| line.starts_with("device =")).unwrap();
    assert!(line.contains(device) && line.ends_with("# chosen for auto"), "{line}");
    // What was chosen stays, also where auto is said again.
    place.ok("resume last train.epochs=3 --device auto");
    assert_eq!(json(&run.join("run.json"))["device"], device);
    let config = fs::read_to_string(run.join("run.toml")).unwrap();
    assert!(config.lines().any(|line| line.starts_with(&format!("device = {device:?}"))), "{config}");
}

#[test]
fn every_bundled_recipe_trains_and_is_evaluated() {
    for (recipe, metric) in [
        ("iris", "accuracy"),
        ("wine", "accuracy"),
        ("breast-cancer", "accuracy"),
        ("diabetes", "r2"),
        ("digits", "accuracy"),
    ] {
        let place = Place::new();
        let end = train(&place, &format!("{recipe} train.epochs=3"));
        let eval = place.ok("eval last --json").last_event();
        // Evaluation measures more than training does.
        let trained = end["test"].as_object().unwrap();
        assert!(trained.iter().all(|(name, value)| eval["metrics"][name] == *value), "{recipe}: {eval}");
        assert!(end["test"][metric].is_number(), "{recipe}: {end}");
        let validation = place.ok("eval last --part validation --json").last_event();
        let close = |name: &str| {
            let (now, then) = (&validation["metrics"][name], &end["validation"][name]);
            (now.as_f64().unwrap() - then.as_f64().unwrap()).abs() < 1e-5
        };
        assert!(close("loss") && close(metric), "{recipe}: {validation} {end}");
    }
}

#[test]
fn quiet_says_nothing_and_help_is_no_error() {
    let place = Place::new();
    let ran = place.ok("train iris train.epochs=2 -q");
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("", ""));
    for line in ["--help", "train --help", "help resume", "--version"] {
        let ran = place.ok(line);
        assert!(ran.stdout.contains("kiln") && ran.stderr.is_empty(), "{line}");
    }
    assert!(place.ok("--help").stdout.starts_with("Train neural networks"));
    assert!(place.kiln("").stderr.contains("Usage: kiln"));
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(place.ok(&format!("completions {shell}")).stdout.contains("resume"), "{shell}");
    }
    for line in
        ["devices", "data list", "data info iris", "data check wine", "config print digits", "runs ls"]
    {
        let ran = place.ok(line);
        assert!(line == "config print digits" || ran.stdout.lines().count() > 1, "{line}\n{}", ran.stdout);
    }
}

#[test]
fn a_dry_run_writes_nothing() {
    let place = Place::new();
    let ran = place.ok("train digits --dry-run");
    assert!(ran.stdout.contains("50,826") && ran.stdout.ends_with('\n'), "{}", ran.stdout);
    assert_eq!(place.ok("train digits --dry-run --json").last_event()["parameters"], 50_826);
    assert_eq!(fs::read_dir(place.path()).unwrap().count(), 0);
}

#[test]
fn the_seed_decides_and_the_threads_do_not() {
    if !exact() {
        return;
    }
    let hash = |rest: &str| {
        let place = Place::new();
        let end = train(&place, &format!("digits train.epochs=2 {rest}"));
        end["weights_blake3"].as_str().unwrap().to_owned()
    };
    let first = hash("--seed 5");
    for same in
        ["--seed 5", "seed=5", "--seed 5 --threads 1", "--seed 5 --threads 2", "--seed 5 train.prefetch=0"]
    {
        assert_eq!(hash(same), first, "{same}");
    }
    assert_ne!(hash("--seed 6"), first);
}
