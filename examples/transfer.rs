//! Transfer: what a network learned of the digits 0 to 4 helps it to learn 5 to 9 from a few images.
//!
//! ```text
//! cargo run --release --example transfer
//! ```

use kiln::data::{Features, Images, Target};
use kiln::prelude::*;

type Tried<T> = Result<T, Box<dyn std::error::Error>>;

/// The images of five digits from `first` on, as classes 0 to 4.
fn digits(first: u32) -> Tried<Dataset> {
    let all = DataConfig::new("digits").load()?;
    let Images { pixels, shape } = all.features.as_images().ok_or("digits are images")?;
    let (labels, _) = all.target.strata().ok_or("digits are classes")?;
    let rows = pixels.chunks(shape.iter().product()).zip(labels);
    let wanted = rows.filter(|(_, digit)| (first..first + 5).contains(*digit));
    let (pixels, labels): (Vec<_>, Vec<_>) = wanted.map(|(image, digit)| (image, digit - first)).unzip();
    let names = (first..first + 5).map(|digit| digit.to_string()).collect();
    let images = Features::Images(Images { pixels: pixels.concat(), shape: *shape });
    Ok(Dataset::new(format!("digits from {first}"), images, Target::Classes { labels, names }))
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
    let trainer = Trainer::new(task.clone(), config);
    let mut trainer = freeze.into_iter().fold(trainer, Trainer::freeze);
    let model = trainer.fit(model, &Data::new(data.train()))?.model;
    let test = Loader::new(data.test().ok_or("no test part")?, 500)?;
    let scores = evaluate(&task, &model, &test, &model.devices()[0])?.metrics();
    Ok((model, scores.get("accuracy").ok_or("no accuracy")?))
}

fn main() -> Tried<()> {
    let old = Prepared::new(digits(0)?, &DataConfig::new("digits"), Seed::new(0))?;
    let (teacher, accuracy) = train(network(&old, 0)?, &old, None)?;
    println!("0 to 4: accuracy {accuracy:.3}");

    // Its convolutions see strokes, which all digits have. The layers behind them know the digits 0 to 4 and nothing else.
    let convolutions = Weights::of(&teacher).select("blocks")?;
    println!("{}", convolutions.apply_partial(network(&old, 1)?)?);
    let frozen = || Freeze::new(ParamSelection::paths(["blocks"]));
    let few = DataConfig { test: 0.983, validation: 0.0, ..DataConfig::new("digits") };
    println!("5 to 9:  images  from scratch  convolutions frozen  thawed after 10 epochs");
    let mut sums = [0.0; 3];
    for seed in 0..5 {
        let new = Prepared::new(digits(5)?, &few, Seed::new(seed))?;
        let loaded =
            || Ok::<_, Box<dyn std::error::Error>>(convolutions.apply_partial(network(&new, seed)?)?.model);
        let scratch = train(network(&new, seed)?, &new, None)?.1;
        let held = train(loaded()?, &new, Some(frozen()))?.1;
        let thawed = train(loaded()?, &new, Some(frozen().epochs(10)))?.1;
        println!("seed {seed}   {:6}  {scratch:12.3}  {held:19.3}  {thawed:22.3}", new.split.train.len());
        sums = [sums[0] + scratch, sums[1] + held, sums[2] + thawed];
    }
    let [scratch, held, thawed] = sums.map(|sum| sum / 5.0);
    println!("mean             {scratch:12.3}  {held:19.3}  {thawed:22.3}");
    Ok(())
}
