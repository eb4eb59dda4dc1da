//! What ranks say to each other before the first exchange, and how they wait for each other.

use std::io::{self, ErrorKind};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::frame::{self, Kind};
use crate::RanksError;

/// The language that ranks speak.
pub(super) const LANGUAGE: &str = "kiln ranks 1";
/// What this program is.
pub(super) const VERSION: &str = env!("CARGO_PKG_VERSION");
/// The longest greeting.
const LONGEST: u64 = 1 << 20;
/// How long a greeting may take: whoever else came by says nothing.
const GREETING: Duration = Duration::from_secs(5);
/// How long until somebody is looked for again.
const AGAIN: Duration = Duration::from_millis(5);

/// What a rank says to one that it comes to.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Hello {
    pub(super) language: String,
    pub(super) version: String,
    pub(super) key: String,
    pub(super) rank: usize,
    pub(super) ranks: usize,
    /// The port on which it listens for others.
    pub(super) port: u16,
}

/// What rank 0 answers.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Answer {
    /// Where ranks listen, from rank 1 on.
    Welcome(Vec<String>),
    /// Why it does not take the rank.
    Refused(String),
}

/// Says something over a connection.
pub(super) fn say(stream: &mut TcpStream, what: &impl Serialize) -> io::Result<()> {
    let bytes = serde_json::to_vec(what).map_err(io::Error::other)?;
    frame::write(stream, Kind::Data, &bytes)
}

/// Hears what [`say`] said.
pub(super) fn hear<S: DeserializeOwned>(stream: &mut TcpStream) -> io::Result<S> {
    let (_, bytes) = frame::read(stream, LONGEST)?;
    serde_json::from_slice(&bytes).map_err(|_| ErrorKind::InvalidData.into())
}

/// Who waits, and for how long.
pub(super) struct Waiting<'a> {
    began: Instant,
    wait: Duration,
    /// What else may end it: asked again and again.
    check: &'a mut dyn FnMut() -> Result<(), RanksError>,
}

impl<'a> Waiting<'a> {
    pub(super) fn new(wait: Duration, check: &'a mut dyn FnMut() -> Result<(), RanksError>) -> Self {
        Self { began: Instant::now(), wait, check }
    }

    /// Lets a moment pass. False when the time is over.
    pub(super) fn goes_on(&mut self) -> Result<bool, RanksError> {
        (self.check)()?;
        thread::sleep(AGAIN);
        Ok(self.began.elapsed() < self.wait)
    }

    pub(super) fn seconds(&self) -> u64 {
        self.wait.as_secs()
    }
}

/// The next one that comes and says hello with the right key; `None` when the time is over.
pub(super) fn next(
    listener: &TcpListener,
    key: &str,
    waiting: &mut Waiting<'_>,
) -> Result<Option<(TcpStream, Hello)>, RanksError> {
    loop {
        match listener.accept() {
            Ok((stream, _)) => {
                // Whoever is no rank, or of other ranks, is let go.
                if let Ok((stream, hello)) = greeted(stream)
                    && hello.key == key
                {
                    return Ok(Some((stream, hello)));
                }
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                if !waiting.goes_on()? {
                    return Ok(None);
                }
            }
            // A connection that has ended before it was taken.
            Err(error) if error.kind() == ErrorKind::ConnectionAborted => {}
            Err(error) => return Err(RanksError::io("take a connection at", "the port of this rank", error)),
        }
    }
}

fn greeted(mut stream: TcpStream) -> io::Result<(TcpStream, Hello)> {
    stream.set_nonblocking(false)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(GREETING))?;
    let hello: Hello = hear(&mut stream)?;
    Ok((stream, hello))
}
