//! What happens where nothing is said: length, batches and patience follow the data, and so does the model for images. And what
//! is said of a run that could have been longer.

use std::fs;
use std::path::Path;

use crate::common::{Place, exact, json, metrics, train};

/// A noisy line through two columns.
fn line(rows: usize) -> String {
    let noise = kiln::Seed::new(3);
    let row = |row: usize| {
        let (a, b) = (noise.normal(2 * row as u64), noise.normal(2 * row as u64 + 1));
        format!("{a},{b},{}\n", 2.0 * a - b + 0.3 * noise.at(1).normal(row as u64))
    };
    let rows: String = (0..rows).map(row).collect();
    format!("a,b,y\n{rows}")
}

const CSV: &str = "data.source=csv --data t.csv data.target=y data.task=regression";

/// The line of a setting in the `run.toml` of a run.
pub(crate) fn setting(run: &Path, key: &str) -> String {
    let text = fs::read_to_string(run.join("run.toml")).unwrap();
    let (section, name) = key.split_once('.').unwrap();
    let (_, below) =
        text.split_once(&format!("[{section}]\n")).unwrap_or_else(|| panic!("{section}\n{text}"));
    let line = below.lines().find(|line| line.starts_with(&format!("{name} = "))).unwrap();
    line.to_owned()
}

#[test]
fn length_batches_and_patience_follow_the_data_and_are_said() {
    let place = Place::new();
    place.write("t.csv", line(120));
    let ran = place.ok(&format!("train {CSV} optim.lr=0.01"));
    // 120 rows: 24 for the test, a fifth of the others for validation.
    let first =
        "for 77 training items: data.validation=0.2 data.refit=true model.hidden=[256] model.dropout=0.1";
    assert!(ran.says(first), "{}", ran.stderr);
    assert!(ran.says("train.epochs=500 train.batch_size=16"), "{}", ran.stderr);
    let run = place.run_dir();
    assert!(setting(&run, "average.decay").starts_with("decay = 0.99 "));
    assert!(setting(&run, "data.validation").ends_with("# default for 120 items"));
    assert!(setting(&run, "train.epochs").ends_with("# default for 77 training items"));
    assert!(setting(&run, "early_stopping.patience").starts_with("patience = 50 "));
    let record = json(&run.join("run.json"));
    assert_eq!((&record["refit"], &record["data"]["train"]), (&96.into(), &77.into()), "{record}");
    // What was filled in is settled: the run goes on with it, and is trained again with it.
    let again = place.ok(&format!("resume {} --json -q", run.display())).last_event();
    assert_eq!(again["weights_blake3"], record["weights_blake3"]);
    let print = place.ok(&format!("config print {CSV}")).stdout;
    for piece in ["epochs = 500 ", "batch_size = 16 ", "# default for 77 training items", "refit = true"] {
        assert!(print.contains(piece), "{piece}\n{print}");
    }
    // Without data there is no number to print.
    let print = place.ok("config print data.source=csv --data none.csv").stdout;
    assert!(
        print.contains("train.epochs, train.batch_size, train.monitor, early_stopping: follow")
            && !print.contains("\nepochs")
    );
}

#[test]
fn what_is_said_stays() {
    let place = Place::new();
    place.write("t.csv", line(60));
    let ran = place.ok(&format!("train {CSV} train.epochs=3"));
    assert!(ran.says("for 43 training items: train.batch_size=16"), "{}", ran.stderr);
    let run = place.run_dir();
    assert!(!fs::read_to_string(run.join("run.toml")).unwrap().contains("early_stopping"));
    assert_eq!(metrics(&run).len(), 3);
    assert!(!run.join("holdout").exists());
    let ran = place.ok(&format!("train {CSV} train.epochs=3 train.batch_size=64 model.kind=linear"));
    assert!(!ran.says("training items:"), "{}", ran.stderr);
    let ran = place.ok("train iris train.epochs=1");
    assert!(!ran.says("training items:"), "{}", ran.stderr);
}

