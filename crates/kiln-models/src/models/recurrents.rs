//! Recurrent networks for sequences of tokens, and time series.

use burn::module::{Module, Param};
use burn::nn;
use burn::tensor::{Device, Tensor};
use kiln_core::{Range, Seed, check};
use kiln_data::{InputShape, Inputs};
use kiln_kernels::embedding;
use serde::{Deserialize, Serialize};

use super::kind::{Forward, ModelKind, padded_rows, series};
use crate::dense::{affine, linear_operation};
use crate::dropout::Dropout;
use crate::init::Init;
use crate::observe::{Observer, each};
use crate::plan::Plan;
use crate::schema::JsonSchema;
use crate::sequence::PaddedRows;
use crate::{ModelError, ModelInput, Operation, RecurrentCell, SequenceOperation, Summary};

/// The settings of one kind of recurrent network, and the network.
macro_rules! recurrent {
    ($(#[$about:meta])* $config:ident($kind:literal) for $model:ident, $cell:expr) => {
        $(#[$about])*
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields, default)]
        #[schemars(example = $config { hidden: vec![128, 128], ..$config::default() })]
        pub struct $config {
            /// Columns of the vector of a token, at least 1; time series come as they are. Default 128.
            #[schemars(range(min = 1))]
            pub width: usize,
            /// Numbers of the state of each layer, each at least 1. Default `[128]`.
            pub hidden: Vec<usize>,
            /// Probability that an element of the embedding, and of what goes into each later layer and the output, is dropped in training, `[0, 1)`.
            /// Default 0.
            #[schemars(transform = Range::BELOW_ONE.bounds())]
            pub dropout: f64,
        }

        impl Default for $config {
            fn default() -> Self {
                Self { width: 128, hidden: vec![128], dropout: 0.0 }
            }
        }

        impl $config {
            fn sizes(&self) -> Sizes<'_> {
                Sizes { kind: $kind, cell: $cell, width: self.width, hidden: &self.hidden, dropout: self.dropout }
            }

            /// Checks the configuration against the data and says what the model would be.
            ///
            /// # Errors
            /// [`ModelError`] for a setting out of its range, no layer, data that are neither token sequences nor time series, or more than 2³¹ parameters.
            pub fn summary(&self, input: impl Into<ModelInput>, outputs: usize) -> Result<Summary, ModelError> {
                self.sizes().plan(&input.into(), outputs)
            }

            /// Makes the model; `seed` is for [`kiln_core::Purpose::Init`].
            ///
            /// # Errors
            /// As its summary.
            pub fn init(
                &self,
                input: impl Into<ModelInput>,
                outputs: usize,
                device: &Device,
                seed: Seed,
            ) -> Result<$model, ModelError> {
                self.sizes().init(&input.into(), outputs, device, seed)
            }
        }

        impl ModelKind for $config {
            fn summary(&self, input: &ModelInput, outputs: usize) -> Result<Summary, ModelError> {
                self.sizes().plan(input, outputs)
            }

            fn is_random(&self) -> bool {
                self.dropout > 0.0
            }
        }
    };
}

recurrent! {
    /// Long short-term memory over token sequences (Hochreiter and Schmidhuber, 1997): embeddings, layers of it, and a linear output on the last state of each
    /// sequence.
    LstmConfig("lstm") for Lstm, RecurrentCell::Lstm
}

recurrent! {
    /// Gated recurrent units over token sequences (Cho and others, 2014): embeddings, layers of them, and a linear output on the last state of each sequence.
    GruConfig("gru") for Gru, RecurrentCell::Gru
}

/// [`LstmConfig`] makes it.
pub type Lstm = Recurrent;
/// [`GruConfig`] makes it.
pub type Gru = Recurrent;

/// A recurrent network. Its parameters are `tokens` (`[vocabulary, width]`; not of a network for time series), for each layer `layers.N.of_inputs` (`[inputs, gates · hidden]`), `.of_states`,
/// `.input_bias` and `.state_bias`, with the gates in PyTorch's order, and `output.weight` and `output.bias`.
#[derive(Module, Debug)]
pub struct Recurrent {
    tokens: Option<Param<Tensor<2>>>,
    dropout: Dropout,
    layers: Vec<Layer>,
    output: nn::Linear,
    longest: usize,
}

#[derive(Module, Debug)]
struct Layer {
    of_inputs: Param<Tensor<2>>,
    of_states: Param<Tensor<2>>,
    input_bias: Param<Tensor<1>>,
    state_bias: Param<Tensor<1>>,
    #[module(skip)]
    cell: RecurrentCell,
}

struct Sizes<'a> {
    kind: &'static str,
    cell: RecurrentCell,
    width: usize,
    hidden: &'a [usize],
    dropout: f64,
}

