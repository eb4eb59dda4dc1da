//! What goes over a connection: length, kind, bytes.

use std::io::{self, Read, Write};

/// What bytes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Those of a swap, or of a greeting.
    Data,
    /// Why the sender ends.
    End,
    /// Nothing: the sender is there.
    Alive,
}

impl Kind {
    fn of(byte: u8) -> Option<Self> {
        [Self::Data, Self::End, Self::Alive].into_iter().find(|kind| *kind as u8 == byte)
    }
}

/// So little is sent in one piece with its length.
const SMALL: usize = 1 << 14;

pub(super) fn write(to: &mut impl Write, kind: Kind, bytes: &[u8]) -> io::Result<()> {
    let mut head = Vec::with_capacity(9 + if bytes.len() <= SMALL { bytes.len() } else { 0 });
    head.extend((bytes.len() as u64).to_le_bytes());
    head.push(kind as u8);
    if bytes.len() <= SMALL {
        head.extend(bytes);
        return to.write_all(&head);
    }
    to.write_all(&head)?;
    to.write_all(bytes)
}

/// Reads what [`write`] wrote, if it is no longer than `most`.
pub(super) fn read(from: &mut impl Read, most: u64) -> io::Result<(Kind, Vec<u8>)> {
    read_into(from, most, Vec::new())
}

/// As [`read`], into memory that is there.
pub(super) fn read_into(from: &mut impl Read, most: u64, memory: Vec<u8>) -> io::Result<(Kind, Vec<u8>)> {
    let mut head = [0; 9];
    from.read_exact(&mut head)?;
    let [length @ .., kind] = head;
    let length = u64::from_le_bytes(length);
    let odd = || io::Error::from(io::ErrorKind::InvalidData);
    let kind = Kind::of(kind).filter(|_| length <= most).ok_or_else(odd)?;
    let mut bytes = memory;
    bytes.clear();
    bytes.try_reserve_exact(usize::try_from(length).map_err(|_| odd())?).map_err(|_| odd())?;
    if from.take(length).read_to_end(&mut bytes)? as u64 != length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok((kind, bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_come_back_and_cut_ones_do_not() {
        let mut bytes = Vec::new();
        let long = vec![7; SMALL + 1];
        for (kind, sent) in [(Kind::Data, &long[..]), (Kind::End, b"why"), (Kind::Alive, b"")] {
            write(&mut bytes, kind, sent).unwrap();
        }
        let mut from = &bytes[..];
        assert_eq!(read(&mut from, u64::MAX).unwrap(), (Kind::Data, long.clone()));
        assert_eq!(read(&mut from, 3).unwrap(), (Kind::End, b"why".to_vec()));
        assert_eq!(read(&mut from, 0).unwrap(), (Kind::Alive, Vec::new()));
        assert!(read(&mut from, 0).is_err());
        assert!(read(&mut &bytes[..], SMALL as u64).is_err());
        assert!(read(&mut &bytes[..SMALL], u64::MAX).is_err());
        // Whoever speaks another language.
        assert!(read(&mut &b"GET / HTTP/1.1\r\n\r\n"[..], u64::MAX).is_err());
    }
}
