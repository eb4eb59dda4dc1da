//! Ridge regression by full-batch gradient descent, checked against its closed form.
//!
//! kiln minimises `(1/n) Σ (xᵢw + b − yᵢ)² + λ Σ w²`: the loss is a mean, the penalty has no ½ and leaves the bias out.
//! Setting the derivative to zero gives `(XᵀX/n + λ·I) w = Xᵀy/n`, where X has a column of ones for b and λ is 0 for it.
//! (scikit-learn's `Ridge` sums the squares instead, so its alpha is n·λ.)
//!
//! ```text
//! cargo run --release --example ridge
//! ```

use kiln::prelude::*;

const LAMBDA: f64 = 0.05;
const TOLERANCE: f64 = 1e-3;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let device = DeviceName::Auto.open()?;
    let config = DataConfig { validation: 0.0, ..DataConfig::new("diabetes") };
    let patients = Prepared::load(&config, Seed::new(0))?;
    let target = TargetKind::Values(patients.fitted.outputs());
    let loss = LossConfig::default_for(target).build(target)?;
    let init = Seed::new(0).purpose(Purpose::Init);
    let model = ModelConfig::Linear(LinearConfig::default()).init(
        patients.fitted.input_shape(),
        loss.outputs(),
        &device,
        init,
    )?;

    // Batch size 0 is all items: plain gradient descent.
    let task = Supervised::new(Network::forward, loss, patients.fitted.clone());
    let outcome = Trainer::new(task, TrainConfig { epochs: 1000, batch_size: 0, ..TrainConfig::default() })
        .optimizer(SgdConfig { lr: 0.2, ..SgdConfig::default() })
        .penalty(L2Config::new(LAMBDA))
        .fit(model, &Data::new(patients.train()))?;
    let weights = Weights::of(&outcome.model);
    let mut descent = Vec::new();
    for path in ["output.weight", "output.bias"] {
        descent.extend(weights.get(path).ok_or("no such parameter")?.iter::<f64>());
    }

    // The same numbers that the model saw, in f64.
    let train = patients.train();
    let rows: Vec<usize> = (0..train.len()).collect();
    let batch = train.batch(&rows, &device)?;
    let Targets::Values(targets) = batch.targets else { return Err("diabetes is a regression".into()) };
    let y: Vec<f64> = targets.into_data().iter::<f64>().collect();
    let inputs: Vec<f64> = batch.inputs.flat().into_data().iter::<f64>().collect();
    let x: Vec<Vec<f64>> =
        inputs.chunks(inputs.len() / y.len()).map(|row| row.iter().copied().chain([1.0]).collect()).collect();
    let exact = ridge(&x, &y, LAMBDA).ok_or("the normal equations have no single solution")?;

    let columns = patients.fitted.columns().unwrap_or_default();
    let names = columns.iter().map(|column| column.name.as_str()).chain(["(bias)"]);
    println!("{:<8}{:>18}{:>14}", "", "gradient descent", "closed form");
    let mut largest = 0.0f64;
    for ((name, found), exact) in names.zip(&descent).zip(&exact) {
        println!("{name:<8}{found:>+18.6}{exact:>+14.6}");
        largest = largest.max((found - exact).abs());
    }
    println!("largest difference {largest:.1e} after {} steps", outcome.steps);
    // Not `largest > TOLERANCE`, which NaN would pass.
    if largest <= TOLERANCE { Ok(()) } else { Err(format!("more than {TOLERANCE:e} apart").into()) }
}

/// Solves `(XᵀX/n + λ·I) w = Xᵀy/n`; the last column of X is the bias's and has no λ.
fn ridge(x: &[Vec<f64>], y: &[f64], lambda: f64) -> Option<Vec<f64>> {
    let (n, width) = (y.len() as f64, x.first()?.len());
    let mean = |f: &dyn Fn(usize) -> f64| (0..y.len()).map(f).sum::<f64>() / n;
    let mut rows: Vec<Vec<f64>> = (0..width)
        .map(|i| {
            let mut row: Vec<f64> = (0..width).map(|j| mean(&|k| x[k][i] * x[k][j])).collect();
            if i + 1 < width {
                row[i] += lambda;
            }
            row.push(mean(&|k| x[k][i] * y[k]));
            row
        })
        .collect();
    gauss(&mut rows)
}

/// Gaussian elimination with partial pivoting on `[A | b]`; `None` when A is singular.
fn gauss(rows: &mut [Vec<f64>]) -> Option<Vec<f64>> {
    let n = rows.len();
    for step in 0..n {
        let pivot = (step..n).max_by(|&a, &b| rows[a][step].abs().total_cmp(&rows[b][step].abs()))?;
        rows.swap(step, pivot);
        if rows[step][step].abs() < 1e-12 {
            return None;
        }
        let (above, below) = rows.split_at_mut(step + 1);
        let pivot = &above[step];
        for row in below {
            let factor = row[step] / pivot[step];
            for (cell, p) in row.iter_mut().zip(pivot).skip(step) {
                *cell -= factor * p;
            }
        }
    }
    let mut solution = vec![0.0; n];
    for i in (0..n).rev() {
        let known: f64 = (i + 1..n).map(|j| rows[i][j] * solution[j]).sum();
        solution[i] = (rows[i][n] - known) / rows[i][i];
    }
    Some(solution)
}
