//! The whole program, as its users meet it: what it prints, what it writes, how it ends.

#![allow(clippy::unwrap_used, reason = "the helpers of tests fail as tests do")]

mod common;

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use common::{Place, Ran, exact, json, metrics, newest_checkpoint};
use kiln_testkit::device_name;
use serde_json::Value;

/// The names of events, in order.
fn names(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["event"].as_str().unwrap()).collect()
}

/// Trains quietly and gives back the last event.
#[track_caller]
fn train(place: &Place, rest: &str) -> Value {
    place.ok(&format!("train {rest} --json -q")).last_event()
}

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
        assert_eq!(eval["metrics"], end["test"], "{recipe}");
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
fn predictions_come_back_as_csv_and_json() {
    let place = Place::new();
    train(&place, "iris train.epochs=20");
    let header = "sepal length (cm),sepal width (cm),petal length (cm),petal width (cm)";
    // A flower of each kind, from the data.
    place.write("new.csv", format!("{header}\n5.1,3.5,1.4,0.2\n7.0,3.2,4.7,1.4\n6.3,3.3,6.0,2.5\n"));
    let csv = place.ok("predict last new.csv --proba").stdout;
    let lines: Vec<Vec<&str>> = csv.lines().map(|line| line.split(',').collect()).collect();
    assert_eq!(lines.len(), 4, "{csv}");
    let class = lines[0].iter().position(|name| *name == "prediction").expect("a column `prediction`");
    let predicted: Vec<_> = lines[1..].iter().map(|line| line[class]).collect();
    assert_eq!(predicted, ["setosa", "versicolor", "virginica"], "{csv}");
    for line in &lines[1..] {
        let shares: Vec<f64> = line.iter().filter_map(|cell| cell.parse().ok()).collect();
        let sum: f64 = shares[shares.len() - 3..].iter().sum();
        assert!((sum - 1.0).abs() < 1e-4, "{csv}");
    }
    place.ok("predict last new.csv --proba -o out.csv");
    assert_eq!(fs::read_to_string(place.path().join("out.csv")).unwrap(), csv);
    place.ok("predict last new.csv -o out.jsonl");
    let json = fs::read_to_string(place.path().join("out.jsonl")).unwrap();
    assert_eq!(json.lines().filter(|line| serde_json::from_str::<Value>(line).is_ok()).count(), 3);
    place.fails("predict last new.csv -o out.txt", 2, "ends neither in .csv nor in .jsonl");
    place.write("short.csv", "sepal length (cm)\n5.1\n");
    place.fails("predict last short.csv", 3, "there is no column \"sepal width (cm)\"");
    place.fails("predict last nothing.csv", 3, "nothing.csv does not exist");
}

#[test]
fn a_csv_of_ones_own_is_trained_on() {
    let place = Place::new();
    let mut text = "area,kind,price\n".to_owned();
    for i in 0..60 {
        let kind = ["flat", "house"][i % 2];
        text += &format!("{},{kind},{}\n", i + 20, 3 * i + 100 * (i % 2));
    }
    place.write("homes.csv", &text);
    let end = train(&place, "data.source=csv --data homes.csv train.epochs=200 optim.lr=0.01");
    assert!(end["test"]["r2"].as_f64().unwrap() > 0.9, "{end}");
    place.write("new.csv", "kind,area\nhouse,30\nflat,30\n");
    let csv = place.ok("predict last new.csv").stdout;
    assert_eq!(csv.lines().count(), 3, "{csv}");
}

#[test]
fn rows_have_weights_in_training_and_in_metrics() {
    let place = Place::new();
    // Half of the rows are wrong by far, and do not count.
    let mut text = "area,w,price\n".to_owned();
    for i in 0..120 {
        let (weight, price) = if i % 2 == 0 { (0.5 + (i % 3) as f64, 3 * i) } else { (0.0, 9000) };
        text += &format!("{i},{weight},{price}\n");
    }
    place.write("homes.csv", &text);
    let line = "data.source=csv --data homes.csv train.epochs=120 optim.lr=0.02 data.standardize=false";
    let weighted = format!("{line} model.kind=linear optim.kind=adam optim.lr=1.0 data.weight=w");
    let end = train(&place, &weighted);
    assert!(end["test"]["r2"].as_f64().unwrap() > 0.9, "{end}");
    let eval = place.ok("eval last --json -q").last_event();
    assert_eq!(eval["metrics"], end["test"]);
    assert_eq!(place.ok("resume last --json").last_event()["weights_blake3"], end["weights_blake3"]);
    // No weight is needed to predict.
    place.write("new.csv", "area\n50\n");
    let csv = place.ok("predict last new.csv").stdout;
    let price: f64 = csv.lines().nth(1).unwrap().split(',').nth(1).unwrap().parse().unwrap();
    assert!((price - 150.0).abs() < 30.0, "{csv}");
    place.write("bad.csv", "area,w,price\n1,1,2\n2,-1,3\n3,1,4\n");
    let bad = "train data.source=csv --data bad.csv data.weight=w optim.kind=adam model.kind=linear";
    place.fails(bad, 3, "row 2, column \"w\" is -1, and a weight must not be negative");
    place.fails(&format!("train {line} data.weight=ww model.kind=linear"), 2, "data.weight names the column");
}

