//! In and out without loss: what is damaged, refused, deleted, full or hostile is said, and harms nothing else.

#![cfg(unix)]

mod damage;
mod inputs;
mod outputs;
mod refused;
mod terminal;

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::common::{Place, Ran, newest_checkpoint};

/// A run on a table of two classes that are far apart, `own.csv`, with several checkpoints: each epoch is better than the one before.
fn trained() -> Place {
    let place = Place::new();
    let rows: String = (0..60).map(|i| format!("{i}.5,{},{}\n", i % 7, ["no", "yes"][i / 30])).collect();
    place.write("own.csv", format!("a,b,y\n{rows}"));
    place.ok("train data.source=csv --data own.csv train.epochs=4 train.batch_size=8 checkpoint.keep=4 -q");
    place
}

/// Changes one byte in the middle of a file.
fn damage(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(path, bytes).unwrap();
}

/// The name of the newest checkpoint of the only run.
fn newest_name(place: &Place) -> String {
    newest_checkpoint(&place.run_dir()).file_name().unwrap().to_str().unwrap().to_owned()
}

/// Runs a command line behind a shell that has set limits.
fn limited(place: &Place, limits: &str, line: &str) -> Ran {
    let kiln = place.command::<&str>(&[]);
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(format!("{limits}; exec \"$0\" {line}")).arg(kiln.get_program());
    shell.current_dir(place.path()).stdin(std::process::Stdio::null());
    for (name, value) in kiln.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    Ran::of(shell.output().unwrap())
}

fn make_pipe(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}
