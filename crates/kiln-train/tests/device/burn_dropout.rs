//! Modules that draw from Burn's own generator are reproducible, too. That generator is one for the whole process, so
//! the test has a process to itself.

use std::process::Command;

use kiln_testkit::few;
use kiln_train::CheckpointConfig;

use crate::common::{Net, config, data, trainer};
use crate::stopped::StopAt;

#[test]
fn alone_in_its_process() {
    let name = "burn_dropout::a_resumed_run_draws_what_the_uninterrupted_one_drew";
    let output =
        Command::new(std::env::current_exe().unwrap()).args([name, "--exact", "--ignored"]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

#[test]
#[ignore = "`alone_in_its_process` runs it"]
fn a_resumed_run_draws_what_the_uninterrupted_one_drew() {
    let model = || Net::with_burn_dropout(&kiln_testkit::device());
    let whole = trainer(config()).fit(model(), &data()).unwrap().last_weights_blake3;
    assert_eq!(trainer(config()).fit(model(), &data()).unwrap().last_weights_blake3, whole);
    for &stop in few(&[7, 23]) {
        let folder = tempfile::tempdir().unwrap();
        let run = || trainer(config()).run_dir(folder.path(), CheckpointConfig::default());
        run().callback(StopAt(stop)).fit(model(), &data()).unwrap();
        assert_eq!(run().resume(model(), &data()).unwrap().last_weights_blake3, whole);
    }
}