#[test]
fn every_loss_trains_and_predicts_in_the_units_of_its_target() {
    let place = Place::new();
    let mut text = "x,count,kind\n".to_owned();
    for i in 0..90 {
        text += &format!(
            "{},{},{}\n",
            f64::from(i) / 30.0,
            (f64::from(i) / 30.0).exp().round(),
            ["a", "b"][i as usize % 2]
        );
    }
    place.write("t.csv", &text);
    place.write("new.csv", "x,kind,count\n2.0,a,1\n0.5,b,2\n");
    let base = "data.source=csv --data t.csv model.kind=linear optim.kind=adam optim.lr=0.05 train.epochs=60";
    for loss in ["log-cosh", "quantile", "gaussian-nll", "mse", "mae", "huber"] {
        let line = format!("{base} loss.kind={loss} data.target=count data.task=regression");
        assert!(train(&place, &line)["test"]["r2"].as_f64().unwrap() > 0.5, "{loss}");
        assert_eq!(place.ok("predict last new.csv").stdout.lines().next(), Some("row,count"), "{loss}");
    }
    let poisson = format!("{base} loss.kind=poisson-nll data.target=count data.task=regression");
    place.fails(&format!("train {poisson}"), 2, "poisson-nll needs counts as they are");
    let end = train(&place, &format!("{poisson} data.standardize=false"));
    assert!(end["test"]["r2"].as_f64().unwrap() > 0.9, "{end}");
    let csv = place.ok("predict last new.csv").stdout;
    let rate: f64 = csv.lines().nth(1).unwrap().split(',').nth(1).unwrap().parse().unwrap();
    assert!((rate - 2f64.exp()).abs() < 1.5, "{csv}");
    place.write("minus.csv", "x,y\n1,1\n2,-3\n3,1\n4,1\n5,1\n6,1.5\n7,1\n");
    place.fails(
        "train data.source=csv --data minus.csv loss.kind=poisson-nll data.standardize=false \
         model.kind=linear optim.kind=adam data.task=regression",
        3,
        "row 2 of column \"y\" is -3",
    );
    for loss in ["focal", "hinge", "multi-margin", "cross-entropy", "binary-cross-entropy"] {
        train(&place, &format!("{base} loss.kind={loss} data.target=kind"));
        assert_eq!(place.ok("predict last new.csv").stdout.lines().next(), Some("row,prediction"), "{loss}");
    }
    let hint = format!("train {base} loss.kind=focal loss.gama=1 data.target=kind");
    place.fails(&hint, 2, "did you mean \"loss.gamma\"");
}

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

#[test]
fn wrong_names_and_missing_data() {
    let place = Place::new();
    place.fails("train digits --device cuda", 2, "there is no device \"cuda\"");
    place.fails("train nothing-like-it", 2, "no recipe \"nothing-like-it\"");
    let ran = place.fails("train digits train.epoch=3", 2, "there is no setting \"train.epoch\"");
    assert!(ran.says("did you mean \"train.epochs\"?"), "{}", ran.stderr);
    let ran = place.fails("train fashion-mnist --data /nonexistent", 3, "fashion-mnist is not here");
    assert!(ran.says("apt-get install dataset-fashion-mnist"), "{}", ran.stderr);
    assert!(!place.runs().exists());
    // With --json a program reads why, too.
    let ran = place.kiln("train digits train.epoch=3 --json");
    let event = ran.last_event();
    assert_eq!((&event["event"], &event["code"], ran.code), (&"error".into(), &2.into(), Some(2)));
}

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

