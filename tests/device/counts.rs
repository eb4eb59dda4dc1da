//! What a step asks of a GPU: launches, uploads, read-backs, allocations. Counts are the same on every machine.

use kiln_core::device::DeviceName;
use kiln_testkit::device_name;
use serde_json::Value;

use crate::common::Place;

/// What so many steps together ask for, part by part.
fn counted(set: &str, steps: u64) -> Option<Value> {
    let device = device_name();
    if !matches!(device, DeviceName::Wgpu(_) | DeviceName::Vulkan(_) | DeviceName::Metal(_)) {
        return None;
    }
    let place = Place::new();
    if set.contains("data.source=images") {
        photos(&place);
    }
    let data = if set.contains("data.source") { "" } else { "digits" };
    let line = format!("compare {data} {set} --devices {device} --profile --steps {steps} --json -q");
    Some(place.ok(&line).last_event()["profile"].clone())
}

/// Twelve pictures of two classes, for networks that digits are too small for.
fn photos(place: &Place) {
    for number in 0..12u8 {
        let pixel = |x: u32, y: u32| image::Rgb([(7 * x) as u8, (5 * y) as u8, 20 * number]);
        let mut bytes = std::io::Cursor::new(Vec::new());
        image::RgbImage::from_fn(32, 32, pixel).write_to(&mut bytes, image::ImageFormat::Png).unwrap();
        place.write(format!("photos/{}/{number}.png", number % 2), bytes.into_inner());
    }
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

/// Larger networks, with the most launches forward and back. The update takes one for as many parameters as the device takes buffers.
const NETWORKS: [(&str, u64, u64); 3] = [
    ("model.kind=resnet model.width=4", 35, 38),
    ("model.kind=mobilenet-v3-small", 216, 303),
    ("model.kind=vit-tiny data.source=images data.path=photos data.size=32", 226, 325),
];

#[test]
fn layers_of_larger_networks_are_a_launch_or_two() {
    for (set, forward, backward) in NETWORKS {
        let Some(profile) = counted(&format!("{set} train.batch_size=4 optim.kind=adamw"), 1) else { return };
        for (part, most) in [("forward", forward), ("backward", backward)] {
            let launches = sum(&profile, &[part], "launches");
            assert!(launches <= most, "{set}: {launches} {part}, {profile:#}");
        }
        assert_eq!(sum(&profile, &STEP, "reads"), 0, "{set}: {profile:#}");
        assert_eq!(sum(&profile, &STEP, "pipelines"), 0, "{set}: {profile:#}");
    }
}

/// Small, as hundreds of steps take time. Batches of one size: another one takes memory of its own once.
const LONG: [&str; 2] = [
    "model.hidden=[32,16] model.dropout=0.5 optim.kind=adam",
    "model.kind=cnn model.channels=[4] model.norm=batch model.hidden=[8] model.dropout=0.5 optim.kind=adam",
];

/// Seeds and constants are new in every step: what holds them is there after the first ones.
#[test]
fn hundreds_of_steps_allocate_nothing_after_the_first() {
    for set in LONG {
        let set = format!("{set} train.batch_size=8 train.drop_last=true");
        let Some(profile) = counted(&set, 300) else { return };
        let [taken, freed] = ["buffers", "freed"].map(|field| sum(&profile, &STEP, field));
        // A buffer that nobody has used for long is given back, and taken anew when it is wanted: no more are there than before.
        assert!(taken <= freed && taken < 10, "{set}: {taken} allocated, {freed} given back, {profile:#}");
        // Losses are read 32 at a time.
        let reads = sum(&profile, &STEP, "reads");
        assert!((9..=10).contains(&reads), "{set}: {reads} read-backs, {profile:#}");
        assert!(sum(&profile, &["metrics"], "launches") <= 2 * reads, "{set}: {profile:#}");
    }
}
