//! TensorFlow's file of records: each is its length, a checksum of the length, its bytes, and a checksum of these
//! (`tensorflow/core/lib/io/record_writer.h`).

use std::io::{self, Write};

/// Writes a record.
pub(super) fn write(file: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    let length = (bytes.len() as u64).to_le_bytes();
    file.write_all(&length)?;
    file.write_all(&masked(&length).to_le_bytes())?;
    file.write_all(bytes)?;
    file.write_all(&masked(bytes).to_le_bytes())
}

/// CRC-32C, turned and moved, so that the checksum of a text that holds checksums is no usual one.
fn masked(bytes: &[u8]) -> u32 {
    crc32c::crc32c(bytes).rotate_right(15).wrapping_add(0xa282_ead8)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The beginning of a file that TensorFlow 2.19 wrote: the length 24 and its checksum.
    #[test]
    fn a_length_has_tensorflows_checksum() {
        let mut file = Vec::new();
        write(&mut file, &[0; 24]).unwrap();
        assert_eq!(file[..12], [0x18, 0, 0, 0, 0, 0, 0, 0, 0xa3, 0x7f, 0x4b, 0x22]);
        assert_eq!(file.len(), 8 + 4 + 24 + 4);
    }
}
