//! Parts of your own in one program: a splitter, a transform, a schedule, a penalty and a callback.
//!
//! ```text
//! cargo run --release --example own_parts
//! ```

use std::sync::Arc;

use kiln::experiment::own::{FoldSettings, cross_validate};
use kiln::prelude::*;

fn main() -> Result<(), kiln::experiment::ExperimentError> {
    let (device, config) = (DeviceName::Auto.open()?, DataConfig::new("digits"));
    let digits = Arc::new(config.load()?);
    // Tests a third of the rows after the other, and leaves out the 20 rows on either side of it.
    let purged = split_fn("purged", |items| {
        let tested = |third: usize| third * 599..(third + 1) * 599;
        let far = |row: &usize, third| row + 20 < tested(third).start || *row >= tested(third).end + 20;
        let fold = |third| Fold::new((0..items.len()).filter(|row| far(row, third)), tested(third));
        (0..3).map(fold).collect()
    });
    let found = cross_validate(&purged, &Items::of(&digits)?, &FoldSettings::default(), &(), |fold| {
        let part = fold.data(&digits, &config)?;
        // Every image darker, by a share that is a function of the seed.
        let dimmed = transform_fn("dimmed", |image: &mut kiln::augment::Image, seed: Seed| {
            let left = 0.6 + 0.4 * seed.uniform(0);
            image.pixels_mut().iter_mut().for_each(|pixel| *pixel = (f64::from(*pixel) * left) as u8);
        });
        let task = Supervised::with_default_loss(Network::forward, part.fitted.clone())?;
        let trainer = Trainer::new(task, TrainConfig { epochs: 40, ..TrainConfig::default() })
            .schedule(ScheduleFn::new(|step| 0.01 / (1.0 + step as f64 / 200.0)))
            .penalty(Custom::new("1e-4 Σ w⁴", |weight| weight.flat.powi_scalar(4).sum().mul_scalar(1e-4)))
            .callback(after_epoch(|view| (view.record.train.get("loss")? < 0.05).then(|| "enough".into())));
        let model = ModelConfig::from(MlpConfig::default()).init_for(&part.fitted, &device, Seed::new(0))?;
        fold.supervised(trainer, model, &part, Augmented::new(part.train()).transform(dimmed)?)
    })?;
    let found = found.expect("nobody asked it to stop");
    println!("mean accuracy {:.4}", found.summaries.means().get("accuracy").unwrap_or(f64::NAN));
    Ok(())
}
