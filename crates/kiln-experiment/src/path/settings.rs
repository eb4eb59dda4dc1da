//! How a path is made.

use crate::session::Session;

/// How a path is made.
///
/// | field | default |
/// |---|---|
/// | `lambdas` | 100 for a linear model of numbers, 50 of classes, about 20 for one that is trained |
/// | `ratio` | 1e-3 |
/// | `go_on` | false |
/// | `l1_ratio` | as the penalty says, or 1 |
/// | `folds` | 5 for a linear model, the validation part for one that is trained |
/// | `metric` | `log_loss` for classes, `mse` for numbers |
/// | `by_steps` | false |
/// | `epochs` | a tenth of `train.epochs` |
/// | `jobs` | 1 |
#[derive(Debug, Clone)]
pub struct PathSettings {
    /// What all experiments share.
    pub session: Session,
    /// Strengths on the path, at least 2.
    pub lambdas: Option<usize>,
    /// The smallest strength, as a fraction of the one at which nothing is left. Between 0 and 1.
    pub ratio: f64,
    /// Whether the path goes on below that, three decades at most, while its best strength is the smallest. One that is trained begins anew for each decade.
    pub go_on: bool,
    /// The share of L1 in the penalty: 1 is the lasso, less is the elastic net. Above 0.
    pub l1_ratio: Option<f64>,
    /// Folds that judge the strengths, at least 2.
    pub folds: Option<usize>,
    /// The metric that picks.
    pub metric: Option<String>,
    /// Whether a linear model is trained by steps, as other models are, instead of being solved.
    pub by_steps: bool,
    /// Epochs at each strength of a model that is trained.
    pub epochs: Option<u64>,
    /// Folds at once. It changes no result.
    pub jobs: usize,
}

impl Default for PathSettings {
    fn default() -> Self {
        Self {
            session: Session::default(),
            lambdas: None,
            ratio: 1e-3,
            go_on: false,
            l1_ratio: None,
            folds: None,
            metric: None,
            by_steps: false,
            epochs: None,
            jobs: 1,
        }
    }
}
