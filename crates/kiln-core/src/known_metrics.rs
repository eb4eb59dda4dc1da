//! The metrics whose direction their names tell: the one table of them. The rest of a name is read in `direction.rs`.

/// Metrics of which small values are better.
pub(crate) const MINIMISE: &[&str] = &[
    // What kiln writes.
    "loss penalty mse mae rmse",
    // Numbers.
    "error msle rmsle mape smape mase wape medae nrmse crps pinball huber deviance mean_poisson_deviance",
    "mean_gamma_deviance mean_tweedie_deviance poisson_deviance gamma_deviance tweedie_deviance aic bic",
    // Classes and their probabilities.
    "logloss nll negative_log_likelihood cross_entropy bce brier brier_score hamming hinge fpr fnr",
    "false_positive_rate false_negative_rate false_discovery_rate error_rate eer ece mce ace rmsce kl",
    "kl_div kl_divergence js_divergence",
    // Ranking.
    "coverage_error mean_rank median_rank",
    // Language, speech, codes.
    "perplexity ppl bpc bpb bpd bits_per_character bits_per_byte bits_per_dim wer cer mer ter wil",
    "edit_distance",
    // Images and what is generated.
    "fid kid lpips hausdorff hausdorff_distance",
    // Groups of items.
    "davies_bouldin inertia",
];

/// Metrics of which large values are better.
pub(crate) const MAXIMISE: &[&str] = &[
    // Classes.
    "accuracy acc balanced_accuracy binary_accuracy categorical_accuracy subset_accuracy exact_match f1",
    "f2 fbeta precision recall sensitivity specificity ppv npv tpr tnr jaccard iou miou mean_iou dice",
    "matthews_corrcoef mcc cohen_kappa kappa quadratic_kappa informedness youden",
    "positive_predictive_value negative_predictive_value true_positive_rate true_negative_rate hits",
    // Probabilities.
    "auc roc_auc auroc pr_auc auprc average_precision log_likelihood elbo d2_log_loss d2_log_loss_score",
    "d2_brier d2_brier_score brier_skill",
    // Numbers.
    "r2 adjusted_r2 explained_variance d2 d2_absolute_error d2_absolute_error_score d2_pinball d2_tweedie",
    "pearson pearsonr spearman spearmanr kendall kendall_tau correlation ccc",
    // Ranking and survival.
    "map mean_average_precision label_ranking_average_precision lrap mrr mean_reciprocal_rank dcg ndcg",
    "hit_rate concordance concordance_index c_index",
    // Language, speech, images.
    "bleu sacrebleu meteor chrf rouge rouge1 rouge2 rougel bertscore wip psnr ssim ms_ssim inception snr",
    "sdr si_snr si_sdr stoi pesq",
    // Groups of items.
    "silhouette calinski_harabasz rand adjusted_rand mutual_info normalized_mutual_info",
    "adjusted_mutual_info homogeneity completeness v_measure fowlkes_mallows",
    // What an agent gets.
    "reward return episode_return win_rate",
];

/// Whether `name` is in one of the lists.
pub(crate) fn is_in(list: &[&str], name: &str) -> bool {
    list.iter().any(|line| line.split(' ').any(|known| known == name))
}

/// What may stand in front of a metric or behind it and says over what it is a mean.
pub(crate) const AVERAGES: [&str; 7] = ["macro", "micro", "weighted", "samples", "ovr", "ovo", "multilabel"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_is_in_the_table_twice_and_all_are_in_its_spelling() {
        let mut names: Vec<&str> = MINIMISE.iter().chain(MAXIMISE).flat_map(|line| line.split(' ')).collect();
        let spelled = |name: &&str| {
            !name.is_empty()
                && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        };
        assert!(names.iter().all(spelled), "{names:?}");
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
