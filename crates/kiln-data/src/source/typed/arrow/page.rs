//! The beginning of a page of a Parquet file: what the page says of its sizes.
//!
//! The crate keeps its own reader of it to itself. Thrift's compact protocol has a byte before each field, with the distance to
//! the number of the one before and the type.

use parquet::errors::{ParquetError, Result};

use crate::source::typed::guard::most_unpacked;

/// A number of 32 bits in the field after the last.
const NEXT_I32: u8 = 0x15;
/// The field of a page with the values that others refer to.
const DICTIONARY: u8 = 7;

/// What a page says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sizes {
    /// Bytes when it is unpacked.
    unpacked: u64,
    /// Of a dictionary, how many values it has.
    values: Option<u64>,
}

impl Sizes {
    /// Reads the first fields: the kind, both lengths, a sum that may be there, and how many values there are.
    pub(super) fn read(mut page: &[u8]) -> Result<Self> {
        let page = &mut page;
        next_number(page)?;
        let unpacked = next_number(page)?;
        next_number(page)?;
        let mut number = 3;
        if page.first() == Some(&NEXT_I32) {
            next_number(page)?;
            number = 4;
        }
        let kind = byte(page)?;
        let values = if number + (kind >> 4) == DICTIONARY { Some(next_number(page)?) } else { None };
        Ok(Self { unpacked, values })
    }

    /// Whether a page of a file of `length` bytes can have these sizes. A value of a dictionary has a byte at least.
    pub(super) fn check(&self, length: u64) -> Result<()> {
        if self.unpacked > most_unpacked(length) {
            let unpacked = self.unpacked;
            return Err(ParquetError::General(format!("a page unpacks to {unpacked} bytes")));
        }
        match self.values {
            Some(values) if values > self.unpacked => {
                Err(ParquetError::General(format!("a dictionary has {values} values in fewer bytes")))
            }
            _ => Ok(()),
        }
    }
}

/// The number in the next field.
fn next_number(page: &mut &[u8]) -> Result<u64> {
    if byte(page)? != NEXT_I32 {
        return Err(invalid());
    }
    let (mut bits, mut shift) = (0, 0);
    loop {
        let next = byte(page)?;
        bits |= u64::from(next & 0x7f) << shift;
        shift += 7;
        if next & 0x80 == 0 {
            break;
        }
        if shift > 28 {
            return Err(invalid());
        }
    }
    // The last bit is the sign; the kind and the sum alone may be below 0, and nobody asks for those.
    Ok(bits >> 1)
}

fn byte(page: &mut &[u8]) -> Result<u8> {
    let (first, rest) = page.split_first().ok_or_else(invalid)?;
    *page = rest;
    Ok(*first)
}

fn invalid() -> ParquetError {
    ParquetError::General("a page begins as none does".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_and_compared() {
        // A dictionary of 3 values in 24 bytes, 26 packed; the same with a sum; a page of rows.
        let dictionary = [0x15, 4, 0x15, 48, 0x15, 52, 0x4c, 0x15, 6];
        let sizes = Sizes::read(&dictionary).unwrap();
        assert_eq!(sizes, Sizes { unpacked: 24, values: Some(3) });
        let with_sum = [0x15, 4, 0x15, 48, 0x15, 52, 0x15, 0xff, 0x7f, 0x3c, 0x15, 6];
        assert_eq!(Sizes::read(&with_sum).unwrap(), sizes);
        assert_eq!(Sizes::read(&[0x15, 0, 0x15, 48, 0x15, 52, 0x2c, 0x15, 6]).unwrap().values, None);
        assert!(sizes.check(100).is_ok());
        assert!(Sizes { values: Some(25), ..sizes }.check(100).is_err());
        assert!(Sizes { unpacked: (32 << 20) + 1, values: None }.check(100).is_err());
        assert!(Sizes { unpacked: (32 << 20) + 1, values: None }.check(4 << 20).is_ok());
        for wrong in [&[][..], &[0x15], &[0; 64], &[0xff; 64], &[0x15, 0x80, 0x80, 0x80, 0x80, 0x80, 1]] {
            assert!(Sizes::read(wrong).is_err(), "{wrong:?}");
        }
    }
}
