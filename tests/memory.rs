//! Memory of a whole training: below its bar, and no more of it after the second epoch.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "the helpers of tests fail as tests do")]

mod common;

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;

use common::{Place, exact};
use serde_json::Value;

const MIB: u64 = 1 << 20;

/// The most memory that process `id` has held so far, in bytes.
fn peak(id: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().strip_suffix(" kB").unwrap().parse::<u64>().unwrap() * 1024
}

#[test]
fn fashion_mnist_stays_below_400_mib_and_flat_from_epoch_2_on() {
    // On a GPU the memory that matters is not the process's.
    if !exact() {
        return;
    }
    if !Path::new("/usr/share/datasets/fashion-mnist").is_dir() {
        eprintln!("skipped: Fashion-MNIST is not installed (apt-get install dataset-fashion-mnist)");
        return;
    }
    let place = Place::new();
    let words = ["train", "fashion-mnist", "train.epochs=12", "--json", "--progress", "off", "-q"];
    let mut child = place.command(&words).spawn().unwrap();
    let mut peaks = Vec::new();
    let mut end = Value::Null;
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let event: Value = serde_json::from_str(&line.unwrap()).unwrap();
        match event["event"].as_str() {
            Some("epoch") => peaks.push(peak(child.id())),
            Some("end") => end = event,
            _ => {}
        }
    }
    assert!(child.wait().unwrap().success());
    let all = end["peak_rss_bytes"].as_u64().unwrap();
    println!(
        "after each epoch {:?} MiB, in all {} MiB",
        peaks.iter().map(|p| p / MIB).collect::<Vec<_>>(),
        all / MIB
    );
    assert_eq!(peaks.len(), 12);
    assert!(all < 400 * MIB, "{all} bytes");
    // An allocator's peak creeps by some MiB as its pages fill unevenly, up and down, so one epoch proves nothing; over ten, what
    // an epoch leaves behind adds up. A copy of the weights is 2.2 MiB, an optimiser state 4.4 MiB: 22 MiB and more.
    assert!(peaks[11] <= peaks[1] + peaks[1] / 8, "{peaks:?}");
}
