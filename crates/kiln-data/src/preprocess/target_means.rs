//! Categories as the mean of the target among the training rows that have them.

use serde::{Deserialize, Serialize};

use super::matrix::Matrix;
use super::scale::{Scale, moments};
use super::train_targets::TrainTargets;

/// A column of categories by the target: a mean that is drawn towards that of all rows the more, the fewer rows
/// have the category and the more they differ (empirical Bayes; Micci-Barreca, 2001), as scikit-learn's `TargetEncoder` with
/// `smooth="auto"`.
///
/// A training row must not be encoded with its own target, or the model learns to trust what new rows do not have. So every inner
/// fold of the training part has the means of the other folds, and rows that are no training rows have those of all.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TargetMeans {
    /// What the features are means of; empty where there is one.
    of: Vec<String>,
    /// Whether missing cells are a category, after the others.
    pub(super) missing: bool,
    /// One a feature.
    scales: Vec<Scale>,
    /// Of all training rows.
    whole: Means,
    /// Of the training rows outside each fold.
    folds: Vec<Means>,
}

/// Means of the target, one a feature.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Means {
    /// Of all rows: for what is in none of the categories.
    all: Vec<f64>,
    /// Of each category, drawn towards `all`.
    categories: Vec<Vec<f64>>,
}

/// What the means are taken of, one row an item.
pub(super) struct Responses {
    pub(super) numbers: Matrix,
    /// What each item counts.
    weights: Vec<f64>,
    /// Empty for one column.
    names: Vec<String>,
}

impl Responses {
    /// Target numbers as they are; whether it is the second of two classes; otherwise one column for each class.
    pub(super) fn new(train: &TrainTargets<'_>) -> Self {
        let (names, numbers) = train.columns(train.rows());
        let weights = train.rows().iter().map(|&row| train.fit.weight(row)).collect();
        Self { numbers, weights, names }
    }
}

impl TargetMeans {
    /// `places` are the categories of the training rows, below `categories`, and `folds` the folds of these rows, below
    /// `count`.
    pub(super) fn fit(
        places: &[usize],
        categories: usize,
        missing: bool,
        responses: &Responses,
        (folds, count): (&[u8], usize),
        standardize: bool,
    ) -> Self {
        let Responses { numbers, weights, .. } = responses;
        let outside = |fold: usize| folds.iter().enumerate().filter(move |(_, of)| usize::from(**of) != fold);
        let means = |rows: Vec<usize>| Means::fit(places, categories, responses, &rows);
        let whole = means((0..places.len()).collect());
        let parts: Vec<Means> =
            (0..count).map(|fold| means(outside(fold).map(|(at, _)| at).collect())).collect();
        let scale = |feature: usize| {
            let encoded = places
                .iter()
                .zip(folds)
                .map(|(&place, &fold)| parts[usize::from(fold)].categories[place][feature])
                .zip(weights.iter().copied());
            let (mean, variance) = moments(encoded, weights.iter().sum());
            Scale::standard(mean, variance, weights.iter().filter(|weight| **weight > 0.0).count())
        };
        let scales = match standardize {
            true => (0..numbers.width).map(scale).collect(),
            false => vec![Scale::IDENTITY; numbers.width],
        };
        Self { of: responses.names.clone(), missing, scales, whole, folds: parts }
    }

    /// Features of a category.
    pub(super) fn width(&self) -> usize {
        self.scales.len()
    }

    /// What each feature is called.
    pub(super) fn names(&self, column: &str) -> Vec<String> {
        match self.of.is_empty() {
            true => vec![column.to_owned()],
            false => self.of.iter().map(|of| format!("{column}:{of}")).collect(),
        }
    }

    /// Writes the features of a category, or of none that is known; `fold` is that of a training row.
    pub(super) fn write(&self, place: Option<usize>, fold: Option<usize>, to: &mut [f64]) {
        let means = fold.and_then(|fold| self.folds.get(fold)).unwrap_or(&self.whole);
        let means = place.and_then(|place| means.categories.get(place)).unwrap_or(&means.all);
        for ((to, mean), scale) in to.iter_mut().zip(means).zip(&self.scales) {
            *to = scale.apply(*mean);
        }
    }

    /// Whether a fit of so many categories can have made this.
    pub(super) fn is_sound(&self, categories: usize) -> bool {
        let width = self.width();
        let finite = |means: &Vec<f64>| means.len() == width && means.iter().all(|x| x.is_finite());
        let sound = |means: &Means| {
            means.categories.len() == categories && finite(&means.all) && means.categories.iter().all(finite)
        };
        width > 0
            && (self.of.len() == width || (self.of.is_empty() && width == 1))
            && self.scales.iter().all(|scale| scale.is_sound())
            && self.folds.len() >= 2
            && sound(&self.whole)
            && self.folds.iter().all(sound)
    }
}

impl Means {
    /// Of these rows, at least one.
    fn fit(places: &[usize], categories: usize, responses: &Responses, rows: &[usize]) -> Self {
        let Responses { numbers, weights, .. } = responses;
        // Where none of them counts, a mean of them is better than none.
        let some_count = rows.iter().any(|&row| weights[row] > 0.0);
        let weight = |row: usize| if some_count { weights[row] } else { 1.0 };
        let total = rows.iter().map(|&row| weight(row)).sum();
        let mut means = Self { all: Vec::new(), categories: vec![Vec::new(); categories] };
        for feature in 0..numbers.width {
            let response = |row: usize| numbers.numbers[row * numbers.width + feature];
            let (all, variance) = moments(rows.iter().map(|&row| (response(row), weight(row))), total);
            let (mut counts, mut sums) = (vec![0.0; categories], vec![0.0; categories]);
            for &row in rows {
                counts[places[row]] += weight(row);
                sums[places[row]] += weight(row) * response(row);
            }
            let own: Vec<f64> = sums.iter().zip(&counts).map(|(sum, count)| sum / count).collect();
            let mut squares = vec![0.0; categories];
            for &row in rows.iter().filter(|&&row| weight(row) > 0.0) {
                squares[places[row]] += weight(row) * (response(row) - own[places[row]]).powi(2);
            }
            for (category, means) in means.categories.iter_mut().enumerate() {
                let (count, own) = (counts[category], own[category]);
                let trust = variance * count / (variance * count + squares[category] / count);
                // No row, or nothing that varies.
                means.push(if trust.is_nan() { all } else { trust * own + (1.0 - trust) * all });
            }
            means.all.push(all);
        }
        means
    }
}

#[cfg(test)]
mod tests;
