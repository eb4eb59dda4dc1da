//! What stands for the server in a build that cannot speak to one.

use std::path::Path;

use kiln_train::Callback;

use super::config::MlFlowConfig;
use crate::run::RunRecord;

/// None can be made: [`MlFlowConfig::check`] is an error.
#[derive(Debug)]
pub(crate) enum Tracked {}

impl Tracked {
    pub(crate) fn open(
        _: &MlFlowConfig,
        _: &Path,
        _: &RunRecord,
        _: Vec<(String, String)>,
    ) -> (Option<Self>, Option<String>) {
        (None, None)
    }

    pub(crate) fn callback(&self) -> Box<dyn Callback> {
        match *self {}
    }

    pub(crate) fn end(self, _: &Path, _: &RunRecord) -> Option<String> {
        match self {}
    }
}
