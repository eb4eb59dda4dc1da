//! Photos from files to batches on the device: the worker that `bench/photos.py` compares with torchvision.
//!
//! By hand: `cargo bench --bench photos -- '{"source": "images", "path": "photos", "size": 224, "cache": "cache"}' 2`, which are
//! the settings `[data]` and the number of epochs. Answers with a line of JSON for the start (files found, split, and the scaling
//! learned) and for every epoch.

use std::time::Instant;

use kiln::data::{DataConfig, Loader, Prepared};
use kiln::{DeviceName, Purpose, Seed};

const BATCH: usize = 64;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    let settings = arguments.next().ok_or("give the settings of the data")?;
    let epochs: u64 = arguments.next().as_deref().unwrap_or("2").parse()?;
    let config: DataConfig = serde_json::from_str(&settings)?;
    let device = DeviceName::Auto.open()?;
    let seed = Seed::new(0);

    let began = Instant::now();
    let prepared = Prepared::load(&config, seed)?;
    println!("{}", serde_json::json!({ "what": "start", "seconds": began.elapsed().as_secs_f64() }));
    let loader = Loader::new(prepared.train(), BATCH)?.shuffled(seed.purpose(Purpose::Shuffle)).prefetch(2);
    for epoch in 0..epochs {
        let began = Instant::now();
        let mut items = 0;
        for batch in loader.epoch(epoch, &device) {
            items += batch?.items;
        }
        let seconds = began.elapsed().as_secs_f64();
        println!(
            "{}",
            serde_json::json!({ "what": format!("epoch {}", epoch + 1), "seconds": seconds, "items": items })
        );
    }
    println!("{}", serde_json::json!({ "what": "peak", "bytes": kiln::memory::peak_rss() }));
    Ok(())
}
