//! Runs that somebody has changed.

use std::fs;
use std::path::{Path, PathBuf};

use super::Cases;
use crate::common::{Place, run_dirs};

/// Every file below `folder`, with its contents.
fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            let bytes = fs::read(&path).unwrap();
            found.push((path, bytes));
        }
    }
    found
}

#[test]
fn runs_that_were_tampered_with() {
    let mut cases = Cases::default();
    let place = Place::new();
    place.ok("train iris train.epochs=2 -q --runs-dir kept");
    let run = run_dirs(&place.path().join("kept"))[0].clone();
    let whole = files(&run);
    // In which files (all of that name) what is put, `None` to delete them; what fails how.
    let damage: &[(&str, Option<&str>, &str, i32, &str)] = &[
        ("run.json", Some("x"), "resume", 5, "run.json is damaged"),
        ("run.json", Some("{}"), "runs show", 5, "missing field"),
        ("run.json", None, "eval", 7, "run.json"),
        ("run.toml", Some("seed = x"), "resume", 2, "run.toml:1"),
        ("run.toml", Some("[data]\nsource = \"wine\""), "resume", 3, "their fingerprints differ"),
        (
            "run.toml",
            Some("[data]\nsource = \"iris\"\n[model]\nhidden = [33]"),
            "resume",
            5,
            "model.hidden was [32], is [33]",
        ),
        (
            "run.toml",
            Some("[data]\nsource = \"iris\"\n[model]\nhidden = [33]"),
            "eval",
            5,
            "model.hidden was [32], is [33]",
        ),
        ("metrics.jsonl", None, "resume", 5, "it has 0 lines, the checkpoint counts 2"),
        ("metrics.jsonl", Some("{\"seq\":0,"), "resume", 5, "it has 0 lines, the checkpoint counts 2"),
        ("MANIFEST.json", Some("["), "verify", 5, "MANIFEST.json is not valid"),
        ("MANIFEST.json", None, "resume", 5, "MANIFEST.json"),
        ("optim.safetensors", None, "resume", 5, "optim.safetensors cannot be read"),
        ("state.json", Some("{}"), "verify", 5, "state.json has 2 bytes"),
        ("preprocess.json", Some("0"), "eval", 5, "preprocess.json has 1 bytes"),
        ("model.safetensors", Some(""), "eval", 5, "model.safetensors has 0 bytes"),
    ];
    for (name, contents, command, code, piece) in damage {
        for (path, _) in whole.iter().filter(|(path, _)| path.ends_with(name)) {
            match contents {
                Some(text) => fs::write(path, text).unwrap(),
                None => fs::remove_file(path).unwrap(),
            }
        }
        cases.fails(&place, &format!("{command} last --runs-dir kept"), *code, piece);
        for (path, bytes) in &whole {
            fs::write(path, bytes).unwrap();
        }
    }
    place.ok("resume last --runs-dir kept");
    cases.end(15);
}
