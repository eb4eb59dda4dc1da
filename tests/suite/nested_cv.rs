//! Nested cross-validation: the items that judge a fold have no say in its search, any number of jobs and any kill give
//! the same, and on labels that mean nothing the outer score says so while the inner one flatters.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use kiln::Seed;
use serde_json::Value;

use crate::common::{Place, exact, json, run_dirs};

const SEARCH: &str =
    "--tune optim.lr=log(1e-4,1e-1) --tune model.hidden=choice([8],[16]) --trials 3 --inner 2";

fn run(place: &Place, line: &str) -> PathBuf {
    let before = run_dirs(&place.runs());
    place.ok(line);
    run_dirs(&place.runs()).into_iter().find(|run| !before.contains(run)).unwrap()
}

/// What a fold and its trials say, less the time they took.
fn folds(run: &Path) -> Vec<Value> {
    let untimed = |mut record: Value| {
        record.as_object_mut().unwrap().remove("seconds");
        record
    };
    let mut folds = Vec::new();
    while run.join(format!("folds/{}/fold.json", folds.len())).exists() {
        let folder = run.join(format!("folds/{}", folds.len()));
        let mut fold = untimed(json(&folder.join("fold.json")));
        if let Ok(text) = fs::read_to_string(folder.join("study.jsonl")) {
            fold["trials"] = text.lines().map(|line| untimed(serde_json::from_str(line).unwrap())).collect();
        }
        folds.push(fold);
    }
    folds
}

/// Two columns, three classes in turn that overlap; `label` gives the class of a row.
fn table(rows: usize, seed: u64, label: impl Fn(usize) -> usize) -> String {
    let noise = Seed::new(seed);
    let mut csv = "a,b,class\n".to_owned();
    for row in 0..rows {
        let class = row % 3;
        let (a, b) = (noise.normal(2 * row as u64), noise.normal(2 * row as u64 + 1));
        csv += &format!("{},{},c{}\n", a + class as f64, b - class as f64, label(row));
    }
    csv
}

const CSV: &str = "data.source=csv data.target=class data.task=classification train.epochs=4";

#[test]
fn the_search_does_not_see_the_labels_of_the_fold() {
    let place = Place::new();
    place.write("a.csv", table(60, 1, |row| row % 3));
    // The first fold holds the first fifteen rows, and other classes there.
    place.write("b.csv", table(60, 1, |row| if row < 15 { (row + 1) % 3 } else { row % 3 }));
    let of = |file| {
        folds(&run(&place, &format!("cv {CSV} --data {file} --folds 4 --no-stratified {SEARCH}"))).remove(0)
    };
    let (a, b) = (of("a.csv"), of("b.csv"));
    for same in ["search", "trials", "weights_blake3", "train", "validation"] {
        assert_eq!(a[same], b[same], "{same}");
    }
    assert_eq!(a["trials"].as_array().unwrap().len(), 1 + 3);
    assert_ne!(a["test"], b["test"]);
}

#[test]
fn any_number_of_jobs_and_one_by_one_give_the_same() {
    let place = Place::new();
    let line = format!("cv iris train.epochs=3 --folds 3 {SEARCH}");
    let one = run(&place, &line);
    let two = run(&place, &format!("{line} --jobs 2 --threads 1"));
    for fold in [2, 0, 1] {
        place.ok(&format!("{line} --fold {fold} --dir array"));
    }
    place.ok("cv collect array");
    assert_eq!(folds(&one).len(), 3);
    assert_eq!(folds(&one), folds(&two));
    assert_eq!(folds(&one), folds(&place.path().join("array")));

    // The setting that a fold names is what it was trained with, and the best of its trials.
    let fold = &folds(&one)[1];
    let rate = fold["search"]["params"]["optim.lr"].as_f64().unwrap();
    let config = fs::read_to_string(one.join("folds/1/run.toml")).unwrap();
    assert!(config.contains(&format!("lr = {rate:?} ")), "{config}");
    let values = fold["trials"].as_array().unwrap()[1..].iter().map(|trial| trial["value"].as_f64().unwrap());
    assert_eq!(fold["search"]["inner"].as_f64().unwrap(), values.fold(f64::INFINITY, f64::min));
}

