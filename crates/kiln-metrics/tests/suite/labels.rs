//! Predicted labels.

use kiln_metrics::{
    Average, ClassCounts, ConfusionMatrix, KappaWeights, Normalize, ZeroDivision, accuracy_score,
    balanced_accuracy_score, cohen_kappa_score, confusion_matrix, f1_score, fbeta_score, hamming_loss,
    jaccard_score, matthews_corrcoef, precision_recall_fscore_support, precision_score, recall_score,
    zero_one_loss,
};

use crate::golden::{Case, batches, cases, one};

/// Labels go up to 5.
const CLASSES: usize = 6;

fn average(name: &str) -> Average {
    match name {
        "binary" => Average::Binary,
        "micro" => Average::Micro,
        "macro" => Average::Macro,
        _ => Average::Weighted,
    }
}

fn inputs(case: &Case) -> (Vec<u32>, Vec<u32>, Option<Vec<f64>>) {
    (case.get("y"), case.get("p"), case.weights())
}

#[test]
fn scores_of_labels_are_scikit_learns() {
    for case in cases("labels") {
        let (y, p, w) = inputs(&case);
        let w = w.as_deref();
        case.check(|name| match name {
            ["accuracy"] => one(accuracy_score(&y, &p, w)),
            ["zero_one_loss"] => one(zero_one_loss(&y, &p, w)),
            ["hamming_loss"] => one(hamming_loss(&y, &p, 1, w)),
            ["balanced_accuracy"] => one(balanced_accuracy_score(&y, &p, w)),
            ["matthews_corrcoef"] => one(matthews_corrcoef(&y, &p, w)),
            ["kappa"] => one(cohen_kappa_score(&y, &p, KappaWeights::Unweighted, w)),
            ["kappa", "linear"] => one(cohen_kappa_score(&y, &p, KappaWeights::Linear, w)),
            ["kappa", "quadratic"] => one(cohen_kappa_score(&y, &p, KappaWeights::Quadratic, w)),
            ["precision", by, "0"] => one(precision_score(&y, &p, average(by), w)),
            ["recall", by, "0"] => one(recall_score(&y, &p, average(by), w)),
            ["f1", by, "0"] => one(f1_score(&y, &p, average(by), w)),
            ["f2", by, "0"] => one(fbeta_score(&y, &p, 2.0, average(by), w)),
            ["jaccard", by, "0"] => one(jaccard_score(&y, &p, average(by), w)),
            ["each", which] => {
                let classes = precision_recall_fscore_support(&y, &p, 0.5, w)?;
                Ok(classes
                    .iter()
                    .map(|class| match *which {
                        "precision" => class.precision,
                        "recall" => class.recall,
                        "fscore" => class.f_score,
                        _ => class.support,
                    })
                    .collect())
            }
            _ => streamed(&y, &p, w, name),
        });
    }
}

/// Every score again from counts of batches that were merged.
#[test]
fn counts_of_batches_give_the_same() {
    for case in cases("labels") {
        let (y, p, w) = inputs(&case);
        case.check(|name| match name {
            // Distances over the classes that occur.
            ["kappa", "linear" | "quadratic"] => {
                let kind = if name[1] == "linear" { KappaWeights::Linear } else { KappaWeights::Quadratic };
                one(cohen_kappa_score(&y, &p, kind, w.as_deref()))
            }
            ["zero_one_loss" | "hamming_loss"] => {
                streamed(&y, &p, w.as_deref(), &["accuracy"]).map(|found| vec![1.0 - found[0]])
            }
            _ => streamed(&y, &p, w.as_deref(), name),
        });
    }
}

fn streamed(
    y: &[u32],
    p: &[u32],
    w: Option<&[f64]>,
    name: &[&str],
) -> Result<Vec<f64>, kiln_metrics::MetricError> {
    let zero = match name.last() {
        Some(&"1") => ZeroDivision::One,
        Some(&"nan") => ZeroDivision::Nan,
        _ => ZeroDivision::Zero,
    };
    let classes = if name.contains(&"binary") { 2 } else { CLASSES };
    let mut counts = ClassCounts::new(classes).with_zero_division(zero);
    let mut matrix = ConfusionMatrix::new(classes);
    for batch in batches(y.len()) {
        let weights = w.map(|w| &w[batch.clone()]);
        let (y, p) = (&y[batch.clone()], &p[batch.clone()]);
        let (mut part, mut part_of_matrix) = (ClassCounts::new(classes), ConfusionMatrix::new(classes));
        part.add(y, p, weights)?;
        part_of_matrix.add(y, p, weights)?;
        counts.merge(&part)?;
        matrix.merge(&part_of_matrix)?;
    }
    match name {
        ["accuracy"] => one(counts.accuracy()),
        ["balanced_accuracy"] => one(counts.balanced_accuracy(false)),
        ["adjusted"] => one(counts.balanced_accuracy(true)),
        ["matthews_corrcoef"] => one(matrix.counts().matthews()),
        ["kappa"] => one(matrix.cohen_kappa(KappaWeights::Unweighted)),
        ["kappa", "all"] => one(matrix.cohen_kappa(KappaWeights::Quadratic)),
        ["confusion"] => {
            let whole = confusion_matrix(y, p, CLASSES, w)?;
            let cells: Vec<f64> = matrix.rows().flatten().copied().collect();
            assert!(whole.rows().flatten().zip(&cells).all(|(a, b)| (a - b).abs() < 1e-12));
            Ok(cells)
        }
        ["confusion", "true"] => Ok(matrix.normalized(Normalize::Actual)),
        ["confusion", "pred"] => Ok(matrix.normalized(Normalize::Predicted)),
        ["confusion", "all"] => Ok(matrix.normalized(Normalize::All)),
        ["precision", by, _] => one(counts.precision(average(by))),
        ["recall", by, _] => one(counts.recall(average(by))),
        ["f1", by, _] => one(counts.f1(average(by))),
        ["f2", by, _] => one(counts.f_beta(2.0, average(by))),
        ["jaccard", by, _] => one(counts.jaccard(average(by))),
        ["each", which] => {
            let value = |class: &kiln_metrics::ClassScore| match *which {
                "precision" => class.precision,
                "recall" => class.recall,
                "fscore" => class.f_score,
                _ => class.support,
            };
            Ok(counts.per_class(0.5)?.iter().map(value).collect())
        }
        _ => panic!("{name:?} is not tested"),
    }
}
