//! Reading a CSV file into memory: the worker that `bench/read_csv.py` compares with pandas and polars.
//!
//!     cargo bench --bench read_csv -- FILE ROUNDS
//!
//! Prints the seconds of each round: all of [`DataConfig::load`], the fingerprint too. RAYON_NUM_THREADS is the number of threads.

use std::path::PathBuf;
use std::time::Instant;

use kiln::data::DataConfig;

/// As in the command `kiln`.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    let [path, rounds] = arguments.as_slice() else {
        return Err("give a file and a number of rounds".into());
    };
    let config = DataConfig { path: Some(PathBuf::from(path)), ..DataConfig::new("csv") };
    for _ in 0..rounds.parse()? {
        let began = Instant::now();
        let dataset = config.load()?;
        let seconds = began.elapsed().as_secs_f64();
        println!("{seconds:.4} {} rows", dataset.features.rows()?);
    }
    Ok(())
}
