//! `kill -9` at random moments of library calls: the cross-validation and the search of a model of one's own go on to the
//! table of the call that was never stopped.

#![cfg(unix)]

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use kiln::Seed;

use crate::common::exact;
use crate::examples::example;

fn start(name: &str, folder: &Path) -> Child {
    let path = example(name);
    assert!(path.exists(), "{} is not built: cargo build --release --examples", path.display());
    Command::new(path).arg(folder).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// The table and the words of a call that comes to its end.
fn end(child: Child) -> [String; 2] {
    let output = child.wait_with_output().unwrap();
    let [table, words] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    assert!(output.status.success(), "{words}");
    [table, words]
}

/// Calls that are killed up to three times each; gives how many kills came between two parts of the work.
fn survives(name: &str, done: impl Fn(&Path) -> usize) -> usize {
    let folder = tempfile::tempdir().unwrap();
    let began = Instant::now();
    let [expected, _] = end(start(name, &folder.path().join("reference")));
    let length = began.elapsed();
    let parts = done(&folder.path().join("reference"));
    let mut between = 0;
    for trial in 0..4 {
        let own = folder.path().join(trial.to_string());
        let seed = Seed::new(5).at(trial);
        for attempt in 0..3 {
            let mut child = start(name, &own);
            std::thread::sleep(length.mul_f64(0.1 + 0.5 * seed.uniform(attempt)));
            let _ = child.kill();
            child.wait().unwrap();
            between += usize::from((1..parts).contains(&done(&own)));
        }
        let kept = done(&own);
        let [table, words] = end(start(name, &own));
        assert_eq!(table, expected, "trial {trial} with {kept} of {parts} done");
        assert_eq!(done(&own), parts, "{words}");
    }
    between
}

#[test]
fn a_cross_validation_of_an_own_model_goes_on_to_the_same_table() {
    if !exact() {
        return;
    }
    let done = |folder: &Path| {
        (0..5).filter(|fold| folder.join(format!("folds/{fold}/fold.json")).is_file()).count()
    };
    assert!(survives("cross_validate_own_model", done) > 0, "no kill came between two folds");
}

#[test]
fn a_search_over_an_own_model_goes_on_to_the_same_table() {
    if !exact() {
        return;
    }
    let done = |folder: &Path| {
        let journal = std::fs::read_to_string(folder.join("study.jsonl")).unwrap_or_default();
        journal.lines().count().saturating_sub(1)
    };
    assert!(survives("tune_own_model", done) > 0, "no kill came between two trials");
}

#[test]
fn a_folder_of_something_else_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("folds.json"), "{}").unwrap();
    let output = start("cross_validate_own_model", folder.path()).wait_with_output().unwrap();
    let words = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && words.contains("folds.json"), "{words}");
}
