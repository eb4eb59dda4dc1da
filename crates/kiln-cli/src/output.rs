//! What a command says: data on standard output, words for people on standard error.

use std::io::{self, Write};

use kiln_core::Explain;
use kiln_report::EventWriter;
use kiln_report::event::{Event, Failure, VERSION};
use kiln_report::visible::{visible, visible_json};
use serde_json::{Map, Value};

use crate::error::CliError;
use crate::{args::Global, render};

/// Where a command writes to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    /// One JSON object a line on standard output.
    pub(crate) json: bool,
    /// Results, warnings and errors only.
    pub(crate) quiet: bool,
}

impl Output {
    pub(crate) fn new(global: &Global) -> Self {
        Self { json: global.json, quiet: global.quiet }
    }

    /// Prints data for people: control characters are written out.
    ///
    /// # Errors
    /// [`CliError::Output`], also when the reader has gone.
    pub(crate) fn data(&self, text: &str) -> Result<(), CliError> {
        self.write(&visible(text)).map_err(CliError::Output)
    }

    /// As [`Output::data`], with the error of the system.
    ///
    /// # Errors
    /// What the operating system says.
    pub(crate) fn write(&self, text: &str) -> io::Result<()> {
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes()).and_then(|()| out.flush())
    }

    /// Prints one object with `v` and `event` first.
    ///
    /// # Errors
    /// [`CliError::Output`], also when the reader has gone.
    pub(crate) fn event(&self, event: &str, fields: Map<String, Value>) -> Result<(), CliError> {
        let mut object = Map::new();
        object.insert("v".to_owned(), VERSION.into());
        object.insert("event".to_owned(), event.into());
        object.extend(fields);
        let line = format!("{}\n", Value::Object(object));
        self.write(&visible_json(&line)).map_err(CliError::Output)
    }

    /// Says something to the person at the terminal, unless that is not wanted. A closed standard error is none of
    /// our business.
    pub(crate) fn say(&self, text: &str) {
        if !self.quiet {
            self.insist(text);
        }
    }

    /// As [`Output::say`], whatever is wanted.
    pub(crate) fn insist(&self, text: &str) {
        // In one piece: other processes say something, too.
        let _ = io::stderr().write_all(format!("{}\n", visible(text)).as_bytes());
    }
}

/// Reports an error: for people, and with `json` for programs too.
pub(crate) fn report(error: &CliError, json: bool) {
    if json {
        failure(error.exit_code(), render::one_line(error), error.help());
    }
    let text = render::render(error, render::colour(), 100);
    let _ = io::stderr().write_all(text.as_bytes());
}

/// Prints the event `error`.
pub(crate) fn failure(code: u8, message: String, help: Option<String>) {
    // If standard output does not take it either, the exit code still says it.
    let _ = EventWriter::stdout().write(&Event::Error(Failure { code, message, help }));
}

/// The fields of a JSON object in the order in which they are written down.
macro_rules! fields {
    ($($name:ident : $value:expr),* $(,)?) => {{
        let mut map = serde_json::Map::new();
        $(map.insert(stringify!($name).to_owned(), serde_json::json!($value));)*
        map
    }};
}
pub(crate) use fields;
