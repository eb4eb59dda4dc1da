//! Rank 0: where the others come to.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use super::connected::Tcp;
use super::mesh::{Answer, LANGUAGE, VERSION, Waiting, next, say};
use super::peer::Peer;
use crate::RanksError;

/// Where ranks meet: rank 0 is here, and the others come.
#[derive(Debug)]
pub struct Meeting {
    listener: TcpListener,
    key: String,
}

impl Meeting {
    /// Listens at `address`, `HOST:PORT`; port 0 is one that is free. Who comes must have the same `key`.
    ///
    /// # Errors
    /// [`RanksError::Io`].
    pub fn open(address: &str, key: &str) -> Result<Self, RanksError> {
        let failed = |error| RanksError::io("listen at", address, error);
        let listener = TcpListener::bind(address).map_err(failed)?;
        listener.set_nonblocking(true).map_err(failed)?;
        Ok(Self { listener, key: key.to_owned() })
    }

    /// Where it listens.
    ///
    /// # Errors
    /// [`RanksError::Io`].
    pub fn address(&self) -> Result<SocketAddr, RanksError> {
        self.listener.local_addr().map_err(|error| RanksError::io("find", "the port of rank 0", error))
    }

    /// Waits until all of so many ranks are there, this one, and connects them. `check` is called all the while, and ends it by an error.
    ///
    /// # Errors
    /// [`RanksError::Missing`] after `wait`, and what `check` says.
    pub fn gather(
        self,
        ranks: usize,
        wait: Duration,
        check: &mut dyn FnMut() -> Result<(), RanksError>,
    ) -> Result<Tcp, RanksError> {
        let mut waiting = Waiting::new(wait, check);
        let mut came: Vec<Option<(TcpStream, String)>> = (0..ranks).map(|_| None).collect();
        loop {
            let missing: Vec<usize> = (1..ranks).filter(|rank| came[*rank].is_none()).collect();
            if missing.is_empty() {
                break;
            }
            let Some((mut stream, hello)) = next(&self.listener, &self.key, &mut waiting)? else {
                return Err(RanksError::Missing { missing, seconds: waiting.seconds() });
            };
            let reason = match hello.rank {
                _ if hello.language != LANGUAGE || hello.version != VERSION => {
                    format!("it is kiln {}, and rank 0 is kiln {VERSION}", hello.version)
                }
                _ if hello.ranks != ranks => {
                    format!("it knows of {} ranks, and rank 0 of {ranks}", hello.ranks)
                }
                rank if !missing.contains(&rank) => "there is such a rank already".to_owned(),
                rank => {
                    let from = stream.peer_addr().map_err(|_| RanksError::Gone { rank })?.ip();
                    came[rank] = Some((stream, SocketAddr::new(from, hello.port).to_string()));
                    continue;
                }
            };
            // It goes; its place stays free.
            let _ = say(&mut stream, &Answer::Refused(reason));
        }
        let addresses: Vec<String> = came.iter().flatten().map(|(_, address)| address.clone()).collect();
        let mut peers: Vec<Option<Peer>> = vec![None];
        for (rank, one) in came.into_iter().enumerate().skip(1) {
            // All have come.
            let Some((mut stream, _)) = one else { continue };
            say(&mut stream, &Answer::Welcome(addresses.clone())).map_err(|_| RanksError::Gone { rank })?;
            peers.push(Some(Peer::new(rank, stream)?));
        }
        Ok(Tcp { rank: 0, peers, memory: Vec::new() })
    }
}
