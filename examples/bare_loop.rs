//! kiln's parts in a loop of your own: its data, loss, optimiser, schedule and metrics, and nothing of its trainer.
//!
//! ```text
//! cargo run --release --example bare_loop
//! ```

use burn::nn::{Linear, LinearConfig};
use kiln::prelude::*;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (device, epochs) = (DeviceName::Auto.open()?, 20);
    let digits = Prepared::load(&DataConfig::new("digits"), Seed::new(0))?;
    let train = Loader::new(digits.train(), 64)?.shuffled(Seed::new(0).purpose(Purpose::Shuffle));
    let loss = LossConfig::from(CrossEntropyConfig::default()).build(TargetKind::Classes(10))?;
    let mut optimizer = Optimizer::new(&AdamwConfig::default().into())?;
    let per_epoch = train.batches() as u64;
    let rate = ScheduleConfig::from(CosineShape { end: 0.0 }).build(0.02, per_epoch, epochs * per_epoch)?;

    let training = device.clone().autodiff();
    let mut model = LinearConfig::new(64, 10).init(&training);
    for epoch in 0..epochs {
        for batch in train.epoch(epoch, &training) {
            let Batch { inputs, targets, .. } = batch?.data;
            let value = loss.forward(model.forward(inputs.flat()), &targets);
            let gradients = Gradients::of(value.backward(), &model);
            let lr = rate.at(optimizer.updates());
            model = optimizer.step(model, gradients, lr, |_, weight, _| weight);
        }
    }

    let forward = |model: &Linear, inputs: Inputs, _: Option<Seed>| model.forward(inputs.flat());
    let task = Supervised::new(forward, loss, digits.fitted.clone());
    let test = Loader::new(digits.test().ok_or("digits have a test part")?, 500)?;
    for (name, value) in evaluate(&task, &model.valid(), &test, &device)?.metrics().iter() {
        println!("test {name:<13} {value:.4}");
    }
    Ok(())
}
