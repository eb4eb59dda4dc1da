//! What a model is told of its inputs.

use kiln_data::{FeatureGroup, Fitted, InputShape};

/// The shape of an item, and which of its features are one column.
///
/// Made from an [`InputShape`], it says that every feature of a table is a number. From a [`Fitted`] it knows the 0s and 1s of categories,
/// which no [`EmbeddingConfig`](crate::EmbeddingConfig) is for.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ModelInput {
    /// The shape of an item.
    pub shape: InputShape,
    /// The features of a table by what belongs together, in their order. `None`: each is a number of its own.
    pub groups: Option<Vec<FeatureGroup>>,
    /// The edges of the bins of each number, rising; none where none are cut.
    pub bins: Vec<Vec<f32>>,
}

impl ModelInput {
    /// How many features are numbers; none of other forms than tables.
    pub(crate) fn number_count(&self) -> usize {
        match (&self.shape, &self.groups) {
            (InputShape::Table(features), None) => *features,
            (InputShape::Table(_), Some(groups)) => {
                groups.iter().filter(|group| group.numeric).map(|group| group.features.len()).sum()
            }
            _ => 0,
        }
    }

    /// Their places, rising.
    pub(crate) fn numbers(&self) -> Vec<usize> {
        match &self.groups {
            None => (0..self.number_count()).collect(),
            Some(groups) => {
                groups.iter().filter(|group| group.numeric).flat_map(|group| group.features.clone()).collect()
            }
        }
    }

    /// For every feature the number of its column; where columns are not known, each is one.
    pub(crate) fn columns(&self) -> Vec<u64> {
        let Some(groups) = &self.groups else { return (0..self.shape.features() as u64).collect() };
        let column =
            |(column, group): (usize, &FeatureGroup)| group.features.clone().map(move |_| column as u64);
        groups.iter().enumerate().flat_map(column).collect()
    }
}

impl From<InputShape> for ModelInput {
    fn from(shape: InputShape) -> Self {
        Self { shape, groups: None, bins: Vec::new() }
    }
}

impl From<&Fitted> for ModelInput {
    fn from(fitted: &Fitted) -> Self {
        let shape = fitted.input_shape();
        let groups = matches!(shape, InputShape::Table(_)).then(|| fitted.feature_groups());
        Self { shape, groups, bins: fitted.bins().unwrap_or_default().to_vec() }
    }
}
