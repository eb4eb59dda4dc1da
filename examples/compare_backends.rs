//! The same training on every device that opens: how fast each one is, and how far its arithmetic leads away from the
//! first one's. All of them start from the same weights and see the same batches and dropout masks.
//!
//! ```text
//! cargo run --release --example compare_backends
//! cargo run --release --example compare_backends --features ndarray,wgpu
//! ```

use kiln::device;
use kiln::prelude::*;

const STEPS: u64 = 20;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut names = Vec::new();
    for report in device::list() {
        match &report.state {
            Ok(()) => names.push(report.name),
            Err(error) => println!("{}: {error}; {}", report.name, error.help().unwrap_or_default()),
        }
    }
    let devices = names.iter().map(|name| name.open()).collect::<Result<Vec<_>, _>>()?;

    let digits = Prepared::load(&DataConfig::new("digits"), Seed::new(0))?;
    let target = TargetKind::Classes(digits.fitted.outputs());
    let loss = LossConfig::default_for(target).build(target)?;
    let config = ModelConfig::Mlp(MlpConfig { dropout: 0.2, ..MlpConfig::default() });
    let (shape, outputs) = (digits.fitted.input_shape(), loss.outputs());
    let init = |device: &Device| -> Result<Network, TrainError> {
        config
            .init(shape.clone(), outputs, device, Seed::new(0).purpose(Purpose::Init))
            .map_err(|error| TrainError::Device { reason: error.to_string() })
    };
    let weights = Weights::of(&init(devices.first().ok_or("no backend is compiled in")?)?);

    let task = Supervised::new(Network::forward, loss, digits.fitted.clone());
    let data = Data::new(digits.train()).validation(digits.validation().ok_or("no validation part")?);
    let trainer = Trainer::new(task, TrainConfig::default());
    let differences = trainer.compare(&devices, &init, &weights, &data, STEPS, 1e-3)?;

    println!("{STEPS} steps; differences to {}", names[0]);
    println!(
        "{:<10}{:>9}{:>12}{:>15}{:>11}  beyond 1e-3",
        "device", "step ms", "loss diff", "gradient diff", "accuracy"
    );
    for ((name, device), difference) in names.iter().zip(&devices).zip(&differences) {
        let mut times = trainer.time_steps(device, &init, &weights, &data, 5, STEPS)?.milliseconds;
        times.sort_by(f64::total_cmp);
        let beyond = match &difference.first {
            Some(first) => format!("step {}, {}", first.step, first.parameter),
            None => "never".to_owned(),
        };
        println!(
            "{:<10}{:>9.2}{:>12.1e}{:>15.1e}{:>11.4}  {beyond}",
            name.to_string(),
            times[times.len() / 2],
            difference.max_loss_diff,
            difference.max_grad_diff,
            difference.metrics.get("accuracy").unwrap_or(f64::NAN),
        );
    }
    Ok(())
}
