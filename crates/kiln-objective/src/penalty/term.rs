//! A penalty with what it acts on and how.

use std::sync::Arc;

use kiln_core::ParamSelection;
use kiln_optim::ScheduleConfig;

use super::Penalty;

/// A penalty, what it acts on and how.
#[derive(Debug, Clone)]
pub struct PenaltyTerm {
    pub(super) penalty: Arc<dyn Penalty>,
    pub(super) params: ParamSelection,
    pub(super) proximal: bool,
    pub(super) schedule: Option<ScheduleConfig>,
}

impl PenaltyTerm {
    /// A penalty on the weights, by its gradient, with the same strength all the time.
    pub fn new(penalty: impl Penalty + 'static) -> Self {
        Self::from(Box::new(penalty) as Box<dyn Penalty>)
    }

    /// On other parameters.
    #[must_use]
    pub fn params(mut self, params: ParamSelection) -> Self {
        self.params = params;
        self
    }

    /// By a proximal step after the optimiser's instead of the gradient.
    #[must_use]
    pub fn proximal(mut self, proximal: bool) -> Self {
        self.proximal = proximal;
        self
    }

    /// With a strength that changes over the run.
    #[must_use]
    pub fn schedule(mut self, schedule: impl Into<Option<ScheduleConfig>>) -> Self {
        self.schedule = schedule.into();
        self
    }

    /// How its strength changes; `None` where it does not.
    pub fn scheduled(&self) -> Option<&ScheduleConfig> {
        self.schedule.as_ref()
    }
}

impl From<Box<dyn Penalty>> for PenaltyTerm {
    fn from(penalty: Box<dyn Penalty>) -> Self {
        let (params, proximal, schedule) = (ParamSelection::Weights, false, None);
        Self { penalty: penalty.into(), params, proximal, schedule }
    }
}
