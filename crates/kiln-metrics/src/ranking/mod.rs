//! Rankings.

mod concordance;
mod gain;
mod labels;

pub use concordance::concordance_index;
pub use gain::{dcg_score, ndcg_score};
pub use labels::{
    coverage_error, label_ranking_average_precision_score, label_ranking_loss, mean_reciprocal_rank,
};
