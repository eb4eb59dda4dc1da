//! The connection with one other rank.

use std::io::{self, ErrorKind};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use super::frame::{self, Kind};
use crate::RanksError;

/// How long a rank may be silent. One that computes says so every few seconds, so that this is no limit on a step.
pub(super) const PATIENCE: Duration = Duration::from_secs(120);
/// How often a rank that sends nothing says that it is there.
const ALIVE: Duration = Duration::from_secs(5);

/// The connection with one other rank. Dropping it waits until all was sent.
#[derive(Debug)]
pub(super) struct Peer {
    rank: usize,
    stream: TcpStream,
    outgoing: Option<Sender<(Kind, Arc<Vec<u8>>)>>,
    writer: Option<JoinHandle<()>>,
}

impl Peer {
    /// Over a connection on which both have said who they are.
    pub(super) fn new(rank: usize, stream: TcpStream) -> Result<Self, RanksError> {
        let failed = |error| RanksError::io("set up the connection with rank", rank, error);
        let set_up = || {
            stream.set_nodelay(true)?;
            stream.set_read_timeout(Some(PATIENCE))?;
            stream.set_write_timeout(Some(PATIENCE))?;
            stream.try_clone()
        };
        let to = set_up().map_err(failed)?;
        let (outgoing, queue) = channel();
        let name = format!("kiln-rank-{rank}");
        let writer = Builder::new().name(name).spawn(move || send_all(to, &queue)).map_err(failed)?;
        Ok(Self { rank, stream, outgoing: Some(outgoing), writer: Some(writer) })
    }

    /// Sends bytes, in a thread of its own. Whether they arrive shows what comes back.
    pub(super) fn send(&self, bytes: Arc<Vec<u8>>) {
        self.queue(Kind::Data, bytes);
    }

    /// Says why this rank ends.
    pub(super) fn end(&self, reason: &str) {
        self.queue(Kind::End, Arc::new(reason.as_bytes().to_vec()));
    }

    fn queue(&self, kind: Kind, bytes: Arc<Vec<u8>>) {
        if let Some(outgoing) = &self.outgoing {
            // Without a thread to take it the connection has ended, and the next read says so.
            let _ = outgoing.send((kind, bytes));
        }
    }

    /// Waits for the bytes of a swap, which come into this memory.
    pub(super) fn receive(&mut self, mut memory: Vec<u8>) -> Result<Vec<u8>, RanksError> {
        loop {
            let memory = std::mem::take(&mut memory);
            match frame::read_into(&mut self.stream, u64::MAX, memory).map_err(|error| self.lost(&error))? {
                (Kind::Data, bytes) => return Ok(bytes),
                (Kind::Alive, _) => {}
                (Kind::End, reason) => {
                    let reason = String::from_utf8_lossy(&reason).into_owned();
                    return Err(RanksError::Ended { rank: self.rank, reason });
                }
            }
        }
    }

    fn lost(&self, error: &io::Error) -> RanksError {
        let rank = self.rank;
        match error.kind() {
            ErrorKind::WouldBlock | ErrorKind::TimedOut => {
                RanksError::Silent { rank, seconds: PATIENCE.as_secs() }
            }
            ErrorKind::InvalidData => {
                RanksError::Garbled { rank, what: "no message of this program".to_owned() }
            }
            _ => RanksError::Gone { rank },
        }
    }
}

fn send_all(mut to: TcpStream, queue: &Receiver<(Kind, Arc<Vec<u8>>)>) {
    loop {
        let sent = match queue.recv_timeout(ALIVE) {
            Ok((kind, bytes)) => frame::write(&mut to, kind, &bytes),
            Err(RecvTimeoutError::Timeout) => frame::write(&mut to, Kind::Alive, &[]),
            Err(RecvTimeoutError::Disconnected) => return,
        };
        if sent.is_err() {
            return;
        }
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.outgoing = None;
        if let Some(writer) = self.writer.take() {
            // It does not panic, and it has nothing to say.
            let _ = writer.join();
        }
        let _ = self.stream.shutdown(Shutdown::Write);
    }
}
