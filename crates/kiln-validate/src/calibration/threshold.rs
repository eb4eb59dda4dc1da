//! The threshold of a decision between two classes.

use std::fmt;
use std::str::FromStr;

use kiln_core::{ErrorKind, Explain, NumberError, Range};
use kiln_metrics::{MetricError, roc_curve};
use serde::{Deserialize, Serialize};

/// What a threshold is to do best. Class 1 is predicted where its probability is the threshold or more.
///
/// As a text it is `f1`, `youden`, `cost=FP:FN` or a number:
///
/// ```
/// use kiln_validate::calibration::ThresholdRule;
///
/// let rule: ThresholdRule = "cost=1:5".parse()?;
/// assert_eq!(rule, ThresholdRule::Cost { false_positive: 1.0, false_negative: 5.0 });
/// assert_eq!(rule.to_string(), "cost=1:5");
/// # Ok::<(), kiln_validate::calibration::ThresholdError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
#[non_exhaustive]
pub enum ThresholdRule {
    /// The greatest F1 of class 1.
    F1,
    /// The greatest `true positive rate − false positive rate` (Youden: Index for rating diagnostic tests, 1950).
    Youden,
    /// The least sum of costs over the items: `false_positive · FP + false_negative · FN`, where FP counts the items of class 0 that
    /// are taken for class 1 and FN those of class 1 that are taken for class 0. With probabilities that are right it lies near
    /// `false_positive / (false_positive + false_negative)`.
    Cost {
        /// What an item of class 0 costs that is taken for class 1, 0 or more.
        false_positive: f64,
        /// What an item of class 1 costs that is taken for class 0, 0 or more; one of the two is more than 0.
        false_negative: f64,
    },
    /// This threshold, `[0, 1]`.
    At(f64),
}

/// Why a text is no rule.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ThresholdError {
    /// Neither a rule nor a number.
    #[error("{text:?} is none of f1, youden, cost=FP:FN and a number")]
    Rule {
        /// What was given.
        text: String,
    },
    /// A number is out of its range.
    #[error(transparent)]
    Number(#[from] NumberError),
}

impl Explain for ThresholdError {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Usage
    }

    fn help(&self) -> Option<String> {
        Some(
            "cost=1:5 says that a missed item of the second class costs as much as five false alarms"
                .to_owned(),
        )
    }
}

/// A threshold that was chosen.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Threshold {
    /// The threshold. It is the probability of an item; where no item should be predicted as class 1, it is the next number
    /// above the greatest.
    pub value: f64,
    /// What the rule is best at, as it is there: F1, Youden's J, the sum of the costs, or the accuracy at a given threshold.
    pub score: f64,
}

/// The threshold that does best by `rule` on items that the model was not trained on.
///
/// `y_true` holds 0 and 1, `y_prob` the probability of 1. Every probability that occurs is tried, and that of equals which
/// predicts class 1 least often is taken.
///
/// ```
/// use kiln_validate::calibration::{ThresholdRule, choose_threshold};
///
/// let (y, p) = ([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]);
/// let best = choose_threshold(ThresholdRule::F1, &y, &p, None)?;
/// assert_eq!((best.value, best.score), (0.35, 0.8));
/// # Ok::<(), kiln_metrics::MetricError>(())
/// ```
///
/// # Errors
/// As [`roc_curve`]: no items, one class alone, a probability that is not finite.
pub fn choose_threshold(
    rule: ThresholdRule,
    y_true: &[u32],
    y_prob: &[f64],
    weights: Option<&[f64]>,
) -> Result<Threshold, MetricError> {
    let curve = roc_curve(y_true, y_prob, weights)?;
    let weight = |item: usize| weights.map_or(1.0, |weights| weights[item]);
    let sum = |class: u32| (0..y_true.len()).filter(|&item| y_true[item] == class).map(weight).sum::<f64>();
    let (negatives, positives) = (sum(0), sum(1));
    let score = |place: usize| {
        let (fp, tp) = (curve.fpr[place] * negatives, curve.tpr[place] * positives);
        match rule {
            ThresholdRule::F1 => 2.0 * tp / (tp + fp + positives),
            ThresholdRule::Youden => curve.tpr[place] - curve.fpr[place],
            ThresholdRule::Cost { false_positive, false_negative } => {
                -(false_positive * fp + false_negative * (positives - tp))
            }
            ThresholdRule::At(_) => (tp + negatives - fp) / (positives + negatives),
        }
    };
    let place = match rule {
        // The last point whose threshold is not below it.
        ThresholdRule::At(value) => curve.thresholds.partition_point(|threshold| *threshold >= value) - 1,
        _ => (1..curve.thresholds.len()).fold(0, |best, place| {
            // Beyond what rounding makes of equals.
            if score(place) > score(best) + 1e-12 * score(best).abs() { place } else { best }
        }),
    };
    let value = match rule {
        ThresholdRule::At(value) => value,
        _ if place == 0 => curve.thresholds[1].next_up(),
        _ => curve.thresholds[place],
    };
    let cost = matches!(rule, ThresholdRule::Cost { .. });
    Ok(Threshold { value, score: if cost { 0.0 - score(place) } else { score(place) } })
}

