//! A rank that is connected with all others.

use std::sync::Arc;

use super::peer::Peer;
use crate::{Exchange, RanksError};

/// Ranks that are processes, each connected with each by TCP.
///
/// ```
/// use std::sync::Arc;
/// use std::time::Duration;
/// use kiln_ranks::{Exchange, Meeting, Tcp};
///
/// let meeting = Meeting::open("127.0.0.1:0", "a key")?;
/// let (address, wait) = (meeting.address()?.to_string(), Duration::from_secs(10));
/// let other = std::thread::spawn(move || {
///     let mut rank = Tcp::join(&address, "a key", 1, 2, wait, &mut || Ok(()))?;
///     rank.swap(vec![Arc::new(b"from 1 to 0".to_vec()), Arc::default()])
/// });
/// let mut head = meeting.gather(2, wait, &mut || Ok(()))?;
/// let heard = head.swap(vec![Arc::default(), Arc::new(b"from 0 to 1".to_vec())])?;
/// assert_eq!(heard[1].as_slice(), b"from 1 to 0");
/// assert_eq!(other.join().expect("no panic")?[0].as_slice(), b"from 0 to 1");
/// # Ok::<(), kiln_ranks::RanksError>(())
/// ```
#[derive(Debug)]
pub struct Tcp {
    pub(super) rank: usize,
    /// By rank; `None` at the place of this one.
    pub(super) peers: Vec<Option<Peer>>,
    /// Memory for what comes.
    pub(super) memory: Vec<Vec<u8>>,
}

impl Exchange for Tcp {
    fn rank(&self) -> usize {
        self.rank
    }

    fn ranks(&self) -> usize {
        self.peers.len()
    }

    fn swap(&mut self, outgoing: Vec<Arc<Vec<u8>>>) -> Result<Vec<Arc<Vec<u8>>>, RanksError> {
        let mut incoming = Vec::with_capacity(self.peers.len());
        // Threads of their own send: all may send at once, and none waits for another to listen.
        for (peer, bytes) in self.peers.iter().zip(&outgoing) {
            if let Some(peer) = peer {
                peer.send(Arc::clone(bytes));
            }
        }
        for (peer, own) in self.peers.iter_mut().zip(outgoing) {
            incoming.push(match peer {
                Some(peer) => Arc::new(peer.receive(self.memory.pop().unwrap_or_default())?),
                None => own,
            });
        }
        Ok(incoming)
    }

    fn reuse(&mut self, memory: Vec<u8>) {
        if self.memory.len() < self.peers.len() {
            self.memory.push(memory);
        }
    }

    fn end(&mut self, reason: &str) {
        for peer in self.peers.iter().flatten() {
            peer.end(reason);
        }
    }
}
