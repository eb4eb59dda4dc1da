//! Metrics over all items of a classifier, under scikit-learn's definitions.

use kiln_core::Metrics;
use kiln_metrics::{
    Average, ConfusionMatrix, MetricError, average_precision_score, average_precision_score_ovr,
    brier_score_loss, expected_calibration_error, roc_auc_score, roc_auc_score_ovr,
};
use kiln_train::Decision;
use kiln_validate::statistics::wilson_interval;

use super::evaluation::ClassReport;
use super::scored::Classified;
use crate::error::ExperimentError;

/// Bins of the calibration error, all of one width.
const BINS: usize = 10;

/// What is known of a classifier beside the metrics of its training.
pub(super) struct Found {
    pub(super) per_class: Vec<ClassReport>,
    pub(super) confusion: Vec<Vec<u64>>,
    pub(super) accuracy_interval: Option<[f64; 2]>,
}

/// Adds the metrics of a classifier to `metrics`, which are those of its training. What a decision changes is set anew:
/// accuracy and F1 by a threshold, the log loss by a temperature.
pub(super) fn measure(
    items: &Classified,
    names: &[String],
    decision: Decision,
    metrics: &mut Metrics,
) -> Result<Found, ExperimentError> {
    let (labels, weights, classes) = (&items.labels, items.weights.as_deref(), items.classes);
    let exact = items.probabilities(decision);
    let predicted: Vec<u32> = exact.chunks(classes).map(|row| decision.class(row) as u32).collect();
    let probabilities: Vec<f64> = exact.iter().map(|probability| f64::from(*probability)).collect();
    let mut matrix = ConfusionMatrix::new(classes);
    matrix.add(labels, &predicted, weights)?;
    let counts = matrix.counts();
    // A metric that is not defined, as the ROC AUC of a single class, is NaN, as with scikit-learn.
    let mut set = |name: &str, value: Result<f64, MetricError>| metrics.set(name, value.unwrap_or(f64::NAN));
    if decision.threshold.is_some() {
        set("accuracy", counts.accuracy());
        set("macro_f1", counts.f1(Average::Macro));
    }
    if decision.temperature != 1.0 {
        set("log_loss", Ok(log_loss(items, decision.temperature)));
    }
    set("balanced_accuracy", counts.balanced_accuracy(false));
    if classes == 2 {
        let second: Vec<f64> = probabilities.iter().skip(1).step_by(2).copied().collect();
        set("roc_auc", roc_auc_score(labels, &second, weights));
        set("average_precision", average_precision_score(labels, &second, weights));
        set("brier", brier_score_loss(labels, &second, weights));
        set("ece", expected_calibration_error(labels, &second, BINS, weights));
    } else {
        set("roc_auc_ovr", roc_auc_score_ovr(labels, &probabilities, Average::Macro, weights));
        let precision = average_precision_score_ovr(labels, &probabilities, Average::Macro, weights);
        set("average_precision_ovr", precision);
        set("brier", brier_score_loss(labels, &probabilities, weights));
        set("ece", expected_calibration_error(labels, &probabilities, BINS, weights));
    }
    let report = |score: kiln_metrics::ClassScore| ClassReport {
        class: names.get(score.class as usize).cloned().unwrap_or_default(),
        precision: score.precision,
        recall: score.recall,
        f1: score.f_score,
        support: score.support,
    };
    let per_class = counts.per_class(1.0)?.into_iter().map(report).collect();
    let mut confusion = vec![vec![0; classes]; classes];
    for (&label, &class) in labels.iter().zip(&predicted) {
        confusion[label as usize][class as usize] += 1;
    }
    let hits: u64 = (0..classes).map(|class| confusion[class][class]).sum();
    let interval = wilson_interval(hits, labels.len() as u64, 0.95);
    let accuracy_interval = if weights.is_none() { Some(interval?) } else { None };
    Ok(Found { per_class, confusion, accuracy_interval })
}

