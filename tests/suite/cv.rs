//! `kiln cv`: the same folds for any number of jobs, one by one or together, and what two of them allow to conclude.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::common::{Place, json, run_dirs};

/// Few and short folds.
const SHORT: &str = "cv iris train.epochs=4 model.hidden=[8] --folds 3";

/// What a fold says, less the time it took.
fn folds(run: &Path) -> Vec<Value> {
    let mut folds = Vec::new();
    while let Some(path) =
        Some(run.join(format!("folds/{}/fold.json", folds.len()))).filter(|path| path.exists())
    {
        let mut fold = json(&path);
        fold.as_object_mut().unwrap().remove("seconds");
        folds.push(fold);
    }
    folds
}

fn run(place: &Place, line: &str) -> PathBuf {
    let before = if place.runs().exists() { run_dirs(&place.runs()) } else { Vec::new() };
    place.ok(line);
    run_dirs(&place.runs()).into_iter().find(|run| !before.contains(run)).unwrap()
}

fn predictions(run: &Path) -> String {
    fs::read_to_string(run.join("predictions.csv")).unwrap()
}

#[test]
fn any_number_of_jobs_and_one_by_one_give_the_same() {
    let place = Place::new();
    let one = run(&place, SHORT);
    let two = run(&place, &format!("{SHORT} --jobs 2 --threads 1"));
    for fold in [2, 0, 1] {
        place.ok(&format!("{SHORT} --fold {fold} --dir array"));
    }
    let array = place.path().join("array");
    assert!(!array.join("predictions.csv").exists());
    place.ok("cv collect array");
    assert_eq!(folds(&one).len(), 3);
    for other in [&two, &array] {
        assert_eq!(folds(&one), folds(other));
        assert_eq!(predictions(&one), predictions(other));
    }
    // Every row once, and nothing is left of the training.
    let mut rows: Vec<usize> = predictions(&one)
        .lines()
        .skip(1)
        .map(|line| line.split(',').next().unwrap().parse().unwrap())
        .collect();
    rows.sort_unstable();
    assert_eq!(rows, (1..=150).collect::<Vec<_>>());
    assert!(!one.join("folds/0/checkpoints").exists());
    assert_eq!(json(&one.join("run.json"))["status"], "done");

    // Done is done: nothing is trained again.
    let metrics = fs::metadata(one.join("folds/0/metrics.jsonl")).unwrap().modified().unwrap();
    place.ok(&format!("resume {}", one.display()));
    assert_eq!(fs::metadata(one.join("folds/0/metrics.jsonl")).unwrap().modified().unwrap(), metrics);
}

#[test]
fn events_and_words() {
    let place = Place::new();
    let ran = place.ok(&format!("{SHORT} --json -q"));
    let events: Vec<Value> = ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let names: Vec<&str> = events.iter().map(|event| event["event"].as_str().unwrap()).collect();
    assert_eq!(names, ["fold", "fold", "fold", "cv"]);
    let cv = &events[3];
    let scores: Vec<f64> = (0..3).map(|fold| events[fold]["test"]["accuracy"].as_f64().unwrap()).collect();
    let mean = scores.iter().sum::<f64>() / 3.0;
    assert!((cv["mean"]["accuracy"].as_f64().unwrap() - mean).abs() < 1e-12);
    assert_eq!(cv["folds"], 3);
    // Three folds: mean ± t(0.975, 2) · s · √(1/3 + 1/2).
    let std = cv["std"]["accuracy"].as_f64().unwrap();
    let half = 4.302_652_729_749_462 * std * (1.0_f64 / 3.0 + 0.5).sqrt();
    assert!((cv["interval"]["accuracy"][1].as_f64().unwrap() - (mean + half).min(1.0)).abs() < 1e-9);
    let matrix: Vec<Vec<u64>> = serde_json::from_value(cv["confusion"].clone()).unwrap();
    assert_eq!(matrix.iter().flatten().sum::<u64>(), 150);

    let ran = place.ok(SHORT);
    for words in
        ["95 % from", "corrected", "every row, predicted by the model that has not seen it", "setosa"]
    {
        assert!(ran.stdout.contains(words), "{words}\n{}", ran.stdout);
    }
    assert!(ran.stderr.contains("kiln runs diff"), "{}", ran.stderr);
}