impl ThresholdRule {
    /// What [`Threshold::score`] is, in words.
    pub fn score_name(self) -> &'static str {
        match self {
            Self::F1 => "F1",
            Self::Youden => "Youden's J",
            Self::Cost { .. } => "cost",
            Self::At(_) => "accuracy",
        }
    }
}

impl fmt::Display for ThresholdRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::F1 => f.write_str("f1"),
            Self::Youden => f.write_str("youden"),
            Self::Cost { false_positive, false_negative } => {
                write!(f, "cost={false_positive}:{false_negative}")
            }
            Self::At(value) => write!(f, "{value}"),
        }
    }
}

impl FromStr for ThresholdRule {
    type Err = ThresholdError;

    fn from_str(text: &str) -> Result<Self, ThresholdError> {
        let wrong = || ThresholdError::Rule { text: text.to_owned() };
        match text {
            "f1" => return Ok(Self::F1),
            "youden" => return Ok(Self::Youden),
            _ => {}
        }
        let Some(costs) = text.strip_prefix("cost=") else {
            let value = text.parse().map_err(|_| wrong())?;
            return Ok(Self::At(Range::UNIT.check("the threshold", value)?));
        };
        let (fp, fn_) = costs.split_once(':').ok_or_else(wrong)?;
        let cost = |name: &str, text: &str| {
            let value = text.trim().parse().map_err(|_| wrong())?;
            Ok::<f64, ThresholdError>(Range::at_least(0.0).check(name, value)?)
        };
        let (false_positive, false_negative) =
            (cost("the cost of a false positive", fp)?, cost("the cost of a false negative", fn_)?);
        Range::POSITIVE.check("the sum of both costs", false_positive + false_negative)?;
        Ok(Self::Cost { false_positive, false_negative })
    }
}

impl From<ThresholdRule> for String {
    fn from(rule: ThresholdRule) -> Self {
        rule.to_string()
    }
}

impl TryFrom<String> for ThresholdRule {
    type Error = ThresholdError;

    fn try_from(text: String) -> Result<Self, ThresholdError> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const Y: [u32; 6] = [0, 0, 1, 0, 1, 1];
    const P: [f64; 6] = [0.1, 0.2, 0.3, 0.4, 0.6, 0.9];

    fn chosen(rule: &str) -> Threshold {
        choose_threshold(rule.parse().unwrap(), &Y, &P, None).unwrap()
    }

    #[test]
    fn each_rule_has_its_threshold() {
        // From 0.3 on: 3 hits and a false alarm, F1 = 6/7. From 0.6 on: 2 hits and none, F1 = 0.8.
        assert_eq!(chosen("f1").value, 0.3);
        assert!((chosen("f1").score - 6.0 / 7.0).abs() < 1e-15);
        // 1 − 1/3 and 2/3 − 0 are one number: the one that predicts class 1 less often.
        assert_eq!(chosen("youden").value, 0.6);
        assert_eq!(chosen("cost=1:1").value, 0.6);
        assert_eq!((chosen("cost=1:5").value, chosen("cost=1:5").score), (0.3, 1.0));
        assert_eq!(chosen("cost=9:1").value, 0.6);
        let given = chosen("0.5");
        assert_eq!((given.value, given.score), (0.5, 5.0 / 6.0));
        assert_eq!((chosen("0").score, chosen("1").score), (0.5, 0.5));
    }

    #[test]
    fn where_an_alarm_costs_too_much_there_is_none() {
        let best = choose_threshold("cost=9:1".parse().unwrap(), &[1, 0], &[0.5, 0.75], None).unwrap();
        assert!(best.value > 0.75 && best.value < 0.7501);
        assert_eq!(best.score, 1.0);
    }

    #[test]
    fn weights_count_and_one_class_has_no_threshold() {
        let weights = [1.0, 1.0, 0.0, 1.0, 1.0, 1.0];
        assert_eq!(choose_threshold(ThresholdRule::F1, &Y, &P, Some(&weights)).unwrap().value, 0.6);
        assert!(choose_threshold(ThresholdRule::F1, &[1, 1], &[0.2, 0.3], None).is_err());
    }

    #[test]
    fn rules_are_texts() {
        for text in ["f1", "youden", "cost=0.5:2", "0.25"] {
            assert_eq!(text.parse::<ThresholdRule>().unwrap().to_string(), text);
        }
        for text in ["f2", "cost=1", "cost=-1:2", "cost=0:0", "1.5", "-0.1", "nan", "cost=a:b", ""] {
            assert!(text.parse::<ThresholdRule>().is_err(), "{text}");
        }
    }
}
