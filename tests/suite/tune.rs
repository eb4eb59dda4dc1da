//! `kiln tune`: one table, whatever the number of workers and however often the process is killed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use kiln::Seed;
use serde_json::Value;

use crate::common::{Place, exact, json, run_dirs};

/// The trials of a study by number, without the one field that differs between equal studies.
fn table(study: &Path) -> Vec<Value> {
    let text = fs::read_to_string(study.join("study.jsonl")).unwrap();
    assert!(text.ends_with('\n'), "the last line is torn");
    let mut trials: Vec<Value> =
        text.lines().skip(1).map(|line| serde_json::from_str(line).unwrap()).collect();
    for trial in &mut trials {
        assert!(trial.as_object_mut().unwrap().remove("seconds").unwrap().as_f64().unwrap() >= 0.0);
    }
    trials.sort_by_key(|trial| trial["number"].as_u64());
    trials
}

fn study(place: &Place) -> PathBuf {
    let found = run_dirs(&place.runs());
    assert_eq!(found.len(), 1, "{found:?}");
    found[0].clone()
}

/// The words of a search on iris in which trials end in every way.
fn words(more: &str) -> Vec<String> {
    let fixed = "tune iris train.epochs=8 train.batch_size=16 optim.kind=sgd model.hidden=[8] --trials 14 --pruner asha -q";
    let spaces = ["optim.lr=choice(1e30,0.001,0.01,0.05,0.1)", "optim.momentum=uniform(0,0.95)"];
    fixed
        .split(' ')
        .chain(more.split_whitespace())
        .map(str::to_owned)
        .chain(spaces.iter().map(|space| (*space).to_owned()))
        .collect()
}

#[test]
fn a_study_leaves_runs_a_best_configuration_and_says_what_is_next() {
    let place = Place::new();
    let ran = place.ok(
        "tune iris optim.lr=log(1e-4,1e-1) model.hidden=choice([8],[16,8]) train.epochs=3 --trials 12 --json",
    );
    let events = ran.events();
    let trials: Vec<&Value> = events.iter().filter(|event| event["event"] == "trial").collect();
    assert_eq!(trials.len(), 12);
    let end = events.last().unwrap();
    assert_eq!((&end["event"], &end["finished"], &end["done"]), (&"tune".into(), &true.into(), &12.into()));
    let losses: Vec<f64> = trials.iter().map(|trial| trial["value"].as_f64().unwrap()).collect();
    let least = losses.iter().copied().fold(f64::INFINITY, f64::min);
    assert_eq!(end["value"].as_f64().unwrap(), least);

    for trial in &trials {
        let run = place.path().join(trial["run_dir"].as_str().unwrap());
        let record = json(&run.join("run.json"));
        assert_eq!(record["status"], "done");
        assert_eq!(record["validation"]["loss"], trial["value"], "the objective is the validation metric");
        assert_eq!(record["test"], serde_json::json!({}), "the test part is not looked at");
        let config: toml::Table = fs::read_to_string(run.join("run.toml")).unwrap().parse().unwrap();
        assert_eq!(config["optim"]["lr"].as_float(), trial["params"]["optim.lr"].as_f64());
        let hidden = serde_json::to_value(&config["model"]["hidden"]).unwrap();
        assert_eq!(hidden, trial["params"]["model.hidden"]);
    }
    // The best configuration is that of the best trial, and trains to the same weights.
    let best = end["best_config"].as_str().unwrap();
    assert!(
        ran.says(&format!("kiln train {best}")) && ran.says(&format!("kiln cv {best}")),
        "{}",
        ran.stderr
    );
    let trained = place.ok(&format!("train {best} --json -q"));
    let again = trained.last_event()["weights_blake3"].clone();
    let number = end["best"].as_u64().unwrap();
    let run = study_of(&place).join(format!("trials/{number:04}"));
    assert_eq!(again, json(&run.join("run.json"))["weights_blake3"]);
    assert!(!trained.last_event()["test"]["loss"].is_null(), "training anew measures on the test part");
}

fn study_of(place: &Place) -> PathBuf {
    run_dirs(&place.runs()).into_iter().find(|path| path.join("study.jsonl").is_file()).unwrap()
}

