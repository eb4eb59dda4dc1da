//! Numbers as bytes, little end first.

/// Adds numbers to bytes.
pub(crate) fn put(values: &[f32], into: &mut Vec<u8>) {
    let from = into.len();
    into.resize(from + 4 * values.len(), 0);
    // Arrays, not slices: so the compiler makes one copy of it.
    for (bytes, value) in into[from..].as_chunks_mut().0.iter_mut().zip(values) {
        *bytes = value.to_le_bytes();
    }
}

/// The numbers that [`put`] wrote. Bytes behind the last whole one are passed over.
pub(crate) fn numbers(bytes: &[u8]) -> impl Iterator<Item = f32> {
    bytes.as_chunks().0.iter().map(|four| f32::from_le_bytes(*four))
}

/// Takes a whole number off the front of bytes.
pub(crate) fn take(bytes: &mut &[u8]) -> Option<usize> {
    let (number, rest) = bytes.split_first_chunk::<8>()?;
    *bytes = rest;
    usize::try_from(u64::from_le_bytes(*number)).ok()
}

/// Takes so many bytes off the front.
pub(crate) fn take_bytes<'a>(bytes: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (taken, rest) = bytes.split_at_checked(count)?;
    *bytes = rest;
    Some(taken)
}

/// Adds a whole number to bytes.
pub(crate) fn put_number(number: usize, into: &mut Vec<u8>) {
    into.extend((number as u64).to_le_bytes());
}
