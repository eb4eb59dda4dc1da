//! One training step of several networks, or one prediction: the worker that `bench/run.py` compares with its peers.
//!
//! Reads a line `JOB STEPS` from standard input, trains that many steps on one batch of noise, and answers with a line of
//! JSON, until the input ends. By hand: `echo "cnn-sgd 30" | cargo bench --bench steps`. A job is `NETWORK[@BATCH]-sgd`, `-adam` or, for
//! a prediction, `-infer`; networks of torchvision and timm (`resnet18@16-sgd`) have images of 3×224×224. The argument `plain` takes
//! Burn's own layers and optimisers instead of kiln's.

use std::io::{BufRead, Write};
use std::time::Instant;

use burn::module::Module;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::loss::CrossEntropyLossConfig;
use burn::nn::pool::MaxPool2dConfig;
use burn::nn::{BatchNorm, BatchNormConfig, Linear, LinearConfig, PaddingConfig2d};
use burn::optim::{AdamConfig as BurnAdam, GradientsParams, ModuleOptimizer, SgdConfig as BurnSgd};
use burn::tensor::activation::relu;
use burn::tensor::{Device, Int, Tensor, TensorData};
use kiln::data::{InputShape, Inputs, Targets};
use kiln::device::DeviceName;
use kiln::models::{CnnConfig, MlpConfig, ModelConfig, Network, ResnetConfig};
use kiln::objective::{Loss, LossConfig, TargetKind};
use kiln::optim::{AdamConfig, Gradients, OptimConfig, Optimizer, SgdConfig};
use kiln::{Purpose, Seed};

/// As in the command `kiln`; Burn's own layers are measured with it, too.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Error = Box<dyn std::error::Error + Send + Sync>;

const CLASSES: usize = 10;
/// Steps before those that count; fewer where few are asked for.
const WARM_UP: usize = 5;

/// A network and the batch that it is trained on.
struct Job {
    model: ModelConfig,
    input: InputShape,
    batch: usize,
    what: What,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    Sgd,
    Adam,
    Infer,
}

fn job(name: &str) -> Option<Job> {
    let (network, optimiser) = name.rsplit_once('-')?;
    let (network, batch) = match network.split_once('@') {
        Some((network, batch)) => (network, batch.parse().ok()?),
        None => (network, if network == "digits" { 32 } else { 128 }),
    };
    let mlp =
        |hidden: &[usize]| ModelConfig::Mlp(MlpConfig { hidden: hidden.to_vec(), ..MlpConfig::default() });
    let (model, input) = match network {
        "mlp" => (mlp(&[512, 256]), InputShape::Table(784)),
        "digits" => (mlp(&[100]), InputShape::Table(64)),
        "cnn" => (ModelConfig::Cnn(CnnConfig::default()), InputShape::Images([1, 28, 28])),
        "resnet" => (ModelConfig::Resnet(ResnetConfig::default()), InputShape::Images([3, 32, 32])),
        published => {
            let config = serde_json::json!({ "kind": published });
            (serde_json::from_value(config).ok()?, InputShape::Images([3, 224, 224]))
        }
    };
    let what = match optimiser {
        "sgd" => What::Sgd,
        "adam" => What::Adam,
        "infer" => What::Infer,
        _ => return None,
    };
    Some(Job { model, input, batch, what })
}

impl Job {
    fn batch(&self, device: &Device) -> (Tensor<2>, Targets) {
        let features = self.input.features();
        let seed = Seed::new(1);
        let values: Vec<f32> = (0..self.batch * features).map(|i| seed.uniform(i as u64) as f32).collect();
        let labels: Vec<i32> = (0..self.batch).map(|i| (i % CLASSES) as i32).collect();
        let x = Tensor::from_data(TensorData::new(values, [self.batch, features]), device);
        (x, Targets::Classes(Tensor::<1, Int>::from_ints(labels.as_slice(), device)))
    }

    fn images(&self, x: Tensor<2>) -> Option<Tensor<4>> {
        self.input.as_images().map(|[c, h, w]| x.reshape([self.batch, c, h, w]))
    }