#[test]
fn the_table_does_not_depend_on_the_workers() {
    if !exact() {
        return;
    }
    let mut tables = Vec::new();
    for workers in [1, 2, 4] {
        let place = Place::new();
        let ran =
            crate::common::Ran::of(place.command(&words(&format!("--workers {workers}"))).output().unwrap());
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        assert!(ran.stdout.contains("14 trials"), "{}", ran.stdout);
        tables.push(table(&study(&place)));
    }
    let count = |state: &str| tables[0].iter().filter(|trial| trial["state"] == state).count();
    assert!(count("done") > 1 && count("pruned") > 1 && count("failed") > 0, "{:?}", tables[0]);
    assert_eq!(tables[0].len(), 14);
    assert_eq!(tables[0], tables[1]);
    assert_eq!(tables[0], tables[2]);
}

#[test]
fn spaces_and_conditions_stand_in_the_section_tune() {
    let place = Place::new();
    let text = "\
[data]
source = \"iris\"
[optim]
lr = 0.01
[train]
epochs = 2
[tune]
optim.kind = \"choice(adam, sgd)\"
\"optim.momentum\" = \"uniform(0, 0.9) if optim.kind = sgd\"
optim.lr = \"log(1e-4, 1e-1)\"
";
    place.write("my.toml", text);
    let ran = place.ok("tune my.toml optim.lr=log(1e-3,1e-2) --trials 8 --sampler sobol --json -q");
    let events = ran.events();
    let mut kinds = std::collections::BTreeSet::new();
    for trial in events.iter().filter(|event| event["event"] == "trial") {
        let params = &trial["params"];
        kinds.insert(params["optim.kind"].as_str().unwrap().to_owned());
        assert_eq!(params["optim.kind"] == "sgd", params.get("optim.momentum").is_some(), "{params}");
        // The argument wins over the file.
        assert!((1e-3..=1e-2).contains(&params["optim.lr"].as_f64().unwrap()));
    }
    assert_eq!(kinds.len(), 2);
    // Others pass over the section.
    place.ok("train my.toml -q");

    place.write("wrong.toml", text.replace("log(1e-4, 1e-1)", "lgo(1e-4, 1e-1)"));
    let ran = place.fails("tune wrong.toml", 2, "optim.lr: there is no distribution \"lgo\"");
    assert!(ran.says("wrong.toml:10"), "{}", ran.stderr);
}

#[test]
fn what_is_wrong_is_said_before_anything_is_trained() {
    let place = Place::new();
    for (line, code, piece) in [
        ("tune iris", 2, "there is nothing to search"),
        ("tune iris optim.lr=lgo(1,2)", 2, "there is no distribution \"lgo\""),
        ("tune iris optim.lrr=log(1,2)", 2, "there is no setting \"optim.lrr\""),
        ("tune iris model.dropout=uniform(0,1)", 2, "model.dropout is 1"),
        ("tune iris optim.kind=choice(adam,sdg)", 2, "sdg"),
        ("tune iris data.validation=uniform(0.1,0.3)", 2, "data.validation cannot vary"),
        ("tune iris seed=int(1,9)", 2, "seed cannot vary"),
        ("tune iris optim.momentum=uniform(0,0.9)", 2, "optim.momentum"),
        ("tune iris optim.lr=log(1e-3,1e-1) data.validation=0", 3, "there is no validation part"),
        (
            "tune iris optim.lr=log(1e-3,1e-1) train.monitor=nonsense",
            2,
            "there is no validation metric \"nonsense\"",
        ),
        ("tune iris optim.lr=log(1e-3,1e-1) train.monitor=wer", 2, "there is no validation metric \"wer\""),
        ("tune iris optim.lr=log(1e-3,1e-1) --workers 5", 2, "there are 5 workers, but only 4 trials"),
        ("tune iris train.batch_size=int(1,9000000) --sampler grid", 2, "the grid has more than"),
        ("tune --resume last", 2, "there is no study \"last\""),
        ("tune iris optim.lr=log(1e-3,1e-1) --dry-run", 2, "--dry-run cannot be used with `kiln tune`"),
    ] {
        place.fails(line, code, piece);
    }
    assert_eq!(run_dirs(&place.runs()).len(), 0, "something was made");
    let all = "tune iris optim.kind=sgd optim.lr=choice(1e30,1e31) --trials 3 -q";
    place.fails(all, 4, "none of 3 trials finished");
}

