//! GPUs that are not there: an error with its remedy, whatever backends the program has.

use kiln_testkit::device_name;

use crate::common::{Place, Ran};

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

#[test]
fn a_variable_that_would_end_the_backend_is_an_error_with_its_remedy() {
    if device_name().is_cpu() {
        return;
    }
    let place = Place::new();
    let run = |line: &str| {
        let mut program = place.command(&line.split(' ').collect::<Vec<_>>());
        Ran::of(program.env("CUBECL_WGPU_MAX_TASKS", "0").output().unwrap())
    };
    let compare = format!("compare iris --steps 1 --devices {}", device_name());
    for line in ["train iris train.epochs=1", &compare, "lr-find iris"] {
        let ran = run(line);
        ran.failed(2, "the variable CUBECL_WGPU_MAX_TASKS is \"0\", not a whole number from 1 to 4096");
        assert!(ran.says("unset CUBECL_WGPU_MAX_TASKS"), "{}", ran.stderr);
    }
    assert!(place.run_dirs().is_empty());
    let listed = run("devices --json").events();
    assert!(
        listed.iter().any(|event| event["reason"].to_string().contains("CUBECL_WGPU_MAX_TASKS")),
        "{listed:?}"
    );
}
