//! How curves are measured.

use kiln_validate::split::Size;

use crate::cv::Cuts;
use crate::session::Session;

/// How a learning curve is measured.
#[derive(Debug, Clone)]
pub struct LearningCurveSettings {
    /// What all experiments share.
    pub session: Session,
    /// How folds are cut. Default: five folds.
    pub cuts: Cuts,
    /// Trainings at once. It changes no result. Default 1.
    pub jobs: usize,
    /// Shares of a fold's training items, or numbers of them. Default: 0.1, 0.325, 0.55, 0.775 and 1 of them.
    pub sizes: Vec<Size>,
    /// The metric that is drawn. Default: the first that is not the loss.
    pub metric: Option<String>,
}

impl Default for LearningCurveSettings {
    fn default() -> Self {
        Self {
            session: Session::default(),
            cuts: Cuts::default(),
            jobs: 1,
            sizes: [0.1, 0.325, 0.55, 0.775, 1.0].map(Size::Share).to_vec(),
            metric: None,
        }
    }
}

/// How a validation curve is measured.
#[derive(Debug, Clone)]
pub struct ValidationCurveSettings {
    /// What all experiments share.
    pub session: Session,
    /// How folds are cut. Default: five folds.
    pub cuts: Cuts,
    /// Trainings at once. It changes no result. Default 1.
    pub jobs: usize,
    /// The setting and its values, as a search takes them: `optim.lr=log(1e-4,1)`.
    pub vary: String,
    /// Values of a space that has no end of them, at least 2. Default 5.
    pub points: usize,
    /// The metric that is drawn. Default: the first that is not the loss.
    pub metric: Option<String>,
}

impl ValidationCurveSettings {
    /// The defaults, for the values of one setting.
    pub fn new(vary: impl Into<String>) -> Self {
        Self {
            session: Session::default(),
            cuts: Cuts::default(),
            jobs: 1,
            vary: vary.into(),
            points: 5,
            metric: None,
        }
    }
}
