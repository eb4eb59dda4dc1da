//! Settings of data that are one of several words.

use serde::{Deserialize, Serialize};

use crate::schema::JsonSchema;

/// What becomes of a column of categories.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Encode {
    /// One column for each category, 0 or 1.
    #[default]
    OneHot,
    /// The mean of the target in the category, for training rows without their own: see [`crate::preprocess`].
    Target,
}

/// How many principal components are kept.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "a number of components, or the share of the variance that they explain")]
#[schemars(extend("x-takes" = "a number of components, or the share of the variance that they explain"))]
pub enum Components {
    /// That many.
    Count(usize),
    /// The fewest that explain more than this share of the variance, `(0, 1]`; 1 keeps all.
    Share(f64),
}

/// What kind of prediction a target column asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum TaskKind {
    /// One class of several.
    Classification,
    /// Numbers.
    Regression,
    /// Any number of labels.
    MultiLabel,
}

/// What is done to target numbers before they are standardised. Predictions are brought back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum TargetTransform {
    /// The natural logarithm. All numbers must be above 0.
    Log,
    /// The power that makes the training numbers most like a normal distribution (Yeo and Johnson 2000): scikit-learn's
    /// `PowerTransformer`. For numbers of either sign.
    YeoJohnson,
}

/// What becomes of time series whose steps are not equally far apart: where two are more than one and a half times as far apart as usual.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Uneven {
    /// An error that names the rows.
    Error,
    /// The next row is the next step.
    Keep,
    /// They are cut into several: no window goes across.
    Cut,
}

/// Where the edges of the bins of a number are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum BinsBy {
    /// At quantiles of the training part: equally many rows in each bin.
    #[default]
    Quantiles,
    /// Where a decision tree of the target cuts the column, with 64 rows or more in each bin: rtdl-num-embeddings' bins by scikit-learn's trees
    /// with `min_samples_leaf=64` and `min_impurity_decrease=1e-4` (Gorishniy, Rubachev and Babenko 2022). A column that tells nothing is one bin.
    Tree,
}

impl BinsBy {
    /// Whether it is the one that is the default.
    pub(crate) fn is_default(&self) -> bool {
        *self == Self::Quantiles
    }
}

/// How columns of numbers are brought to one scale.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Scaling {
    /// `(x − mean) / std`.
    #[default]
    Standard,
    /// `r / √(1 + (r/3)²)` with `r = (x − median) / (q₇₅ − q₂₅)`: what lies far out is drawn in, to less than 3. Where the quartiles are equal
    /// half the range takes their place. Holzmüller, Grinsztajn and Steinwart: Better by default, 2024.
    RobustSmoothClip,
    /// `Φ⁻¹(F(x))`, where `F` is the share of the training rows below `x`, between -5.2 and 5.2: scikit-learn's
    /// `QuantileTransformer(output_distribution="normal")` on all rows with `n_quantiles` a thirtieth of them, from 10 to 1000, as
    /// Gorishniy, Kotelnikov and Babenko have it (TabM, 2025).
    QuantileNormal,
    /// Time series only: `(x − mean) / std` with those of the channel of the series itself.
    Series,
}

impl Scaling {
    /// Whether it is the one that is the default.
    pub(crate) fn is_standard(&self) -> bool {
        *self == Self::Standard
    }
}
