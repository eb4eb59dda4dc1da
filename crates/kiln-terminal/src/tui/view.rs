//! The view of a training: the loop tells it what happens, and a thread of its own draws.

use std::io;
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};
use std::time::Instant;

use kiln_report::{EpochRecord, RunPlan};
use kiln_train::{History, StepView};

use super::live::Live;
use super::screen::Screen;
use super::shared::Shared;

/// The view of a training, until it is dropped or somebody leaves it.
#[derive(Debug)]
pub(crate) struct View {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl View {
    /// Takes the terminal of standard error.
    ///
    /// # Errors
    /// Where there is none that can show it.
    pub(crate) fn open(title: &str, plan: RunPlan, history: &History) -> io::Result<Self> {
        let mut screen = Screen::open()?;
        let shared = Arc::new(Shared::new(Live::new(title, plan, history, Instant::now())));
        let of_thread = Arc::clone(&shared);
        let thread = Builder::new().name("kiln-view".to_owned()).spawn(move || {
            // A terminal that has gone is no reason to stop training.
            let _ = screen.show(&of_thread);
        })?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Whether it is still on the terminal.
    pub(crate) fn is_open(&self) -> bool {
        self.thread.as_ref().is_some_and(|thread| !thread.is_finished())
    }

    pub(crate) fn stepped(&mut self, view: &StepView) {
        let now = Instant::now();
        self.shared.change(|live| live.stepped(view, now));
    }

    pub(crate) fn epoch(&mut self, record: &EpochRecord) {
        let now = Instant::now();
        self.shared.change(|live| live.epoch(record, now));
    }
}

impl Drop for View {
    fn drop(&mut self) {
        self.shared.end();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