#[test]
fn folds_and_trials_follow_their_own_items() {
    let place = Place::new();
    place.write("t.csv", line(60));
    place.ok(&format!("cv {CSV} --folds 3 --dir cv optim.lr=0.05 -q"));
    let whole = fs::read_to_string(place.path().join("cv/run.toml")).unwrap();
    assert!(whole.contains("follow from the size of the data") && !whole.contains("batch_size ="), "{whole}");
    let fold = place.path().join("cv/folds/1");
    assert!(setting(&fold, "train.batch_size").ends_with("# default for 32 training items"));
    let record = json(&fold.join("fold.json"));
    assert_eq!(record["items"], serde_json::json!([32, 8, 20]));
    assert!(record["validation"]["loss"].is_number() && record["best_epoch"].is_number(), "{record}");
    assert_eq!(metrics(&fold).len() as u64, record["best_epoch"].as_u64().unwrap());
    assert!(!fold.join("holdout/checkpoints").exists() && !fold.join("checkpoints").exists());
    // The same again is the same, and nothing is trained.
    place.ok(&format!("cv {CSV} --folds 3 --dir cv optim.lr=0.05 -q"));
    place.fails(&format!("cv {CSV} --folds 3 --dir cv optim.lr=0.05 train.epochs=20"), 2, "cv");

    place.ok(&format!("tune {CSV} optim.lr=choice(0.05,0.1) --sampler grid -q"));
    let study = place.run_dir();
    assert!(setting(&study.join("trials/0000"), "train.epochs").ends_with("# default for 38 training items"));
    let best = fs::read_to_string(study.join("best.toml")).unwrap();
    assert!(best.contains("follow from the size of the data"), "{best}");
}

#[test]
fn images_get_a_convolutional_network() {
    let place = Place::new();
    let plan = place.ok("train data.source=digits --dry-run");
    assert!(plan.stdout.contains("conv 3x3, batch norm"), "{}", plan.stdout);
    assert!(plan.says("model.kind=\"cnn\""), "{}", plan.stderr);
    let plan = place.ok("train data.source=digits model.hidden=[8] --dry-run");
    assert!(!plan.stdout.contains("conv"), "{}", plan.stdout);
    assert!(place.ok("config print data.source=digits").stdout.contains("# default for images of 8 x 8"));
}

#[test]
fn a_refit_is_a_training_on_all_rows_for_the_epochs_found() {
    if !exact() {
        return;
    }
    let place = Place::new();
    place.write("t.csv", line(80));
    let base = format!("{CSV} train.batch_size=8 optim.lr=0.02");
    let end = train(&place, &format!("{base} train.epochs=40 early_stopping.patience=4 data.refit=true"));
    let run = place.run_dir();
    let record = json(&run.join("run.json"));
    let epochs = record["best_epoch"].as_u64().unwrap();
    assert!((2..40).contains(&epochs), "{record}");
    assert_eq!(metrics(&run).len() as u64, epochs);
    // What is judged is judged by the training that had rows held out.
    let held_out = metrics(&run.join("holdout"));
    assert_eq!(held_out[epochs as usize - 1]["validation"]["loss"], record["validation"]["loss"]);
    assert_eq!((&end["stop"], &record["refit"]), (&"early-stopping".into(), &64.into()));
    let shown = place.ok(&format!("runs show {}", run.display())).stdout;
    assert!(shown.contains("holdout") || shown.contains("val"), "{shown}");

    let part = |part: &str| place.kiln(&format!("eval {} --part {part} --json -q", run.display()));
    assert_eq!(part("test").last_event()["metrics"], record["test"]);
    assert_eq!(part("train").last_event()["items"], 64);
    part("validation").failed(3, "the validation part of the data is empty");

    let whole = Place::new();
    whole.write("t.csv", line(80));
    let wanted = train(&whole, &format!("{base} train.epochs={epochs} data.validation=0"));
    assert_eq!(end["weights_blake3"], wanted["weights_blake3"]);
    assert_eq!(end["test"], wanted["test"]);
}

#[test]
fn a_refit_goes_on_with_more_epochs() {
    if !exact() {
        return;
    }
    let weights = |lines: &[String]| {
        let place = Place::new();
        place.write("t.csv", line(80));
        for line in lines {
            place.ok(line);
        }
        let record = json(&place.run_dir().join("run.json"));
        (record["weights_blake3"].clone(), record["best_epoch"].clone(), record["refit"].clone())
    };
    let train =
        |epochs: u64| format!("train {CSV} train.batch_size=8 data.refit=true train.epochs={epochs} -q");
    let long = weights(&[train(12)]);
    assert_eq!(long.1, 12);
    assert_eq!(weights(&[train(5), "resume last train.epochs=12 -q".to_owned()]), long);
}

