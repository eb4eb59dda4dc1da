//! From operations to parts: shapes are checked.

use kiln_kernels::cpu::{Angles, PackedLinear};

use super::conv::{Conv, Phrases};
use super::grid::Part;
use super::recurrent::Recurrent;
use super::whole::{Attended, Beside, Normed, Plain, Positions, RmsNorm, Scaled, Summed, TokenLinear};
use crate::error::InferError;
use crate::file::Tensors;
use crate::network::affine::constants;
use crate::network::norm::LayerNorm;
use crate::network::shape::wrong;
use crate::plan::{Operation, Sequence};

/// What a sequence is between two parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// `[channels, steps]`.
    Steps(usize),
    /// `[tokens, width]`.
    Tokens(usize),
    /// A row.
    Row(usize),
}

/// The most positions, and numbers of a table of them.
const POSITIONS: usize = 1 << 24;

/// Parts so far, and what a sequence is behind them.
#[derive(Debug)]
pub(super) struct Builder<'a> {
    tensors: &'a Tensors,
    parts: Vec<Box<dyn Part>>,
    form: Form,
}

impl<'a> Builder<'a> {
    pub(super) fn new(tensors: &'a Tensors, form: Form) -> Self {
        Self { tensors, parts: Vec::new(), form }
    }

    pub(super) fn finish(self) -> (Vec<Box<dyn Part>>, Form) {
        (self.parts, self.form)
    }

