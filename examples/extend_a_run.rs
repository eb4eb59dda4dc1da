//! A run of two epochs is extended to five, and ends with the bits of a run of five. What changes otherwise is noticed.
//!
//! ```text
//! cargo run --release --example extend_a_run
//! ```

use std::path::Path;

use kiln::prelude::*;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let device = DeviceName::Auto.open()?;
    let digits = Prepared::load(&DataConfig::new("digits"), Seed::new(0))?;
    let loss = LossConfig::default_for(TargetKind::Classes(10)).build(TargetKind::Classes(10))?;
    let (shape, outputs) = (digits.fitted.input_shape(), loss.outputs());
    let model = || ModelConfig::Mlp(MlpConfig::default()).init(shape.clone(), outputs, &device, Seed::new(0));
    let task = Supervised::new(Network::forward, loss, digits.fitted.clone());
    let data = Data::new(digits.train()).validation(digits.validation().ok_or("no validation part")?);
    let trainer = |folder: &Path, epochs| {
        Trainer::new(task.clone(), TrainConfig { epochs, ..TrainConfig::default() })
            .run_dir(folder, CheckpointConfig::default())
            .progress()
    };

    let (short, whole) = (tempfile::tempdir()?, tempfile::tempdir()?);
    trainer(short.path(), 2).fit(model()?, &data)?;
    let longer = trainer(short.path(), 5).resume(model()?, &data)?;
    let whole = trainer(whole.path(), 5).fit(model()?, &data)?;
    println!("the same bits: {}", longer.last_weights_blake3 == whole.last_weights_blake3);

    // A learning rate that falls over the length of the run would have been another from its first step on.
    let falling = |epochs| trainer(short.path(), epochs).schedule(CosineShape { end: 0.0 });
    let error = falling(8).resume(model()?, &data).err().ok_or("a change that nobody noticed")?;
    println!("{error}");
    let last = falling(8).allow_changes(["schedule"]).resume(model()?, &data)?;
    println!(
        "{} epochs, the last with a learning rate of {:.1e}",
        last.history.epochs.len(),
        last.history.last().ok_or("no epoch")?.lr
    );
    Ok(())
}
