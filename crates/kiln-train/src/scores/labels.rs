//! Accuracy, Hamming loss and F1 of labels, any number of which an item has.

use crate::Metrics;

/// Running counts for metrics of labels. A label is predicted where its probability is above one half: its logit above 0.
#[derive(Debug, Clone)]
pub struct LabelScores {
    labels: Vec<Counts>,
    /// Weight of the items whose labels are all right.
    right: f64,
    /// Weight of all items.
    total: f64,
}

/// Weights of the items by a label: predicted and there, predicted only, there only.
#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    both: f64,
    predicted: f64,
    there: f64,
}

impl Counts {
    /// F1; 0 where nothing was hit (scikit-learn's `zero_division=0`).
    fn f1(self) -> f64 {
        let all = 2.0 * self.both + self.predicted + self.there;
        if all > 0.0 { 2.0 * self.both / all } else { 0.0 }
    }
}

impl LabelScores {
    /// For so many labels.
    pub fn new(labels: usize) -> Self {
        Self { labels: vec![Counts::default(); labels], right: 0.0, total: 0.0 }
    }

    /// Adds a batch: `logits` and `actual` (0 or 1) hold `[items, labels]`, row-major. A weight for each item; `None`: all
    /// count 1.
    ///
    /// # Panics
    /// When there are fewer weights than items.
    pub fn add_weighted(&mut self, logits: &[f32], actual: &[f32], weights: Option<&[f32]>) {
        let width = self.labels.len().max(1);
        for (item, (logits, actual)) in logits.chunks(width).zip(actual.chunks(width)).enumerate() {
            let weight = weights.map_or(1.0, |weights| f64::from(weights[item]));
            let mut right = true;
            for ((counts, logit), actual) in self.labels.iter_mut().zip(logits).zip(actual) {
                match (*logit > 0.0, *actual > 0.5) {
                    (true, true) => counts.both += weight,
                    (true, false) => counts.predicted += weight,
                    (false, true) => counts.there += weight,
                    (false, false) => {}
                }
                right &= (*logit > 0.0) == (*actual > 0.5);
            }
            self.right += if right { weight } else { 0.0 };
            self.total += weight;
        }
    }

    /// As scikit-learn: `accuracy_score` and `hamming_loss` of label matrices, `f1_score` with `macro` and `micro`.
    pub(super) fn write(&self, metrics: &mut Metrics) {
        let wrong: f64 = self.labels.iter().map(|counts| counts.predicted + counts.there).sum();
        let sum = self.labels.iter().fold(Counts::default(), |sum, counts| Counts {
            both: sum.both + counts.both,
            predicted: sum.predicted + counts.predicted,
            there: sum.there + counts.there,
        });
        let count = self.labels.len() as f64;
        metrics.set("accuracy", self.right / self.total);
        metrics.set("hamming_loss", wrong / (self.total * count));
        metrics.set("macro_f1", self.labels.iter().map(|counts| counts.f1()).sum::<f64>() / count);
        metrics.set("micro_f1", sum.f1());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Against scikit-learn 1.7: `accuracy_score(y, p, sample_weight=w)` and its like for
    /// `y = [[1, 0, 1], [0, 1, 0], [1, 1, 0], [0, 0, 0]]`, `p = [[1, 0, 0], [0, 1, 0], [1, 0, 1], [0, 0, 0]]`.
    #[test]
    fn the_metrics_of_labels_are_those_of_scikit_learn() {
        let actual = [1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0];
        let logits = [2.0, -1.0, -3.0, -1.0, 0.5, -2.0, 1.0, -0.5, 0.25, -1.0, -1.0, 0.0];
        let of = |weights: Option<&[f32]>| {
            let mut scores = LabelScores::new(3);
            scores.add_weighted(&logits[..6], &actual[..6], weights.map(|weights| &weights[..2]));
            scores.add_weighted(&logits[6..], &actual[6..], weights.map(|weights| &weights[2..]));
            let mut metrics = Metrics::default();
            scores.write(&mut metrics);
            ["accuracy", "hamming_loss", "macro_f1", "micro_f1"].map(|name| metrics.get(name).unwrap())
        };
        for (found, wanted) in [
            (of(None), [0.5, 0.25, 0.555_555_555_555_555_6, 0.666_666_666_666_666_6]),
            (
                of(Some(&[1.0, 2.0, 0.5, 1.0])),
                [
                    0.666_666_666_666_666_6,
                    0.148_148_148_148_148_15,
                    0.629_629_629_629_629_7,
                    0.777_777_777_777_777_8,
                ],
            ),
        ] {
            for (found, wanted) in found.iter().zip(wanted) {
                assert!((found - wanted).abs() < 1e-12, "{found}, not {wanted}");
            }
        }
    }
}