    /// Adds operations up to the one that makes a row. Gives those behind it.
    pub(super) fn all<'o>(&mut self, operations: &'o [Operation]) -> Result<&'o [Operation], InferError> {
        let mut rest = operations;
        while let (Form::Steps(_) | Form::Tokens(_), [operation, others @ ..]) = (self.form, rest) {
            self.one(operation)?;
            rest = others;
        }
        Ok(rest)
    }

    fn push(&mut self, part: impl Part + 'static, form: Form) {
        self.parts.push(Box::new(part));
        self.form = form;
    }

    fn one(&mut self, operation: &Operation) -> Result<(), InferError> {
        let tensors = self.tensors;
        match operation {
            Operation::Activation(activation) => self.push(Plain::Activation(*activation), self.form),
            Operation::BatchNorm { layer, epsilon } => {
                let channels = self.steps(layer)?;
                self.push(Scaled(constants(tensors, layer, *epsilon, channels)?), self.form);
            }
            Operation::LayerNorm { layer, epsilon } => {
                let width = self.tokens(layer)?;
                self.push(Normed(LayerNorm::new(tensors, layer, *epsilon, width)?), self.form);
            }
            Operation::TokenLinear { layer, bias } => {
                let linear = self.linear(layer, *bias)?;
                let width = linear.outputs();
                self.push(TokenLinear(linear), Form::Tokens(width));
            }
            Operation::Residual(branch) => self.sum(branch, &[])?,
            Operation::Sum { branch, shortcut } => self.sum(branch, shortcut)?,
            Operation::Beside(branches) => {
                let (mut all, mut channels) = (Vec::new(), 0usize);
                for branch in branches {
                    let (parts, form) = self.branch(branch)?;
                    let Form::Steps(more) = form else {
                        return Err(wrong("branches side by side", "one gives no steps".to_owned()));
                    };
                    all.push(parts);
                    channels = channels.saturating_add(more);
                }
                self.push(Beside(all), Form::Steps(channels));
            }
            Operation::Sequence(operation) => self.sequence(operation)?,
            other => return Err(wrong("the network", format!("{other:?} is not for sequences"))),
        }
        Ok(())
    }

    fn sequence(&mut self, operation: &Sequence) -> Result<(), InferError> {
        let tensors = self.tensors;
        match operation {
            Sequence::First { most } => {
                self.tokens("the first tokens")?;
                self.push(Plain::First(*most), self.form);
            }
            Sequence::Phrases { layers } => {
                let width = self.tokens("filters over tokens")?;
                let phrases = Phrases::new(tensors, layers, width)?;
                let outputs = phrases.outputs();
                self.push(phrases, Form::Row(outputs));
            }
            Sequence::Conv { layer, bias, dilation, causal } => {
                let channels = self.steps(layer)?;
                let conv = Conv::new(tensors, layer, channels, *bias, (*dilation, *causal))?;
                let outputs = conv.outputs();
                self.push(conv, Form::Steps(outputs));
            }
            Sequence::LargestOfThree => {
                self.steps("the largest of three")?;
                self.push(Plain::LargestOfThree, self.form);
            }
            Sequence::Turned => {
                let form = match self.form {
                    Form::Steps(channels) => Form::Tokens(channels),
                    Form::Tokens(width) => Form::Steps(width),
                    row => row,
                };
                self.push(Plain::Turned, form);
            }
            Sequence::Mean | Sequence::Last => {
                let channels = self.steps("a row of steps")?;
                let is_mean = *operation == Sequence::Mean;
                self.push(if is_mean { Plain::Mean } else { Plain::Last }, Form::Row(channels));
            }
            Sequence::Positions { tensor } => {
                let width = self.tokens(tensor)?;
                let (layer, name) = tensor.rsplit_once('.').unwrap_or(("", tensor.as_str()));
                let ([rows, _], _) = tensors.get::<2>(layer, name)?;
                let table = tensors.of(layer, name, [rows, width])?.to_vec();
                self.at_most(tensor, rows)?;
                self.push(Positions(table), self.form);
            }
            Sequence::RmsNorm { layer, epsilon } => {
                let width = self.tokens(layer)?;
                let (gamma, epsilon) = (tensors.of(layer, "gamma", [width])?.to_vec(), *epsilon);
                if epsilon <= 0.0 {
                    return Err(wrong(layer, "its epsilon is not positive".to_owned()));
                }
                self.push(RmsNorm { gamma, epsilon }, self.form);
            }
            Sequence::Swiglu => match self.tokens("a gate")? {
                width if width.is_multiple_of(2) => self.push(Plain::Swiglu, Form::Tokens(width / 2)),
                width => return Err(wrong("a gate", format!("{width} columns have no halves"))),
            },
            Sequence::Attention { layer, heads, rotary, positions } => {
                self.attention(layer, *heads, *rotary, *positions)?;
            }
            Sequence::Recurrent { layer, cell } => {
                let part = Recurrent::new(tensors, layer, self.tokens(layer)?, *cell)?;
                let hidden = part.hidden();
                self.push(part, Form::Tokens(hidden));
            }
            Sequence::Vectors { .. } | Sequence::Bag { .. } => {
                return Err(wrong("the network", "ids stand at its beginning alone".to_owned()));
            }
        }
        Ok(())
    }

    fn attention(
        &mut self,
        layer: &str,
        heads: usize,
        rotary: Option<f64>,
        positions: usize,
    ) -> Result<(), InferError> {
        let width = self.tokens(layer)?;
        let qkv = self.linear(&format!("{layer}.qkv"), true)?;
        let proj = self.linear(&format!("{layer}.proj"), true)?;
        let inner = width.checked_div(heads).unwrap_or(0);
        let fits =
            qkv.outputs() == 3 * width && inner * heads == width && proj.outputs() == width && inner > 0;
        let turns = rotary.is_none_or(|base| base > 0.0 && inner.is_multiple_of(2));
        if !fits || !turns || positions.saturating_mul(inner.max(1)) > POSITIONS {
            return Err(wrong(layer, format!("{heads} heads do not fit {width} columns")));
        }
        let angles = rotary.map(|base| Angles::new(positions, inner, base));
        if angles.is_some() {
            self.at_most(layer, positions)?;
        }
        self.push(Attended { qkv, proj, heads, angles }, Form::Tokens(width));
        Ok(())
    }

    /// No more tokens than there are positions.
    fn at_most(&mut self, place: &str, positions: usize) -> Result<(), InferError> {
        if positions == 0 {
            return Err(wrong(place, "there are no positions".to_owned()));
        }
        self.parts.push(Box::new(Plain::First(positions)));
        Ok(())
    }

    fn linear(&self, layer: &str, bias: bool) -> Result<PackedLinear, InferError> {
        let inputs = self.tokens(layer)?;
        let ([_, outputs], _) = self.tensors.get::<2>(layer, "weight")?;
        let weight = self.tensors.of(layer, "weight", [inputs, outputs])?;
        if inputs == 0 || outputs == 0 {
            return Err(wrong(layer, "it has no columns".to_owned()));
        }
        let bias = bias.then(|| self.tensors.of(layer, "bias", [outputs])).transpose()?;
        Ok(PackedLinear::new([inputs, outputs], weight, bias))
    }

    /// The parts of a branch, and what it gives.
    fn branch(&self, operations: &[Operation]) -> Result<(Vec<Box<dyn Part>>, Form), InferError> {
        let mut builder = Builder::new(self.tensors, self.form);
        match builder.all(operations)? {
            [] => Ok(builder.finish()),
            _ => Err(wrong("a branch", "it goes on behind a row".to_owned())),
        }
    }

    fn sum(&mut self, branch: &[Operation], shortcut: &[Operation]) -> Result<(), InferError> {
        let ((branch, form), (shortcut, other)) = (self.branch(branch)?, self.branch(shortcut)?);
        if form != other {
            return Err(wrong("a sum", format!("{form:?} and {other:?} do not fit")));
        }
        self.push(Summed([branch, shortcut]), form);
        Ok(())
    }

    fn steps(&self, place: &str) -> Result<usize, InferError> {
        match self.form {
            Form::Steps(channels) if channels > 0 => Ok(channels),
            other => Err(wrong(place, format!("it takes steps, not {other:?}"))),
        }
    }

    fn tokens(&self, place: &str) -> Result<usize, InferError> {
        match self.form {
            Form::Tokens(width) if width > 0 => Ok(width),
            other => Err(wrong(place, format!("it takes tokens, not {other:?}"))),
        }
    }
}
