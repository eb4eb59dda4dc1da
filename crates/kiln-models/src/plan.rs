//! The layers of a model as numbers: checks and sums, before anything is allocated.

mod series;
mod table;
mod tokens;
mod widths;

use kiln_data::InputShape;
pub(crate) use widths::check_widths;

use crate::conv::ConvStyle;
use crate::dense::DenseStyle;
use crate::filters::Filters;
use crate::{Activation, LayerSummary, ModelError, Norm, Summary};

/// The most parameters a model may have. Indices of 32 bits, as GPU backends use them, reach no further.
const LIMIT: usize = 1 << 31;

/// Walks through the layers of a model with the shape that one item has so far.
#[derive(Debug)]
pub(crate) struct Plan {
    input: InputShape,
    shape: Vec<usize>,
    summary: Summary,
    /// Parameters and multiply-adds of the layer that is not complete yet; `None` for more than can be counted.
    parts: (Option<usize>, u64),
}

/// `[channels, height, width]` of the images that `model` reads.
pub(crate) fn image(input: &InputShape, model: &'static str) -> Result<[usize; 3], ModelError> {
    input.as_images().ok_or_else(|| ModelError::NeedsImages { model, found: input.words() })
}

impl Plan {
    pub(crate) fn new(input: &InputShape, outputs: usize) -> Result<Self, ModelError> {
        if !input.is_numeric() {
            return Err(ModelError::NeedsNumbers { found: input.words() });
        }
        let shape = input.dims();
        if shape.contains(&0) {
            return Err(ModelError::NoFeatures);
        }
        if outputs == 0 {
            return Err(ModelError::NoOutputs);
        }
        Ok(Self {
            input: input.clone(),
            shape,
            summary: Summary { layers: Vec::new(), parameters: 0, multiply_adds: 0 },
            parts: (Some(0), 0),
        })
    }

    pub(crate) fn needs_images(&self, model: &'static str) -> Result<(), ModelError> {
        image(&self.input, model).map(|_| ())
    }

    pub(crate) fn needs_side(
        &self,
        model: &'static str,
        least: usize,
        remedy: &'static str,
    ) -> Result<(), ModelError> {
        let [_, height, width] = image(&self.input, model)?;
        if height.min(width) < least {
            return Err(ModelError::ImageTooSmall { model, height, width, least, remedy });
        }
        Ok(())
    }

    pub(crate) fn flatten(&mut self) {
        if let [_, _, _] = self.shape[..] {
            let features = self.shape.iter().fold(1usize, |product, &dim| product.saturating_mul(dim));
            self.shape = vec![features];
            self.push("flatten", "flatten".to_owned(), 0, 0);
        }
    }

    pub(crate) fn pool_to_channels(&mut self, name: &str, kind: &str) {
        self.shape.truncate(1);
        self.push(name, kind.to_owned(), 0, 0);
    }

    pub(crate) fn linear(&mut self, name: &str, outputs: usize, bias: bool) -> Result<(), ModelError> {
        let inputs = self.shape[0];
        self.shape = vec![outputs];
        self.add(name, "linear".to_owned(), &[inputs, outputs], usize::from(bias), 1)
    }

    pub(crate) fn dense_stack(&mut self, widths: &[usize], style: DenseStyle) -> Result<(), ModelError> {
        for (l, &width) in widths.iter().enumerate() {
            let inputs = self.shape[0];
            self.shape = vec![width];
            let kind = describe(
                "linear".to_owned(),
                style.norm,
                style.activation.name(),
                1,
                style.dropout.describe(),
            );
            let vectors = vectors(style.norm) + usize::from(style.alpha);
            self.add(&format!("layers.{l}"), kind, &[inputs, width], vectors, 1)?;
        }
        Ok(())
    }

    pub(crate) fn conv(&mut self, name: &str, outputs: usize, style: ConvStyle) -> Result<(), ModelError> {
        let [inputs, height, width] = [self.shape[0], self.shape[1], self.shape[2]];
        self.shape = vec![outputs, height / style.pool, width / style.pool];
        let kernel = style.kernel;
        let first = format!("conv {kernel}x{kernel}");
        let kind = describe(first, style.norm, style.activation.name(), style.pool, style.dropout.describe());
        let pixels = (height as u64).saturating_mul(width as u64);
        self.add(name, kind, &[inputs, kernel, kernel, outputs], vectors(style.norm), pixels)
    }

    /// Channels, height and width so far.
    pub(crate) fn image(&self) -> [usize; 3] {
        [self.shape[0], self.shape[1], self.shape[2]]
    }

    /// Filters in the layer that [`Plan::layer`] completes.
    pub(crate) fn filters(&mut self, filters: &Filters) {
        let [_, height, width] = self.image();
        self.shape = vec![filters.outputs, filters.side(height), filters.side(width)];
        self.beside(filters);
    }