#[test]
fn a_kill_changes_nothing() {
    if !exact() {
        return;
    }
    let line = format!("cv iris train.epochs=12 --folds 3 {SEARCH} -q");
    let start = |place: &Place| {
        let resume = run_dirs(&place.runs()).first().map(|run| format!("resume {} -q", run.display()));
        let words = resume.unwrap_or_else(|| line.clone());
        let words: Vec<&str> = words.split_whitespace().collect();
        place.command(&words).stdout(Stdio::null()).stderr(Stdio::inherit()).spawn().unwrap()
    };
    let whole = Place::new();
    assert!(start(&whole).wait().unwrap().success());
    let expected = folds(&whole.run_dir());

    let mut kills = 0;
    for trial in 0..4 {
        let place = Place::new();
        // Of twelve lines: those of the searches, heads and trials.
        let mut targets: Vec<usize> =
            (0..3).map(|n| 1 + Seed::new(5).at(trial).bits(n) as usize % 9).collect();
        targets.sort_unstable();
        for target in targets {
            let mut child = start(&place);
            while journal_lines(&place) < target && child.try_wait().unwrap().is_none() {
                std::thread::sleep(Duration::from_millis(1));
            }
            kills += usize::from(child.try_wait().unwrap().is_none());
            let _ = child.kill();
            child.wait().unwrap();
        }
        assert!(start(&place).wait().unwrap().success());
        assert_eq!(folds(&place.run_dir()), expected, "trial {trial}");
    }
    assert!(kills >= 8, "{kills}");
}

/// Lines in the journals of all folds' searches.
fn journal_lines(place: &Place) -> usize {
    let Some(run) = run_dirs(&place.runs()).pop() else { return 0 };
    let lines = |fold: usize| fs::read_to_string(run.join(format!("folds/{fold}/study.jsonl")));
    (0..3).filter_map(|fold| lines(fold).ok()).map(|text| text.lines().count()).sum()
}

#[test]
fn labels_that_mean_nothing_are_found_out_by_the_outer_score() {
    let place = Place::new();
    let (mut covered, mut inner, mut outer) = (0, 0.0, 0.0);
    for data in 0..6 {
        let coin = Seed::new(77).at(data);
        place.write("coin.csv", table(60, data, |row| usize::from(coin.uniform(row as u64) < 0.5)));
        let ran = place.ok(&format!(
            "cv {CSV} --data coin.csv train.monitor=accuracy --shuffle --seed {data} --tune optim.lr=log(1e-4,1) \
             --tune model.hidden=choice([2],[8],[32]) --trials 8 --inner 2 --json -q"
        ));
        let cv = ran.last_event();
        let [low, high] = serde_json::from_value::<[f64; 2]>(cv["interval"]["accuracy"].clone()).unwrap();
        covered += usize::from(low <= 0.5 && 0.5 <= high);
        inner += cv["nested"]["inner"].as_f64().unwrap() / 6.0;
        outer += cv["nested"]["outer"].as_f64().unwrap() / 6.0;
        let gap = cv["nested"]["inner"].as_f64().unwrap() - cv["nested"]["outer"].as_f64().unwrap();
        assert!((cv["nested"]["optimism"].as_f64().unwrap() - gap).abs() < 1e-12);
    }
    println!("chance is in {covered} of 6 intervals; inner {inner:.3}, outer {outer:.3}");
    // An interval misses chance once in twenty; the best of eight coins does not look like a coin.
    assert!(covered >= 5, "{covered}");
    assert!(inner > 0.54 && inner - outer > 0.03, "inner {inner}, outer {outer}");
}

