//! Where the first weights of Burn's own layers come from. Its generator is one for the whole process, so these tests have a
//! process to themselves.

use std::process::Command;

use burn::tensor::Device;
use kiln_core::{Seed, Weights};
use kiln_train::{CheckpointConfig, TrainConfig};

use crate::common::{Net, config, data, trainer};
use crate::stopped::StopAt;

#[test]
fn alone_in_its_process() {
    let name = "first_weights::the_seed_of_the_trainer_decides_whoever_looks";
    let output =
        Command::new(std::env::current_exe().unwrap()).args([name, "--exact", "--ignored"]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

#[test]
#[ignore = "`alone_in_its_process` runs it"]
fn the_seed_of_the_trainer_decides_whoever_looks() {
    let device = kiln_testkit::device();
    let config = TrainConfig { epochs: 1, ..config() };
    let build = || trainer(config.clone()).device(device.clone());
    let with = |init: fn(&Device, Seed) -> Net, drawn_before: u64| {
        device.seed(drawn_before);
        build().fit_with(init, &data()).unwrap().last_weights_blake3
    };
    let plain: fn(&Device, Seed) -> Net = |device, _| Net::new(device);
    let looking: fn(&Device, Seed) -> Net = |device, _| {
        let net = Net::new(device);
        assert!(!Weights::of(&net).is_empty());
        net
    };
    let expected = with(plain, 1);
    assert_eq!(with(plain, 2), expected, "the generator before");
    assert_eq!(with(looking, 3), expected, "a model that was looked at");
    let other = trainer(config.clone()).device(device.clone()).seed(8).fit_with(plain, &data()).unwrap();
    assert_ne!(other.last_weights_blake3, expected);

    // The rule of `fit`: what nobody has read is drawn from the seed of the trainer, what somebody has read stays.
    let fit = |looks: bool, seed: u64| {
        device.seed(seed);
        let net = Net::new(&device);
        if looks {
            assert!(!Weights::of(&net).is_empty());
        }
        build().fit(net, &data()).unwrap().last_weights_blake3
    };
    assert_eq!((fit(false, 1), fit(false, 2)), (expected.clone(), expected.clone()));
    assert_ne!(fit(true, 1), fit(true, 2));

    // Without a checkpoint a resume starts over, with the same weights; with one it goes on.
    let run = |stop: Option<u64>| {
        let folder = tempfile::tempdir().unwrap();
        let trainer = || build().run_dir(folder.path(), CheckpointConfig::default());
        if let Some(stop) = stop {
            trainer().callback(StopAt(stop)).fit_with(plain, &data()).unwrap();
        }
        device.seed(4);
        trainer().resume_with(looking, &data()).unwrap().last_weights_blake3
    };
    assert_eq!((run(None), run(Some(5))), (expected.clone(), expected));
}
