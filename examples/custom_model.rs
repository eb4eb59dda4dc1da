//! A model and a task of your own: an autoencoder that squeezes a digit's 64 pixels into 8 numbers and draws it again.
//!
//! ```text
//! cargo run --release --example custom_model
//! ```

use burn::nn;
use burn::tensor::activation::relu;
use kiln::prelude::*;

const PIXELS: usize = 64;
const CODE: usize = 8;

/// Any Burn module can be trained; its parameters get the paths `encoder.0.weight`, `encoder.0.bias`, …
#[derive(Module, Debug)]
struct Autoencoder {
    encoder: Vec<nn::Linear>,
    decoder: Vec<nn::Linear>,
}

impl Autoencoder {
    fn new(device: &Device) -> Self {
        let layers = |widths: [usize; 3]| {
            widths.windows(2).map(|w| nn::LinearConfig::new(w[0], w[1]).init(device)).collect()
        };
        Self { encoder: layers([PIXELS, 64, CODE]), decoder: layers([CODE, 64, PIXELS]) }
    }

    /// `[N, 64]` to `[N, 64]`.
    fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        let pass = |layers: &[nn::Linear], x: Tensor<2>| layers[1].forward(relu(layers[0].forward(x)));
        pass(&self.decoder, pass(&self.encoder, x))
    }
}

/// How a batch becomes a loss and how the model is judged. The labels are not looked at.
#[derive(Debug, Clone)]
struct Redraw;

impl Redraw {
    /// Mean squared error over all pixels, `[1]`.
    fn error(&self, model: &Autoencoder, inputs: Inputs) -> Tensor<1> {
        let pixels = inputs.flat();
        (model.forward(pixels.clone()) - pixels).square().mean()
    }
}

impl Task for Redraw {
    type Model = Autoencoder;
    type Batch = Batch;

    // A model with dropout or other noise would draw it from the seed.
    fn loss(&self, model: &Autoencoder, batch: Batch, _: Seed) -> Tensor<1> {
        self.error(model, batch.inputs)
    }

    fn score(&self, model: &Autoencoder, batch: Batch, scores: &mut Scores) {
        let items = batch.len();
        let error = self.error(model, batch.inputs).into_scalar::<f32>();
        scores.add_mean("loss", f64::from(error), items);
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let device = DeviceName::Auto.open()?;
    let digits = Prepared::load(&DataConfig::new("digits"), Seed::new(0))?;
    let data = Data::new(digits.train()).validation(digits.validation().ok_or("no validation part")?);

    let outcome = Trainer::new(Redraw, TrainConfig { epochs: 60, ..TrainConfig::default() })
        .optimizer(AdamConfig { lr: 3e-3, ..AdamConfig::default() })
        .schedule(CosineShape { end: 0.0 })
        .device(device.clone())
        // Made here, so that the first weights of Burn's layers follow from the trainer's seed.
        .fit_with(|device, _| Autoencoder::new(device), &data)?;

    let test = digits.test().ok_or("no test part")?;
    // Five digits, each above its copy.
    let pixels = test.batch(&[0, 1, 2, 3, 4], &device)?.inputs.flat();
    draw(&pixels);
    draw(&outcome.model.forward(pixels.clone()));

    let scores = evaluate(&Redraw, &outcome.model, &Loader::new(test, 500)?, &device)?;
    let error = scores.metrics().get("loss").unwrap_or(f64::NAN);
    // Pixels were brought to variance 1 (over the training part), so the error is a share of the variance.
    println!("{CODE} numbers a digit keep {:.0} % of the variance of the test images", 100.0 * (1.0 - error));
    Ok(())
}

/// Draws images side by side in characters, dark to bright.
fn draw(images: &Tensor<2>) {
    const SHADES: [char; 6] = [' ', '.', ':', 'o', '#', '@'];
    let pixels: Vec<f32> = images.to_data().iter::<f32>().collect();
    let (low, high) = pixels.iter().fold((f32::MAX, f32::MIN), |(low, high), &p| (low.min(p), high.max(p)));
    for row in 0..8 {
        for image in pixels.chunks(PIXELS) {
            let shade = |&p: &f32| SHADES[((p - low) / (high - low) * 5.99) as usize];
            let line: String = image[row * 8..][..8].iter().flat_map(|p| [shade(p); 2]).collect();
            print!("{line}  ");
        }
        println!();
    }
    println!();
}
