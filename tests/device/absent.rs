//! GPUs that are not there: an error with its remedy, whatever backends the program has.

use crate::common::Place;

/// With the feature there is no driver or no such device, without it the backend is missing.
const DEVICES: [&str; 7] = ["cuda:0", "cuda:99", "rocm:0", "rocm:99", "vulkan:99", "metal:99", "wgpu:99"];

#[test]
fn a_device_that_is_not_there_is_an_error_with_its_remedy() {
    let place = Place::new();
    let opens = |device: &str| {
        let listed = place.ok("devices --json").events();
        listed.iter().any(|event| event["device"] == device && event["opens"] == true)
    };
    for device in DEVICES {
        if opens(device) {
            continue;
        }
        for command in ["train iris train.epochs=1", "compare iris --steps 1", "lr-find iris"] {
            let flag = if command.starts_with("compare") { "--devices" } else { "--device" };
            let ran = place.fails(&format!("{command} {flag} {device}"), 2, "help");
            let backend = device.split(':').next().unwrap();
            let remedies =
                ["--device flex", "--device auto", "kiln devices", &format!("--device {backend}:0")];
            assert!(ran.says(backend), "{device}: {}", ran.stderr);
            assert!(remedies.iter().any(|remedy| ran.says(remedy)), "{device}: {}", ran.stderr);
            assert!(!ran.says("panicked"), "{device}: {}", ran.stderr);
        }
        assert!(place.run_dirs().is_empty(), "{device} left a run");
    }
}
