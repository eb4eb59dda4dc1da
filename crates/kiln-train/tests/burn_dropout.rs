//! Modules that draw from Burn's own generator are reproducible, too. Alone in its file, because that generator is one
//! for the whole process.

#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "device/common.rs"]
mod common;
#[path = "device/stopped.rs"]
mod stopped;

use common::{Net, config, data, trainer};
use kiln_train::CheckpointConfig;
use stopped::StopAt;

#[test]
fn a_resumed_run_draws_what_the_uninterrupted_one_drew() {
    let model = || Net::with_burn_dropout(&kiln_testkit::device());
    let whole = trainer(config()).fit(model(), &data()).unwrap().last_weights_blake3;
    assert_eq!(trainer(config()).fit(model(), &data()).unwrap().last_weights_blake3, whole);
    for stop in [7, 23] {
        let folder = tempfile::tempdir().unwrap();
        let run = || trainer(config()).run_dir(folder.path(), CheckpointConfig::default());
        run().callback(StopAt(stop)).fit(model(), &data()).unwrap();
        assert_eq!(run().resume(model(), &data()).unwrap().last_weights_blake3, whole);
    }
}
