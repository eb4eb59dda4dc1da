//! What stands for the view in a build without it.

use std::io;

use kiln_report::{EpochRecord, RunPlan};
use kiln_train::{History, StepView};

/// None can be made.
#[derive(Debug)]
pub(crate) enum View {}

impl View {
    pub(crate) fn open(_: &str, _: RunPlan, _: &History) -> io::Result<Self> {
        Err(io::Error::other("this build of kiln has none: build it with the feature `tui`"))
    }

    pub(crate) fn is_open(&self) -> bool {
        match *self {}
    }

    pub(crate) fn stepped(&mut self, _: &StepView) {
        match *self {}
    }

    pub(crate) fn epoch(&mut self, _: &EpochRecord) {
        match *self {}
    }
}
