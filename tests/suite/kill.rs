//! `kill -9` at random moments, then `kiln resume`: the end has the same bits as the run that was never stopped.

#![cfg(unix)]

use std::fs;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use kiln::Seed;
use serde_json::Value;

use crate::common::{Place, exact, json, kills, metrics, newest_checkpoint, run_dirs};

/// All that must be equal.
#[derive(Debug, PartialEq)]
struct End {
    best_weights: String,
    last_weights: Vec<u8>,
    optimizer: Vec<u8>,
    state: Value,
    metrics: Vec<Value>,
    test: Value,
}

fn end(run: &Path) -> End {
    let record = json(&run.join("run.json"));
    assert_eq!(record["status"], "done", "{record}");
    let checkpoint = newest_checkpoint(run);
    let mut state = json(&checkpoint.join("state.json"));
    state.as_object_mut().unwrap().remove("seconds");
    End {
        best_weights: record["weights_blake3"].as_str().unwrap().to_owned(),
        last_weights: fs::read(checkpoint.join("model.safetensors")).unwrap(),
        optimizer: fs::read(checkpoint.join("optim.safetensors")).unwrap(),
        state,
        metrics: metrics(run),
        test: record["test"].clone(),
    }
}

/// Starts training, or goes on with the run that is there.
fn start(place: &Place, recipe: &str) -> Child {
    let line = match run_dirs(&place.runs()).first() {
        Some(run) => format!("resume {}", run.display()),
        None => format!("train {recipe}"),
    };
    let words: Vec<_> = line.split_whitespace().chain(["--progress", "off", "-q"]).collect();
    place.command(&words).stdout(Stdio::null()).stderr(Stdio::inherit()).spawn().unwrap()
}

/// Waits until the run exists, or the process is over.
fn wait_for_run(place: &Place, child: &mut Child) {
    while run_dirs(&place.runs()).is_empty() && child.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[derive(Debug, Default)]
struct Tally {
    equal: usize,
    kills: usize,
    with_checkpoint: usize,
}

/// `trials` runs of `recipe`, each killed at least once.
fn survives(recipe: &str, trials: usize) {
    let reference = Place::new();
    let began = Instant::now();
    let mut child = start(&reference, recipe);
    wait_for_run(&reference, &mut child);
    let (start_up, began) = (began.elapsed(), Instant::now());
    assert!(child.wait().unwrap().success());
    let length = began.elapsed();
    let expected = end(&reference.run_dir());

    let mut tally = Tally::default();
    for trial in 0..trials {
        let place = Place::new();
        let seed = Seed::new(2026).at(trial as u64);
        let wanted = 1 + trial % 3;
        let (mut kills, mut attempt, mut scale) = (0, 0, 1.0);
        loop {
            let mut child = start(&place, recipe);
            if kills == wanted {
                assert!(child.wait().unwrap().success(), "trial {trial}");
                break;
            }
            // Every fifth trial may be hit before its folder exists, the others while they load, train or save.
            if trial % 5 == 0 && kills == 0 {
                std::thread::sleep(start_up.mul_f64(1.2 * seed.uniform(attempt)));
            } else {
                wait_for_run(&place, &mut child);
                std::thread::sleep(length.mul_f64(scale * seed.uniform(attempt)));
            }
            attempt += 1;
            if child.try_wait().unwrap().is_none() {
                // A run that ends at this very moment is killed, too: its process is not waited for yet.
                child.kill().unwrap();
                kills += 1;
                let saved = |run: &Path| {
                    run.join("checkpoints/last").exists() || run.join("holdout/checkpoints/last").exists()
                };
                tally.with_checkpoint += usize::from(run_dirs(&place.runs()).iter().any(|run| saved(run)));
            } else if kills == 0 {
                // It was faster than its delay: once more, with a shorter one.
                let _ = fs::remove_dir_all(place.runs());
                scale *= 0.7;
            } else {
                break;
            }
            child.wait().unwrap();
        }
        tally.kills += kills;
        let found = end(&place.run_dir());
        assert_eq!(found.metrics, expected.metrics, "trial {trial}: metrics.jsonl");
        assert_eq!(found.state, expected.state, "trial {trial}: state of the loop");
        assert!(found == expected, "trial {trial}: weights or optimiser differ");
        tally.equal += 1;
    }
    println!(
        "{recipe}: {} of {trials} equal after {} kills, {} of them with a checkpoint to go on from",
        tally.equal, tally.kills, tally.with_checkpoint
    );
    assert!(tally.with_checkpoint > 0, "no kill hit a run that had saved anything: {tally:?}");
}

#[test]
fn digits_survive() {
    if exact() {
        survives("digits train.epochs=5 checkpoint.every_steps=7", kills(8));
    }
}

#[test]
fn a_training_and_its_refit_survive() {
    if exact() {
        survives("wine early_stopping.patience=8 data.refit=true schedule.kind=constant", kills(3));
    }
}

/// Series of different lengths, whose changes are drawn for each epoch.
#[test]
fn series_survive() {
    if !exact() {
        return;
    }
    let place = Place::new();
    let row = |item: usize, step: usize| {
        let (speed, class) = [(0.3, "slow"), (1.1, "fast")][item % 2];
        format!("w{item},{step},{:.4},{class}\n", (speed * step as f64 + item as f64).sin())
    };
    let rows = |item: usize| (0..18 + item % 7).map(move |step| row(item, step));
    let table: String = (0..120).flat_map(rows).collect();
    let path = place.write("waves.csv", format!("id,step,x,speed\n{table}"));
    let data = format!("{} data.series=id data.time=step data.target=speed", path.display());
    let settings = "train.batch_size=8 data.refit=false checkpoint.every_steps=7 augment.series=[{kind=\"jitter\"},{kind=\"time-warp\"}]";
    for model in [
        "model.kind=inception-time model.filters=8 model.modules=3 model.bottleneck=4 model.dropout=0.2 train.epochs=8",
        "model.kind=tcn model.channels=[8,8] train.epochs=12",
    ] {
        survives(&format!("{data} {settings} {model}"), kills(3));
    }
}

#[test]
fn fashion_mnist_survives() {
    if !exact() {
        return;
    }
    if !Path::new("/usr/share/datasets/fashion-mnist").is_dir() {
        eprintln!("skipped: Fashion-MNIST is not installed (apt-get install dataset-fashion-mnist)");
        return;
    }
    // Each trial reads 70 000 images several times.
    survives("fashion-mnist train.steps=60 checkpoint.every_steps=7", kills(2));
}
