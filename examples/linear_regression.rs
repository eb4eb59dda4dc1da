//! Linear regression by three kinds of gradient descent, side by side: one item a step (stochastic), 32 items
//! (mini-batch), all items (batch). The noisier the gradient, the smaller the learning rate has to be; the more
//! items a step takes, the fewer steps an epoch has.
//!
//! ```text
//! cargo run --release --example linear_regression
//! ```

use kiln::prelude::*;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let device = DeviceName::Auto.open()?;
    // No validation part: nothing is chosen here, so the weights of the last step count.
    let config = DataConfig { validation: 0.0, ..DataConfig::new("diabetes") };
    let patients = Prepared::load(&config, Seed::new(0))?;
    let target = TargetKind::Values(patients.fitted.outputs());
    let loss = LossConfig::default_for(target).build(target)?;
    let forward = |model: &Linear, inputs: Inputs, _: Option<Seed>| model.forward(inputs.flat());
    let task = Supervised::new(forward, loss, patients.fitted.clone());
    let data = Data::new(patients.train());
    let train = Loader::new(patients.train(), 500)?;
    let test = Loader::new(patients.test().ok_or("no test part")?, 500)?;

    println!("diabetes: {} patients to train on, {} to test on", train.items(), test.items());
    println!(
        "{:<12}{:>6}{:>8}{:>8}{:>8}{:>11}{:>10}{:>9}{:>9}",
        "descent", "batch", "lr", "epochs", "steps", "train MSE", "test MSE", "test R²", "seconds"
    );
    // A batch size of 0 stands for all items.
    for (name, batch_size, lr, epochs) in
        [("stochastic", 1, 0.001, 30), ("mini-batch", 32, 0.01, 100), ("full batch", 0, 0.2, 600)]
    {
        let init = Seed::new(0).purpose(Purpose::Init);
        let shape = patients.fitted.input_shape();
        let model = LinearConfig::default().init(shape, patients.fitted.outputs(), &device, init)?;
        let outcome =
            Trainer::new(task.clone(), TrainConfig { epochs, batch_size, ..TrainConfig::default() })
                .optimizer(SgdConfig { lr, ..SgdConfig::default() })
                .fit(model, &data)?;
        let metric = |loader: &Loader<Batch>, name: &str| -> Result<f64, TrainError> {
            let metrics = evaluate(&task, &outcome.model, loader, &device)?.metrics();
            Ok(metrics.get(name).unwrap_or(f64::NAN))
        };
        let items = if batch_size == 0 { train.items() } else { batch_size };
        println!(
            "{name:<12}{items:>6}{lr:>8}{epochs:>8}{:>8}{:>11.1}{:>10.1}{:>9.3}{:>9.2}",
            outcome.steps,
            metric(&train, "mse")?,
            metric(&test, "mse")?,
            metric(&test, "r2")?,
            outcome.seconds,
        );
    }
    Ok(())
}
