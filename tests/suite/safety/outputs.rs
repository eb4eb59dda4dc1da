//! Files that the program writes: whole or not at all, and never in place of what they would harm.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Duration;

use super::{limited, trained};
use crate::common::{Place, Ran};

#[test]
fn an_input_is_safe_under_every_name_it_has() {
    let place = trained();
    place.write("new.csv", fs::read(place.path().join("own.csv")).unwrap());
    let before = fs::read(place.path().join("new.csv")).unwrap();
    let at = |name: &str| place.path().join(name);
    fs::hard_link(at("new.csv"), at("hard.csv")).unwrap();
    symlink(at("new.csv"), at("soft.csv")).unwrap();
    symlink(place.path(), at("round")).unwrap();
    for name in ["new.csv", "./new.csv", "hard.csv", "soft.csv", "round/new.csv", "round/hard.csv"] {
        place.fails(
            &format!("predict last new.csv -o {name}"),
            2,
            "is the input: the output would replace it",
        );
        place.fails(
            &format!("predict last {name} -o new.csv"),
            2,
            "is the input: the output would replace it",
        );
        assert_eq!(fs::read(at("new.csv")).unwrap(), before, "{name}");
    }
    // What the run was trained on is not to be lost either.
    place.fails("predict last new.csv -o own.csv", 2, "own.csv is the input");
    place.ok("predict last new.csv -o out.csv");
    place.ok("predict last new.csv -o out.csv");
}

#[test]
fn the_files_of_a_run_are_not_replaced() {
    let place = trained();
    let run = place.run_dir();
    let metrics = fs::read(run.join("metrics.jsonl")).unwrap();
    symlink(run.join("metrics.jsonl"), place.path().join("link.jsonl")).unwrap();
    let last = crate::common::newest_checkpoint(&run);
    let own = run.join("metrics.jsonl");
    for path in [own.as_path(), Path::new("link.jsonl"), &last.join("out.csv")] {
        place.fails(&format!("predict last own.csv -o {}", path.display()), 2, "belongs to a run");
    }
    assert_eq!(fs::read(run.join("metrics.jsonl")).unwrap(), metrics);
    place.ok("verify last");
    place.ok("cv iris train.epochs=1 --folds 2 --dir runs/cv -q");
    let predictions = fs::read(place.path().join("runs/cv/predictions.csv")).unwrap();
    place.fails("predict own own.csv -o runs/cv/predictions.csv", 2, "belongs to a run");
    place.fails("predict own own.csv -o runs/cv/folds/0/predictions.csv", 2, "belongs to a run");
    assert_eq!(fs::read(place.path().join("runs/cv/predictions.csv")).unwrap(), predictions);
    // A folder of a run is a place like any other for what is not its own.
    place.ok(&format!("predict own own.csv -o {}", run.join("predictions.csv").display()));
}

#[test]
fn a_full_disk_leaves_the_old_file() {
    let place = trained();
    let rows: String = (0..2000).map(|i| format!("{},{}\n", i % 30, i % 7)).collect();
    place.write("new.csv", format!("a,b\n{rows}"));
    // The signal that comes with the limit is ignored, so that writing fails as on a full disk.
    let full = "trap '' XFSZ; ulimit -f 8";
    for (line, name) in [
        ("predict last new.csv --proba -o out.csv", "out.csv"),
        ("predict last new.csv --proba -o out.jsonl", "out.jsonl"),
        ("schedule plot digits -o out.svg", "out.svg"),
        ("lr-find iris --steps 400 -o out.svg", "out.svg"),
    ] {
        place.write(name, "what was there");
        let before = fs::read_dir(place.path()).unwrap().count();
        let ran = limited(&place, full, line);
        ran.failed(7, name);
        assert_eq!(fs::read(place.path().join(name)).unwrap(), b"what was there", "{line}");
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), before, "{line}");
    }
    // Nor is a file made that was not there.
    fs::remove_file(place.path().join("out.csv")).unwrap();
    limited(&place, full, "predict last new.csv --proba -o out.csv").failed(7, "out.csv");
    assert!(!place.path().join("out.csv").exists());
}

#[test]
fn a_full_disk_leaves_no_half_explanation_and_no_half_page() {
    let place = Place::new();
    place.ok("train digits train.epochs=2 --name images -q");
    place.ok("train breast-cancer train.epochs=2 --name table -q");
    place.ok("explain table --items 0..2 -q");
    place.ok("importance table --repeats 2 -q");
    let files = || {
        let mut found = Vec::new();
        let mut folders = vec![place.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() { folders.push(path) } else { found.push((fs::read(&path).unwrap(), path)) }
            }
        }
        found.sort();
        found
    };
    let before = files();
    let full = "trap '' XFSZ; ulimit -f 8";
    for (line, name) in [
        ("explain images --items 0..40 --steps 2 --no-sanity", "integrated-gradients.json"),
        ("explain table --items 0..60 --steps 2 --no-sanity", "integrated-gradients.json"),
        ("importance table --repeats 40", "kept.json"),
        ("importance table --repeats 2 --shap 20 -o mattered", "kept.json"),
        ("report images -o page.html", "page.html"),
        ("report table -o page.html", "page.html"),
    ] {
        limited(&place, full, line).failed(7, name);
        assert!(files() == before, "{line}");
    }
}

