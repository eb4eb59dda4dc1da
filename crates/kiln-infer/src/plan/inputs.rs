//! What goes into a model.

use kiln_cell::DateForm;
use serde::{Deserialize, Serialize};

/// What goes into a model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Inputs {
    /// Rows of cells.
    Table(Table),
    /// 8-bit images of one size.
    Images(Images),
    /// Time series.
    Series(Series),
    /// Texts.
    Texts(Texts),
}

/// Time series, and what becomes of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Series {
    /// The names of the channels.
    pub channels: Vec<String>,
    /// How they are scaled.
    pub scale: Scale,
    /// How many steps count, the last ones, of a model that forecasts; there must be so many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<usize>,
}

/// How the numbers of a channel are scaled.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Scale {
    /// Not at all.
    None,
    /// By a mean and what is divided by, a pair for each channel.
    Channels(Vec<[f64; 2]>),
    /// By mean and standard deviation of the channel in the series itself.
    Own,
}

/// Texts, and what becomes of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Texts {
    /// What their tokens are.
    pub tokens: Tokens,
    /// The most tokens that the model sees, the first ones.
    pub longest: usize,
}

/// What the tokens of a text are. Id 1 is any that is not known, the known ones follow from 2 on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Tokens {
    /// Words and signs.
    Words {
        /// Whether letters become small.
        lower: bool,
        /// The known ones.
        known: Vec<String>,
    },
    /// Characters.
    Characters {
        /// Whether letters become small.
        lower: bool,
        /// The known ones.
        known: Vec<String>,
    },
    /// Bytes.
    Bytes,
}

/// Rows of cells, and what becomes of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Table {
    /// The columns in order.
    pub columns: Vec<Column>,
    /// Which texts are missing values.
    pub missing: Missing,
    /// Whether numbers are rounded to f32 before anything is done to them, as older runs did.
    #[serde(default)]
    pub single: bool,
    /// The places of the encoded features that are kept, rising; `None` for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub select: Option<Vec<usize>>,
    /// The principal components that are made of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub components: Option<Components>,
}

/// Which texts are missing values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Missing {
    /// Those of pandas, and `?`.
    Usual,
    /// The few that the first kiln knew.
    First,
    /// These.
    Own(Vec<String>),
}

/// A column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What its cells become.
    pub encoding: Encoding,
}

/// How a cell becomes features, in f64.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Encoding {
    /// `(x − mean) / std`.
    Number {
        /// What takes the place of a missing number.
        missing: f64,
        /// The mean, and what is divided by.
        scale: [f64; 2],
    },
    /// `r / √(1 + (r/3)²)` with `r = factor · (x − median)`.
    SmoothClip {
        /// What takes the place of a missing number.
        missing: f64,
        /// The median.
        median: f64,
        /// What the distance from it is multiplied by.
        factor: f64,
    },
    /// The quantile of the normal distribution at the share of the rows below the number.
    QuantileNormal {
        /// What takes the place of a missing number.
        missing: f64,
        /// The numbers at shares in equal steps from 0 to 1, rising.
        quantiles: Vec<f64>,
    },
    /// The feature of a number, and 1 where it is missing, else 0.
    Flagged(Box<Self>),
    /// The features of a category.
    Category {
        /// The categories, sorted.
        names: Vec<String>,
        /// The features of each, then those of a missing cell, then those of any other category.
        features: Vec<Vec<f64>>,
    },
    /// Year, month, day of the week and days of a date, each as a number.
    Date {
        /// How dates are written.
        form: DateForm,
        /// What takes the place of each part where the date is missing.
        missing: [f64; 4],
        /// The mean of each part, and what is divided by.
        scales: [[f64; 2]; 4],
    },
}

/// Principal components.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Components {
    /// What is taken off each feature.
    pub mean: Vec<f64>,
    /// The directions, a row each.
    pub axes: Vec<Vec<f64>>,
    /// What each component is divided by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deviations: Option<Vec<f64>>,
}

/// 8-bit images of one size, and what becomes of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Images {
    /// `[channels, height, width]`.
    pub shape: [usize; 3],
    /// What each of the 256 values of a pixel becomes, a table a channel.
    pub pixels: Vec<Vec<f32>>,
}