    fn kiln(&self, device: &Device, steps: usize) -> Result<Vec<f64>, Error> {
        let autodiff = device.clone().autodiff();
        let target = TargetKind::Classes(CLASSES);
        let loss: Loss = LossConfig::default_for(target).build(target)?;
        let init = Seed::new(0).purpose(Purpose::Init);
        let model: Network = self.model.init(self.input.clone(), CLASSES, device, init)?;
        if self.what == What::Infer {
            return self.infer(&model, device, steps);
        }
        let model = model.train();
        // Moved into every step and out again, as a training does: the update is then in place.
        let mut place = Some(model);
        let config = if self.what == What::Adam {
            OptimConfig::Adam(AdamConfig::default())
        } else {
            OptimConfig::Sgd(SgdConfig { lr: 0.01, ..SgdConfig::default() })
        };
        let mut optimizer = Optimizer::new(&config)?;
        let (x, targets) = self.batch(&autodiff);
        let inputs = match self.images(x.clone()) {
            Some(images) => Inputs::Images(images),
            None => Inputs::Table(x),
        };
        timed(steps, || {
            let Some(model) = place.take() else { return f32::NAN };
            let loss = loss.forward(model.forward(inputs.clone(), None), &targets);
            let gradients = Gradients::of(loss.backward(), &model);
            let value = loss.into_scalar::<f32>();
            place = Some(optimizer.step(model, gradients, config.lr(), |_, weight, _| weight));
            value
        })
    }

    fn infer(&self, model: &Network, device: &Device, steps: usize) -> Result<Vec<f64>, Error> {
        let (x, _) = self.batch(device);
        let images = self.images(x.clone());
        timed(steps, || {
            let inputs = images.clone().map_or_else(|| Inputs::Table(x.clone()), Inputs::Images);
            model.forward(inputs, None).into_data().iter::<f32>().sum()
        })
    }

    fn burn(&self, device: &Device, steps: usize) -> Result<Vec<f64>, Error> {
        let hand_written =
            matches!(self.model, ModelConfig::Cnn(_) | ModelConfig::Resnet(_) | ModelConfig::Mlp(_));
        if !hand_written || self.what == What::Infer {
            return Err("only steps of the small networks are written in Burn's own layers".into());
        }
        let device = device.clone().autodiff();
        let mut place = Some(Plain::new(self, &device));
        let mut optimizer: ModuleOptimizer =
            if self.what == What::Adam { BurnAdam::new().init() } else { BurnSgd::new().init() };
        let (x, targets) = self.batch(&device);
        let Targets::Classes(labels) = targets else { return Err("classes".into()) };
        let images = self.images(x.clone());
        let loss = CrossEntropyLossConfig::new().init(&device);
        timed(steps, || {
            let Some(model) = place.take() else { return f32::NAN };
            let outputs = model.forward(x.clone(), images.clone());
            let loss = loss.forward(outputs, labels.clone());
            let gradients = GradientsParams::from_grads(loss.backward(), &model);
            let value = loss.into_scalar::<f32>();
            place = Some(optimizer.step(0.01, model, gradients));
            value
        })
    }
}

/// Milliseconds of each step after the first few.
fn timed(steps: usize, mut step: impl FnMut() -> f32) -> Result<Vec<f64>, Error> {
    let mut times = Vec::with_capacity(steps);
    let warm_up = WARM_UP.min(steps);
    for i in 0..warm_up + steps {
        let began = Instant::now();
        let loss = step();
        if i >= warm_up {
            times.push(began.elapsed().as_secs_f64() * 1e3);
        }
        if !loss.is_finite() {
            return Err(format!("the loss became {loss}").into());
        }
    }
    Ok(times)
}

/// The same networks from Burn's own layers.
#[derive(Module, Debug)]
struct Plain {
    convs: Vec<PlainConv>,
    linears: Vec<Linear>,
    #[module(skip)]
    residual: bool,
}

#[derive(Module, Debug)]
struct PlainConv {
    conv: Conv2d,
    norm: Option<BatchNorm>,
    #[module(skip)]
    pool: bool,
}

