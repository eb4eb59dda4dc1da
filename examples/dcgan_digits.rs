//! Two networks against each other, each with its optimiser: a DCGAN (Radford, Metz and Chintala 2016) that learns to draw digits
//! of 8 x 8 pixels.
//!
//! ```text
//! cargo run --release --example dcgan_digits -- [FOLDER]
//! ```
//!
//! The folder is for checkpoints, by default `runs/dcgan`. Killed and started again, it goes on from the newest one and ends with the
//! same bits: it prints a hash of its weights. `Gan::draw` draws digits.

use burn::nn::conv::{ConvTranspose2d, ConvTranspose2dConfig};
use burn::nn::{self, BatchNormConfig, LinearConfig};
use burn::tensor::{Distribution, activation};
use kiln::prelude::*;

/// The names of the optimisers are those of the fields.
#[derive(Module, Debug)]
struct Gan {
    generator: (nn::Linear, nn::BatchNorm, ConvTranspose2d, nn::BatchNorm, ConvTranspose2d),
    discriminator: Network,
}

impl Gan {
    /// `n` images that the generator makes of noise, which Burn's generator draws: the trainer seeds it for every batch.
    fn draw(&self, n: usize) -> Inputs {
        let (grow, norm1, up1, norm2, up2) = &self.generator;
        let noise = Tensor::<2>::random([n, 16], Distribution::Normal(0.0, 1.0), &grow.weight.device());
        let x = activation::relu(norm1.forward(grow.forward(noise).reshape([n, 64, 2, 2])));
        Inputs::Images(up2.forward(activation::relu(norm2.forward(up1.forward(x)))))
    }

    /// Cross-entropy of what the discriminator says of images that are real (-1) or not (1), `[1]`.
    fn judge(&self, images: Inputs, sign: f64) -> Tensor<1> {
        activation::softplus(self.discriminator.forward(images, None).mul_scalar(sign), 1.0).mean()
    }
}

struct Adversaries;

impl Task for Adversaries {
    type Model = Gan;
    type Batch = Batch;

    // That of the discriminator. To it the generator is a constant: the trainer sees to that.
    fn loss(&self, gan: &Gan, batch: Batch, _: Seed) -> Tensor<1> {
        gan.judge(gan.draw(batch.len()), 1.0) + gan.judge(batch.inputs, -1.0)
    }

    fn loss_for(&self, name: &str, gan: &Gan, batch: Batch, seed: Seed) -> Option<Tensor<1>> {
        let fool = || gan.judge(gan.draw(batch.len()), -1.0);
        Some(if name == "generator" { fool() } else { self.loss(gan, batch, seed) })
    }

    // Without a validation part nothing is scored.
    fn score(&self, _: &Gan, _: Batch, _: &mut Scores) {}
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (device, set) = (DeviceName::Auto.open()?, Prepared::load(&DataConfig::new("digits"), Seed::new(0))?);
    let up = |c| ConvTranspose2dConfig::new(c, [4; 2]).with_stride([2; 2]).with_padding([1; 2]).init(&device);
    let norm = |channels| BatchNormConfig::new(channels).init(&device);
    let generator = (LinearConfig::new(16, 256).init(&device), norm(64), up([64, 32]), norm(32), up([32, 1]));
    let cnn = ModelConfig::from(CnnConfig { channels: vec![16, 32], hidden: vec![], ..CnnConfig::default() });
    let discriminator = cnn.init(set.fitted.input_shape(), 1, &device, Seed::new(1))?;
    let folder = std::env::args().nth(1).unwrap_or_else(|| "runs/dcgan".to_owned());
    std::fs::create_dir_all(&folder)?;
    let outcome = Trainer::new(Adversaries, TrainConfig { epochs: 20, ..TrainConfig::default() })
        .optimizer_for("discriminator", AdamConfig { lr: 5e-4, betas: [0.5, 0.999], ..AdamConfig::default() })
        .optimizer_for("generator", AdamConfig { lr: 1e-3, betas: [0.5, 0.999], ..AdamConfig::default() })
        .run_dir(folder, CheckpointConfig { every_steps: Some(5), ..CheckpointConfig::default() })
        .resume(Gan { generator, discriminator }, &Data::new(set.train()))?;
    println!("{} steps, weights {}", outcome.steps, outcome.last_weights_blake3);
    Ok(())
}