#[test]
fn groups_time_and_leave_one_out() {
    let place = Place::new();
    // Twelve patients of five visits; the group is no input, and no patient is on both sides.
    let mut csv = "patient,x,y\n".to_owned();
    for row in 0..60 {
        csv += &format!("p{},{},{}\n", row % 12, row * 7 % 13, row % 3);
    }
    place.write("visits.csv", csv);
    let line = "cv data.source=csv --data visits.csv data.task=classification train.epochs=1 --folds 4";
    let grouped = run(&place, &format!("{line} --group patient --keep-models"));
    for fold in 0..4 {
        let predictions = predictions(&grouped.join(format!("folds/{fold}")));
        let rows =
            predictions.lines().skip(1).map(|l| l.split(',').next().unwrap().parse::<usize>().unwrap() - 1);
        let mut patients: Vec<usize> = rows.map(|row| row % 12).collect();
        patients.sort_unstable();
        assert!(
            patients.chunk_by(|a, b| a == b).all(|visits| visits.len() == 5),
            "fold {fold}: {patients:?}"
        );
    }
    // A kept model predicts, and does not ask for the group.
    place.write("new.csv", "x\n3\n4\n");
    let ran = place.ok(&format!("predict {}/folds/0 new.csv", grouped.display()));
    assert_eq!(ran.stdout.lines().count(), 3);

    let time = run(&place, &format!("{line} --time"));
    let tested: Vec<Value> = folds(&time).iter().map(|fold| fold["items"].clone()).collect();
    assert_eq!(tested.iter().map(|items| items[2].as_u64().unwrap()).collect::<Vec<_>>(), [12; 4]);
    let first = predictions(&time);
    assert!(first.lines().nth(1).unwrap().starts_with("13,"), "the first twelve are never tested\n{first}");

    let loo = run(
        &place,
        "cv data.source=csv --data visits.csv data.target=x train.epochs=1 model.kind=linear --loo",
    );
    assert_eq!(folds(&loo).len(), 60);
    // R² of one item means nothing.
    assert!(json(&loo.join("run.json"))["test"].get("r2").is_none());
}

#[test]
fn two_of_them_allow_a_conclusion() {
    let place = Place::new();
    let good = run(&place, "cv iris train.epochs=40 optim.lr=0.02 --name good");
    let bad = run(&place, "cv iris train.epochs=1 optim.lr=1e-5 --name bad");
    let (good_name, bad_name) = (good.display(), bad.display());
    let ran = place.ok(&format!("runs diff {bad_name} {good_name}"));
    let sentence = ran
        .stdout
        .lines()
        .find(|line| line.contains(" is better than "))
        .unwrap_or_else(|| unreachable!("{}", ran.stdout));
    assert!(sentence.starts_with(good.file_name().unwrap().to_str().unwrap()), "{sentence}");
    assert!(sentence.contains("corrected t-test over 5 folds"), "{sentence}");
    assert!(ran.stdout.contains("McNemar"), "{}", ran.stdout);

    let ran = place.ok(&format!("runs diff {good_name} {good_name}"));
    assert!(ran.stdout.contains("do equally well"), "{}", ran.stdout);

    let other = run(&place, "cv iris train.epochs=1 --folds 4");
    let ran = place.ok(&format!("runs diff {good_name} {}", other.display()));
    assert!(ran.stdout.contains("not measured on the same folds"), "{}", ran.stdout);

    let ran = place.ok(&format!("runs diff {bad_name} {good_name} --json"));
    let last: Value = serde_json::from_str(ran.stdout.lines().last().unwrap()).unwrap();
    assert_eq!((&last["event"], &last["verdict"]), (&"comparison".into(), &"b_better".into()));
    assert!(last["p"].as_f64().unwrap() < 0.05);
}

