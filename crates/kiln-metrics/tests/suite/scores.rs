//! Scores and probabilities of classes.

use kiln_metrics::{
    Average, Mean, auc, average_precision_score, average_precision_score_ovr, brier_score_loss,
    d2_log_loss_score, hinge_loss, log_loss, precision_recall_curve, roc_auc_score, roc_auc_score_ovo,
    roc_auc_score_ovr, roc_curve, top_k_accuracy_score,
};

use crate::golden::{batches, cases, one};

fn average(name: &str) -> Average {
    match name {
        "micro" => Average::Micro,
        "macro" => Average::Macro,
        _ => Average::Weighted,
    }
}

#[test]
fn curves_and_areas_of_two_classes_are_scikit_learns() {
    for case in cases("binary") {
        let (y, s, w): (Vec<u32>, Vec<f64>, _) = (case.get("y"), case.get("s"), case.weights());
        let w = w.as_deref();
        let roc = || roc_curve(&y, &s, w);
        let pr = || precision_recall_curve(&y, &s, w);
        case.check(|name| match name {
            ["roc_auc"] => {
                if let Ok(curve) = roc() {
                    let area = roc_auc_score(&y, &s, w)?;
                    assert!((curve.auc() - area).abs() < 1e-12);
                    assert!((auc(&curve.fpr, &curve.tpr)? - area).abs() < 1e-12);
                }
                one(roc_auc_score(&y, &s, w))
            }
            ["average_precision"] => one(average_precision_score(&y, &s, w)),
            ["fpr"] => roc().map(|curve| curve.fpr),
            ["tpr"] => roc().map(|curve| curve.tpr),
            ["roc_thresholds"] => roc().map(|curve| curve.thresholds),
            ["precision"] => pr().map(|curve| curve.precision),
            ["recall"] => pr().map(|curve| curve.recall),
            ["pr_thresholds"] => pr().map(|curve| curve.thresholds),
            ["hinge"] => one(hinge_loss(&y, &s, w)),
            _ => panic!("{name:?} is not tested"),
        });
    }
}

#[test]
fn scores_of_probabilities_are_scikit_learns() {
    for case in cases("probabilities") {
        let (y, p, w): (Vec<u32>, Vec<f64>, _) = (case.get("y"), case.get("p"), case.weights());
        let classes: usize = case.get("classes");
        let w = w.as_deref();
        let of_one: Vec<f64> = p.iter().skip(1).step_by(classes).copied().collect();
        case.check(|name| match name {
            ["log_loss"] => one(log_loss(&y, &p, w)),
            ["log_loss", "one"] => one(log_loss(&y, &of_one, w)),
            ["d2_log_loss"] => one(d2_log_loss_score(&y, &p, w)),
            ["d2_log_loss", "one"] => one(d2_log_loss_score(&y, &of_one, w)),
            ["brier"] => one(brier_score_loss(&y, &p, w)),
            ["brier", "one"] => one(brier_score_loss(&y, &of_one, w)),
            ["hinge"] => one(hinge_loss(&y, &p, w)),
            ["top", k] => one(top_k_accuracy_score(&y, &p, k.parse().unwrap(), w)),
            ["ovr", by] => one(roc_auc_score_ovr(&y, &p, average(by), w)),
            ["ap", by] => one(average_precision_score_ovr(&y, &p, average(by), w)),
            ["ovo", by] => one(roc_auc_score_ovo(&y, &p, average(by))),
            _ => panic!("{name:?} is not tested"),
        });
    }
}

/// Means over batches, added up with their weights, are the means over all.
#[test]
fn means_stream() {
    for case in cases("probabilities") {
        let (y, p, w): (Vec<u32>, Vec<f64>, _) = (case.get("y"), case.get("p"), case.weights());
        let classes: usize = case.get("classes");
        let mut means = [Mean::new(); 2];
        for batch in batches(y.len()) {
            let weights = w.as_deref().map(|w| &w[batch.clone()]);
            let weight = weights.map_or(batch.len() as f64, |w| w.iter().sum());
            if weight > 0.0 {
                let (y, p) = (&y[batch.clone()], &p[batch.start * classes..batch.end * classes]);
                let mut part = Mean::new();
                part.add(log_loss(y, p, weights).unwrap(), weight);
                means[0].merge(&part);
                means[1].add(brier_score_loss(y, p, weights).unwrap(), weight);
            }
        }
        case.check_some(|name| match name {
            ["log_loss"] => Some(one(means[0].finish())),
            ["brier"] => Some(one(means[1].finish())),
            _ => None,
        });
    }
}
