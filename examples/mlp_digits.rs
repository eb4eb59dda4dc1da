//! A multi-layer perceptron on handwritten digits: the smallest complete training.
//!
//! ```text
//! cargo run --release --example mlp_digits
//! ```

use kiln::prelude::*;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let device = DeviceName::Auto.open()?;
    let seed = 0;
    // Loads and splits; the preprocessing is fitted on the training part and on nothing else.
    let digits = Prepared::load(&DataConfig::new("digits"), Seed::new(seed))?;

    // Ten classes, so the loss is cross-entropy and the model has ten outputs.
    let target = TargetKind::Classes(digits.fitted.outputs());
    let loss = LossConfig::default_for(target).build(target)?;
    let config = ModelConfig::Mlp(MlpConfig { hidden: vec![256, 128], dropout: 0.2, ..MlpConfig::default() });
    let init = Seed::new(seed).purpose(Purpose::Init);
    let model = config.init(digits.fitted.input_shape(), loss.outputs(), &device, init)?;

    let task = Supervised::new(Network::forward, loss, digits.fitted.clone());
    let data = Data::new(digits.train()).validation(digits.validation().ok_or("no validation part")?);
    let outcome = Trainer::new(task.clone(), TrainConfig { epochs: 30, ..TrainConfig::default() })
        .optimizer(AdamwConfig { lr: 3e-3, ..AdamwConfig::default() })
        .early_stopping(EarlyStoppingConfig { patience: 10, ..EarlyStoppingConfig::default() })
        .seed(seed)
        .fit(model, &data)?;

    // The outcome holds the weights of the best epoch, not of the last.
    let best = outcome.history.best().ok_or("no epoch")?;
    println!("{} steps, {}, best epoch {}", outcome.steps, outcome.stop.reason(), best.epoch);
    let test = Loader::new(digits.test().ok_or("no test part")?, 500)?;
    for (name, value) in evaluate(&task, &outcome.model, &test, &device)?.metrics().iter() {
        println!("test {name:<14} {value:.4}");
    }
    Ok(())
}
