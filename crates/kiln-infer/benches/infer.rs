//! How long kiln-infer takes: what `bench/infer.py` asks for, or a table of its own.
//!
//! `cargo bench -p kiln-infer --bench infer -- FILE.kiln …` prints for each model the median time of a call with 1 item and with 32, and of one item on 8
//! threads at once. With `--ask` it reads lines `FILE BATCH CALLS` and answers each with the mean microseconds of a call.

use std::collections::HashMap;
use std::hint::black_box;
use std::io::{BufRead, Write, stdin, stdout};
use std::time::Instant;

use kiln_infer::Model;

type Error = Box<dyn std::error::Error>;

const ROUNDS: usize = 15;

/// The mean microseconds of a prediction of so many items, which are made up.
fn time(model: &Model, items: usize, calls: usize) -> Result<f64, Error> {
    let began;
    if let Some(shape) = model.image_shape() {
        let size = shape.iter().product::<usize>();
        let pixels: Vec<u8> = (0..items * size).map(|at| (at * 31 % 251) as u8).collect();
        black_box(model.predict_images(&pixels)?);
        began = Instant::now();
        for _ in 0..calls {
            black_box(model.predict_images(black_box(&pixels))?);
        }
    } else {
        let columns = model.columns().unwrap_or_default().len();
        let row = |item: usize| (0..columns).map(|at| (at * 7 + item * 3) as f64 % 5.0).collect();
        let rows: Vec<Vec<f64>> = (0..items).map(row).collect();
        black_box(model.predict(&rows)?);
        began = Instant::now();
        for _ in 0..calls {
            if let [row] = rows.as_slice() {
                black_box(model.predict_row(black_box(row))?);
            } else {
                black_box(model.predict(black_box(&rows))?);
            }
        }
    }
    Ok(began.elapsed().as_secs_f64() * 1e6 / calls as f64)
}

/// Calls in about 30 milliseconds.
fn calls(model: &Model, items: usize) -> Result<usize, Error> {
    Ok((30_000.0 / time(model, items, 3)?).clamp(2.0, 20_000.0) as usize)
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn table(files: &[String]) -> Result<(), Error> {
    for file in files {
        let model = Model::load(file)?;
        let mut line = format!("{file:<24}");
        for items in [1, 32] {
            let calls = calls(&model, items)?;
            let times = (0..ROUNDS).map(|_| time(&model, items, calls)).collect::<Result<Vec<_>, _>>()?;
            line += &format!("  {items} items {:9.2} µs", median(times));
        }
        let calls = calls(&model, 1)?;
        let threads = std::thread::scope(|scope| {
            let one = || time(&model, 1, calls).unwrap_or(f64::NAN);
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(one)).collect();
            let began = Instant::now();
            let done = threads.into_iter().filter_map(|thread| thread.join().ok()).count();
            began.elapsed().as_secs_f64() * 1e6 / (done * calls) as f64
        });
        println!("{line}  8 threads {threads:9.2} µs an item");
    }
    Ok(())
}

fn answer() -> Result<(), Error> {
    let mut models = HashMap::new();
    for line in stdin().lock().lines() {
        let line = line?;
        let words: Vec<&str> = line.split_whitespace().collect();
        let [file, items, calls] = words[..] else { return Err("a line is FILE BATCH CALLS".into()) };
        if !models.contains_key(file) {
            models.insert(file.to_owned(), Model::load(file)?);
        }
        println!("{}", time(&models[file], items.parse()?, calls.parse()?)?);
        stdout().flush()?;
    }
    Ok(())
}

fn main() -> Result<(), Error> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    if arguments.iter().any(|word| word == "--ask") { answer() } else { table(&arguments) }
}
