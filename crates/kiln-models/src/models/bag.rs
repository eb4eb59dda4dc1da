//! The mean of word vectors: fastText's classifier.

use burn::module::Module;
use burn::nn;
use burn::tensor::{Device, Int, Tensor};
use kiln_core::{Range, Seed, check};
use kiln_data::{Inputs, TokenBatch};
use kiln_kernels::takes_bytes;
use serde::{Deserialize, Serialize};

use super::kind::{Forward, ModelKind, tokens};
use crate::dense::{affine, linear_operation};
use crate::dropout::Dropout;
use crate::init::Init;
use crate::observe::{Observer, runs};
use crate::plan::Plan;
use crate::schema::JsonSchema;
use crate::token_bags::Bags;
use crate::token_embedding::TokenEmbedding;
use crate::{ModelError, ModelInput, Operation, SequenceOperation, Summary};

/// The mean of the vectors of all tokens and of all runs of 2 to `ngrams` tokens, and a linear layer: fastText's classifier (Joulin and
/// others: Bag of tricks for efficient text classification, 2016). The quickest model of texts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(example = BagConfig { width: 32, ngrams: 2, ..BagConfig::default() })]
pub struct BagConfig {
    /// The length of a vector, at least 1. Default 64.
    #[schemars(range(min = 1))]
    pub width: usize,
    /// The longest run of tokens that has a vector, 1 to 5; 1, as in fastText, leaves the order of the tokens out. Default 1.
    #[schemars(range(min = 1, max = 5))]
    pub ngrams: usize,
    /// How many vectors runs of 2 tokens and more share, by a hash, 1 to 1048576. Without effect where `ngrams` is 1. Default 65536.
    #[schemars(range(min = 1, max = 1_048_576))]
    pub buckets: usize,
    /// Probability that a number of the mean is dropped in training, `[0, 1)`. Default 0.
    #[schemars(transform = Range::BELOW_ONE.bounds())]
    pub dropout: f64,
}

/// A classifier of the mean vector. Its parameters are `embedding.weight` (`[ids + buckets, width]`), `output.weight` (`[width, outputs]`)
/// and `output.bias`.
///
/// The bucket of a token is its id, that of a longer run `(1999 · h + id) mod buckets`, where h is the bucket of the run without its last
/// token and id is that token's. The vectors of the buckets stand behind those of the ids.
#[derive(Module, Debug)]
pub struct Bag {
    embedding: TokenEmbedding,
    dropout: Dropout,
    output: nn::Linear,
    ngrams: usize,
    buckets: usize,
    ids: usize,
}

/// What a hash is multiplied by: the product of the largest one fits into 31 bits.
const FACTOR: i64 = 1999;
const MOST_BUCKETS: usize = 1 << 20;

impl Default for BagConfig {
    fn default() -> Self {
        Self { width: 64, ngrams: 1, buckets: 65_536, dropout: 0.0 }
    }
}

impl BagConfig {
    /// Checks the configuration against the shape of the data and says what the model would be.
    ///
    /// # Errors
    /// [`ModelError`] for a setting out of its range, data that are no tokens, or more than 2³¹ parameters.
    pub fn summary(&self, input: impl Into<ModelInput>, outputs: usize) -> Result<Summary, ModelError> {
        self.plan(&input.into(), outputs)
    }

    fn plan(&self, input: &ModelInput, outputs: usize) -> Result<Summary, ModelError> {
        check::at_least("model.width", self.width, 1)?;
        Range::between(1.0, 5.0).check("model.ngrams", self.ngrams as f64)?;
        Range::between(1.0, MOST_BUCKETS as f64).check("model.buckets", self.buckets as f64)?;
        Range::BELOW_ONE.check("model.dropout", self.dropout)?;
        let (mut plan, shape) = Plan::of_tokens(&input.shape, "bag", outputs)?;
        let kind = match self.ngrams {
            1 => "mean of token vectors".to_owned(),
            most => format!("mean of vectors of 1 to {most} tokens"),
        };
        plan.token_vectors("embedding", kind, shape.vocabulary + self.runs(), &[self.width])?;
        plan.linear("output", outputs, true)?;
        Ok(plan.finish())
    }

    /// The vectors of runs.
    fn runs(&self) -> usize {
        if self.ngrams > 1 { self.buckets } else { 0 }
    }

    /// Makes the model; `seed` is for [`kiln_core::Purpose::Init`].
    ///
    /// # Errors
    /// As [`BagConfig::summary`].
    pub fn init(
        &self,
        input: impl Into<ModelInput>,
        outputs: usize,
        device: &Device,
        seed: Seed,
    ) -> Result<Bag, ModelError> {
        let input = input.into();
        self.plan(&input, outputs)?;
        let (_, shape) = Plan::of_tokens(&input.shape, "bag", outputs)?;
        let mut init = Init::new(device, seed);
        let rows = shape.vocabulary + self.runs();
        // As fastText: what training never saw stays small.
        let embedding = TokenEmbedding::new(&mut init, rows, self.width, 1.0 / self.width as f64);
        let output = init.linear(self.width, outputs, true);
        let dropout = Dropout::checked(self.dropout);
        let (ngrams, buckets, ids) = (self.ngrams, self.buckets, shape.vocabulary);
        Ok(Bag { embedding, dropout, output, ngrams, buckets, ids })
    }
}

impl ModelKind for BagConfig {
    fn summary(&self, input: &ModelInput, outputs: usize) -> Result<Summary, ModelError> {
        self.plan(input, outputs)
    }