    /// Filters in a branch beside others, which had the same shape behind it.
    pub(crate) fn beside(&mut self, filters: &Filters) {
        let weight = (filters.inputs / filters.groups)
            .checked_mul(filters.kernel)
            .and_then(|factor| factor.checked_mul(filters.kernel)?.checked_mul(filters.outputs));
        let bias = if filters.bias { filters.outputs } else { 0 };
        let [_, height, width] = self.image();
        let times = (height as u64).saturating_mul(width as u64);
        self.part(weight, times);
        self.parameters(Some(bias));
    }

    /// A convolution with batch norm and activation.
    pub(crate) fn conv_norm(
        &mut self,
        name: &str,
        filters: &Filters,
        activation: Activation,
    ) -> Result<(), ModelError> {
        self.filters(filters);
        self.parameters(Some(2 * filters.outputs));
        self.layer(name, format!("{}, batch norm, {}", filters.describe(), activation.name()))
    }

    /// Filters that slide without weights, as those of pooling.
    pub(crate) fn window(&mut self, window: &Filters) {
        let [channels, height, width] = self.image();
        self.shape = vec![channels, window.side(height), window.side(width)];
    }

    /// A matrix with a bias in that layer, used `times` an item.
    pub(crate) fn matrix(&mut self, inputs: usize, outputs: usize, times: usize) {
        self.weight([inputs, outputs], times, true);
    }

    /// A matrix in that layer, from inputs to outputs, used `times` an item.
    pub(crate) fn weight(&mut self, [inputs, outputs]: [usize; 2], times: usize, bias: bool) {
        self.part(inputs.checked_mul(outputs), times as u64);
        self.parameters(Some(if bias { outputs } else { 0 }));
    }

    /// More parameters in that layer, which multiply nothing that is counted.
    pub(crate) fn parameters(&mut self, count: Option<usize>) {
        self.parts.0 = self.parts.0.zip(count).and_then(|(sum, count)| sum.checked_add(count));
    }

    /// An item is this now.
    pub(crate) fn becomes(&mut self, shape: &[usize]) {
        self.shape = shape.to_vec();
    }

    fn part(&mut self, weight: Option<usize>, times: u64) {
        self.parameters(weight);
        let multiply_adds = (weight.unwrap_or(0) as u64).saturating_mul(times);
        self.parts.1 = self.parts.1.saturating_add(multiply_adds);
    }

    /// Completes a layer of the parts since the last one.
    pub(crate) fn layer(&mut self, name: &str, kind: impl Into<String>) -> Result<(), ModelError> {
        let (parameters, multiply_adds) = std::mem::replace(&mut self.parts, (Some(0), 0));
        self.count(name, kind.into(), parameters, multiply_adds)
    }

    pub(crate) fn finish(self) -> Summary {
        self.summary
    }

    /// Adds a layer with one weight of the given factors (outputs last), used `times` an item, and `vectors` more
    /// parameters for each output.
    fn add(
        &mut self,
        name: &str,
        kind: String,
        factors: &[usize],
        vectors: usize,
        times: u64,
    ) -> Result<(), ModelError> {
        let weight = factors.iter().try_fold(1usize, |product, &factor| product.checked_mul(factor));
        let outputs = factors.last().copied().unwrap_or(0);
        let parameters = weight.and_then(|weight| outputs.checked_mul(vectors)?.checked_add(weight));
        self.count(name, kind, parameters, (weight.unwrap_or(0) as u64).saturating_mul(times))
    }

    /// Adds a layer with so many parameters, `None` for more than can be counted.
    fn count(
        &mut self,
        name: &str,
        kind: String,
        parameters: Option<usize>,
        multiply_adds: u64,
    ) -> Result<(), ModelError> {
        let fits =
            |count: &usize| self.summary.parameters.checked_add(*count).is_some_and(|sum| sum <= LIMIT);
        let too_large = || ModelError::TooLarge { layer: name.to_owned(), limit: LIMIT };
        let parameters = parameters.filter(fits).ok_or_else(too_large)?;
        self.push(name, kind, parameters, multiply_adds);
        Ok(())
    }

    fn push(&mut self, name: &str, kind: String, parameters: usize, multiply_adds: u64) {
        self.summary.parameters += parameters;
        self.summary.multiply_adds = self.summary.multiply_adds.saturating_add(multiply_adds);
        let (name, output) = (name.to_owned(), self.shape.clone());
        self.summary.layers.push(LayerSummary { name, kind, output, parameters, multiply_adds });
    }
}

/// Parameters for each output beside the weight: a bias, or scale and shift, or all three.
fn vectors(norm: Norm) -> usize {
    usize::from(norm.keeps_bias()) + if norm == Norm::None { 0 } else { 2 }
}

fn describe(first: String, norm: Norm, activation: &str, pool: usize, dropout: Option<String>) -> String {
    let mut parts = vec![first];
    match norm {
        Norm::None => {}
        Norm::Batch => parts.push("batch norm".to_owned()),
        Norm::Layer => parts.push("layer norm".to_owned()),
    }
    if activation != "identity" {
        parts.push(activation.to_owned());
    }
    if pool > 1 {
        parts.push(format!("max pool {pool}"));
    }
    parts.extend(dropout);
    parts.join(", ")
}
