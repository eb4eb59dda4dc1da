//! What the trainer costs beside a bare Burn loop: same model, same data, same optimiser, interleaved rounds.
//!
//! `cargo bench --bench trainer_overhead [-- ROUNDS]`. Prints the median time per step of each and the median of the
//! ratios of neighbouring rounds. A round is a whole fit of 100 steps: what is done once, such as the hash of the last weights, is
//! spread over them.

use std::sync::Arc;
use std::time::Instant;

use burn::module::Module;
use burn::optim::{AdamConfig as BurnAdam, GradientsParams, ModuleOptimizer, SgdConfig as BurnSgd};
use burn::tensor::Device;
use kiln::data::preprocess::{Fitted, Preprocess};
use kiln::data::{DataConfig, Dataset, Features, Images, Rows, Source, Split, Target};
use kiln::device::DeviceName;
use kiln::models::{CnnConfig, MlpConfig, ModelConfig, Network};
use kiln::objective::{Loss, LossConfig, TargetKind};
use kiln::optim::{AdamConfig, OptimConfig, SgdConfig};
use kiln::train::{Data, Supervised, TrainConfig, Trainer};
use kiln::{Purpose, Seed};

const BATCH: usize = 128;

type Error = Box<dyn std::error::Error>;

/// Random 28×28 images: what they show does not matter to the clock.
fn images(items: usize) -> Dataset {
    let seed = Seed::new(1);
    let features = Features::Images(Images {
        pixels: (0..items as u64 * 784).map(|i| seed.bits(i) as u8).collect(),
        shape: [1, 28, 28],
    });
    let target = Target::Classes {
        labels: (0..items as u32).map(|i| i % 10).collect(),
        names: (0..10).map(|i| i.to_string()).collect(),
    };
    Dataset::new("noise", features, target)
}

struct Bench {
    rows: Rows,
    fitted: Arc<Fitted>,
    loss: Loss,
    device: Device,
    model: ModelConfig,
    steps: usize,
}

impl Bench {
    fn new(model: ModelConfig, steps: usize) -> Result<Self, Error> {
        let dataset = images(BATCH * steps);
        let config = DataConfig { validation: 0.0, test: 0.0, ..DataConfig::new("noise") };
        let split = Split::new(&dataset, &config, Seed::new(0))?;
        let fitted = Arc::new(
            Preprocess { standardize: true, ..Preprocess::default() }.fit(&split.train_view(&dataset))?,
        );
        let rows = Rows::new(Arc::new(dataset), split.train, Arc::clone(&fitted));
        let loss = LossConfig::default_for(TargetKind::Classes(10)).build(TargetKind::Classes(10))?;
        Ok(Self { rows, fitted, loss, device: DeviceName::Flex.open()?, model, steps })
    }

    fn init(&self) -> Result<Network, Error> {
        let seed = Seed::new(0).purpose(Purpose::Init);
        Ok(self.model.init(self.fitted.input_shape(), 10, &self.device, seed)?)
    }

    /// The loop one would write by hand: no validation, no logging, no checkpoint, no guard against NaN.
    fn bare(&self, mut optimizer: ModuleOptimizer, lr: f64) -> Result<f64, Error> {
        let device = self.device.clone().autodiff();
        let mut model = self.init()?.train();
        let order = Seed::new(0).permutation(self.rows.len());
        let began = Instant::now();
        for items in order.chunks(BATCH) {
            let batch = self.rows.batch(items, &device)?;
            let loss = self.loss.forward(model.forward(batch.inputs, None), &batch.targets);
            let gradients = GradientsParams::from_grads(loss.backward(), &model);
            model = optimizer.step(lr, model, gradients);
        }
        Ok(began.elapsed().as_secs_f64() * 1e3 / self.steps as f64)
    }

    fn trainer(&self, optim: &OptimConfig) -> Result<f64, Error> {
        let task = Supervised::new(Network::forward, self.loss.clone(), Arc::clone(&self.fitted));
        let config = TrainConfig { epochs: 1, batch_size: BATCH, ..TrainConfig::default() };
        let mut trainer = Trainer::new(task, config).optimizer(optim.clone());
        let (model, data) = (self.init()?, Data::new(self.rows.clone()));
        let began = Instant::now();
        trainer.fit(model, &data)?;
        Ok(began.elapsed().as_secs_f64() * 1e3 / self.steps as f64)
    }
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn main() -> Result<(), Error> {
    let rounds = std::env::args().filter_map(|word| word.parse().ok()).next().unwrap_or(11);
    let mlp = ModelConfig::Mlp(MlpConfig { hidden: vec![512, 256], ..MlpConfig::default() });
    let cnn = ModelConfig::Cnn(CnnConfig::default());
    let sgd = OptimConfig::Sgd(SgdConfig { lr: 0.01, ..SgdConfig::default() });
    let adam = OptimConfig::Adam(AdamConfig::default());
    println!("batch {BATCH}, flex, {} threads, {rounds} rounds", std::thread::available_parallelism()?);
    println!("{:12} {:>10} {:>10} {:>8}", "job", "bare ms", "kiln ms", "ratio");
    for (name, model, steps, optim) in
        [("mlp sgd", &mlp, 100, &sgd), ("mlp adam", &mlp, 100, &adam), ("cnn sgd", &cnn, 100, &sgd)]
    {
        let bench = Bench::new(model.clone(), steps)?;
        let (mut bare, mut kiln, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..rounds {
            let optimizer = match optim {
                OptimConfig::Sgd(_) => BurnSgd::new().init(),
                _ => BurnAdam::new().init(),
            };
            let own = bench.bare(optimizer, optim.lr())?;
            let ours = bench.trainer(optim)?;
            bare.push(own);
            kiln.push(ours);
            ratios.push(ours / own);
        }
        let (bare, kiln, ratio) = (median(&mut bare), median(&mut kiln), median(&mut ratios));
        println!("{name:12} {bare:10.3} {kiln:10.3} {ratio:8.3}");
    }
    Ok(())
}