#[test]
fn a_grid_has_every_combination_once() {
    let place = Place::new();
    let line = "tune iris train.epochs=1 train.batch_size=choice(16,32) model.dropout=uniform(0,0.4,0.2)";
    let ran = place.ok(&format!("{line} --sampler grid --json -q"));
    assert_eq!(ran.last_event()["done"], 6);
    assert_eq!(ran.last_event()["finished"], true);
    let params: std::collections::BTreeSet<String> =
        table(&study(&place)).iter().map(|trial| trial["params"].to_string()).collect();
    assert_eq!(params.len(), 6);
}

/// Starts the study, or goes on with it.
fn start(place: &Place) -> Child {
    let words = match run_dirs(&place.runs()).first() {
        Some(study) => {
            let line = format!("tune -q --workers 2 --resume {}", study.display());
            line.split(' ').map(str::to_owned).collect()
        }
        None => words("--workers 2"),
    };
    place.command(&words).stdout(Stdio::null()).stderr(Stdio::inherit()).spawn().unwrap()
}

/// `kill -9` at random moments: nothing is lost, nothing is there twice, the table is the same.
#[cfg(unix)]
#[test]
fn studies_survive_50_kills() {
    if !exact() {
        return;
    }
    let reference = Place::new();
    let began = Instant::now();
    assert!(start(&reference).wait().unwrap().success());
    let length = began.elapsed();
    let expected = table(&study(&reference));
    let weights = |study: &Path| -> Vec<Value> {
        let runs = (0..expected.len()).map(|number| study.join(format!("trials/{number:04}/run.json")));
        runs.map(|run| json(&run)["weights_blake3"].clone()).collect()
    };
    let expected_weights = weights(&study(&reference));

    let (mut kills, mut with_trials, mut attempt) = (0, 0, 0);
    let mut trial = 0;
    while kills < 50 {
        let place = Place::new();
        let wanted = 3 + trial % 3;
        trial += 1;
        let mut here = 0;
        loop {
            let mut child = start(&place);
            if here == wanted {
                assert!(child.wait().unwrap().success());
                break;
            }
            std::thread::sleep(length.mul_f64(0.7 * Seed::new(2026).uniform(attempt)));
            attempt += 1;
            let over = child.try_wait().unwrap().is_some();
            child.kill().unwrap();
            child.wait().unwrap();
            if over {
                break;
            }
            here += 1;
            let lines = run_dirs(&place.runs())
                .first()
                .map_or(0, |study| fs::read_to_string(study.join("study.jsonl")).unwrap().lines().count());
            with_trials += usize::from(lines > 1);
        }
        kills += here;
        let study = study(&place);
        assert_eq!(table(&study), expected, "after {here} kills");
        assert_eq!(weights(&study), expected_weights, "after {here} kills");
        let runs = fs::read_dir(study.join("trials")).unwrap().count();
        assert_eq!(runs, expected.len(), "a run is left over");
    }
    println!("{kills} kills of {trial} studies, {with_trials} of them with trials to go on from");
    assert!(with_trials > 5, "few kills hit a study with trials: {with_trials}");
}

/// Ctrl-C stops after the running steps, and the study goes on to the same table.
#[cfg(unix)]
#[test]
fn an_interrupted_study_goes_on() {
    if !exact() {
        return;
    }
    let whole = Place::new();
    assert!(start(&whole).wait().unwrap().success());
    let place = Place::new();
    let mut child = start(&place);
    let journal = |place: &Place| {
        let study = run_dirs(&place.runs()).into_iter().next()?;
        Some(fs::read_to_string(study.join("study.jsonl")).ok()?.lines().count())
    };
    let began = Instant::now();
    while journal(&place).unwrap_or(0) < 3 && began.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(2));
    }
    let interrupt = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(interrupt.unwrap().success());
    let status = child.wait().unwrap();
    let kept = table(&study(&place)).len();
    if status.code() == Some(130) {
        assert!(kept < 14);
    } else {
        // It ended before the signal came.
        assert!(status.success());
    }
    assert!(start(&place).wait().unwrap().success());
    assert_eq!(table(&study(&place)), table(&study(&whole)));

    // A time limit, too: and a study can be made longer.
    let place = Place::new();
    let ran =
        place.ok("tune iris optim.lr=log(1e-3,1e-1) train.epochs=100000 --trials 3 --timeout 2s --json -q");
    assert_eq!(ran.last_event()["finished"], false);
    assert_eq!(table(&study(&place)).len(), 0);
}
