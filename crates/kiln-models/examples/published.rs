//! What a network gives for images, with weights of torchvision or timm: `bench/published.py` compares.
//!
//! ```text
//! cargo run --release -p kiln -p kiln-models --example published -- KIND WEIGHTS IMAGES OUTPUTS
//! ```
//!
//! `WEIGHTS` is a state dictionary as safetensors, `IMAGES` has one tensor `images`, `[N, channels, height, width]`. Writes `outputs` and
//! says the seconds that a batch took.

use std::error::Error;
use std::time::Instant;

use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData};
use kiln_core::{Fresh, Layout, Seed, Weights};
use kiln_data::{InputShape, Inputs};
use kiln_models::{ModelConfig, Network};

const BATCH: usize = 20;
const CLASSES: usize = 1000;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [kind, weights, images, outputs] = &arguments[..] else {
        return Err("usage: published KIND WEIGHTS IMAGES OUTPUTS".into());
    };
    let config: ModelConfig = serde_json::from_str(&format!(r#"{{ "kind": {kind:?} }}"#))?;
    let state = Weights::read_as(weights, Layout::PyTorch)?;
    let images = Weights::read_as(images, Layout::PyTorch)?;
    let images = images.get("images").ok_or("no tensor is called images")?;
    let [items, channels, height, width] = images.shape()[..] else {
        return Err("images are [N, channels, height, width]".into());
    };
    let device = Device::default();
    let shape = InputShape::Images([channels, height, width]);
    let network = config.init(shape, CLASSES, &device, Seed::new(0))?;
    let adopted = network.adopt(state)?;
    println!("names of {}", adopted.from.map_or("none", |library| library.library));
    let network = adopted.starting(&network, &Fresh::head(Network::HEAD))?.apply(network)?.valid();

    let pixels: Vec<f32> = images.iter::<f32>().collect();
    let mut found: Vec<f32> = Vec::new();
    let mut seconds = Vec::new();
    for batch in pixels.chunks(BATCH * channels * height * width) {
        let count = batch.len() / (channels * height * width);
        let x = TensorData::new(batch.to_vec(), [count, channels, height, width]);
        let began = Instant::now();
        let y = network.forward(Inputs::Images(Tensor::from_data(x, &device)), None).into_data();
        seconds.push(began.elapsed().as_secs_f64());
        found.extend(y.iter::<f32>());
    }
    let mut file = Weights::new(Layout::PyTorch);
    file.insert("outputs", TensorData::new(found, [items, CLASSES]));
    file.write(outputs)?;
    seconds.sort_by(f64::total_cmp);
    println!("{:.3} s for a batch of {BATCH}, the median of {}", seconds[seconds.len() / 2], seconds.len());
    Ok(())
}
