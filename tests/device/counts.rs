//! What a step asks of a GPU: launches, uploads, read-backs, allocations. Counts are the same on every machine.

use kiln_core::device::DeviceName;
use kiln_testkit::device_name;
use serde_json::Value;

use crate::common::Place;

/// What three steps together ask for, part by part.
fn counted(set: &str) -> Option<Value> {
    let device = device_name();
    if !matches!(device, DeviceName::Wgpu(_)) {
        return None;
    }
    let line = format!("compare digits {set} --devices {device} --profile --steps 3 --json -q");
    Some(Place::new().ok(&line).last_event()["profile"].clone())
}

fn sum(profile: &Value, parts: &[&str], field: &str) -> u64 {
    parts.iter().map(|part| profile[part][field].as_u64().unwrap()).sum()
}

const STEP: [&str; 5] = ["batch", "forward", "backward", "update", "metrics"];

/// Batches of 32 images of 64 pixels with their labels, as f32 and i32.
const BATCH: u64 = 32 * (64 + 1) * 4;

#[test]
fn a_step_is_few_launches_and_waits_for_nothing() {
    for (set, most) in [
        ("model.dropout=0.5 optim.kind=adam train.batch_size=32", 30),
        ("model.kind=cnn model.dropout=0 optim.kind=adam train.batch_size=32", 48),
    ] {
        let Some(profile) = counted(set) else { return };
        assert_eq!(profile["steps"], 3);
        let launches = sum(&profile, &STEP, "launches");
        assert!(launches <= 3 * most, "{set}: {launches} launches in three steps, {profile:#}");
        assert_eq!(sum(&profile, &STEP, "reads"), 0, "{set}: {profile:#}");
        // The batch, and nothing beside it: masks are made on the device. What kernels are told is small.
        assert_eq!(sum(&profile, &STEP, "tensor_bytes"), 3 * BATCH, "{set}: {profile:#}");
        assert_eq!(sum(&profile, &STEP, "pipelines"), 0, "{set}: {profile:#}");
        // As many parameters in a launch as the device takes buffers.
        assert!(sum(&profile, &["update"], "launches") <= 6, "{set}: {profile:#}");
    }
}
