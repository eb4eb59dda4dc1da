//! Every metric says in which direction it gets better, and a training that monitors it under its name knows.

use kiln_core::Direction::{self, Maximise, Minimise};

const LARGER: &str = "accuracy balanced_accuracy precision recall f1 fbeta jaccard matthews_corrcoef cohen_kappa \
    roc_auc roc_auc_ovr roc_auc_ovo roc_auc_multilabel average_precision average_precision_ovr average_precision_multilabel top_k_accuracy d2_log_loss r2 \
    explained_variance d2_tweedie d2_pinball d2_absolute_error ndcg dcg mean_reciprocal_rank \
    label_ranking_average_precision concordance_index";
const SMALLER: &str = "zero_one_loss hamming_loss hinge_loss log_loss brier_score_loss expected_calibration_error \
    maximum_calibration_error perplexity mean_squared_error root_mean_squared_error mean_absolute_error \
    median_absolute_error max_error mean_absolute_percentage_error mean_squared_log_error \
    root_mean_squared_log_error mean_pinball_loss mean_poisson_deviance mean_gamma_deviance \
    mean_tweedie_deviance coverage_error label_ranking_loss";

#[test]
fn names_are_known_with_their_direction() {
    for (names, direction) in [(LARGER, Maximise), (SMALLER, Minimise)] {
        for name in names.split_whitespace() {
            assert_eq!(Direction::of_known(name), Some(direction), "{name}");
        }
    }
}

/// The table in the crate's text names each of them, in its column.
#[test]
fn the_table_has_them_all() {
    let text = include_str!("../../src/lib.rs");
    for line in text.lines().filter(|line| line.starts_with("//! | ") && line.contains("[`")) {
        let mut columns = line.split('|').skip(2);
        for names in [LARGER, SMALLER] {
            for name in columns.next().unwrap().split('`').skip(1).step_by(2) {
                // `roc_auc_score_ovr` is monitored as `roc_auc_ovr`.
                let name = name.replace("_score", "");
                let known = names.split_whitespace().any(|known| known.replace("_score", "") == name);
                assert!(known, "{name}");
            }
        }
    }
    for name in LARGER.split_whitespace().chain(SMALLER.split_whitespace()) {
        let listed = text.replace("_score", "").contains(&format!("[`{}`]", name.replace("_score", "")));
        assert!(listed, "{name} is not in the table");
    }
}
