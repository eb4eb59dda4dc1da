//! Transfer: a network that learned to tell ten digits apart learns even and odd from fifteen images.
//!
//! ```text
//! cargo run --release --example transfer
//! ```

use std::ops::Range;

use kiln::data::{Features, Images, Target};
use kiln::prelude::*;

type Tried<T> = Result<T, Box<dyn std::error::Error>>;

/// Some of the images of digits; what a digit counts as is its remainder by `classes`.
fn digits(items: Range<usize>, classes: u32) -> Tried<Dataset> {
    let all = DataConfig::new("digits").load()?;
    let images = all.features.as_images().ok_or("digits are images")?;
    let (labels, _) = all.target.strata().ok_or("digits are classes")?;
    let size = images.shape.iter().product::<usize>();
    let pixels =
        images.held().ok_or("digits are held in memory")?[items.start * size..items.end * size].to_vec();
    let labels = labels[items].iter().map(|digit| digit % classes).collect();
    let names = (0..classes).map(|class| class.to_string()).collect();
    let images = Features::Images(Images::new(pixels, images.shape));
    Ok(Dataset::new(format!("digits by {classes}"), images, Target::Classes { labels, names }))
}

/// A network whose first weights follow from `seed`.
fn network(data: &Prepared, seed: u64) -> Tried<Network> {
    let config = CnnConfig { channels: vec![16, 32], hidden: vec![64], ..CnnConfig::default() };
    let (input, outputs) = (data.fitted.input_shape(), data.fitted.outputs());
    let init = Seed::new(seed).purpose(Purpose::Init);
    Ok(ModelConfig::Cnn(config).init(input, outputs, &DeviceName::Auto.open()?, init)?)
}

/// Trains `model`, a part of which may be frozen. Gives it back with its accuracy on the test part.
fn train(model: Network, data: &Prepared, freeze: Option<Freeze>) -> Tried<(Network, f64)> {
    let target = TargetKind::Classes(data.fitted.outputs());
    let loss = LossConfig::default_for(target).build(target)?;
    let task = Supervised::new(Network::forward, loss, data.fitted.clone());
    let config = TrainConfig { epochs: 30, batch_size: 16, ..TrainConfig::default() };
    let trainer =
        Trainer::new(task.clone(), config).optimizer(AdamConfig { lr: 0.01, ..AdamConfig::default() });
    let mut trainer = freeze.into_iter().fold(trainer, Trainer::freeze);
    let model = trainer.fit(model, &Data::new(data.train()))?.model;
    let test = Loader::new(data.test().ok_or("no test part")?, 500)?;
    let scores = evaluate(&task, &model, &test, &model.devices()[0])?.metrics();
    Ok((model, scores.get("accuracy").ok_or("no accuracy")?))
}

fn main() -> Tried<()> {
    // No image of the new task has been seen in the old one.
    let old = Prepared::new(digits(0..900, 10)?, &DataConfig::new("digits"), Seed::new(0))?;
    let (teacher, accuracy) = train(network(&old, 0)?, &old, None)?;
    println!("ten digits: accuracy {accuracy:.3}");

    // All but the output layer, which has two outputs now.
    let body = Weights::of(&teacher).without("output")?;
    let few = DataConfig { test: 0.983, validation: 0.0, ..DataConfig::new("digits") };
    let frozen = || Freeze::new(ParamSelection::paths(["blocks", "layers"]));
    println!("even or odd:  images  from scratch  body frozen  thawed after 10 epochs");
    let mut sums = [0.0; 3];
    for seed in 0..5 {
        let new = Prepared::new(digits(900..1797, 2)?, &few, Seed::new(seed))?;
        let loaded = body.apply_partial(network(&new, seed)?)?;
        if seed == 0 {
            println!("{loaded}");
        }
        let scratch = train(network(&new, seed)?, &new, None)?.1;
        let held = train(loaded.model.clone(), &new, Some(frozen()))?.1;
        let thawed = train(loaded.model, &new, Some(frozen().epochs(10)))?.1;
        println!(
            "seed {seed}        {:6}  {scratch:12.3}  {held:11.3}  {thawed:22.3}",
            new.split.train.len()
        );
        sums = [sums[0] + scratch, sums[1] + held, sums[2] + thawed];
    }
    let [scratch, held, thawed] = sums.map(|sum| sum / 5.0);
    println!("mean                  {scratch:12.3}  {held:11.3}  {thawed:22.3}");
    Ok(())
}
