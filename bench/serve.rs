//! What one row costs a program that serves a run, beside the same by hand.
//!
//! `cargo bench --bench serve`. Trains a small MLP on iris, then prints the median time of a call: by hand (scaled, forward,
//! read back), by row, by record, 500 rows at once, and by row on 8 threads. Rounds are interleaved.

use std::hint::black_box;
use std::time::Instant;

use burn::tensor::{Device, Tensor, TensorData};
use kiln::config::{Request, resolve};
use kiln::data::Inputs;
use kiln::device::DeviceName;
use kiln::experiment::job::Blueprint;
use kiln::experiment::{RunWeights, Session, best_weights, train};
use kiln::models::Network;
use kiln::{Predictor, Run};

type Error = Box<dyn std::error::Error>;

const ROW: [f64; 4] = [6.9, 3.1, 5.4, 2.1];
const CALLS: usize = 2000;
const ROUNDS: usize = 15;

/// The least that must be done: numbers to the device, a forward pass, numbers back.
fn by_hand(network: &Network, device: &Device) -> Vec<f32> {
    let row: Vec<f32> = ROW.iter().map(|cell| ((cell - 3.0) / 2.0) as f32).collect();
    let inputs = Tensor::from_data(TensorData::new(row, [1, 4]), device);
    network.forward(Inputs::Table(inputs), None).into_data().iter::<f32>().collect()
}

/// Microseconds of a call, the mean of many.
fn time<T>(call: impl Fn() -> T) -> f64 {
    let began = Instant::now();
    for _ in 0..CALLS {
        black_box(call());
    }
    began.elapsed().as_secs_f64() * 1e6 / CALLS as f64
}

/// Microseconds of a row with 8 threads at work, of one thread's clock.
fn on_threads(predictor: &Predictor) -> f64 {
    let times: Vec<f64> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| time(|| predictor.predict_row(&ROW)))).collect();
        threads.into_iter().filter_map(|thread| thread.join().ok()).collect()
    });
    times.iter().sum::<f64>() / times.len() as f64
}

fn main() -> Result<(), Error> {
    let device = DeviceName::Flex.open()?;
    let overrides = vec!["train.epochs=2".to_owned()];
    let resolved = resolve(&Request { config: Some("iris".to_owned()), overrides, ..Request::default() })?;
    let runs = std::env::temp_dir().join(format!("kiln-bench-serve-{}", std::process::id()));
    let trained = train(&resolved, &Session { runs_dir: runs.clone(), ..Session::default() }, &())?;
    let predictor = Run::open(&trained.run)?.best(&device)?;
    let RunWeights { saved: checkpoint, fitted, .. } = best_weights(&trained.run, &())?;
    let network = checkpoint.weights.apply(Blueprint::new(&resolved, fitted)?.model(&resolved, &device)?)?;
    let names: Vec<String> =
        predictor.columns().unwrap_or_default().iter().map(|column| column.name.clone()).collect();
    let record: Vec<(&String, f64)> = names.iter().zip(ROW).collect();
    let rows = vec![ROW; 500];

    let mut table: [(&str, Vec<f64>); 5] =
        ["by hand", "row", "record", "one of 500 rows", "row, 8 threads"].map(|name| (name, Vec::new()));
    for _ in 0..ROUNDS {
        let measured = [
            time(|| by_hand(&network, &device)),
            time(|| predictor.predict_row(&ROW)),
            time(|| predictor.predict_record(&record)),
            time(|| predictor.predict_rows(&rows)) / 500.0,
            on_threads(&predictor),
        ];
        table.iter_mut().zip(measured).for_each(|((_, times), time)| times.push(time));
    }
    std::fs::remove_dir_all(&runs)?;
    for (name, mut times) in table {
        times.sort_by(f64::total_cmp);
        println!("{name:<16} {:8.2} µs", times[ROUNDS / 2]);
    }
    Ok(())
}
