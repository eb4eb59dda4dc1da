//! The thread that tells the server: what cannot be told now is kept and told later.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::api::{Api, Failed, Found, MOST};
use super::message::Point;

/// Numbers that are kept while the server is away; of more the oldest are dropped.
const KEPT: usize = 100_000;
/// The time between two tries.
const AGAIN: Duration = Duration::from_secs(5);
/// The longest time that the end of a training waits until all numbers are sent.
const AT_MOST: Duration = Duration::from_secs(30);

/// What a run begins with.
#[derive(Debug)]
pub(super) struct Begin {
    pub(super) experiment: String,
    pub(super) name: String,
    pub(super) at: u64,
    pub(super) tags: Vec<Value>,
    pub(super) params: Vec<Value>,
    /// The file that keeps which run of the server it is, for when training goes on.
    pub(super) file: PathBuf,
}

/// What a training says.
#[derive(Debug)]
pub(super) enum Message {
    /// Numbers.
    Points(Vec<Point>),
    /// The end: how it ended, when, and the files of the run.
    End { status: &'static str, at: u64, files: Vec<(String, Vec<u8>)> },
}

/// What became of it.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Lost {
    /// Numbers that the server did not get.
    pub(super) numbers: usize,
    /// Whether it does not know that the run has ended.
    pub(super) end: bool,
    /// Why.
    pub(super) reason: Option<String>,
}

/// Tells the server.
#[derive(Debug)]
pub(super) struct Sender {
    api: Api,
    begin: Begin,
    run: Option<Found>,
    waiting: VecDeque<Point>,
    lost: Lost,
}

impl Sender {
    pub(super) fn new(api: Api, begin: Begin) -> Self {
        Self { api, begin, run: None, waiting: VecDeque::new(), lost: Lost::default() }
    }

    /// The run of the server: the one of before where training goes on, else a new one.
    pub(super) fn open(&mut self) -> Result<Found, Failed> {
        if let Some(run) = &self.run {
            return Ok(run.clone());
        }
        let run = match self.kept()? {
            Some(run) => {
                self.api.status(&run.id, "RUNNING", None)?;
                run
            }
            None => {
                let experiment = self.api.experiment(&self.begin.experiment)?;
                let run = self.api.create(&experiment, &self.begin.name, self.begin.at, &self.begin.tags)?;
                // A run that is not known again is only one more at the server.
                let _ = std::fs::write(&self.begin.file, format!("{{\"run_id\":\"{}\"}}\n", run.id));
                self.api.params(&run.id, &self.begin.params)?;
                run
            }
        };
        Ok(self.run.insert(run).clone())
    }

    fn kept(&self) -> Result<Option<Found>, Failed> {
        let Ok(bytes) = std::fs::read(&self.begin.file) else { return Ok(None) };
        let kept: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        let Some(id) = kept["run_id"].as_str() else { return Ok(None) };
        match self.api.find(id) {
            Ok(run) => Ok(Some(run)),
            Err(failed) if failed.may_pass => Err(failed),
            // Another server, or deleted there.
            Err(_) => Ok(None),
        }
    }

    /// Tells until the training has ended, and gives what was lost.
    pub(super) fn run(mut self, messages: &Receiver<Message>) -> Lost {
        let mut tried: Option<Instant> = None;
        loop {
            let mut message = if self.waiting.is_empty() {
                messages.recv().map_err(|_| RecvTimeoutError::Disconnected)
            } else {
                let left = tried.map_or(Duration::ZERO, |tried| AGAIN.saturating_sub(tried.elapsed()));
                messages.recv_timeout(left)
            };
            // All that has come goes together: a quick training makes many epochs in the time of one request.
            loop {
                match message {
                    Ok(Message::Points(points)) => self.keep(points),
                    Ok(Message::End { status, at, files }) => return self.end(status, at, &files),
                    Err(RecvTimeoutError::Timeout) => break,
                    // Nobody said how it ended.
                    Err(RecvTimeoutError::Disconnected) => return self.lost,
                }
                message = messages.recv_timeout(Duration::ZERO);
            }
            if tried.is_some_and(|tried| tried.elapsed() < AGAIN) {
                continue;
            }
            tried = match self.send_some() {
                Ok(()) => None,
                Err(failed) => {
                    self.lost.reason = Some(failed.reason);
                    Some(Instant::now())
                }
            };
        }
    }

    fn keep(&mut self, points: Vec<Point>) {
        self.waiting.extend(points);
        let more = self.waiting.len().saturating_sub(KEPT);
        self.waiting.drain(..more);
        self.lost.numbers += more;
    }

    /// Sends as much of what waits as one request takes.
    fn send_some(&mut self) -> Result<(), Failed> {
        let run = self.open()?;
        self.waiting.retain(|point| !point.earlier || point.step > run.step);
        let some = self.waiting.len().min(MOST);
        if some == 0 {
            return Ok(());
        }
        let values: Vec<Value> = self.waiting.iter().take(some).map(Point::json).collect();
        match self.api.metrics(&run.id, &values) {
            Ok(()) => {}
            Err(failed) if failed.may_pass => return Err(failed),
            // Refused now is refused later.
            Err(failed) => {
                self.lost.numbers += some;
                self.lost.reason = Some(failed.reason);
            }
        }
        self.waiting.drain(..some);
        Ok(())
    }

    /// Sends what waits, as far as there is time, and how the training ended.
    fn end(mut self, status: &str, at: u64, files: &[(String, Vec<u8>)]) -> Lost {
        if let Err(failed) = self.send_the_rest(status, at, files) {
            self.lost.end = true;
            self.lost.reason = Some(failed.reason);
        } else if !self.waiting.is_empty() {
            self.lost.reason = Some(format!("it did not take them within {} s", AT_MOST.as_secs()));
        }
        self.lost.numbers += self.waiting.len();
        self.lost
    }

    fn send_the_rest(&mut self, status: &str, at: u64, files: &[(String, Vec<u8>)]) -> Result<(), Failed> {
        let began = Instant::now();
        loop {
            self.send_some()?;
            if self.waiting.is_empty() || began.elapsed() > AT_MOST {
                break;
            }
        }
        let run = self.open()?;
        self.api.status(&run.id, status, Some(at))?;
        files.iter().try_for_each(|(name, bytes)| self.api.file(&run, name, bytes))
    }
}