/// The mean of −ln p of the items' classes, from logits, which say more of small probabilities than these do.
fn log_loss(items: &Classified, temperature: f64) -> f64 {
    let (mut sum, mut all) = (0.0, 0.0);
    for (item, (logits, &label)) in items.logits.chunks(items.classes).zip(&items.labels).enumerate() {
        let scaled: Vec<f64> = logits.iter().map(|logit| f64::from(*logit) / temperature).collect();
        let largest = scaled.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let log_sum = scaled.iter().map(|logit| (logit - largest).exp()).sum::<f64>().ln() + largest;
        let weight = items.weights.as_ref().map_or(1.0, |weights| weights[item]);
        sum += weight * (log_sum - scaled[label as usize]);
        all += weight;
    }
    sum / all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(logits: &[f32], labels: &[u32], weights: Option<&[f64]>) -> Classified {
        let classes = logits.len() / labels.len();
        let weights = weights.map(<[f64]>::to_vec);
        Classified { logits: logits.to_vec(), labels: labels.to_vec(), weights, classes }
    }

    fn names(count: usize) -> Vec<String> {
        (0..count).map(|class| format!("c{class}")).collect()
    }

    const LOGITS: [f32; 12] = [0.0, -2.0, 0.0, -1.0, 0.0, 0.5, 0.0, 1.5, 0.0, -0.5, 0.0, 3.0];
    const LABELS: [u32; 6] = [0, 0, 1, 0, 1, 1];

    /// By `tests/golden/decisions.py`.
    #[test]
    fn metrics_are_scikit_learns() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden/decisions.json");
        let golden: serde_json::Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        for case in golden["cases"].as_array().unwrap() {
            let list = |name: &str| serde_json::from_value::<Option<Vec<f64>>>(case[name].clone()).unwrap();
            let labels: Vec<u32> = list("labels").unwrap().into_iter().map(|label| label as u32).collect();
            let logits: Vec<f32> = list("logits").unwrap().into_iter().map(|logit| logit as f32).collect();
            let items = items(&logits, &labels, list("weights").as_deref());
            let mut metrics = Metrics::new();
            let found = measure(&items, &names(items.classes), Decision::default(), &mut metrics).unwrap();
            let close = |what: &str, found: f64, wanted: &serde_json::Value| {
                let wanted = wanted.as_f64().unwrap();
                assert!((found - wanted).abs() < 1e-9, "{what}: {found}, not {wanted}");
            };
            for (name, wanted) in case["metrics"].as_object().unwrap() {
                match name.as_str() {
                    "confusion" => assert_eq!(serde_json::json!(found.confusion), *wanted),
                    "per_class" => {
                        for (class, wanted) in found.per_class.iter().zip(wanted.as_array().unwrap()) {
                            let scores = [class.precision, class.recall, class.f1, class.support];
                            (0..4).for_each(|place| close(&class.class, scores[place], &wanted[place]));
                        }
                    }
                    name => close(name, metrics.get(name).unwrap(), wanted),
                }
            }
            assert_eq!(found.accuracy_interval.is_some(), items.weights.is_none());
            if let Some(wanted) = case.get("log_loss_at_2") {
                close("log loss", log_loss(&items, 2.0), wanted);
            }
        }
    }

    #[test]
    fn a_decision_changes_what_it_decides() {
        let mut metrics = Metrics::from_iter([("accuracy", 0.0), ("macro_f1", 0.0), ("log_loss", 0.0)]);
        let decision = Decision::default().with_threshold(0.9).with_temperature(2.0);
        let found = measure(&items(&LOGITS, &LABELS, None), &names(2), decision, &mut metrics).unwrap();
        // Half the log-odds of 3 are a probability of 0.82.
        assert_eq!(found.confusion, [[3, 0], [3, 0]]);
        assert_eq!(metrics.get("accuracy"), Some(0.5));
        let log_loss: f64 = LOGITS
            .chunks(2)
            .zip(LABELS)
            .map(|(row, label)| {
                let x = f64::from(row[1]) / 2.0;
                if label == 1 { (1.0 + (-x).exp()).ln() } else { (1.0 + x.exp()).ln() }
            })
            .sum();
        assert!((metrics.get("log_loss").unwrap() - log_loss / 6.0).abs() < 1e-12);
        // Ranks do not change with the temperature.
        assert!((metrics.get("roc_auc").unwrap() - 7.0 / 9.0).abs() < 1e-12);
    }

    #[test]
    fn what_is_not_defined_is_nan_and_weights_have_no_interval() {
        let mut metrics = Metrics::new();
        let one = items(&LOGITS[..4], &[0, 0], Some(&[1.0, 2.0]));
        let found = measure(&one, &names(2), Decision::default(), &mut metrics).unwrap();
        assert!(metrics.get("roc_auc").unwrap().is_nan());
        assert_eq!((found.accuracy_interval, found.per_class.len()), (None, 1));
        let three = items(&[1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0], &[0, 1, 2], None);
        measure(&three, &names(3), Decision::default(), &mut metrics).unwrap();
        assert_eq!(
            (metrics.get("roc_auc_ovr"), metrics.get("average_precision_ovr")),
            (Some(1.0), Some(1.0))
        );
    }
}
