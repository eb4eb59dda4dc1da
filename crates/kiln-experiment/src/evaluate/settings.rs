//! How a run is evaluated.

use kiln_augment::Views;
use kiln_validate::calibration::ThresholdRule;

use crate::measured::Part;
use crate::session::Session;

/// How a run is evaluated. Default: on its test part, without views, with what was chosen before.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct EvaluateSettings {
    /// What all experiments share. Where its flags name other data than the run's, these are measured, all of them.
    pub session: Session,
    /// The part of the data. Default: the test part, or all of other data.
    pub part: Option<Part>,
    /// Predictions are averaged over these views of every image.
    pub views: Option<Views>,
    /// Whether categories that the training part did not have are an error.
    pub strict: bool,
    /// Whether a temperature and a threshold that were chosen before are forgotten.
    pub forget: bool,
    /// Whether the temperature is chosen that makes the probabilities of the validation part most likely.
    pub calibrate: bool,
    /// What a threshold between two classes is to do best on the validation part.
    pub threshold: Option<ThresholdRule>,
}

impl EvaluateSettings {
    /// With what all experiments share.
    pub fn new(session: Session) -> Self {
        Self { session, ..Self::default() }
    }

    /// Whether the decision of the run changes.
    pub(super) fn chooses(&self) -> bool {
        self.forget || self.calibrate || self.threshold.is_some()
    }
}
