//! Models of token sequences: the worker that `bench/sequences.py` compares with PyTorch.
//!
//! Reads a line `JOB STEPS` from standard input and answers with a line of JSON, until the input ends. Jobs are steps of AdamW (`gpt`, `gpt-recompute`,
//! `tinygpt`, `encoder`, `bag`, `lstm`, `gru`), passes of attention forward and back (`attention@2048`), and `generate`, whose time is that of a token.

use std::io::{BufRead, Write};
use std::sync::Arc;
use std::time::Instant;

use burn::module::Module;
use burn::tensor::{Device, Int, Tensor, TensorData};
use kiln::data::{InputShape, Inputs, TokenBatch, TokenShape};
use kiln::device::DeviceName;
use kiln::kernels::{Sequences, attention, cross_entropy};
use kiln::models::{BagConfig, GptConfig, GruConfig, LstmConfig, ModelConfig, Network, TransformerConfig};
use kiln::optim::{AdamwConfig, Gradients, OptimConfig, Optimizer};
use kiln::{Purpose, Seed};

/// As in the command `kiln`.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Error = Box<dyn std::error::Error + Send + Sync>;

/// Steps before those that count.
const WARM_UP: usize = 2;
const CLASSES: usize = 4;

/// Whole numbers below `end`, the same for each worker that draws so: bits of SplitMix64 are not needed for that.
fn numbers(len: usize, end: u32) -> Vec<u32> {
    (0..len as u64).map(|i| ((i * 2_654_435_761) % 4_294_967_291 % u64::from(end)) as u32).collect()
}

/// A model, and the batches that it is trained on in turn.
struct Job {
    model: ModelConfig,
    shape: TokenShape,
    batches: Vec<Batch>,
}

/// Items padded to `steps`.
struct Batch {
    ids: Vec<u32>,
    lengths: Vec<usize>,
    steps: usize,
}

impl Batch {
    fn inputs(&self, device: &Device) -> Inputs {
        let items = self.lengths.len();
        let ids: Vec<i32> = self.ids.iter().map(|&id| id as i32).collect();
        let lengths: Vec<i32> = self.lengths.iter().map(|&length| length as i32).collect();
        Inputs::Tokens(Box::new(TokenBatch {
            ids: Tensor::from_data(TensorData::new(ids, [items, self.steps]), device),
            lengths: Tensor::from_data(TensorData::new(lengths, [items]), device),
            mask: Tensor::ones([1, 1], device),
        }))
    }
}

fn texts(vocabulary: u32, batch: usize, even: Option<usize>) -> Vec<Batch> {
    let draws = numbers(8 * batch, 181);
    let of = |draws: &[u32]| {
        let lengths: Vec<usize> = draws.iter().map(|&draw| even.unwrap_or(20 + draw as usize)).collect();
        let steps = lengths.iter().copied().max().unwrap_or(1);
        Batch { ids: numbers(batch * steps, vocabulary), lengths, steps }
    };
    draws.chunks_exact(batch).map(of).collect()
}

fn job(name: &str) -> Option<Job> {
    let gpt = |width, heads, blocks, context, batch: usize| {
        let recompute = name == "gpt-recompute";
        let config = GptConfig { width, heads, blocks, context, recompute, ..GptConfig::default() };
        let ids = numbers(batch * context, 65);
        let batches = vec![Batch { ids, lengths: vec![context; batch], steps: context }];
        Job { model: config.into(), shape: TokenShape { vocabulary: 65, longest: context }, batches }
    };
    let words = |model: ModelConfig, even| {
        let shape = TokenShape { vocabulary: 10_000, longest: 200 };
        Job { model, shape, batches: texts(10_000, 32, even) }
    };
    let hidden = || vec![128, 128];
    Some(match name {
        "gpt" | "gpt-recompute" => gpt(384, 6, 6, 256, 16),
        "tinygpt" => gpt(128, 4, 4, 64, 12),
        "encoder" => {
            let config =
                TransformerConfig { width: 256, heads: 4, blocks: 4, ..TransformerConfig::default() };
            words(config.into(), None)
        }
        "bag" => words(BagConfig { width: 128, ..BagConfig::default() }.into(), None),
        "lstm" => words(LstmConfig { width: 128, hidden: hidden(), dropout: 0.0 }.into(), Some(100)),
        "gru" => words(GruConfig { width: 128, hidden: hidden(), dropout: 0.0 }.into(), Some(100)),
        _ => return None,
    })
}

impl Job {
    fn network(&self, device: &Device) -> Result<Network, Error> {
        let init = Seed::new(0).purpose(Purpose::Init);
        Ok(self.model.init(InputShape::Tokens(self.shape), CLASSES, device, init)?)
    }