#[test]
fn mistakes_are_told() {
    let place = Place::new();
    let fails = |line: &str, words: &str| {
        let ran = place.kiln(line);
        assert_eq!(ran.code, Some(2), "{line}\n{}", ran.stderr);
        assert!(ran.stderr.contains(words), "{line}\n{}", ran.stderr);
    };
    fails("cv iris --folds 60", "cannot make 60 folds from 50 items of the largest class");
    fails("cv diabetes --stratified", "--stratified is for classes");
    fails("cv digits --group writer", "images have no columns");
    fails("cv iris --group sepal_lenght", "the data do not have it");
    fails("cv iris --fold 5 --dir a", "there is no fold 5: they are numbered from 0 to 4");
    fails("cv iris --dry-run", "--dry-run cannot be used with `kiln cv`");
    fails("cv iris train.monitor=acuracy", "acuracy");
    assert!(!place.runs().exists() && !place.path().join("a").exists(), "nothing is made for a mistake");

    place.ok(&format!("{SHORT} --fold 0 --dir a"));
    fails("cv collect a", "fold 1 of a is not done");
    fails(&format!("{SHORT} optim.lr=0.5 --fold 1 --dir a"), "holds a cross-validation with other settings");
    fails(&format!("{SHORT} --shuffle --fold 1 --dir a"), "holds a cross-validation with other settings");
    place.ok("train iris train.epochs=1 --name plain");
    let plain = run_dirs(&place.runs()).pop().unwrap();
    fails(&format!("cv collect {}", plain.display()), "but not one of `kiln cv`");
    // What is missing is trained by a resume.
    place.ok("resume a");
    assert_eq!(folds(&place.path().join("a")).len(), 3);
}

#[test]
fn a_part_that_weighs_nothing_is_named() {
    let place = Place::new();
    let table = |weight: fn(usize) -> usize| {
        let row = |row: usize| format!("{},{},{}\n", row * 7 % 13, row % 5, weight(row));
        let rows: String = (0..60).map(row).collect();
        place.write("weighted.csv", format!("x,y,w\n{rows}"));
    };
    let line = "cv data.source=csv --data weighted.csv data.target=y data.task=regression data.weight=w train.epochs=1 --folds 5";
    // The third fold judges rows 24 to 35.
    table(|row| usize::from(!(24..36).contains(&row)));
    let ran = place.fails(line, 3, "all 12 items of the test part of fold 2 have weight 0");
    assert!(ran.says("--shuffle"), "{}", ran.stderr);
    assert!(!place.runs().exists());
    place.ok(&format!("{line} --shuffle"));
    // One row that counts is enough.
    table(|row| usize::from(!(25..36).contains(&row)));
    let mean = &json(&run(&place, line).join("run.json"))["test"];
    assert!(mean["loss"].as_f64().unwrap().is_finite(), "{mean}");
}

#[test]
fn a_fold_is_no_run_and_a_cross_validation_has_no_model() {
    let place = Place::new();
    let cv = run(&place, &format!("{SHORT} --keep-models"));
    let fold = cv.join("folds/0");
    for line in [format!("eval {}", fold.display()), format!("resume {}", fold.display())] {
        place.fails(&line, 2, "fold of the cross-validation");
    }
    // With the models of its folds it predicts their mean, and has no items that none of them has seen; without, nothing.
    place.fails(&format!("eval {}", cv.display()), 2, "holds no items out");
    let without = run(&place, SHORT);
    place.fails(&format!("predict {} iris.csv", without.display()), 2, "no model of its own");
}

#[test]
fn a_batch_of_one_in_a_later_fold_is_refused_before_the_first_one_trains() {
    let place = Place::new();
    let rows: String = (0..10).map(|i| format!("{i},{}\n", i * i)).collect();
    place.write("own.csv", format!("x,y\n{rows}"));
    // The folds train on 6, 7 and 7 rows.
    let line =
        "cv data.source=csv --data own.csv data.validation=0 model.kind=mlp model.norm=batch --folds 3 -q";
    place.fails(&format!("{line} train.batch_size=3"), 2, "sees one value a channel");
    assert!(!place.runs().exists());
    place.ok(&format!("{line} train.batch_size=2 train.epochs=1 train.drop_last=true"));
}
