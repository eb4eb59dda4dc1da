//! In which direction a metric gets better, and what its name tells of that.

use serde::{Deserialize, Serialize};

use crate::known_metrics::{AVERAGES, MAXIMISE, MINIMISE, is_in};

/// Whether small or large values of a metric, or of the objective of a search, are better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// Small values: a loss.
    Minimise,
    /// Large values: an accuracy.
    Maximise,
}

impl Direction {
    /// The direction of a metric by its name, where the name is one of the field's: those that kiln itself writes, those of
    /// `kiln-metrics` and scikit-learn, and the usual ones of language, speech, images and ranking. `None` for any other: the
    /// metric says its direction itself ([`Metric::minimise`](crate::Metric::minimise)).
    ///
    /// Upper case counts as lower case, and `-` as `_`. A name may have more around it:
    ///
    /// | form | example |
    /// |---|---|
    /// | last word `loss` or `error`: small is better | `reconstruction_loss` |
    /// | `neg_` in front turns the direction | `neg_mean_squared_error` |
    /// | `train_`, `val_`, `validation_`, `test_` in front | `val_accuracy` |
    /// | `macro`, `micro`, `weighted`, `samples`, `ovr`, `ovo`, `multilabel` in front or behind | `macro_f1`, `roc_auc_ovr` |
    /// | the best so many: `top5_`, `top_k_` in front, `@5`, `_at_5` behind | `top5_accuracy`, `ndcg@10` |
    /// | a class behind `/` | `precision/cat` |
    /// | `_score` behind | `f1_score` |
    ///
    /// ```
    /// use kiln_core::Direction;
    ///
    /// assert_eq!(Direction::of_known("perplexity"), Some(Direction::Minimise));
    /// assert_eq!(Direction::of_known("ndcg@10"), Some(Direction::Maximise));
    /// assert_eq!(Direction::of_known("wobble"), None);
    /// ```
    pub fn of_known(metric: &str) -> Option<Self> {
        let name = metric.to_ascii_lowercase().replace(['-', ' '], "_");
        listed(&name).or_else(|| match name.strip_prefix("neg_") {
            Some(positive) => within(positive).map(Self::turned),
            None => within(&name),
        })
    }

    /// The value as a loss, of which less is better: `value`, or with the other sign where large values are better.
    #[must_use]
    pub fn loss(self, value: f64) -> f64 {
        match self {
            Self::Minimise => value,
            Self::Maximise => -value,
        }
    }

    /// By how much `value` is better than `other`; below 0 where it is worse.
    ///
    /// ```
    /// use kiln_core::Direction;
    ///
    /// assert_eq!(Direction::Minimise.gain(1.0, 1.5), 0.5);
    /// assert_eq!(Direction::Maximise.gain(1.0, 1.5), -0.5);
    /// ```
    #[must_use]
    pub fn gain(self, value: f64, other: f64) -> f64 {
        match self {
            Self::Minimise => other - value,
            Self::Maximise => value - other,
        }
    }

    /// The other direction.
    #[must_use]
    pub fn turned(self) -> Self {
        match self {
            Self::Minimise => Self::Maximise,
            Self::Maximise => Self::Minimise,
        }
    }
}

/// The direction of a name that is in the table as it stands.
fn listed(name: &str) -> Option<Direction> {
    match (is_in(MINIMISE, name), is_in(MAXIMISE, name)) {
        (true, _) => Some(Direction::Minimise),
        (false, true) => Some(Direction::Maximise),
        (false, false) => None,
    }
}

/// A name without what may stand around it.
pub(crate) fn bare(name: &str) -> &str {
    let name = name.split('/').next().unwrap_or(name);
    let parts = ["train_", "val_", "validation_", "test_"];
    let name = parts.iter().find_map(|part| name.strip_prefix(part)).unwrap_or(name);
    let mut name = without_best(name);
    while let Some(rest) = AVERAGES.iter().find_map(|average| without_word(name, average)) {
        name = rest;
    }
    name
}

