//! Convolutions over the tokens of a text.

use burn::module::{Module, Param};
use burn::nn;
use burn::tensor::ops::ConvOptions;
use burn::tensor::{Device, Tensor};
use kiln_core::{Range, Seed, check};
use kiln_data::{Inputs, TokenBatch};
use kiln_kernels::{Act, conv1d};
use serde::{Deserialize, Serialize};

use super::kind::{Forward, ModelKind, tokens};
use crate::dense::{affine, linear_operation};
use crate::dropout::Dropout;
use crate::init::Init;
use crate::observe::{Observer, each};
use crate::plan::{self, Plan};
use crate::schema::JsonSchema;
use crate::token_embedding::TokenEmbedding;
use crate::{ModelError, ModelInput, Operation, SequenceOperation, Summary};

/// Filters over some neighbouring tokens each, the largest answer of each in the text, dropout and a linear layer (Kim: Convolutional
/// neural networks for sentence classification, 2014). It tells phrases apart that `bag` only counts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(example = TextCnnConfig { width: 32, filters: 50, ..TextCnnConfig::default() })]
pub struct TextCnnConfig {
    /// The length of a token's vector, at least 1. Default 64.
    #[schemars(range(min = 1))]
    pub width: usize,
    /// How many tokens the filters see, one number for each kind of filter, at least one, each at least 1. Default `[3, 4, 5]`.
    pub kernels: Vec<usize>,
    /// Filters of each kind, at least 1. Default 100.
    #[schemars(range(min = 1))]
    pub filters: usize,
    /// Probability that an answer is dropped in training, `[0, 1)`. Default 0.5.
    #[schemars(transform = Range::BELOW_ONE.bounds())]
    pub dropout: f64,
}

/// Filters over tokens. Its parameters are `embedding.weight` (`[ids, width]`), `convs.N.weight` (`[filters, width, kernel]`) and
/// `convs.N.bias`, `output.weight` (`[kernels · filters, outputs]`) and `output.bias`.
///
/// What is behind the end of a text counts as 0 and no filter begins there, so the answers do not depend on the other texts of a batch. A
/// text that is shorter than a filter is seen once, from its beginning.
#[derive(Module, Debug)]
pub struct TextCnn {
    embedding: TokenEmbedding,
    convs: Vec<TokenConv>,
    dropout: Dropout,
    output: nn::Linear,
}

/// Filters over `kernel` tokens.
#[derive(Module, Debug)]
struct TokenConv {
    weight: Param<Tensor<3>>,
    bias: Param<Tensor<1>>,
}

impl Default for TextCnnConfig {
    fn default() -> Self {
        Self { width: 64, kernels: vec![3, 4, 5], filters: 100, dropout: 0.5 }
    }
}

impl TextCnnConfig {
    /// Checks the configuration against the shape of the data and says what the model would be.
    ///
    /// # Errors
    /// [`ModelError`] for a setting out of its range, no kernel, data that are no tokens, or more than 2³¹ parameters.
    pub fn summary(&self, input: impl Into<ModelInput>, outputs: usize) -> Result<Summary, ModelError> {
        self.plan(&input.into(), outputs)
    }

    fn plan(&self, input: &ModelInput, outputs: usize) -> Result<Summary, ModelError> {
        check::at_least("model.width", self.width, 1)?;
        check::at_least("model.kernels", self.kernels.len(), 1)?;
        plan::check_widths("model.kernels", &self.kernels)?;
        check::at_least("model.filters", self.filters, 1)?;
        Range::BELOW_ONE.check("model.dropout", self.dropout)?;
        let (mut plan, shape) = Plan::of_tokens(&input.shape, "text-cnn", outputs)?;
        let width = self.width;
        plan.token_vectors(
            "embedding",
            "token vectors".to_owned(),
            shape.vocabulary,
            &[shape.longest, width],
        )?;
        for (place, &kernel) in self.kernels.iter().enumerate() {
            let inputs = width.saturating_mul(kernel);
            plan.matrix(inputs, self.filters, shape.longest.saturating_sub(kernel - 1).max(1));
            plan.becomes(&[self.filters]);
            plan.layer(&format!("convs.{place}"), format!("conv {kernel}, relu, maximum"))?;
        }
        plan.becomes(&[self.filters.saturating_mul(self.kernels.len())]);
        plan.linear("output", outputs, true)?;
        Ok(plan.finish())
    }

