//! A callback of your own: draws the validation loss as a sparkline (its logarithm) and stops as soon as the accuracy will do.
//!
//! ```text
//! cargo run --release --example custom_callback
//! ```

use std::ops::ControlFlow;

use kiln::prelude::*;

/// Callbacks see what happens and may stop it; they never change it.
struct GoodEnough {
    accuracy: f64,
}

impl Callback for GoodEnough {
    fn on_epoch_end(&mut self, view: &EpochView<'_>) -> Result<ControlFlow<Stop>, TrainError> {
        let of = |record: &EpochRecord, name: &str| record.validation.as_ref().and_then(|m| m.get(name));
        let losses: Vec<f64> =
            view.history.epochs.iter().filter_map(|record| of(record, "loss")).map(f64::ln).collect();
        let accuracy = of(view.record, "accuracy").unwrap_or(0.0);
        println!("epoch {:>2}  accuracy {accuracy:.4}  loss {}", view.record.epoch, sparkline(&losses));
        Ok(if accuracy >= self.accuracy {
            ControlFlow::Break(Stop::Callback { why: format!("an accuracy of {accuracy:.4} will do") })
        } else {
            ControlFlow::Continue(())
        })
    }

    fn on_fit_end(&mut self, history: &History, stop: &Stop) -> Result<(), TrainError> {
        let epochs = history.epochs.len();
        match stop {
            Stop::Callback { why } => println!("stopped after {epochs} epochs: {why}"),
            other => println!("stopped after {epochs} epochs: {}", other.reason()),
        }
        Ok(())
    }
}

/// A bar for each number, from the smallest to the largest.
fn sparkline(numbers: &[f64]) -> String {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let low = numbers.iter().copied().fold(f64::INFINITY, f64::min);
    let high = numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let height = |x: &f64| (((x - low) / (high - low).max(f64::MIN_POSITIVE)) * 7.0).round() as usize;
    numbers.iter().map(|x| BARS[height(x).min(7)]).collect()
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let device = DeviceName::Auto.open()?;
    let digits = Prepared::load(&DataConfig::new("digits"), Seed::new(0))?;
    let target = TargetKind::Classes(digits.fitted.outputs());
    let loss = LossConfig::default_for(target).build(target)?;
    let model = ModelConfig::Mlp(MlpConfig::default()).init(
        digits.fitted.input_shape(),
        loss.outputs(),
        &device,
        Seed::new(0).purpose(Purpose::Init),
    )?;
    let task = Supervised::new(Network::forward, loss, digits.fitted.clone());
    let data = Data::new(digits.train()).validation(digits.validation().ok_or("no validation part")?);
    Trainer::new(task, TrainConfig { epochs: 50, ..TrainConfig::default() })
        .optimizer(AdamwConfig { lr: 3e-3, ..AdamwConfig::default() })
        .callback(GoodEnough { accuracy: 0.97 })
        .fit(model, &data)?;
    Ok(())
}