/// The direction of a name with something around the one in the table.
fn within(name: &str) -> Option<Direction> {
    let name = bare(name);
    let is_loss = name.ends_with("_loss") || name.ends_with("_error");
    let whole = listed(name).or(is_loss.then_some(Direction::Minimise));
    whole.or_else(|| name.strip_suffix("_score").and_then(listed))
}

/// `name` without `word` and its `_`, in front or behind.
fn without_word<'a>(name: &'a str, word: &str) -> Option<&'a str> {
    let front = name.strip_prefix(word).and_then(|rest| rest.strip_prefix('_'));
    front.or_else(|| name.strip_suffix(word).and_then(|rest| rest.strip_suffix('_')))
}

/// `name` without what says how many of the best count.
fn without_best(name: &str) -> &str {
    let is_count =
        |text: &str| text == "k" || (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()));
    if let Some((count, rest)) =
        name.strip_prefix("top").and_then(|rest| rest.trim_start_matches('_').split_once('_'))
        && is_count(count)
    {
        return rest;
    }
    let behind = name.rsplit_once('@').or_else(|| name.rsplit_once("_at_"));
    behind.filter(|(_, count)| is_count(count)).map_or(name, |(metric, _)| metric)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(names: &str, direction: Option<Direction>) {
        for name in names.split_whitespace() {
            assert_eq!(Direction::of_known(name), direction, "{name}");
        }
    }

    #[test]
    fn names_of_losses_and_errors_are_better_when_small() {
        all(
            "loss log_loss max_error mse mae rmse penalty perplexity wer mape brier ece nll rmsle kl fid \
             WER reconstruction_loss val_loss brier_score_loss hamming_loss zero_one_loss \
             mean_squared_error root_mean_squared_log_error mean_pinball_loss top5_error \
             label_ranking_loss davies_bouldin_score ece/cat cross-entropy",
            Some(Direction::Minimise),
        );
    }

    #[test]
    fn names_of_scores_are_better_when_large() {
        all(
            "accuracy macro_f1 r2 top5_accuracy top_5_accuracy top_k_accuracy top_k_accuracy_score \
             f1_macro f1_score roc_auc_ovr_weighted roc_auc_ovo AUC neg_log_loss neg_brier_score \
             neg_mean_squared_error neg_max_error ndcg@10 recall_at_5 precision/cat recall/7 val_accuracy \
             d2_absolute_error_score d2_log_loss_score explained_variance_score matthews_corrcoef \
             average_precision_score macro_precision/cat silhouette_score",
            Some(Direction::Maximise),
        );
    }

    #[test]
    fn what_kiln_metrics_computes_is_known() {
        all(
            "brier_score_loss coverage_error expected_calibration_error hamming_loss hinge_loss \
             label_ranking_loss log_loss max_error maximum_calibration_error mean_absolute_error \
             mean_absolute_percentage_error mean_gamma_deviance mean_pinball_loss mean_poisson_deviance \
             mean_squared_error mean_squared_log_error mean_tweedie_deviance median_absolute_error \
             perplexity root_mean_squared_error root_mean_squared_log_error zero_one_loss",
            Some(Direction::Minimise),
        );
        all(
            "accuracy_score auc average_precision_score average_precision_score_multilabel \
             average_precision_score_ovr balanced_accuracy_score cohen_kappa_score concordance_index \
             d2_absolute_error_score d2_log_loss_score d2_pinball_score d2_tweedie_score dcg_score \
             explained_variance_score f1_score fbeta_score jaccard_score \
             label_ranking_average_precision_score matthews_corrcoef mean_reciprocal_rank ndcg_score \
             precision_score r2_score recall_score roc_auc_score roc_auc_score_multilabel \
             roc_auc_score_ovo roc_auc_score_ovr top_k_accuracy_score",
            Some(Direction::Maximise),
        );
    }

    #[test]
    fn no_direction_is_guessed() {
        all("wobble gloss terror score top_model at_5 macro neg_wobble grad_norm / _ @ top", None);
        assert_eq!(Direction::of_known(""), None);
    }
}
