//! What was found.

use serde::{Deserialize, Serialize};

use super::loss::ImportanceMetric;
use super::null;

/// What mattered to a model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ImportanceReport {
    /// The run.
    pub run: String,
    /// The part of the data: `test`.
    pub part: String,
    /// How many items.
    pub items: usize,
    /// What tells how good predictions are.
    pub metric: ImportanceMetric,
    /// Its value with all columns as they are.
    #[serde(deserialize_with = "null::number")]
    pub score: f64,
    /// Columns and groups, the most important one first.
    pub columns: Vec<ColumnImportance>,
    /// How predictions depend on columns.
    pub dependence: Vec<Dependence>,
    /// What each column adds to predictions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shapley: Option<ShapleyReport>,
}

/// How much worse predictions are without a column, or a group of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ColumnImportance {
    /// The column, or what the group is called.
    pub name: String,
    /// The columns.
    pub columns: Vec<String>,
    /// How much the score falls, or the loss grows: the mean over the repeats.
    #[serde(deserialize_with = "null::number")]
    pub importance: f64,
    /// The standard deviation over the repeats.
    #[serde(deserialize_with = "null::number")]
    pub deviation: f64,
    /// The 95 % interval of the mean, by how much items differ.
    #[serde(deserialize_with = "null::pair")]
    pub interval: [f64; 2],
    /// Of each repeat.
    #[serde(deserialize_with = "null::list")]
    pub repeats: Vec<f64>,
}

/// How predictions depend on a column, all others being as they are: partial dependence (Friedman 2001), with the curve of each item
/// (individual conditional expectation, Goldstein et al. 2015).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Dependence {
    /// The column.
    pub column: String,
    /// What is predicted: the classes, whose probabilities they are, or the numbers.
    pub outputs: Vec<String>,
    /// Where the column was put.
    pub places: Vec<DependencePlace>,
}

/// What is predicted where a column has one value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DependencePlace {
    /// The value: a number, or a category.
    pub value: String,
    /// The number, where it is one; of dates days since 1970-01-01.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<f64>,
    /// The mean over the items, of each output.
    #[serde(deserialize_with = "null::list")]
    pub mean: Vec<f64>,
    /// Of each item, row-major, `[items, outputs]`.
    #[serde(deserialize_with = "null::list")]
    pub items: Vec<f64>,
}

/// What each column adds to predictions: Shapley values, against training items that stand in for columns that are not told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ShapleyReport {
    /// The columns.
    pub columns: Vec<String>,
    /// What is explained: the raw outputs (logits) of classes, or the numbers.
    pub outputs: Vec<String>,
    /// The mean outputs of the training items that stand in.
    #[serde(deserialize_with = "null::list")]
    pub base: Vec<f64>,
    /// Whether the values are exact; otherwise they have errors.
    pub exact: bool,
    /// The mean of the absolute values, row-major, `[columns, outputs]`.
    #[serde(deserialize_with = "null::list")]
    pub mean: Vec<f64>,
    /// The items.
    pub items: Vec<ShapleyItem>,
}

/// What each column adds to a prediction.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ShapleyItem {
    /// The row of the data, from 1.
    pub row: usize,
    /// Row-major, `[columns, outputs]`. They sum to `outputs` less `base`.
    #[serde(deserialize_with = "null::list")]
    pub values: Vec<f64>,
    /// The standard error of each; 0 where they are exact.
    #[serde(deserialize_with = "null::list")]
    pub errors: Vec<f64>,
    /// What is predicted.
    #[serde(deserialize_with = "null::list")]
    pub outputs: Vec<f64>,
}