#[test]
fn flags_beat_arguments_and_arguments_beat_the_environment() {
    let place = Place::new();
    let run = |line: &str| {
        let mut command = place.command(&line.split(' ').collect::<Vec<_>>());
        command.env("KILN_TRAIN__EPOCHS", "7").env("KILN_SEED", "3").env("KILN_RUNS_DIR", "elsewhere");
        Ran::of(command.output().unwrap())
    };
    let config = |line: &str| run(line).stdout;
    let print = config("config print iris");
    assert!(print.contains("epochs = 7") && print.contains("seed = 3"), "{print}");
    let print = config("config print iris train.epochs=2 seed=4 --seed 5");
    assert!(print.contains("epochs = 2") && print.contains("seed = 5"), "{print}");
    let end = run("train iris train.epochs=1 --json").last_event();
    assert!(end["run_dir"].as_str().unwrap().starts_with("elsewhere/"), "{end}");
    let end = run("train iris train.epochs=1 --json --runs-dir here").last_event();
    assert!(end["run_dir"].as_str().unwrap().starts_with("here/"), "{end}");
    let mut command = place.command(&["config", "print", "iris"]);
    Ran::of(command.env("KILN_TRAIN__EPOCHS", "many").output().unwrap()).failed(2, "KILN_TRAIN__EPOCHS");
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
fn flags_that_a_command_would_pass_over_are_refused() {
    let place = Place::new();
    place.ok("train iris train.epochs=1 -q");
    for (line, flag) in [
        ("resume last --dry-run", "--dry-run"),
        ("resume last --seed 3", "--seed"),
        ("eval last --dry-run", "--dry-run"),
        ("predict last x.csv --name other", "--name"),
        ("verify last --seed 1", "--seed"),
        ("compare iris --devices flex --dry-run", "--dry-run"),
    ] {
        place.fails(line, 2, flag);
    }
}

#[test]
fn predictions_never_replace_their_input_and_are_events_with_json() {
    let place = Place::new();
    let rows: String = (0..40).map(|i| format!("{i},{},{}\n", i % 7, ["no", "yes"][i / 20])).collect();
    let data = place.write("own.csv", format!("a,b,y\n{rows}"));
    place.ok("train data.source=csv --data own.csv train.epochs=2 -q");
    assert!(place.run_dir().file_name().unwrap().to_str().unwrap().contains("-own-"));
    let before = std::fs::read(&data).unwrap();
    place.fails("predict last own.csv -o ./own.csv", 2, "the output would replace it");
    assert_eq!(std::fs::read(&data).unwrap(), before);
    let lines = place.ok("predict last own.csv --json").stdout;
    assert_eq!(lines.lines().count(), 40);
    assert!(lines.starts_with(r#"{"v":1,"event":"prediction","row":1,"prediction":""#), "{lines}");
    // Data that have moved are found where they are now.
    place.write("moved.csv", &before);
    std::fs::remove_file(&data).unwrap();
    place.fails("eval last", 3, "own.csv");
    place.ok("eval last --data moved.csv");
}

#[test]
fn what_cannot_be_meant_is_said() {
    let place = Place::new();
    place.fails("train diabetes loss.kind=binary-cross-entropy", 2, "two classes");
    place.fails("train", 2, "nothing to train");
    let ran = place.ok("train iris data.validation=0.001 early_stopping.patience=3 train.epochs=1");
    assert!(ran.stderr.contains("warning: data.validation is 0.001"), "{}", ran.stderr);
    assert!(ran.stderr.contains("warning: without a validation part, early_stopping"), "{}", ran.stderr);
    assert!(place.ok("train iris train.epochs=1 -v").stderr.contains("multiply-adds"));
}

#[test]
fn a_schedule_is_drawn_before_training() {
    let place = Place::new();
    let set = "schedule.kind=one-cycle schedule.cycle_momentum=true train.epochs=3";
    let ran = place.ok(&format!("schedule plot iris {set} -o rate.svg"));
    assert!(ran.stdout.lines().all(|line| line.chars().count() <= 100), "{}", ran.stdout);
    for piece in ["iris: learning rate by epoch", "iris: momentum by epoch", "in the first step", "0.9500"] {
        assert!(ran.stdout.contains(piece), "{piece}\n{}", ran.stdout);
    }
    for file in ["rate.svg", "rate-momentum.svg"] {
        let svg = fs::read_to_string(place.path().join(file)).unwrap();
        assert!(svg.starts_with("<svg") && svg.contains("stroke=\"#0072b2\""), "{file}");
    }
    let event = place.ok(&format!("schedule plot iris {set} --json")).last_event();
    let points = event["points"].as_array().unwrap();
    assert_eq!(points.last().unwrap()["step"].as_u64().unwrap() + 1, event["steps"].as_u64().unwrap());
    assert!(!place.path().join("runs").exists());
    place.fails("schedule plot iris -o rate.png", 2, "rate.png does not end in .svg");
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