impl PlainConv {
    fn new(channels: [usize; 2], norm: bool, pool: bool, device: &Device) -> Self {
        let padding = PaddingConfig2d::Explicit(1, 1, 1, 1);
        let conv = Conv2dConfig::new(channels, [3, 3]).with_padding(padding).with_bias(!norm).init(device);
        Self { conv, norm: norm.then(|| BatchNormConfig::new(channels[1]).init(device)), pool }
    }

    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let mut x = self.conv.forward(x);
        if let Some(norm) = &self.norm {
            x = norm.forward(x);
        }
        let x = relu(x);
        if self.pool { MaxPool2dConfig::new([2, 2]).with_strides([2, 2]).init().forward(x) } else { x }
    }
}

impl Plain {
    fn new(job: &Job, device: &Device) -> Self {
        let linear = |inputs, outputs| LinearConfig::new(inputs, outputs).init(device);
        let conv = |channels, norm, pool| PlainConv::new(channels, norm, pool, device);
        match &job.model {
            ModelConfig::Cnn(_) => Self {
                convs: vec![conv([1, 32], false, true), conv([32, 64], false, true)],
                linears: vec![linear(64 * 7 * 7, 128), linear(128, CLASSES)],
                residual: false,
            },
            ModelConfig::Resnet(_) => Self {
                convs: vec![
                    conv([3, 64], true, false),
                    conv([64, 128], true, true),
                    conv([128, 128], true, false),
                    conv([128, 128], true, false),
                    conv([128, 256], true, true),
                    conv([256, 256], true, true),
                    conv([256, 256], true, false),
                    conv([256, 256], true, false),
                ],
                linears: vec![linear(256, CLASSES)],
                residual: true,
            },
            ModelConfig::Mlp(mlp) => {
                let mut widths = vec![job.input.features()];
                widths.extend(&mlp.hidden);
                widths.push(CLASSES);
                let linears = widths.windows(2).map(|w| linear(w[0], w[1])).collect();
                Self { convs: vec![], linears, residual: false }
            }
            // One linear layer: the jobs have no other model.
            _ => {
                Self { convs: vec![], linears: vec![linear(job.input.features(), CLASSES)], residual: false }
            }
        }
    }

    fn forward(&self, x: Tensor<2>, images: Option<Tensor<4>>) -> Tensor<2> {
        let mut x = match images {
            Some(images) if self.residual => {
                let pass = |from: usize, to: usize, x: Tensor<4>| {
                    self.convs[from..to].iter().fold(x, |x, conv| conv.forward(x))
                };
                let x = pass(0, 2, images);
                let x = pass(2, 4, x.clone()) + x;
                let x = pass(4, 6, x);
                let x = pass(6, 8, x.clone()) + x;
                x.flatten::<3>(2, 3).max_dim(2).flatten(1, 2)
            }
            Some(images) => self.convs.iter().fold(images, |x, conv| conv.forward(x)).flatten(1, 3),
            None => x,
        };
        for (l, linear) in self.linears.iter().enumerate() {
            x = linear.forward(x);
            if l + 1 < self.linears.len() {
                x = relu(x);
            }
        }
        x
    }
}

fn main() -> Result<(), Error> {
    kiln::kernels::keep_freed_memory();
    // As `kiln train` does.
    rayon::ThreadPoolBuilder::new().build()?.install(answer)
}

fn answer() -> Result<(), Error> {
    let plain = std::env::args().any(|word| word == "plain");
    let device = DeviceName::Flex.open()?;
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let (name, steps) = line.split_once(' ').ok_or("a line is JOB STEPS")?;
        let (job, steps) = (job(name).ok_or_else(|| format!("there is no job {name:?}"))?, steps.parse()?);
        let mut times = if plain { job.burn(&device, steps)? } else { job.kiln(&device, steps)? };
        times.sort_by(f64::total_cmp);
        let (median, least) = (times[times.len() / 2], times[0]);
        println!("{}", serde_json::json!({ "job": name, "median_ms": median, "min_ms": least }));
        std::io::stdout().flush()?;
    }
    Ok(())
}
