//! Memory of a whole training: below its bar, and nothing left behind from epoch to epoch.

#![cfg(target_os = "linux")]

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;

use serde_json::Value;

use crate::common::{Place, exact};

const MIB: u64 = 1 << 20;

/// The memory that process `id` holds now, in bytes.
fn held(id: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().strip_suffix(" kB").unwrap().parse::<u64>().unwrap() * 1024
}

/// Trains: what was held after each epoch, and the most that was ever held.
fn train(words: &[&str]) -> (Vec<u64>, u64) {
    let place = Place::new();
    let words = [&["train"], words, &["--json", "--progress", "off", "-q"]].concat();
    let mut child = place.command(&words).spawn().unwrap();
    let mut after = Vec::new();
    let mut end = Value::Null;
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let event: Value = serde_json::from_str(&line.unwrap()).unwrap();
        match event["event"].as_str() {
            Some("epoch") => after.push(held(child.id())),
            Some("end") => end = event,
            _ => {}
        }
    }
    assert!(child.wait().unwrap().success());
    (after, end["peak_rss_bytes"].as_u64().unwrap())
}

#[test]
fn fashion_mnist_stays_below_400_mib() {
    // On a GPU the memory that matters is not the process's.
    if !exact() {
        return;
    }
    if !Path::new("/usr/share/datasets/fashion-mnist").is_dir() {
        eprintln!("skipped: Fashion-MNIST is not installed (apt-get install dataset-fashion-mnist)");
        return;
    }
    let (after, peak) = train(&["fashion-mnist", "train.epochs=4"]);
    println!(
        "after each epoch {:?} MiB, at most {} MiB",
        after.iter().map(|m| m / MIB).collect::<Vec<_>>(),
        peak / MIB
    );
    assert_eq!(after.len(), 4);
    assert!(peak < 400 * MIB, "{peak} bytes");
}

/// A leak makes every part of a training larger than the part before. An allocator takes some MiB now and then, at any epoch, and then nothing for
/// a long time: half of the parts show nothing of that. One batch left behind an epoch would be 320 KiB a part, one copy of the weights 13 MiB.
#[test]
fn memory_is_flat_over_the_epochs() {
    if !exact() {
        return;
    }
    let (after, _) = train(&["digits", "model.hidden=[512,256]", "train.epochs=200"]);
    assert_eq!(after.len(), 200);
    let least: Vec<_> = after[40..].chunks(20).map(|part| *part.iter().min().unwrap()).collect();
    let mut growth: Vec<_> = least.windows(2).map(|pair| pair[1].saturating_sub(pair[0])).collect();
    growth.sort_unstable();
    println!("least memory in each 20 epochs: {:?} KiB", least.iter().map(|m| m / 1024).collect::<Vec<_>>());
    assert!(
        growth[growth.len() / 2] < 128 * 1024,
        "{:?}",
        after.iter().map(|m| m / 1024).collect::<Vec<_>>()
    );
    assert!(least[least.len() - 1] < least[0] + 32 * MIB, "{least:?}");
}