    /// Makes the model; `seed` is for [`kiln_core::Purpose::Init`].
    ///
    /// # Errors
    /// As [`TextCnnConfig::summary`].
    pub fn init(
        &self,
        input: impl Into<ModelInput>,
        outputs: usize,
        device: &Device,
        seed: Seed,
    ) -> Result<TextCnn, ModelError> {
        let input = input.into();
        self.plan(&input, outputs)?;
        let (_, shape) = Plan::of_tokens(&input.shape, "text-cnn", outputs)?;
        let mut init = Init::new(device, seed);
        // As Kim's vectors of words that nothing is known of.
        let embedding = TokenEmbedding::new(&mut init, shape.vocabulary, self.width, 0.25);
        let conv = |&kernel: &usize| {
            let (seed, fan_in) = (init.next_layer(), self.width * kernel);
            TokenConv {
                weight: init.uniform([self.filters, self.width, kernel], fan_in, seed.at(0)),
                bias: init.uniform([self.filters], fan_in, seed.at(1)),
            }
        };
        let convs = self.kernels.iter().map(conv).collect();
        let output = init.linear(self.filters * self.kernels.len(), outputs, true);
        Ok(TextCnn { embedding, convs, dropout: Dropout::checked(self.dropout), output })
    }
}

impl ModelKind for TextCnnConfig {
    fn summary(&self, input: &ModelInput, outputs: usize) -> Result<Summary, ModelError> {
        self.plan(input, outputs)
    }

    fn is_random(&self) -> bool {
        self.dropout > 0.0
    }
}

impl TextCnn {
    /// Tokens to raw outputs `[N, outputs]`. With a seed, dropout is on.
    pub fn forward(&self, batch: TokenBatch, seed: Option<Seed>) -> Tensor<2> {
        self.pass(batch, seed, &mut Observer::nobody())
    }

    fn pass(&self, batch: TokenBatch, seed: Option<Seed>, observer: &mut Observer<'_>) -> Tensor<2> {
        let tokens = batch.ids.dims()[1];
        let vectors = self.embedding.forward(batch.ids);
        let vectors = observer.embedded("embedding", vectors, || each(tokens));
        let mask = batch.mask.cast(vectors.dtype());
        let vectors = vectors * mask.clone().unsqueeze_dim::<3>(2);
        let answers = self.convs.iter().map(|conv| conv.forward(vectors.clone(), mask.clone()));
        let answers = Tensor::cat(answers.collect(), 1);
        let answers = observer.see(|| "convs".to_owned(), answers);
        affine(&self.output, self.dropout.forward(answers, seed))
    }
}

impl TokenConv {
    /// The largest answer of each filter: `[N, T, width]` to `[N, filters]`.
    fn forward(&self, vectors: Tensor<3>, mask: Tensor<2>) -> Tensor<2> {
        let [items, length, width] = vectors.dims();
        let kernel = self.weight.val().dims()[2];
        let short = kernel.saturating_sub(length);
        let vectors = if short > 0 {
            let options = (&vectors.device(), vectors.dtype());
            Tensor::cat(vec![vectors, Tensor::zeros([items, short, width], options)], 1)
        } else {
            vectors
        };
        let options = ConvOptions::new([1], [0], [1], 1);
        let (weight, bias) = (self.weight.val(), Some(self.bias.val()));
        let answers = conv1d(vectors.swap_dims(1, 2), weight, bias, options, Act::Relu);
        // A filter that begins at a token ends at one, but for the first. Answers are never below 0, so 0 is as good as none.
        let first = Tensor::ones([items, 1], (&mask.device(), mask.dtype()));
        let starts = match length > kernel {
            true => Tensor::cat(vec![first, mask.slice([0..items, kernel..length])], 1),
            false => first,
        };
        (answers * starts.unsqueeze_dim::<3>(1)).max_dim(2).squeeze_dim(2)
    }
}

impl Forward for TextCnn {
    fn forward(&self, inputs: Inputs, seed: Option<Seed>, observer: &mut Observer<'_>) -> Tensor<2> {
        self.pass(tokens(inputs), seed, observer)
    }

    fn scale_dropout(&mut self, share: f64) -> bool {
        self.dropout.scale(share)
    }

    fn operations(&self) -> Vec<Operation> {
        let kernel = |conv: &TokenConv| conv.weight.val().dims()[2];
        let layers = self.convs.iter().enumerate().map(|(n, conv)| (format!("convs.{n}"), kernel(conv)));
        vec![
            SequenceOperation::Vectors { tensor: "embedding.weight".to_owned() }.into(),
            SequenceOperation::Phrases { layers: layers.collect() }.into(),
            linear_operation("output", &self.output),
        ]
    }
}
