//! What a step asks of a GPU: launches, uploads, read-backs, allocations. Counts are the same on every machine.

use kiln_core::device::DeviceName;
use kiln_testkit::device_name;
use serde_json::Value;

use crate::common::Place;

/// What so many steps together ask for, part by part.
fn counted(set: &str, steps: u64) -> Option<Value> {
    let device = device_name();
    if !matches!(device, DeviceName::Wgpu(_)) {
        return None;
    }
    let line = format!("compare digits {set} --devices {device} --profile --steps {steps} --json -q");
    Some(Place::new().ok(&line).last_event()["profile"].clone())
}

fn sum(profile: &Value, parts: &[&str], field: &str) -> u64 {
    parts.iter().map(|part| profile[part][field].as_u64().unwrap()).sum()
}

const STEP: [&str; 5] = ["batch", "forward", "backward", "update", "metrics"];

/// Batches of 32 images of 64 pixels as bytes, with their labels as i32.
const BATCH: u64 = 32 * (64 + 4);

/// The model and the most launches of a step.
const MODELS: [(&str, u64); 2] = [
    ("model.dropout=0.5 optim.kind=adam train.batch_size=32", 25),
    ("model.kind=cnn model.dropout=0.5 optim.kind=adamw train.batch_size=32", 40),
];

#[test]
fn a_step_is_few_launches_and_waits_for_nothing() {
    for (set, most) in MODELS {
        let Some(profile) = counted(set, 3) else { return };
        assert_eq!(profile["steps"], 3);
        let launches = sum(&profile, &STEP, "launches");
        assert!(launches <= 3 * most, "{set}: {launches} launches in three steps, {profile:#}");
        assert_eq!(sum(&profile, &STEP, "dispatches"), launches, "{set}: wgpu counts others, {profile:#}");
        assert_eq!(sum(&profile, &STEP, "reads"), 0, "{set}: {profile:#}");
        // The batch, and nothing beside it: masks are made on the device. What kernels are told is small.
        assert_eq!(sum(&profile, &STEP, "tensor_bytes"), 3 * BATCH, "{set}: {profile:#}");
        assert_eq!(sum(&profile, &STEP, "pipelines"), 0, "{set}: {profile:#}");
        assert_eq!(sum(&profile, &STEP, "buffers"), 0, "{set}: {profile:#}");
        // As many parameters in a launch as the device takes buffers.
        assert!(sum(&profile, &["update"], "launches") <= 6, "{set}: {profile:#}");
    }
}

/// Seeds and constants are new in every step: what holds them is there after the first ones.
#[test]
fn a_thousand_steps_allocate_nothing_after_the_first() {
    // Small, as a thousand steps take time. Batches of one size: another one takes memory of its own once.
    let set =
        "model.hidden=[32,16] model.dropout=0.5 optim.kind=adam train.batch_size=8 train.drop_last=true";
    let Some(profile) = counted(set, 995) else { return };
    let [taken, freed] = ["buffers", "freed"].map(|field| sum(&profile, &STEP, field));
    // A buffer that nobody has used for long is given back, and taken anew when it is wanted.
    assert!(taken <= freed && taken < 10, "{taken} allocated and {freed} given back, {profile:#}");
    // Losses are read 32 at a time.
    let reads = sum(&profile, &STEP, "reads");
    assert!((30..=32).contains(&reads), "{reads} read-backs, {profile:#}");
    assert!(sum(&profile, &["metrics"], "launches") <= 2 * reads, "{profile:#}");
}
