//! SimSiam (Chen and He 2021): a network learns from two views of each picture of clothing (Fashion-MNIST, not part of this
//! repository) and looks at no label.
//!
//! ```text
//! cargo run --release --example simsiam -- [FOLDER] [ITEMS] [EPOCHS]
//! ```
//!
//! The folder is for checkpoints, by default `runs/simsiam`.
//!
//! As in the paper the rate of the encoder falls and that of the predictor stays: two optimisers, one loss, one pass. Killed and
//! started again with the same folder, it goes on from its newest checkpoint and ends with the same bits.

use burn::nn::{self, BatchNormConfig};
use burn::tensor::activation::relu;
use kiln::augment::{Augmented, HorizontalFlip, ResizedCropConfig};
use kiln::data::Target;
use kiln::optim::ConstantShape;
use kiln::prelude::*;

const FEATURES: usize = 64;

/// Every item twice, augmented in two ways.
#[derive(Debug)]
struct TwoViews(Augmented);

impl Source<[Batch; 2]> for TwoViews {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn batch(&self, items: &[usize], device: &Device) -> Result<[Batch; 2], DataError> {
        Ok([self.0.batch(items, device)?, self.0.batch(items, device)?])
    }

    fn training_batch(&self, items: &[usize], epoch: Seed, device: &Device) -> Result<[Batch; 2], DataError> {
        let view = |number| self.0.training_batch(items, epoch.at(number), device);
        Ok([view(0)?, view(1)?])
    }
}

/// The names of the optimisers are those of the fields.
#[derive(Module, Debug)]
struct SimSiam {
    encoder: (Network, nn::BatchNorm),
    predictor: (nn::Linear, nn::BatchNorm, nn::Linear),
}

impl SimSiam {
    /// Images to features, `[N, 64]`.
    fn encode(&self, images: Inputs) -> Tensor<2> {
        self.encoder.1.forward(self.encoder.0.forward(images, None))
    }

    fn predict(&self, features: Tensor<2>) -> Tensor<2> {
        let (squeeze, norm, widen) = &self.predictor;
        widen.forward(relu(norm.forward(squeeze.forward(features))))
    }
}

/// Rows of length 1.
fn normalized(rows: Tensor<2>) -> Tensor<2> {
    let length = rows.clone().square().sum_dim(1).add_scalar(1e-12).sqrt();
    rows / length
}

struct Alike;

impl Task for Alike {
    type Model = SimSiam;
    type Batch = [Batch; 2];

    /// What is predicted of one view is to be what the other one is: the negative cosine, without a gradient to the other.
    fn loss(&self, model: &SimSiam, views: [Batch; 2], _: Seed) -> Tensor<1> {
        let [a, b] = views.map(|view| model.encode(view.inputs));
        let apart = |features: &Tensor<2>, other: &Tensor<2>| {
            let predicted = normalized(model.predict(features.clone()));
            (predicted * normalized(other.clone().detach())).sum_dim(1).mean().neg()
        };
        (apart(&a, &b) + apart(&b, &a)).mul_scalar(0.5)
    }

    fn score(&self, _: &SimSiam, _: [Batch; 2], _: &mut Scores) {}
}

/// The share of `test` whose nearest item of `train`, by the cosine of the features, is of the same class; and how far the features
/// spread, from 0 (all the same: collapsed) to 1 (evenly).
fn judge(
    model: &SimSiam,
    [train, test]: [Rows; 2],
    device: &Device,
) -> Result<(f64, f64), Box<dyn std::error::Error>> {
    let features = |rows: &Rows| -> Result<Tensor<2>, DataError> {
        let items: Vec<usize> = (0..rows.len().min(2000)).collect();
        Ok(normalized(model.encode(rows.batch(&items, device)?.inputs)))
    };
    let (known, asked) = (features(&train)?, features(&test)?);
    let spread = known.clone().var(0).mean().into_scalar::<f32>() * FEATURES as f32;
    let nearest = asked.matmul(known.transpose()).argmax(1).into_data();
    let Target::Classes { labels, .. } = &train.dataset().target else { return Err("no classes".into()) };
    let class = |rows: &Rows, item: usize| labels[rows.numbers()[item]];
    let hits = nearest.iter::<i64>().enumerate();
    let right = hits.filter(|(item, near)| class(&test, *item) == class(&train, *near as usize)).count();
    Ok((right as f64 / nearest.num_elements() as f64, f64::from(spread).sqrt()))
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().unwrap_or_else(|| "runs/simsiam".to_owned());
    std::fs::create_dir_all(&folder)?;
    let mut number = |default| arguments.next().map_or(Ok(default), |word| word.parse());
    let (items, epochs) = (number(6000)?, number(20)? as u64);
    let device = DeviceName::Auto.open()?;
    let config = DataConfig { validation: 0.0, ..DataConfig::new("fashion-mnist") };
    let mut clothes = Prepared::load(&config, Seed::new(0))
        .map_err(|error| format!("{error}; help: {}", error.help().unwrap_or_default()))?;
    clothes.split.train.truncate(items);
    let test = clothes.test().ok_or("no test part")?;
    let views = Augmented::new(clothes.train())
        .transform(ResizedCropConfig { scale: [0.4, 1.0], ..ResizedCropConfig::square(28) }.build()?)?
        .transform(HorizontalFlip::new(0.5)?)?;

    let (linear, norm) = (nn::LinearConfig::new, BatchNormConfig::new);
    let cnn = CnnConfig { channels: vec![16, 32], norm: Norm::Batch, ..CnnConfig::default() };
    let cnn = ModelConfig::from(cnn).init(clothes.fitted.input_shape(), FEATURES, &device, Seed::new(1))?;
    let model = SimSiam {
        encoder: (cnn, norm(FEATURES).init(&device)),
        predictor: (
            linear(FEATURES, 16).init(&device),
            norm(16).init(&device),
            linear(16, FEATURES).init(&device),
        ),
    };
    let sgd = SgdConfig { lr: 0.05, momentum: 0.9, weight_decay: 1e-4, ..SgdConfig::default() };
    let outcome = Trainer::new(Alike, TrainConfig { epochs, batch_size: 128, ..TrainConfig::default() })
        .optimizer_for("encoder", PartOptimizer::new(sgd.clone()).schedule(CosineShape { end: 0.0 }))
        .optimizer_for("predictor", PartOptimizer::new(sgd).schedule(ConstantShape {}).loss_of("encoder"))
        .run_dir(folder, CheckpointConfig { every_steps: Some(3), ..CheckpointConfig::default() })
        .resume(model, &Data::new(TwoViews(views)))?;

    let (accuracy, spread) = judge(&outcome.model, [clothes.train(), test], &device)?;
    println!("{} steps, weights {}", outcome.steps, outcome.last_weights_blake3);
    println!("nearest neighbour {accuracy:.4}, spread {spread:.2}");
    Ok(())
}
