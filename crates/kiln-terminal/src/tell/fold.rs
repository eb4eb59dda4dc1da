//! A fold that is done.

use kiln_experiment::FoldRecord;
use kiln_report::human;
use serde_json::json;

use crate::fields;
use crate::output::{Output, Unwritten};

/// The event of a fold.
pub fn event(record: &FoldRecord, out: Output) -> Result<(), Unwritten> {
    if !out.json {
        return Ok(());
    }
    let [train, validation, test] = record.items;
    out.event(
        "fold",
        fields! {
            fold: record.fold, test: record.test, best_epoch: record.best_epoch, seconds: record.seconds,
            train: record.train, validation: record.validation, stop: record.stop,
            items: json!({ "train": train, "validation": validation, "test": test }),
            weights_blake3: record.weights_blake3, search: record.search,
        },
    )
}

/// A line for people, when a fold is done.
pub fn line(record: &FoldRecord, folds: usize, out: Output) {
    let (name, value) = record.test.headline().unwrap_or(("loss", f64::NAN));
    let time = human::seconds(record.seconds);
    out.say(&format!("fold {} of {folds}: {name} {}, {time}", record.fold + 1, human::metric(value)));
}
