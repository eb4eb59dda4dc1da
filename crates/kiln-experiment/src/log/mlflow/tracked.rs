//! A run that a server is told of.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::mpsc::{Sender as Channel, channel};
use std::thread::{Builder, JoinHandle};

use kiln_train::{Callback, EpochView, History, Stop, TrainError};

use super::api::Api;
use super::config::MlFlowConfig;
use super::message::{Point, now, of_epoch, of_metrics, params, status, tags};
use super::sender::{Begin, Lost, Message, Sender};
use crate::run::{CONFIG, METRICS, RECORD, RunRecord};

/// The file that keeps which run of the server a run is.
const FILE: &str = "mlflow.json";

/// A run that a server is told of, from a thread of its own.
#[derive(Debug)]
pub(crate) struct Tracked {
    uri: String,
    messages: Channel<Message>,
    thread: JoinHandle<Lost>,
}

impl Tracked {
    /// Begins the run at the server, or goes on with it. A server that is away is no error: the second value says so, and what is
    /// told it is kept for it.
    pub(crate) fn open(
        config: &MlFlowConfig,
        run: &Path,
        record: &RunRecord,
        settings: Vec<(String, String)>,
    ) -> (Option<Self>, Option<String>) {
        let name = run.file_name().unwrap_or(run.as_os_str()).to_string_lossy().into_owned();
        let folder = std::path::absolute(run).unwrap_or_else(|_| run.to_owned());
        let begin = Begin {
            experiment: config.experiment.clone(),
            name,
            at: now(),
            tags: tags(record, &folder.display().to_string()),
            params: params(&settings),
            file: run.join(FILE),
        };
        let mut sender = Sender::new(Api::new(&config.uri), begin);
        let warning = sender.open().err().map(|failed| {
            let then = if failed.may_pass {
                "training goes on, and the metrics are kept until it answers"
            } else {
                "training goes on without it, unless it changes its mind"
            };
            format!("the MLflow server at {} does not take the run: {}; {then}", config.uri, failed.reason)
        });
        let (messages, received) = channel();
        let thread = Builder::new().name("kiln-mlflow".to_owned()).spawn(move || sender.run(&received));
        match thread {
            Ok(thread) => (Some(Self { uri: config.uri.clone(), messages, thread }), warning),
            Err(error) => (None, Some(format!("the MLflow server at {} is not told: {error}", config.uri))),
        }
    }

    /// The callback that tells of epochs.
    pub(crate) fn callback(&self) -> Box<dyn Callback> {
        Box::new(Told(self.messages.clone()))
    }

    /// Tells how the run ended, and waits for what is still to be sent. Gives what was lost, in words.
    pub(crate) fn end(self, run: &Path, record: &RunRecord) -> Option<String> {
        let at = now();
        let test = of_metrics("test", &record.test, 0, at);
        let _ = self.messages.send(Message::Points(test));
        let read = |name: &str| Some((name.to_owned(), std::fs::read(run.join(name)).ok()?));
        let files = [CONFIG, RECORD, METRICS].into_iter().filter_map(read).collect();
        let _ = self.messages.send(Message::End { status: status(record), at, files });
        let lost = self.thread.join().unwrap_or_default();
        let Lost { numbers, end, reason } = lost;
        let what = match (numbers, end) {
            (0, false) => return None,
            (0, true) => "the end of the run".to_owned(),
            (numbers, true) => format!("{numbers} numbers and the end of the run"),
            (numbers, false) => format!("{numbers} numbers"),
        };
        let why = reason.unwrap_or_default();
        Some(format!("the MLflow server at {} did not get {what}: {why}; {METRICS} has all epochs", self.uri))
    }
}

struct Told(Channel<Message>);

impl Told {
    fn points(&self, points: Vec<Point>) {
        // Where the thread has gone, the end says so.
        let _ = self.0.send(Message::Points(points));
    }
}

impl Callback for Told {
    fn on_fit_start(&mut self, history: &History) -> Result<(), TrainError> {
        let at = now();
        let points = history.epochs.iter().flat_map(|epoch| of_epoch(epoch, at));
        self.points(points.map(Point::of_before).collect());
        Ok(())
    }

    fn on_epoch_end(&mut self, view: &EpochView<'_>) -> Result<ControlFlow<Stop>, TrainError> {
        self.points(of_epoch(view.record, now()));
        Ok(ControlFlow::Continue(()))
    }
}