#[test]
fn a_run_whose_best_epoch_is_the_last_says_how_to_go_on() {
    let command = |ran: &crate::common::Ran| -> String {
        let words: Vec<&str> =
            ran.stderr.lines().filter_map(|line| line.trim().strip_prefix("kiln ")).collect();
        words[0].to_owned()
    };
    let place = Place::new();
    let ran = place.ok("train iris schedule.kind=constant optim.lr=0.001 train.epochs=2");
    assert!(ran.says("The best epoch is the last: it was still getting better."), "{}", ran.stderr);
    let next = command(&ran);
    assert!(next.starts_with("resume ") && next.ends_with(" train.epochs=4"), "{next}");
    place.ok(&next);
    assert_eq!(metrics(&place.run_dir()).len(), 4);

    // The rates of a cosine follow from its length.
    let place = Place::new();
    let ran = place.ok("train iris optim.lr=0.001 train.epochs=2");
    assert!(ran.says("a longer training may do better"), "{}", ran.stderr);
    let next = command(&ran);
    assert!(next.starts_with("train ") && next.ends_with("run.toml train.epochs=4"), "{next}");
    place.ok(&next);

    // An end by steps is made later by steps.
    let place = Place::new();
    let ran = place.ok("train iris schedule.kind=constant optim.lr=0.001 train.steps=10");
    let next = command(&ran);
    assert!(next.ends_with(" train.steps=20"), "{next}");
    place.ok(&next);

    // One that stopped, or had nothing held out, says nothing.
    for line in ["optim.lr=0.1 train.epochs=60 early_stopping.patience=2", "train.epochs=2 data.validation=0"]
    {
        let ran = Place::new().ok(&format!("train iris schedule.kind=constant {line}"));
        assert!(!ran.says("The best epoch is the last"), "{line}\n{}", ran.stderr);
    }
}

#[test]
fn the_training_loss_is_the_weighted_one() {
    let rows: String = (0..90).map(|row| format!("{},{},{}\n", row % 7, row % 11, row * row % 13)).collect();
    let classes: String =
        (0..90).map(|row| format!("{},{}\n", row % 7, ["a", "b", "b", "c"][row % 4])).collect();
    let weighted = "--data w.csv data.weight=w data.task=regression";
    let of_classes = "--data c.csv loss.kind=cross-entropy loss.class_weights=[0.2,1,7]";
    for data in [weighted, of_classes] {
        for batches in ["train.batch_size=20", "train.batch_size=7 train.accumulate=3", "train.batch_size=0"]
        {
            let place = Place::new();
            place.write("w.csv", format!("x,y,w\n{rows}"));
            place.write("c.csv", format!("x,y\n{classes}"));
            // Weights that stay as they are: what training says, evaluation says.
            let line = format!(
                "train data.source=csv data.target=y {data} {batches} optim.kind=sgd optim.lr=0 train.epochs=1"
            );
            let events = place.ok(&format!("{line} --json -q")).events();
            let epoch = events.iter().find(|event| event["event"] == "epoch").unwrap();
            let wanted = place.ok("eval last --part train --json -q").last_event();
            let [found, wanted] =
                [&epoch["train"]["loss"], &wanted["metrics"]["loss"]].map(|loss| loss.as_f64().unwrap());
            assert!((found - wanted).abs() < 1e-5 * wanted, "{line}: {found}, not {wanted}");
        }
    }
}

#[test]
fn batch_norm_with_one_item_is_refused_before_anything_is_made() {
    let place = Place::new();
    let file = place.write(
        "my.toml",
        "[data]\nsource = \"iris\"\n[model]\nnorm = \"batch\"\n[train]\nepochs = 2\nbatch_size = 107\n",
    );
    let place_of = file.file_name().unwrap().to_str().unwrap();
    // 108 items train.
    let ran = place.fails(
        "train my.toml",
        2,
        "the batch norm layers.0.norm sees one value a channel in batch 2 of 2",
    );
    assert!(ran.says(&format!("{place_of}:7")) && ran.says("train.drop_last = true"), "{}", ran.stderr);
    assert!(!place.runs().exists());
    for line in [
        "train my.toml train.batch_size=1",
        "cv my.toml --folds 3 train.batch_size=89",
        "tune my.toml optim.lr=choice(0.1) --sampler grid",
        "train my.toml --dry-run",
    ] {
        place.fails(line, 2, "sees one value a channel");
    }
    for line in [
        "train my.toml train.batch_size=108",
        "train my.toml train.drop_last=true",
        "train my.toml model.norm=layer",
        // Positions beside the items.
        "train data.source=digits model.kind=cnn model.norm=batch model.channels=[2] train.batch_size=1292 train.epochs=1",
    ] {
        place.ok(line);
    }
}
