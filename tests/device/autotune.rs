//! Burn's kernels that are chosen by timing them (feature `autotune`): what was found is kept for the user, whatever the folder, so that
//! the next run times nothing and has the bits of the one after it.

use std::path::Path;

use kiln_testkit::device_name;
use serde_json::Value;

use crate::common::{Place, Ran, json};

/// Each choice becomes a line of this file.
const CUBECL: &str = "[autotune.decisions]\nfile = \"decisions\"\n";

const SETS: [&str; 2] = [
    "digits model.hidden=[32] train.epochs=2 train.batch_size=64 schedule.kind=constant",
    "digits model.kind=cnn model.channels=[4] model.hidden=[8] train.epochs=1 train.batch_size=64 schedule.kind=constant",
];

/// A user, with a folder for caches.
struct User<'a>(&'a Path);

impl User<'_> {
    #[track_caller]
    fn ok(&self, place: &Place, line: &str) -> Ran {
        place.write("cubecl.toml", CUBECL);
        let mut command = place.command(&line.split_whitespace().collect::<Vec<_>>());
        let ran = Ran::of(command.env("XDG_CACHE_HOME", self.0).output().unwrap());
        assert_eq!(ran.code, Some(0), "kiln {line}\n{}", ran.stderr);
        ran
    }

    /// The record of a training in a folder of its own, and how many choices it made.
    fn train(&self, set: &str) -> (Value, usize) {
        let place = Place::new();
        self.ok(&place, &format!("train {set} --json -q"));
        (json(&place.run_dir().join("run.json")), choices(&place))
    }
}

fn choices(place: &Place) -> usize {
    std::fs::read_to_string(place.path().join("decisions")).map_or(0, |text| text.lines().count())
}

#[test]
fn what_was_chosen_by_timing_is_kept_and_then_runs_have_the_same_bits() {
    if device_name().is_cpu() {
        return;
    }
    for set in SETS {
        let cache = tempfile::tempdir().unwrap();
        let user = User(cache.path());
        let (_, first) = user.train(set);
        assert!(first > 0, "{set}: nothing was timed");
        assert!(cache.path().join("kiln/kernels/default.db").is_file(), "{set}");

        let (second, timed) = user.train(set);
        assert_eq!(timed, 0, "{set}: kernels were timed again");
        let (third, timed) = user.train(set);
        assert_eq!((timed, &third["weights_blake3"]), (0, &second["weights_blake3"]), "{set}");

        // In parts, too: stopped inside of an epoch, then at the end of one.
        let parts = Place::new();
        user.ok(&parts, &format!("train {set} train.steps=7 --json -q"));
        user.ok(&parts, "resume last train.steps=1000 --json -q");
        let run = json(&parts.run_dir().join("run.json"));
        assert_eq!(run["weights_blake3"], second["weights_blake3"], "{set}: in parts");
        assert_eq!(choices(&parts), 0, "{set}: kernels were timed again");
    }
}
