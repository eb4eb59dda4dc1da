//! Every other rank: it goes to rank 0, and from there to the others.

use std::io;
use std::net::{TcpListener, TcpStream, ToSocketAddrs};
use std::time::Duration;

use super::connected::Tcp;
use super::mesh::{Answer, Hello, LANGUAGE, VERSION, Waiting, hear, next, say};
use super::peer::{PATIENCE, Peer};
use crate::RanksError;

/// How long one try to connect takes at most.
const TRY: Duration = Duration::from_secs(5);

impl Tcp {
    /// Joins as rank `rank` of `ranks` those that meet at `address`, `HOST:PORT`, with the key that rank 0 has. Rank 0 may come
    /// later than this one. `check` is called all the while, and ends it by an error.
    ///
    /// # Errors
    /// [`RanksError::NoSuchRank`]; [`RanksError::Refused`] where rank 0 does not take it; [`RanksError::Io`] where nobody is there
    /// after `wait`, or has another key; [`RanksError::Missing`] where the others do not come.
    pub fn join(
        address: &str,
        key: &str,
        rank: usize,
        ranks: usize,
        wait: Duration,
        check: &mut dyn FnMut() -> Result<(), RanksError>,
    ) -> Result<Self, RanksError> {
        if rank == 0 || rank >= ranks {
            return Err(RanksError::NoSuchRank { rank, ranks });
        }
        let mut waiting = Waiting::new(wait, check);
        let mut head = connect(address, &mut waiting)?;
        let listen = || {
            let listener = TcpListener::bind((head.local_addr()?.ip(), 0))?;
            listener.set_nonblocking(true)?;
            Ok((listener.local_addr()?.port(), listener))
        };
        let (port, listener) =
            listen().map_err(|error: io::Error| RanksError::io("listen for", "other ranks", error))?;
        let (language, version) = (LANGUAGE.to_owned(), VERSION.to_owned());
        let hello = Hello { language, version, key: key.to_owned(), rank, ranks, port };
        let lost = |error| RanksError::io("speak with rank 0 at", address, error);
        // Until all have come, nobody says anything.
        head.set_read_timeout(Some(wait.max(PATIENCE))).map_err(lost)?;
        say(&mut head, &hello).map_err(lost)?;
        let others = match hear(&mut head).map_err(lost)? {
            Answer::Welcome(others) => others,
            Answer::Refused(reason) => return Err(RanksError::Refused { rank, reason }),
        };
        let mut peers: Vec<Option<Peer>> = (0..ranks).map(|_| None).collect();
        peers[0] = Some(Peer::new(0, head)?);
        // To those before it goes, those behind come.
        for (other, address) in (1..rank).zip(&others) {
            let mut stream = connect(address, &mut waiting)?;
            say(&mut stream, &hello).map_err(|_| RanksError::Gone { rank: other })?;
            peers[other] = Some(Peer::new(other, stream)?);
        }
        loop {
            let missing: Vec<usize> =
                (0..ranks).filter(|other| *other != rank && peers[*other].is_none()).collect();
            if missing.is_empty() {
                return Ok(Self { rank, peers, memory: Vec::new() });
            }
            match next(&listener, key, &mut waiting)? {
                Some((stream, hello)) if missing.contains(&hello.rank) => {
                    peers[hello.rank] = Some(Peer::new(hello.rank, stream)?);
                }
                Some(_) => {}
                None => return Err(RanksError::Missing { missing, seconds: waiting.seconds() }),
            }
        }
    }
}

/// Tries until somebody is there.
fn connect(address: &str, waiting: &mut Waiting<'_>) -> Result<TcpStream, RanksError> {
    let once = || -> io::Result<TcpStream> {
        let mut last = io::Error::from(io::ErrorKind::NotFound);
        for place in address.to_socket_addrs()? {
            match TcpStream::connect_timeout(&place, TRY) {
                Ok(stream) => return Ok(stream),
                Err(error) => last = error,
            }
        }
        Err(last)
    };
    loop {
        match once() {
            Ok(stream) => {
                stream.set_nodelay(true).map_err(|error| RanksError::io("connect to", address, error))?;
                return Ok(stream);
            }
            Err(error) => {
                if !waiting.goes_on()? {
                    return Err(RanksError::io("connect to", address, error));
                }
            }
        }
    }
}
