//! What a command says: data on standard output, words for people on standard error.

use std::io::{self, Write};

use kiln_experiment::ExperimentError;
use kiln_report::EventWriter;
use kiln_report::event::{Event, Failure, VERSION};
use kiln_report::visible::{visible, visible_json};
use serde_json::{Map, Value};

/// Where a command writes to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Output {
    /// One JSON object a line on standard output.
    pub json: bool,
    /// Results, warnings and errors only.
    pub quiet: bool,
}

/// Standard output cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write to standard output: {0}")]
pub struct Unwritten(#[from] pub io::Error);

impl Unwritten {
    /// Whether the reader of standard output has gone: no failure, and nobody to tell.
    pub fn is_closed_pipe(&self) -> bool {
        self.0.kind() == io::ErrorKind::BrokenPipe
    }
}

/// Whoever hears what an experiment does writes there, too.
impl From<Unwritten> for ExperimentError {
    fn from(error: Unwritten) -> Self {
        Self::Observer(error.0)
    }
}

impl Output {
    /// Prints data for people: control characters are written out.
    ///
    /// # Errors
    /// [`Unwritten`], also when the reader has gone.
    pub fn data(&self, text: &str) -> Result<(), Unwritten> {
        Ok(self.write(&visible(text))?)
    }

    /// As [`Output::data`], with the error of the system.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn write(&self, text: &str) -> io::Result<()> {
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes()).and_then(|()| out.flush())
    }

    /// Prints one object with `v` and `event` first.
    ///
    /// # Errors
    /// [`Unwritten`], also when the reader has gone.
    pub fn event(&self, event: &str, fields: Map<String, Value>) -> Result<(), Unwritten> {
        let mut object = Map::new();
        object.insert("v".to_owned(), VERSION.into());
        object.insert("event".to_owned(), event.into());
        object.extend(fields);
        let line = format!("{}\n", Value::Object(object));
        Ok(self.write(&visible_json(&line))?)
    }

    /// Says something to the person at the terminal, unless that is not wanted. A closed standard error is none of
    /// our business.
    pub fn say(&self, text: &str) {
        if !self.quiet {
            self.insist(text);
        }
    }

    /// As [`Output::say`], whatever is wanted.
    pub fn insist(&self, text: &str) {
        // In one piece: other processes say something, too.
        let _ = io::stderr().write_all(format!("{}\n", visible(text)).as_bytes());
    }
}

/// Prints the event `error`: the exit code, the message, and what to do about it.
pub fn failure(code: u8, message: String, help: Option<String>) {
    // If standard output does not take it either, the exit code still says it.
    let _ = EventWriter::stdout().write(&Event::Error(Failure { code, message, help }));
}

/// The fields of a JSON object in the order in which they are written down: `fields! { name: value }`. A value is whatever
/// `serde_json::json!` takes.
#[macro_export]
macro_rules! fields {
    ($($name:ident : $value:expr),* $(,)?) => {{
        let mut map = $crate::serde_json::Map::new();
        $(map.insert(stringify!($name).to_owned(), $crate::serde_json::json!($value));)*
        map
    }};
}