#[test]
fn charts_and_sheets_replace_neither_configuration_nor_data() {
    let place = Place::new();
    place.write("my.toml", "[data]\nsource = \"iris\"\n");
    symlink(place.path().join("my.toml"), place.path().join("my.svg")).unwrap();
    fs::hard_link(place.path().join("my.toml"), place.path().join("hard.svg")).unwrap();
    for line in [
        "schedule plot my.toml -o my.svg",
        "lr-find my.toml -o hard.svg",
        "path my.toml model.kind=linear -o my.svg",
    ] {
        place.fails(line, 2, "is the input: the output would replace it");
    }
    place.write(
        "aug.toml",
        "[data]\nsource = \"digits\"\n[augment]\ntransforms = [{ kind = \"horizontal-flip\" }]\n",
    );
    symlink(place.path().join("aug.toml"), place.path().join("aug.png")).unwrap();
    place.fails("augment preview aug.toml -o aug.png", 2, "is the input");
    assert_eq!(fs::read_to_string(place.path().join("my.toml")).unwrap(), "[data]\nsource = \"iris\"\n");
    fs::create_dir(place.path().join("folder.svg")).unwrap();
    place.fails("schedule plot iris -o folder.svg", 2, "is not a regular file");
}

/// Starts a command and returns once it has printed an event called `event`; then `then`, and its end.
fn after_event(place: &Place, line: &str, event: &str, then: impl FnOnce(u32)) -> Ran {
    let mut child = place.command(&line.split(' ').collect::<Vec<_>>()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let event = format!("\"event\":\"{event}\"");
    assert!(lines.any(|line| line.unwrap().contains(&event)));
    thread::spawn(move || lines.for_each(drop));
    then(child.id());
    Ran::of(child.wait_with_output().unwrap())
}

#[test]
fn a_run_that_is_deleted_while_it_trains_is_no_success() {
    let long = "train digits train.epochs=60 --json --progress off";
    for (line, make_again) in [
        (format!("{long} checkpoint.every_steps=5"), false),
        (format!("{long} checkpoint.every_epochs=0"), false),
        (format!("{long} checkpoint.every_epochs=0"), true),
    ] {
        let place = Place::new();
        let ran = after_event(&place, &line, "epoch", |_| {
            let run = place.run_dir();
            // What is being written keeps a folder from being deleted: once more.
            while fs::remove_dir_all(&run).is_err() && run.exists() {
                thread::sleep(Duration::from_millis(1));
            }
            if make_again {
                fs::create_dir(&run).unwrap();
            }
        });
        assert_eq!(ran.code, Some(7), "{line} {make_again}: {}", ran.stderr);
        assert!(!ran.stderr.contains("RUST_BACKTRACE"), "{}", ran.stderr);
        assert!(make_again || place.run_dirs().is_empty(), "{line}: it was made anew");
    }
    let place = Place::new();
    let line = "cv digits train.epochs=30 --folds 2 --json --progress off";
    let ran = after_event(&place, line, "fold", |_| {
        let run = place.run_dir();
        while fs::remove_dir_all(&run).is_err() && run.exists() {
            thread::sleep(Duration::from_millis(1));
        }
    });
    assert_eq!(ran.code, Some(7), "{}", ran.stderr);
    assert!(place.run_dirs().is_empty());
    let place = Place::new();
    let line = "tune digits optim.lr=log(1e-4,1e-2) train.epochs=5 --trials 30 --json --progress off";
    let ran = after_event(&place, line, "trial", |_| {
        let study = place.run_dir();
        while fs::remove_dir_all(&study).is_err() && study.exists() {
            thread::sleep(Duration::from_millis(1));
        }
    });
    assert_eq!(ran.code, Some(7), "{}", ran.stderr);
    assert!(place.run_dirs().is_empty());
}

#[test]
fn a_signal_leaves_no_part_of_a_prediction() {
    let place = trained();
    let rows: String = (0..200_000).map(|i| format!("{},{}\n", i % 30, i % 7)).collect();
    place.write("new.csv", format!("a,b\n{rows}"));
    place.write("out.csv", "what was there");
    let child = place.command(&["predict", "last", "new.csv", "--proba", "-o", "out.csv"]).spawn().unwrap();
    // As soon as the temporary file is there, the predictions are on their way.
    let temporary = || {
        let names = fs::read_dir(place.path()).unwrap().map(|entry| entry.unwrap().file_name());
        names.filter(|name| name.to_str().unwrap().starts_with(".tmp-")).count()
    };
    let mut child = child;
    while temporary() == 0 && child.try_wait().unwrap().is_none() {
        thread::sleep(Duration::from_millis(1));
    }
    let stopped = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap().success();
    let ran = Ran::of(child.wait_with_output().unwrap());
    if !stopped || ran.code == Some(0) {
        eprintln!("skipped: it was faster than the signal");
        return;
    }
    assert_eq!(ran.code, Some(143), "{}", ran.stderr);
    assert_eq!(fs::read(place.path().join("out.csv")).unwrap(), b"what was there");
    assert_eq!(temporary(), 0);
}