impl Sizes<'_> {
    fn plan(&self, input: &ModelInput, outputs: usize) -> Result<Summary, ModelError> {
        let (mut plan, first) = self.first(&input.shape, outputs)?;
        check::at_least("model.width", self.width, 1)?;
        crate::plan::check_widths("model.hidden", self.hidden)?;
        Range::BELOW_ONE.check("model.dropout", self.dropout)?;
        if self.hidden.is_empty() {
            return Err(ModelError::NoLayers { model: self.kind });
        }
        let (longest, gates) = (first.longest, self.cell.gates());
        if let Some(vocabulary) = first.vocabulary {
            plan.parameters(vocabulary.checked_mul(self.width));
            plan.becomes(&[longest, self.width]);
            plan.layer("tokens", "a vector for each token")?;
        }
        let mut inputs = first.inputs;
        for (l, &hidden) in self.hidden.iter().enumerate() {
            plan.weight([inputs, gates * hidden], longest, true);
            plan.weight([hidden, gates * hidden], longest, true);
            plan.becomes(&[longest, hidden]);
            plan.layer(&format!("layers.{l}"), self.kind)?;
            inputs = hidden;
        }
        plan.becomes(&[inputs]);
        plan.linear("output", outputs, true)?;
        Ok(plan.finish())
    }

    fn init(
        &self,
        input: &ModelInput,
        outputs: usize,
        device: &Device,
        seed: Seed,
    ) -> Result<Recurrent, ModelError> {
        self.plan(input, outputs)?;
        let (_, first) = self.first(&input.shape, outputs)?;
        let mut init = Init::new(device, seed);
        let seed = init.next_layer();
        // As PyTorch's `Embedding`.
        let tokens =
            first.vocabulary.map(|vocabulary| init.normal([vocabulary, self.width], 1.0, seed.at(0)));
        let mut inputs = first.inputs;
        let layers = self.hidden.iter().map(|&hidden| {
            let (seed, columns) = (init.next_layer(), self.cell.gates() * hidden);
            let layer = Layer {
                of_inputs: init.uniform([inputs, columns], hidden, seed.at(0)),
                of_states: init.uniform([hidden, columns], hidden, seed.at(1)),
                input_bias: init.uniform([columns], hidden, seed.at(2)),
                state_bias: init.uniform([columns], hidden, seed.at(3)),
                cell: self.cell,
            };
            inputs = hidden;
            layer
        });
        let layers: Vec<Layer> = layers.collect();
        let dropout = Dropout::checked(self.dropout);
        let output = init.linear(inputs, outputs, true);
        Ok(Recurrent { tokens, dropout, layers, output, longest: first.longest })
    }
}

/// What goes into the first layer.
struct First {
    /// Numbers of a step.
    inputs: usize,
    longest: usize,
    /// Tokens, where these are the steps.
    vocabulary: Option<usize>,
}

impl Sizes<'_> {
    fn first(&self, shape: &InputShape, outputs: usize) -> Result<(Plan, First), ModelError> {
        if shape.as_series().is_some() {
            let (plan, shape) = Plan::of_series(shape, self.kind, outputs)?;
            return Ok((
                plan,
                First { inputs: shape.channels, longest: shape.longest.max(1), vocabulary: None },
            ));
        }
        let (plan, shape) = Plan::of_tokens(shape, self.kind, outputs)?;
        let (longest, vocabulary) = (shape.longest.max(1), Some(shape.vocabulary));
        Ok((plan, First { inputs: self.width, longest, vocabulary }))
    }
}

impl Recurrent {
    /// What goes into the first layer, `[N, steps, numbers]`.
    fn inputs(&self, inputs: Inputs) -> (PaddedRows, Tensor<3>) {
        let Some(tokens) = &self.tokens else {
            let batch = series(inputs);
            let steps = batch.values.dims()[2];
            return (PaddedRows::without_ids(steps, batch.lengths), batch.values.swap_dims(1, 2));
        };
        let padded = padded_rows(inputs, self.longest);
        let x = embedding(tokens.val(), &padded.ids);
        let (items, steps, width) = (padded.lengths.len(), padded.steps, x.dims()[1]);
        (padded, x.reshape([items, steps, width]))
    }
}

impl Layer {
    /// All states, `[N, steps, hidden]`.
    fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        let (of_inputs, of_states) = (self.of_inputs.val(), self.of_states.val());
        let (input_bias, state_bias) = (self.input_bias.val(), self.state_bias.val());
        match self.cell {
            RecurrentCell::Lstm => kiln_kernels::lstm(x, of_inputs, of_states, input_bias.add(state_bias)),
            RecurrentCell::Gru => kiln_kernels::gru(x, of_inputs, of_states, [input_bias, state_bias]),
        }
    }
}

impl Forward for Recurrent {
    /// With a seed, dropout of what goes into layer `l`, and at last into the output, draws from `seed.at(l)`.
    fn forward(&self, inputs: Inputs, seed: Option<Seed>, observer: &mut Observer<'_>) -> Tensor<2> {
        let at = |index: usize| seed.map(|seed| seed.at(index as u64));
        let (padded, mut x) = self.inputs(inputs);
        if self.tokens.is_some() {
            let steps = padded.steps;
            x = observer.embedded("tokens", x, || each(steps));
        }
        for (l, layer) in self.layers.iter().enumerate() {
            let hidden = layer.forward(self.dropout.forward(x, at(l)));
            x = observer.see(|| format!("layers.{l}"), hidden);
        }
        let last = self.dropout.forward(padded.last(x), at(self.layers.len()));
        affine(&self.output, last)
    }

    fn scale_dropout(&mut self, share: f64) -> bool {
        self.dropout.scale(share)
    }

    fn operations(&self) -> Vec<Operation> {
        let first: Vec<Operation> = match &self.tokens {
            Some(_) => vec![
                SequenceOperation::First { most: self.longest }.into(),
                SequenceOperation::Vectors { tensor: "tokens".to_owned() }.into(),
            ],
            None => vec![SequenceOperation::Turned.into()],
        };
        let layer = |(l, layer): (usize, &Layer)| {
            let (layer, cell) = (format!("layers.{l}"), layer.cell);
            Operation::from(SequenceOperation::Recurrent { layer, cell })
        };
        let last = [
            SequenceOperation::Turned.into(),
            SequenceOperation::Last.into(),
            linear_operation("output", &self.output),
        ];
        first.into_iter().chain(self.layers.iter().enumerate().map(layer)).chain(last).collect()
    }
}
