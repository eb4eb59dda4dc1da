//! Columns of many categories as vectors that are learned.

use std::ops::Range as Span;

use burn::module::{Module, Param};
use burn::tensor::Tensor;
use kiln_core::check;
use kiln_data::{FeatureGroup, InputShape};
use kiln_kernels::{Act, linear};
use serde::{Deserialize, Serialize};

use super::columns::at;
use crate::init::Init;
use crate::plan::Plan;
use crate::schema::JsonSchema;
use crate::{ModelError, ModelInput, Operation};

/// The section `[model.categories]`: columns of few categories stay 0s and 1s, those of many become vectors that are learned, one for each
/// category. The defaults are RealMLP's (Holzmüller, Grinsztajn and Steinwart 2024; pytabkit).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(example = Self { above: 4, ..Self::default() })]
pub struct CategoriesConfig {
    /// Columns of more categories than this are embedded. What `data.min_frequency` brings together is one category, and so are missing
    /// cells, if the training part has some. Default 8.
    pub above: usize,
    /// Features that such a column becomes, at least 1, where `rule` is `fixed`. Default 8.
    #[schemars(range(min = 1))]
    pub width: usize,
    /// What decides about the width of a column, `fixed` or `fastai`. Default: fixed.
    pub rule: WidthRule,
}

/// What decides how many features a column of categories becomes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum WidthRule {
    /// The setting `width`.
    #[default]
    Fixed,
    /// `1.6 n^0.56` of n categories, rounded, and at most 600 (fastai's `emb_sz_rule`).
    Fastai,
}

impl Default for CategoriesConfig {
    fn default() -> Self {
        Self { above: 8, width: 8, rule: WidthRule::Fixed }
    }
}

impl CategoriesConfig {
    /// The width of a column of so many categories, at least 1.
    fn width_of(&self, categories: usize) -> usize {
        match self.rule {
            WidthRule::Fixed => self.width,
            WidthRule::Fastai => (1.6 * (categories as f64).powf(0.56)).round().clamp(1.0, 600.0) as usize,
        }
    }
}

/// The columns of `input` that are embedded, each with its width.
fn columns(config: &CategoriesConfig, input: &ModelInput) -> Vec<(Span<usize>, usize)> {
    let groups = input.groups.iter().flatten().filter(|group| !group.numeric);
    let many = groups.filter(|group| group.features.len() > config.above);
    many.map(|group| (group.features.clone(), config.width_of(group.features.len()))).collect()
}

impl CategoriesConfig {
    /// Checks the settings, adds the layer to a plan, and says what the layers behind it see of `input`.
    ///
    /// # Errors
    /// [`ModelError`] for a width of 0, inputs that are no table, and more parameters than a model may have.
    pub(crate) fn plan(&self, plan: &mut Plan, input: &ModelInput) -> Result<ModelInput, ModelError> {
        check::at_least("model.categories.width", self.width, 1)?;
        if !matches!(input.shape, InputShape::Table(_)) {
            return Err(ModelError::NoTable { setting: "model.categories", found: input.shape.words() });
        }
        let columns = columns(self, input);
        if columns.is_empty() {
            return Ok(input.clone());
        }
        let parameters = columns
            .iter()
            .try_fold(0usize, |sum, (span, width)| sum.checked_add(span.len().checked_mul(*width)?));
        let behind = behind(input, &columns);
        let kind = match columns.len() {
            1 => "vectors of 1 column of categories".to_owned(),
            count => format!("vectors of {count} columns of categories"),
        };
        plan.embed("categories", kind, Some(behind.shape.features()).zip(parameters))?;
        Ok(behind)
    }

    /// The layer, for settings that were checked, and what the layers behind it see of `input`; `None` where no column has so many categories.
    pub(crate) fn layer(
        config: Option<&Self>,
        init: &mut Init<'_>,
        input: ModelInput,
    ) -> (Option<Categories>, ModelInput) {
        let columns = config.map(|config| columns(config, &input)).unwrap_or_default();
        if columns.is_empty() {
            return (None, input);
        }
        let seed = init.next_layer();
        let vectors = (0..).zip(&columns);
        let vectors =
            vectors.map(|(column, (span, width))| init.normal([span.len(), *width], 1.0, seed.at(column)));
        let layer = Categories {
            vectors: vectors.collect(),
            columns: columns.iter().map(|(span, _)| (span.start, span.len())).collect(),
            others: others(&input, &columns),
        };
        let behind = behind(&input, &columns);
        (Some(layer), behind)
    }
}

/// The places of the features that are not among these columns, rising.
fn others(input: &ModelInput, columns: &[(Span<usize>, usize)]) -> Vec<usize> {
    let embedded = |place: &usize| columns.iter().any(|(span, _)| span.contains(place));
    (0..input.shape.features()).filter(|place| !embedded(place)).collect()
}

/// `input` behind the layer: first the columns that stay, then those that are embedded.
fn behind(input: &ModelInput, columns: &[(Span<usize>, usize)]) -> ModelInput {
    let embedded = |group: &&FeatureGroup| columns.iter().any(|(span, _)| *span == group.features);
    let stay = input.groups.iter().flatten().filter(|group| !embedded(group));
    let sizes = stay.map(|group| (group.features.len(), group.numeric));
    let mut end = 0usize;
    let groups: Vec<FeatureGroup> = sizes
        .chain(columns.iter().map(|(_, width)| (*width, false)))
        .map(|(width, numeric)| {
            let start = end;
            end = start.saturating_add(width);
            FeatureGroup { features: start..end, numeric }
        })
        .collect();
    ModelInput { shape: InputShape::Table(end), groups: Some(groups), bins: input.bins.clone() }
}

/// Vectors of categories. A category is a 1 among 0s, so that its vector is a product; one that training did not have is all 0s, and gets a
/// vector of 0s.
#[derive(Module, Debug)]
pub(crate) struct Categories {
    /// `[categories, width]` for each column.
    vectors: Vec<Param<Tensor<2>>>,
    /// The first feature of each column, and how many there are.
    #[module(skip)]
    columns: Vec<(usize, usize)>,
    #[module(skip)]
    others: Vec<usize>,
}

impl Categories {
    /// What it does, as the layer at `layer`.
    pub(crate) fn operation(&self, layer: &str) -> Operation {
        let columns = self.columns.iter().map(|&(start, count)| start..start + count).collect();
        Operation::Categories { layer: layer.to_owned(), columns, others: self.others.clone() }
    }

    pub(crate) fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        let mut parts = Vec::with_capacity(1 + self.vectors.len());
        if !self.others.is_empty() {
            parts.push(at(x.clone(), &self.others));
        }
        parts.extend(self.columns.iter().zip(&self.vectors).map(|(&(start, count), vectors)| {
            linear(x.clone().narrow(1, start, count), vectors.val(), None, Act::None)
        }));
        Tensor::cat(parts, 1)
    }
}
