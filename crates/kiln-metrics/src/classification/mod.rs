//! Predicted labels, scores and probabilities of classes.

mod columns;
mod confusion;
mod counts;
mod decisions;
mod f_scores;
mod kappa;
mod labels;
mod precision_recall;
mod present;
mod probabilities;
mod ranked;
mod roc;
mod scores;
mod several;

pub use confusion::{ConfusionMatrix, Normalize};
pub use counts::ClassCounts;
pub use decisions::{hinge_loss, top_k_accuracy_score};
pub use f_scores::{
    f1_score, fbeta_score, jaccard_score, precision_recall_fscore_support, precision_score, recall_score,
};
pub use kappa::KappaWeights;
pub use labels::{
    accuracy_score, balanced_accuracy_score, cohen_kappa_score, confusion_matrix, hamming_loss,
    matthews_corrcoef, zero_one_loss,
};
pub use precision_recall::{PrecisionRecallCurve, average_precision_score, precision_recall_curve};
pub use probabilities::{brier_score_loss, d2_log_loss_score, log_loss};
pub use roc::{RocCurve, auc, roc_auc_score, roc_curve};
pub use scores::ClassScore;
pub use several::{
    average_precision_score_multilabel, average_precision_score_ovr, roc_auc_score_multilabel,
    roc_auc_score_ovo, roc_auc_score_ovr,
};
