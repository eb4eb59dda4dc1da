//! Blocks of one size in a file, each of which is either whole or not there.

use std::fs::File;
use std::io;
#[cfg(unix)]
use std::os::unix::fs::FileExt;
use std::sync::atomic::{AtomicBool, Ordering};

/// Bytes of a checksum, which stands behind its block.
const CHECKSUM: usize = 16;

/// A file of blocks of one size. A block is not there before it was written, when a kill tore it, and when anything
/// has changed it since. Threads and processes may read and write at once: whoever writes a block writes the same bytes.
#[derive(Debug)]
pub(crate) struct Slots {
    file: File,
    /// Bytes of a block.
    size: usize,
    /// The blocks there is room for; those after them are never there.
    count: usize,
    /// Whether every write went well.
    writable: AtomicBool,
}

impl Slots {
    /// Bytes that a block takes in the file.
    pub(super) fn stride(size: usize) -> u64 {
        (size + CHECKSUM) as u64
    }

    pub(super) fn new(file: File, size: usize, count: usize) -> Self {
        Self { file, size, count, writable: AtomicBool::new(true) }
    }

    /// Reads a block into `block`, which has its size; whether it is there. If not, `block` holds anything.
    pub(crate) fn read(&self, index: usize, block: &mut [u8]) -> bool {
        if index >= self.count || block.len() != self.size {
            return false;
        }
        let at = index as u64 * Self::stride(self.size);
        let mut expected = [0; CHECKSUM];
        // The checksum first: a block that was never written is known by its zeros, and not read.
        let is_there = read_at(&self.file, &mut expected, at + self.size as u64).is_ok()
            && expected != [0; CHECKSUM]
            && read_at(&self.file, block, at).is_ok();
        is_there && expected == checksum(index, block)
    }

    /// Whether a block was written, without reading it: it may be damaged since.
    pub(crate) fn has(&self, index: usize) -> bool {
        let mut found = [0; CHECKSUM];
        let end = index as u64 * Self::stride(self.size) + self.size as u64;
        index < self.count && read_at(&self.file, &mut found, end).is_ok() && found != [0; CHECKSUM]
    }

    /// Keeps a block. A disk that is full, or fails, ends the writing and gives back what the file takes.
    pub(crate) fn write(&self, index: usize, block: &[u8]) {
        if index >= self.count || block.len() != self.size || !self.writable.load(Ordering::Relaxed) {
            return;
        }
        let at = index as u64 * Self::stride(self.size);
        let written = write_at(&self.file, block, at)
            .and_then(|()| write_at(&self.file, &checksum(index, block), at + self.size as u64));
        if written.is_err() {
            self.writable.store(false, Ordering::Relaxed);
            // Whoever needs the disk needs it more. A failure here changes nothing: blocks are checked.
            let _ = self.file.set_len(0);
        }
    }
}

/// Of the place, too: a block that stands somewhere else is another one.
fn checksum(index: usize, block: &[u8]) -> [u8; CHECKSUM] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&(index as u64).to_le_bytes());
    hasher.update(block);
    let mut checksum = [0; CHECKSUM];
    hasher.finalize_xof().fill(&mut checksum);
    checksum
}

#[cfg(unix)]
pub(crate) fn read_at(file: &File, bytes: &mut [u8], at: u64) -> io::Result<()> {
    file.read_exact_at(bytes, at)
}

#[cfg(unix)]
pub(crate) fn write_at(file: &File, bytes: &[u8], at: u64) -> io::Result<()> {
    file.write_all_at(bytes, at)
}

// Elsewhere no folder gives any slots.
#[cfg(not(unix))]
pub(crate) fn read_at(_: &File, _: &mut [u8], _: u64) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(not(unix))]
pub(crate) fn write_at(_: &File, _: &[u8], _: u64) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn slots(file: &File) -> Slots {
        Slots::new(file.try_clone().expect("a file can be cloned"), 1000, 3)
    }

    fn block(value: u8) -> Vec<u8> {
        (0..1000u32).map(|i| (i as u8).wrapping_mul(value)).collect()
    }

    #[test]
    fn a_block_is_there_once_it_was_written() {
        let file = tempfile::tempfile().unwrap();
        let mut found = block(0);
        assert!(!slots(&file).read(1, &mut found));
        assert!(!slots(&file).has(1));
        slots(&file).write(1, &block(7));
        assert!(slots(&file).has(1) && !slots(&file).has(0) && !slots(&file).has(3));
        slots(&file).write(2, &block(0)); // zeros are a block like any other
        assert!(slots(&file).read(1, &mut found));
        assert_eq!(found, block(7));
        assert!(!slots(&file).read(0, &mut found));
        assert!(slots(&file).read(2, &mut found));
        assert_eq!(found, block(0));
        // Beyond the room, and of another size: not kept, not read.
        slots(&file).write(3, &block(1));
        assert!(!slots(&file).read(3, &mut found));
        assert!(!slots(&file).read(1, &mut found[..999]));
    }

    #[test]
    fn a_block_that_is_torn_changed_or_moved_is_not_there() {
        let file = tempfile::tempfile().unwrap();
        let mut found = block(0);
        let is_there = |found: &mut [u8]| slots(&file).read(0, found);
        slots(&file).write(0, &block(3));
        slots(&file).write(1, &block(5));
        // Every byte counts, those of the checksum too.
        for at in [0, 500, 999, 1000, 1015] {
            let mut byte = [0];
            file.read_exact_at(&mut byte, at).unwrap();
            file.write_all_at(&[byte[0] ^ 1], at).unwrap();
            assert!(!is_there(&mut found), "{at}");
            file.write_all_at(&byte, at).unwrap();
            assert!(is_there(&mut found), "{at}");
        }
        // Half of a new block over an old one: a kill.
        file.write_all_at(&block(5)[..500], 0).unwrap();
        assert!(!is_there(&mut found));
        // A whole block in the place of another.
        let mut other = vec![0; 1016];
        file.read_exact_at(&mut other, 1016).unwrap();
        file.write_all_at(&other, 0).unwrap();
        assert!(!is_there(&mut found));
        // A file that ends in the middle.
        file.set_len(1500).unwrap();
        assert!(!slots(&file).read(1, &mut found));
    }

    #[test]
    fn a_file_that_cannot_be_written_is_no_failure() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("slots");
        std::fs::write(&path, b"").unwrap();
        let read_only = File::open(&path).unwrap();
        let mut found = block(0);
        slots(&read_only).write(0, &block(1));
        assert!(!slots(&read_only).read(0, &mut found));
    }

    #[test]
    fn threads_that_write_the_same_blocks_leave_them_whole() {
        let file = tempfile::tempfile().unwrap();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let slots = slots(&file);
                    let mut found = block(0);
                    for round in 0..300 {
                        let index = round % 3;
                        slots.write(index, &block(index as u8 + 1));
                        // What is there is right, whoever is writing it again.
                        if slots.read(index, &mut found) {
                            assert_eq!(found, block(index as u8 + 1));
                        }
                    }
                });
            }
        });
        let mut found = block(0);
        assert!((0..3).all(|index| slots(&file).read(index, &mut found)));
    }
}
