//! What people do with a run: predictions they can join with their data, honest measures on other data, decisions.

mod carried;
mod decisions;
mod edits;
mod explain;
mod measures;
mod report;
mod shown;
mod unseen;

use std::io::Write;
use std::process::Stdio;

use crate::common::{Place, Ran};

/// Rows of two classes that two columns and a category tell apart, but not without error. `class` is `yes` in a quarter.
pub(super) fn customers(rows: usize) -> String {
    let mut text = "id,age,plan,income,pays\n".to_owned();
    for i in 0..rows {
        let noise = (i * 7919 % 101) as f64 / 101.0 - 0.5;
        let age = 20 + i * 37 % 50;
        let plan = ["basic", "plus", ""][i % 3];
        let income = 1000 + 20 * (i * 53 % 97);
        let score =
            age as f64 / 50.0 + income as f64 / 3000.0 + 0.2 * f64::from(u8::from(i % 3 == 1)) + noise;
        text += &format!("c{i:03},{age},{plan},{income},{}\n", if score > 2.05 { "yes" } else { "no" });
    }
    text
}

/// Trains on [`customers`].
pub(super) fn trained(place: &Place, more: &str) -> Ran {
    place.write("customers.csv", customers(300));
    place.ok(&format!(
        "train data.source=csv --data customers.csv data.ignore=id train.epochs=15 optim.lr=0.01 {more}"
    ))
}

/// Runs a command line with something on standard input.
pub(super) fn fed(place: &Place, line: &str, input: &[u8]) -> Ran {
    let words: Vec<&str> = line.split_whitespace().collect();
    let mut child = place.command(&words).stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    Ran::of(child.wait_with_output().unwrap())
}

/// The cells of a CSV text without quotes, and the names of its columns.
pub(super) fn table(text: &str) -> (Vec<String>, Vec<Vec<String>>) {
    let mut lines = text.lines().map(|line| line.split(',').map(str::to_owned).collect());
    (lines.next().unwrap(), lines.collect())
}
