//! The observer of every command.

use std::io;
use std::path::PathBuf;

use kiln_experiment::{Event, Observer, TrainingStart};
use kiln_terminal::Output;
use kiln_train::Callback;

use crate::args::Global;
use crate::signal;

/// Tells what an experiment does, and says when a signal may end the process at once.
#[derive(Debug, Clone)]
pub(crate) struct Terminal(kiln_terminal::Terminal);

impl Terminal {
    pub(crate) fn new(global: &Global, out: Output) -> Self {
        Self(kiln_terminal::Terminal::new(out, global.progress.into(), global.verbose > 0))
    }

    /// For a run whose data are elsewhere now.
    pub(crate) fn moved(self, data: Option<PathBuf>) -> Self {
        Self(self.0.moved(data))
    }
}

impl Observer for Terminal {
    fn hear(&self, event: &Event<'_>) -> io::Result<()> {
        signal::reading_data(matches!(event, Event::ReadingData { .. }));
        self.0.hear(event)
    }

    fn watch(&self, start: &TrainingStart<'_>) -> Option<Box<dyn Callback>> {
        self.0.watch(start)
    }
}
