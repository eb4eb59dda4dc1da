//! Photos that are too many to be held: the same bits with a cache and without, on any number of threads and after a kill, in
//! little memory.

#![cfg(target_os = "linux")]

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use image::{Rgb, RgbImage};
use kiln::Seed;
use serde_json::Value;

use crate::common::{Place, exact, json, run_dirs};

/// At 400 × 400 pixels they take 275 MiB, more than is held.
const PHOTOS: u64 = 600;

fn photos(folder: &Path) {
    for number in 0..PHOTOS {
        let class = number % 2;
        let path = folder.join(format!("photos/{class}/{number:03}.png"));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let seed = Seed::new(number);
        let colour = |x: u32, y: u32, channel: u64| {
            let noise = seed.at(u64::from(16 * y + x)).bits(channel) as u8;
            if channel == class { 128 + noise / 2 } else { noise / 2 }
        };
        let photo = RgbImage::from_fn(16, 16, |x, y| Rgb([0, 1, 2].map(|channel| colour(x, y, channel))));
        photo.save(path).unwrap();
    }
}

/// The command line of a training on the photos in `from`.
fn line(from: &Path, rest: &str) -> String {
    let photos = from.join("photos");
    let photos = photos.display();
    format!(
        "train data.source=images --data {photos} data.size=400 model.kind=mlp model.hidden=[2] train.epochs=1 \
         train.batch_size=32 checkpoint.every_steps=3 --progress off -q {rest}"
    )
}

/// Runs a command line on so many threads to its end: the weights, and the record of the end.
fn run(place: &Place, line: &str, threads: &str) -> (String, Value) {
    let words: Vec<&str> = line.split_whitespace().chain(["--json"]).collect();
    let output = place.command(&words).env("RAYON_NUM_THREADS", threads).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let end = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    let record = json(&place.run_dir().join("run.json"));
    assert_eq!(record["status"], "done");
    (record["weights_blake3"].as_str().unwrap().to_owned(), end)
}

#[test]
fn photos_that_are_not_held_train_the_same_model_in_little_memory() {
    if !exact() {
        return;
    }
    let place = Place::new();
    photos(place.path());
    let cache = format!("data.cache={}", place.path().join("cache").display());
    let (whole, end) = run(&place, &line(place.path(), &cache), "2");
    let peak = end["peak_rss_bytes"].as_u64().unwrap();
    assert!(peak < 400 << 20, "{peak} bytes");
    assert!(end["test"]["accuracy"].as_f64().unwrap() > 0.9, "{end}");
    let caches = || fs::read_dir(place.path().join("cache")).unwrap().count();
    assert_eq!(caches(), 1);

    // What the cache holds, on one thread; nothing kept; and by a run that is killed and goes on.
    let again = run(&Place::new(), &line(place.path(), &cache), "1");
    assert_eq!((again.0.as_str(), caches()), (whole.as_str(), 1));
    assert_eq!(run(&Place::new(), &line(place.path(), "data.cache_limit=0"), "3").0, whole);
    let killed = Place::new();
    let cache = "data.cache=cache";
    let command = line(place.path(), cache);
    let words: Vec<&str> = command.split_whitespace().collect();
    let mut child = killed.command(&words).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let has_saved = || run_dirs(&killed.runs()).iter().any(|run| run.join("checkpoints/last").exists());
    while !has_saved() && child.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(2));
    }
    assert!(child.try_wait().unwrap().is_none(), "it was over before it could be killed");
    child.kill().unwrap();
    child.wait().unwrap();
    let resume = format!("resume {} -q", killed.run_dir().display());
    assert_eq!(run(&killed, &resume, "2").0, whole);

    // An image that is replaced is another data set.
    let photo = place.path().join("photos/0/000.png");
    fs::copy(place.path().join("photos/1/001.png"), photo).unwrap();
    place.fails(&format!("eval {}", place.run_dir().display()), 3, "fingerprints differ");
}
