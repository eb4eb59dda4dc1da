//! Predicted numbers.

mod determination;
mod deviance;
mod errors;
mod outputs;
mod pairs;
mod pinball;
mod sums;

pub use determination::{explained_variance_score, r2_score};
pub use deviance::{d2_tweedie_score, mean_gamma_deviance, mean_poisson_deviance, mean_tweedie_deviance};
pub use errors::{
    max_error, mean_absolute_error, mean_absolute_percentage_error, mean_squared_error,
    mean_squared_log_error, root_mean_squared_error, root_mean_squared_log_error,
};
pub use outputs::{PerOutput, per_output};
pub use pinball::{d2_absolute_error_score, d2_pinball_score, mean_pinball_loss, median_absolute_error};
pub use sums::RegressionSums;