    fn is_random(&self) -> bool {
        self.dropout > 0.0
    }
}

impl Bag {
    /// Tokens to raw outputs `[N, outputs]`; those of an empty text are the bias. With a seed, dropout is on.
    pub fn forward(&self, batch: TokenBatch, seed: Option<Seed>) -> Tensor<2> {
        self.pass(batch, seed, &mut Observer::nobody())
    }

    fn pass(&self, batch: TokenBatch, seed: Option<Seed>, observer: &mut Observer<'_>) -> Tensor<2> {
        // What is read back from a GPU waits for it.
        let on_device = observer.taps() || takes_bytes(&batch.ids.device());
        let mean = if on_device { self.mean(batch, observer) } else { self.mean_on_host(batch) };
        let mean = observer.see(|| "embedding".to_owned(), mean);
        affine(&self.output, self.dropout.forward(mean, seed))
    }

    /// The mean vectors, `[N, width]`, in operations of the device.
    fn mean(&self, batch: TokenBatch, observer: &mut Observer<'_>) -> Tensor<2> {
        let tokens = batch.ids.dims()[1];
        let (rows, mask) = self.rows(batch.ids, batch.mask);
        let vectors = self.embedding.forward(rows);
        let vectors = observer.embedded("embedding", vectors, || runs(tokens, self.ngrams));
        let mask = mask.cast(vectors.dtype());
        let count = mask.clone().sum_dim(1).clamp_min(1.0);
        let sum: Tensor<2> = (vectors * mask.unsqueeze_dim::<3>(2)).sum_dim(1).squeeze_dim(1);
        sum / count
    }

    /// The same where the ids are at hand.
    fn mean_on_host(&self, batch: TokenBatch) -> Tensor<2> {
        let (width, device) = (batch.ids.dims()[1], batch.ids.device());
        let ids: Vec<u32> = batch.ids.into_data().iter::<u32>().collect();
        let lengths = batch.lengths.into_data();
        let mut bags = Bags::new();
        for (ids, length) in ids.chunks_exact(width).zip(lengths.iter::<u32>()) {
            let ids = &ids[..length as usize];
            let mut rows = ids.to_vec();
            let mut hashes = ids.to_vec();
            for length in 2..=self.ngrams.min(ids.len()) {
                let (buckets, factor) = (self.buckets as u32, FACTOR as u32);
                let run = |(hash, last): (&u32, &u32)| (factor * (hash % buckets) + last) % buckets;
                hashes = hashes.iter().zip(&ids[length - 1..]).map(run).collect();
                rows.extend(hashes.iter().map(|hash| self.ids as u32 + hash));
            }
            bags.push(rows);
        }
        bags.mean(self.embedding.table(), &device)
    }

    /// The rows of the embedding that the tokens and runs of a text have, and 1 for each that is there.
    fn rows(&self, ids: Tensor<2, Int>, mask: Tensor<2>) -> (Tensor<2, Int>, Tensor<2>) {
        let [items, width] = ids.dims();
        let (mut rows, mut masks) = (vec![ids.clone()], vec![mask.clone()]);
        let mut hash = ids.clone();
        for length in 2..=self.ngrams.min(width) {
            // A run is there where its last token is.
            let last = ids.clone().slice([0..items, length - 1..width]);
            let before = hash.slice([0..items, 0..width + 1 - length]).remainder_scalar(self.buckets as i64);
            hash = (before.mul_scalar(FACTOR) + last).remainder_scalar(self.buckets as i64);
            rows.push(hash.clone().add_scalar(self.ids as i64));
            masks.push(mask.clone().slice([0..items, length - 1..width]));
        }
        (Tensor::cat(rows, 1), Tensor::cat(masks, 1))
    }
}

impl Forward for Bag {
    fn forward(&self, inputs: Inputs, seed: Option<Seed>, observer: &mut Observer<'_>) -> Tensor<2> {
        self.pass(tokens(inputs), seed, observer)
    }

    fn scale_dropout(&mut self, share: f64) -> bool {
        self.dropout.scale(share)
    }

    fn operations(&self) -> Vec<Operation> {
        let Self { ngrams, buckets, ids, .. } = *self;
        let tensor = "embedding.weight".to_owned();
        vec![
            SequenceOperation::Bag { tensor, ids, ngrams, buckets }.into(),
            linear_operation("output", &self.output),
        ]
    }
}

#[cfg(test)]
mod tests {
    use kiln_data::{InputShape, TokenShape};
    use kiln_testkit::{assert_close, device};

    use super::*;

    #[test]
    fn both_ways_to_the_mean_are_one() {
        let shape = InputShape::Tokens(TokenShape { vocabulary: 40, longest: 30 });
        let config = BagConfig { width: 8, ngrams: 4, buckets: 100, dropout: 0.0 };
        let bag = config.init(shape, 2, &device(), Seed::new(3)).unwrap();
        let text =
            |row: u64| (0..row * row % 23).map(|place| (Seed::new(row).bits(place) % 40) as u32).collect();
        let batch =
            Inputs::of_sequences(&(0..12).map(text).collect::<Vec<_>>(), &device()).into_tokens().unwrap();
        let mean = bag.mean(batch.clone(), &mut Observer::nobody());
        let (one, other) = (mean.into_data(), bag.mean_on_host(batch).into_data());
        assert_close(&one, &other, 1e-5, 1e-7);
    }
}
