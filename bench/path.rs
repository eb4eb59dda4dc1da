//! A regularisation path with warm starts beside as many cold fits: one JSON line for each data set, with the median
//! of paired rounds in milliseconds.

#![allow(clippy::unwrap_used, reason = "a program for developers")]

use std::time::Instant;

use kiln::Seed;
use kiln::convex::Design;
use kiln::validate::path::ElasticNetPath;

fn main() {
    for (rows, columns, tolerance, rounds) in [
        (442, 24, 1e-8, 15),
        (442, 24, 1e-4, 15),
        (500, 200, 1e-8, 3),
        (500, 200, 1e-4, 3),
        (200, 500, 1e-4, 3),
    ] {
        let (x, y) = data(rows, columns);
        let path = ElasticNetPath { tolerance, ..ElasticNetPath::default() };
        let lambdas = path.grid(&x, &y).unwrap();
        let (mut warm, mut cold, mut ratio) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..rounds {
            let began = Instant::now();
            path.fit(&x, &y, &lambdas).unwrap();
            let a = began.elapsed().as_secs_f64() * 1e3;
            let began = Instant::now();
            for lambda in &lambdas {
                path.point(&x, &y, *lambda, None).unwrap();
            }
            let b = began.elapsed().as_secs_f64() * 1e3;
            warm.push(a);
            cold.push(b);
            ratio.push(a / b);
        }
        let line = serde_json::json!({
            "job": format!("lasso path {rows}x{columns}, 100 strengths, gap {tolerance:e}"), "kiln_ms": median(warm),
            "peer": "100 cold fits", "peer_ms": median(cold), "ratio": median(ratio),
        });
        println!("{line}");
    }
}

/// Correlated columns, ten of which matter, and noise.
fn data(rows: usize, columns: usize) -> (Design, Vec<f64>) {
    let seed = Seed::new(1);
    let mut flat = vec![0.0; rows * columns];
    let mut y = vec![0.0; rows];
    for (row, y) in y.iter_mut().enumerate() {
        let seed = seed.at(row as u64);
        let common = seed.uniform(u64::MAX) - 0.5;
        for column in 0..columns {
            let value = 0.7 * common + seed.uniform(column as u64) - 0.5;
            flat[row * columns + column] = value;
            *y += if column < 10 { value * (10 - column) as f64 } else { 0.0 };
        }
        *y += 4.0 * (seed.uniform(u64::MAX - 1) - 0.5);
    }
    (Design::new(&flat, rows, columns).unwrap(), y)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
