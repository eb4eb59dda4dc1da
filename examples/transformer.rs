//! A transformer of `burn-nn` on sequences of different length, and five folds of it.
//!
//! The task: which of two words comes first in a sentence? A bag of words cannot tell.
//!
//! ```text
//! cargo run --release --example transformer
//! cargo run --release --example transformer -- folds
//! ```

use std::sync::Arc;

use burn::nn::transformer::{TransformerEncoder, TransformerEncoderConfig, TransformerEncoderInput};
use burn::nn::{Embedding, EmbeddingConfig, Linear, LinearConfig};
use burn::tensor::{Bool, Int};
use kiln::data::{Features, Fitted, Target, Tokens};
use kiln::experiment::ExperimentError;
use kiln::experiment::own::{FoldSettings, cross_validate};
use kiln::prelude::*;
use kiln::validate::cross::Parallel;

const WIDTH: usize = 16;

#[derive(Module, Debug)]
struct Reader {
    words: Embedding,
    places: Embedding,
    encoder: TransformerEncoder,
    output: Linear,
}

impl Reader {
    /// For the vocabulary and the lengths of the training part. Its first weights are drawn when training begins.
    fn new(fitted: &Fitted, dropout: f64, device: &Device) -> Self {
        let shape = fitted.input_shape().as_tokens().expect("the data are token sequences");
        Self {
            words: EmbeddingConfig::new(shape.vocabulary, WIDTH).init(device),
            places: EmbeddingConfig::new(64, WIDTH).init(device),
            encoder: TransformerEncoderConfig::new(WIDTH, 2 * WIDTH, 4, 1).with_dropout(dropout).init(device),
            output: LinearConfig::new(WIDTH, fitted.outputs()).init(device),
        }
    }

    /// Logits, `[N, classes]`. Nobody looks at padding, and it does not count in the mean.
    fn forward(&self, inputs: Inputs, _: Option<Seed>) -> Tensor<2> {
        let batch = inputs.into_tokens().expect("the data are token sequences");
        let [items, length] = batch.ids.dims();
        let places = Tensor::<1, Int>::arange(0..length as i64, &batch.ids.device());
        let places = self.places.forward(places.unsqueeze::<2>().expand([items, length]));
        let padding: Tensor<2, Bool> = batch.mask.clone().equal_elem(0.0);
        let read = TransformerEncoderInput::new(self.words.forward(batch.ids) + places).mask_pad(padding);
        let mask: Tensor<3> = batch.mask.unsqueeze_dim(2);
        let sum: Tensor<2> = (self.encoder.forward(read) * mask).sum_dim(1).squeeze_dim(1);
        let lengths: Tensor<2> = batch.lengths.float().unsqueeze_dim(1);
        self.output.forward(sum / lengths)
    }
}

/// Sentences of 4 to 9 different words, among them the words 0 and 1. The class says which of the two comes first.
fn sentences() -> Dataset {
    let sentence = |row: u64| -> Vec<u32> {
        let seed = Seed::new(1).at(row);
        let others = seed.at(0).permutation(18).into_iter().map(|word| word as u32 + 2);
        let words: Vec<u32> = [0, 1].into_iter().chain(others.take(2 + seed.bits(1) as usize % 6)).collect();
        seed.at(2).permutation(words.len()).into_iter().map(|place| words[place]).collect()
    };
    let tokens = Tokens::new(20, (0..1000).map(sentence));
    let first = |row: usize| tokens.sequence(row).iter().find(|word| **word < 2).copied().unwrap_or(0);
    let labels = (0..1000).map(first).collect();
    let names = vec!["zero first".to_owned(), "one first".to_owned()];
    Dataset::new("sentences", Features::Tokens(tokens), Target::Classes { labels, names })
}

fn trainer(fitted: Arc<Fitted>) -> Result<Trainer<Supervised<Reader>>, ExperimentError> {
    let config = TrainConfig { epochs: 12, batch_size: 50, ..TrainConfig::default() };
    Ok(Trainer::new(Supervised::with_default_loss(Reader::forward, fitted)?, config)
        .optimizer(AdamwConfig { lr: 5e-3, ..AdamwConfig::default() })
        .schedule(OneCycleShape::default()))
}

/// One training, with Burn's own dropout: alone in the process it is reproducible, and so is its resume.
fn once(device: &Device) -> Result<(), ExperimentError> {
    let data = Prepared::new(sentences(), &DataConfig::new("sentences"), Seed::new(0))?;
    let sources = Data::new(data.train()).validation(data.validation().expect("a share of the items"));
    let mut trainer = trainer(data.fitted.clone())?;
    let outcome = trainer.fit(Reader::new(&data.fitted, 0.1, device), &sources)?;
    let test = Loader::new(data.test().expect("a share of the items"), 500)?;
    let scores = evaluate(trainer.task(), &outcome.model, &test, device)?.metrics();
    println!("test accuracy {:.4}", scores.get("accuracy").unwrap_or(f64::NAN));
    Ok(())
}

/// Five folds, two at once. Without Burn's dropout: its generator is one for all of them, and kiln would refuse it.
fn folds(device: &Device) -> Result<(), ExperimentError> {
    let data = Arc::new(sentences());
    let splitter = StratifiedKFold { folds: 5, shuffle: Some(Seed::new(0)) };
    let settings = FoldSettings { parallel: Parallel::new(2), ..FoldSettings::default() };
    let found = cross_validate(&splitter, &Items::of(&data)?, &settings, &(), |fold| {
        let part = fold.data(&data, &DataConfig::new("sentences"))?;
        let model = Reader::new(&part.fitted, 0.0, device);
        fold.supervised(trainer(part.fitted.clone())?, model, &part, part.train())
    })?;
    let found = found.expect("nobody asked it to stop");
    let accuracy = &found.summaries.get("accuracy").expect("classes are scored").summary;
    let [low, high] = accuracy.interval;
    println!("accuracy {:.4}, 95 % interval {low:.4} to {high:.4}", accuracy.mean);
    Ok(())
}

fn main() -> Result<(), ExperimentError> {
    let device = DeviceName::Auto.open()?;
    if std::env::args().nth(1).as_deref() == Some("folds") { folds(&device) } else { once(&device) }
}