    /// Steps of AdamW.
    fn train(&self, device: &Device, steps: usize) -> Result<Vec<f64>, Error> {
        let autodiff = device.clone().autodiff();
        let mut place = Some(self.network(device)?.train());
        let config = OptimConfig::Adamw(AdamwConfig::default());
        let mut optimizer = Optimizer::new(&config)?;
        let next: Arc<[u32]> = {
            let mut next = self.batches[0].ids.clone();
            next.rotate_left(1);
            next.into()
        };
        let ids: Arc<[u32]> = self.batches[0].ids.as_slice().into();
        let mut turn = 0;
        timed(steps, || {
            let Some(model) = place.take() else { return f32::NAN };
            let batch = &self.batches[turn % self.batches.len()];
            turn += 1;
            let loss = match &model {
                Network::Gpt(gpt) => gpt.loss(&ids, &next, batch.steps, None),
                other => {
                    let labels: Vec<i32> =
                        (0..batch.lengths.len()).map(|item| (item % CLASSES) as i32).collect();
                    let labels = Tensor::<1, Int>::from_ints(labels.as_slice(), &autodiff);
                    cross_entropy(other.forward(batch.inputs(&autodiff), None), labels, None, 0.0).mean()
                }
            };
            let gradients = Gradients::of(loss.backward(), &model);
            let value = loss.into_scalar::<f32>();
            place = Some(optimizer.step(model, gradients, 1e-3, |_, weight, _| weight));
            value
        })
    }
}

/// Milliseconds of each step after the first few.
fn timed(steps: usize, mut step: impl FnMut() -> f32) -> Result<Vec<f64>, Error> {
    let mut times = Vec::with_capacity(steps);
    for i in 0..WARM_UP + steps {
        let began = Instant::now();
        let loss = step();
        if i >= WARM_UP {
            times.push(began.elapsed().as_secs_f64() * 1e3);
        }
        if !loss.is_finite() {
            return Err(format!("the loss became {loss}").into());
        }
    }
    Ok(times)
}

/// Attention of 4 heads of 64 columns over one sequence, forward and back.
fn attend(tokens: usize, device: &Device, steps: usize) -> Result<Vec<f64>, Error> {
    let device = device.clone().autodiff();
    let seed = Seed::new(1);
    let values: Vec<f32> = (0..tokens * 768).map(|i| seed.uniform(i as u64) as f32 - 0.5).collect();
    let qkv = Tensor::<2>::from_data(TensorData::new(values, [tokens, 768]), &device).require_grad();
    let sequences = Sequences::packed(&[tokens]);
    timed(steps, || {
        let gradients = attention(qkv.clone(), 4, &sequences, true).powi_scalar(2).sum().backward();
        qkv.grad(&gradients).map_or(f32::NAN, |gradient| gradient.sum().into_scalar())
    })
}

/// A token of the six-layer model, told the most likely one each time.
fn generate(device: &Device, steps: usize) -> Result<Vec<f64>, Error> {
    let Some(job) = job("gpt") else { return Err("no job".into()) };
    let Network::Gpt(gpt) = job.network(device)? else { return Err("no gpt".into()) };
    let mut decoder = gpt.decoder();
    let mut token = 1;
    timed(steps, || {
        let count = 200;
        let began = Instant::now();
        decoder.clear();
        for _ in 0..count {
            let logits = decoder.feed(token);
            let best = (0..logits.len()).max_by(|&a, &b| logits[a].total_cmp(&logits[b]));
            token = best.unwrap_or(0) as u32;
        }
        (began.elapsed().as_secs_f64() / f64::from(count)) as f32
    })
    .map(|times| times.into_iter().map(|time| time / 200.0).collect())
}

/// The most memory that the process has held, in MiB.
fn peak() -> f64 {
    kiln::memory::peak_rss().map_or(f64::NAN, |bytes| bytes as f64 / f64::from(1 << 20))
}

fn main() -> Result<(), Error> {
    // As `kiln` and `kiln train` do.
    kiln::kernels::keep_freed_memory();
    rayon::ThreadPoolBuilder::new().build()?.install(answer)
}

fn answer() -> Result<(), Error> {
    let device = DeviceName::Flex.open()?;
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let (name, steps) = line.split_once(' ').ok_or("a line is JOB STEPS")?;
        let steps = steps.parse()?;
        let mut times = match (name, name.split_once('@')) {
            ("generate", _) => generate(&device, steps)?,
            (_, Some(("attention", tokens))) => attend(tokens.parse()?, &device, steps)?,
            _ => job(name).ok_or_else(|| format!("there is no job {name:?}"))?.train(&device, steps)?,
        };
        times.sort_by(f64::total_cmp);
        let (median, least) = (times[times.len() / 2], times[0]);
        println!(
            "{}",
            serde_json::json!({ "job": name, "median_ms": median, "min_ms": least, "peak_mib": peak() })
        );
        std::io::stdout().flush()?;
    }
    Ok(())
}