#[test]
fn spaces_of_the_file_and_the_validation_part() {
    let place = Place::new();
    place.write(
        "my.toml",
        "[data]\nsource = \"iris\"\n[train]\nepochs = 2\n[tune]\nmodel.hidden = \"choice([4],[8])\"\n",
    );
    let cv = run(&place, "cv my.toml --folds 2 --inner 1 --sampler grid");
    for fold in folds(&cv) {
        // A grid ends by itself; the validation part of the fold is what the best trial was judged by and trained on.
        assert_eq!(fold["trials"].as_array().unwrap().len(), 1 + 2);
        assert_eq!(fold["search"]["inner"], fold["validation"]["loss"]);
    }
    assert!(fs::read_to_string(cv.join("base.toml")).unwrap().contains("[tune]"));
    let ran = place.ok("cv my.toml --folds 2 --trials 1 --inner 2 --progress off");
    assert!(ran.stdout.contains("a search with one trial chooses nothing"), "{}", ran.stdout);
    assert!(ran.says("kiln tune"), "{}", ran.stderr);
    assert!(!ran.says("trial 1 of 1"), "{}", ran.stderr);
    // Without its flags nothing is searched.
    assert!(folds(&run(&place, "cv my.toml --folds 2"))[0].get("search").is_none());
}

#[test]
fn mistakes_are_told_before_a_folder_is_made() {
    let place = Place::new();
    place.fails("cv iris --tune seed=int(1,2)", 2, "seed cannot vary");
    place.fails("cv iris --tune optim.lr=lgo(1e-4,1e-1)", 2, "did you mean log(…)?");
    place.fails("cv iris --tune optim.rate=log(1e-4,1e-1)", 2, "optim.rate");
    place.fails("cv iris --trials 3", 2, "there is nothing to search");
    place.fails("cv iris data.validation=0 --inner 1 --tune optim.lr=log(1e-4,1)", 3, "no validation part");
    // Without a validation part the inner folds are judged by it all the same.
    for monitor in ["nonsense", "wer"] {
        let line = format!("cv iris data.validation=0 train.monitor={monitor} --tune optim.lr=log(1e-4,1)");
        place.fails(&line, 2, &format!("there is no validation metric \"{monitor}\""));
    }
    place.fails("cv iris --inner 60 --tune optim.lr=log(1e-4,1)", 2, "cannot make 60 folds");
    assert!(!place.runs().exists());

    let line = format!("cv iris train.epochs=1 --folds 2 {SEARCH} --dir a");
    place.ok(&format!("{line} --fold 0"));
    place.fails(&format!("{line} --fold 1 --sampler random"), 2, "a cross-validation with other settings");
    place.fails(
        "cv iris --folds 2 --tune optim.lr=log(1e200,1e300) --trials 2 --inner 2",
        4,
        "none of the 2 trials",
    );
}

#[test]
fn the_configuration_shows_its_spaces_and_their_mistakes() {
    let place = Place::new();
    let file = |space: &str| {
        let text = format!("[data]\nsource = \"iris\"\n[tune]\noptim.lr = \"{space}\"\n");
        place.write("my.toml", text);
    };
    file("log(1e-4,1e-1)");
    let print = place.ok("config print my.toml").stdout;
    let line = print.lines().skip_while(|line| *line != "[tune]").nth(1).unwrap();
    assert!(line.starts_with("optim.lr = \"log(1e-4,1e-1)\""), "{print}");
    assert!(line.ends_with("my.toml:4"), "{print}");
    // What is printed is a configuration, and says the same.
    place.write("again.toml", &print);
    let tune = |file| place.ok(&format!("config print {file} --json")).last_event()["tune"].clone();
    assert_eq!(tune("my.toml")["optim.lr"], "log(1e-4,1e-1)");
    assert_eq!(tune("my.toml"), tune("again.toml"));
    assert!(!place.ok("config print iris").stdout.contains("[tune]"));

    place.ok("config check my.toml");
    file("lgo(1e-4,1e-1)");
    place.fails("config check my.toml", 2, "did you mean log(…)?");
}
