//! Rankings.

use kiln_metrics::{
    Average, ClassCounts, ZeroDivision, average_precision_score_multilabel, concordance_index,
    coverage_error, dcg_score, hamming_loss, label_ranking_average_precision_score, label_ranking_loss,
    mean_reciprocal_rank, ndcg_score, roc_auc_score_multilabel,
};

use crate::golden::{cases, one};

fn average(name: &str) -> Average {
    match name {
        "micro" => Average::Micro,
        "macro" => Average::Macro,
        _ => Average::Weighted,
    }
}

#[test]
fn scores_of_rankings_are_scikit_learns() {
    for case in cases("rankings") {
        let (y, gains): (Vec<u32>, Vec<f64>) = (case.get("y"), case.get("gains"));
        let (s, w): (Vec<f64>, _) = (case.get("s"), case.weights());
        let columns: usize = case.get("columns");
        let w = w.as_deref();
        let predicted: Vec<u32> = s.iter().map(|&s| u32::from(s > 0.3)).collect();
        let mut counts = ClassCounts::new(columns).with_zero_division(ZeroDivision::One);
        counts.add_multilabel(&y, &predicted, w).unwrap();
        case.check(|name| {
            one(match name {
                ["lrap"] => label_ranking_average_precision_score(&y, &s, columns, w),
                ["coverage_error"] => coverage_error(&y, &s, columns, w),
                ["label_ranking_loss"] => label_ranking_loss(&y, &s, columns, w),
                ["mrr"] => mean_reciprocal_rank(&y, &s, columns, w),
                ["hamming_loss"] => hamming_loss(&y, &predicted, columns, w),
                ["precision", by] => counts.precision(average(by)),
                ["recall", by] => counts.recall(average(by)),
                ["f1", by] => counts.f1(average(by)),
                ["jaccard", by] => counts.jaccard(average(by)),
                ["auc", by] => roc_auc_score_multilabel(&y, &s, columns, average(by), w),
                ["ap", by] => average_precision_score_multilabel(&y, &s, columns, average(by), w),
                ["dcg", k] => dcg_score(&gains, &s, columns, k.parse().ok(), w),
                ["ndcg", k] => ndcg_score(&gains, &s, columns, k.parse().ok(), w),
                _ => panic!("{name:?} is not tested"),
            })
        });
    }
}

#[test]
fn concordance_is_lifelines() {
    for case in cases("survival") {
        let (times, predicted): (Vec<f64>, Vec<f64>) = (case.get("times"), case.get("predicted"));
        let events: Vec<bool> = case.get("events");
        case.check(|name| match name {
            ["concordance"] => one(concordance_index(&times, &predicted, Some(&events))),
            _ => one(concordance_index(&times, &predicted, None)),
        });
    }
}
