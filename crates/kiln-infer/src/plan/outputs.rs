//! What comes out of a model.

use kiln_cell::power::Power;
use serde::{Deserialize, Serialize};

/// What comes out of a model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Outputs {
    /// How several heads become one.
    pub average: Average,
    /// What raw outputs say.
    pub raw: Raw,
    /// What is predicted.
    pub target: Target,
}

/// How the outputs of several heads become one: raw outputs whose prediction is the mean of theirs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Average {
    /// Their mean.
    Mean,
    /// The logarithm of the mean of the probabilities.
    Softmax,
    /// The logit of the mean of the probabilities, one each.
    Sigmoid,
    /// The logarithm of the mean of the rates.
    Exp,
}

/// What raw outputs say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Raw {
    /// Themselves.
    Plain,
    /// Logarithms of rates.
    Exp,
    /// The first ones are what is predicted; the others are not.
    First(usize),
}

/// What is predicted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Target {
    /// One class for each item.
    Classes {
        /// Their names.
        names: Vec<String>,
        /// What logits are divided by.
        temperature: f64,
        /// Of two classes the second is predicted where its probability is this or more.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        threshold: Option<f64>,
    },
    /// Any number of labels for each item.
    Labels {
        /// Their names.
        names: Vec<String>,
    },
    /// Numbers.
    Values {
        /// The names of the columns.
        names: Vec<String>,
        /// The mean of each, and what it was divided by.
        scales: Vec<[f64; 2]>,
        /// What each went through before that; none where nothing was done.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        powers: Vec<Power>,
    },
}
