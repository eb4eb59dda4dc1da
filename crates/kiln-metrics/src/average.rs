//! How a score of each class becomes one number.

/// How a score of each class becomes one number, as scikit-learn's `average`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Average {
    /// The score of class 1, where the classes are 0 and 1. scikit-learn's default.
    Binary,
    /// The score of all items at once: hits, misses and false alarms of all classes are added up first.
    Micro,
    /// The mean over the classes, each of the same weight.
    Macro,
    /// The mean over the classes, each weighted by its items.
    Weighted,
}

/// What a ratio of nothing to nothing is, as scikit-learn's `zero_division`: the precision of a class that is never
/// predicted, the recall of a class without items.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ZeroDivision {
    /// 0, scikit-learn's value beside its warning.
    #[default]
    Zero,
    /// 1.
    One,
    /// NaN, which no average counts. An average of NaN alone is NaN.
    Nan,
}

impl ZeroDivision {
    /// The number.
    pub(crate) fn value(self) -> f64 {
        match self {
            Self::Zero => 0.0,
            Self::One => 1.0,
            Self::Nan => f64::NAN,
        }
    }
}

/// The mean of those values that are not NaN, with their weights; without, where the weights sum to 0.
pub(crate) fn mean_without_nan(values: &[(f64, f64)]) -> f64 {
    let known = || values.iter().filter(|(value, _)| !value.is_nan());
    let weight: f64 = known().map(|(_, weight)| weight).sum();
    if weight > 0.0 {
        known().map(|(value, weight)| value * weight).sum::<f64>() / weight
    } else {
        known().map(|(value, _)| value).sum::<f64>() / known().count() as f64
    }
}
