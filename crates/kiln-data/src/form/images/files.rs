//! Image files that are decoded when they are asked for, and not held.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use rayon::prelude::*;

use crate::cache::{CacheFolder, Slots};
use crate::{DataError, FileError};

/// Image files of a data set, each decoded whenever it is asked for, and a cache on disk of what was decoded.
///
/// Two are equal when their contents and the way they are decoded are. Contents are told apart by the length of each file and
/// three blocks of it, or all of it where that is not compressed: see [`Fingerprint::of`](crate::Fingerprint::of).
#[derive(Clone)]
pub struct ImageFiles(Arc<Inner>);

struct Inner {
    files: Vec<ImageFile>,
    identity: blake3::Hash,
    is_unchanged: bool,
    decode: Box<Decode>,
    cache: Option<Slots>,
}

/// Writes the pixels of a file.
type Decode = dyn Fn(&Path, &mut [u8]) -> Result<(), DataError> + Send + Sync;

struct ImageFile {
    path: PathBuf,
    stamp: Stamp,
    /// Its block of the cache.
    slot: usize,
}

/// What tells a file from what it was before.
#[derive(Clone, Copy)]
struct Stamp {
    length: u64,
    modified: Option<SystemTime>,
    contents: blake3::Hash,
}

/// How files become pixels.
#[derive(Debug)]
pub(crate) struct Decoding<'a> {
    /// In a text that differs where the pixels do.
    pub(crate) text: &'a str,
    /// Whether images have the size that they have in their files.
    pub(crate) is_unchanged: bool,
}

impl ImageFiles {
    /// As [`Images::of_files`](super::Images::of_files), decoded when they are asked for in any case.
    pub(super) fn new(
        paths: Vec<PathBuf>,
        shape: [usize; 3],
        how: &Decoding<'_>,
        cache: Option<&CacheFolder>,
        decode: impl Fn(&Path, &mut [u8]) -> Result<(), DataError> + Send + Sync + 'static,
    ) -> Result<Self, DataError> {
        let stamps =
            paths.par_iter().map(|path| Stamp::of(path).map_err(|error| DataError::read(path, error)));
        let stamps = in_order(stamps)?;
        let identity = identity(&stamps, how.text);
        let size = shape.iter().fold(1, |size: usize, &dim| size.saturating_mul(dim));
        let cache = match cache {
            Some(folder) => folder.slots(&key(&identity, shape), size, paths.len())?,
            None => None,
        };
        let files = paths.into_iter().zip(stamps).enumerate();
        let files = files.map(|(slot, (path, stamp))| ImageFile { path, stamp, slot }).collect();
        Ok(Self(Arc::new(Inner {
            files,
            identity,
            is_unchanged: how.is_unchanged,
            decode: Box::new(decode),
            cache,
        })))
    }

    /// The rows that cannot be decoded, rising, each with its error. What is in the cache was decoded once.
    pub(super) fn undecodable(&self, size: usize) -> Vec<(usize, DataError)> {
        let Inner { files, cache, .. } = &*self.0;
        let decode = |pixels: &mut Vec<u8>, row: usize| {
            let is_known = cache.as_ref().is_some_and(|cache| cache.has(files[row].slot));
            if is_known { None } else { Some((row, self.read(row, pixels).err()?)) }
        };
        (0..files.len()).into_par_iter().map_init(|| vec![0; size], decode).flatten_iter().collect()
    }

    /// Leaves out rows, which rise; the others keep their blocks of the cache.
    pub(super) fn leave_out(&mut self, rows: &[usize], how: &Decoding<'_>) {
        // Nobody else has it while it is made.
        let Some(inner) = Arc::get_mut(&mut self.0) else { return };
        inner.files.retain(|file| rows.binary_search(&file.slot).is_err());
        let stamps: Vec<Stamp> = inner.files.iter().map(|file| file.stamp).collect();
        inner.identity = identity(&stamps, how.text);
    }

    /// The number of files.
    pub fn len(&self) -> usize {
        self.0.files.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The path of each file, in the order of the rows.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.0.files.iter().map(|file| file.path.as_path())
    }

    /// Tells the contents of all files, in their order, from others.
    pub(super) fn identity(&self) -> &blake3::Hash {
        &self.0.identity
    }

    /// Whether images have the size that they have in their files.
    pub(super) fn are_unchanged(&self) -> bool {
        self.0.is_unchanged
    }

    /// The pixels of a file that is there, into as many bytes as an image has.
    pub(super) fn read(&self, row: usize, pixels: &mut [u8]) -> Result<(), DataError> {
        let Inner { files, decode, cache, .. } = &*self.0;
        let file = &files[row];
        if cache.as_ref().is_some_and(|cache| cache.read(file.slot, pixels)) {
            return Ok(());
        }
        let decoded = decode(&file.path, pixels);
        // Asked afterwards, so that a change before it and one in its middle are both seen.
        if file.has_changed().map_err(|error| DataError::read(&file.path, error))? {
            return Err(FileError::Changed { path: file.path.clone() }.into());
        }
        decoded?;
        if let Some(cache) = cache {
            cache.write(file.slot, pixels);
        }
        Ok(())
    }
}

/// Tells the contents of files in their order, and the way they are decoded, from others.
fn identity(stamps: &[Stamp], how: &str) -> blake3::Hash {
    let mut identity = blake3::Hasher::new();
    for stamp in stamps {
        identity.update(&stamp.length.to_le_bytes()).update(stamp.contents.as_bytes());
    }
    identity.update(how.as_bytes()).finalize()
}

/// What was decoded is the same for the same contents, the same way and the same program.
fn key(identity: &blake3::Hash, shape: [usize; 3]) -> blake3::Hash {
    let mut key = blake3::Hasher::new();
    key.update(concat!("pixels 1 ", env!("CARGO_PKG_VERSION")).as_bytes()).update(identity.as_bytes());
    shape.iter().for_each(|&dim| {
        key.update(&(dim as u64).to_le_bytes());
    });
    key.finalize()
}

impl ImageFile {
    /// A file with another time is read again: it may have been copied onto itself.
    fn has_changed(&self) -> io::Result<bool> {
        let metadata = fs::metadata(&self.path)?;
        if metadata.len() != self.stamp.length {
            return Ok(true);
        }
        let same_time = self.stamp.modified.is_some() && metadata.modified().ok() == self.stamp.modified;
        Ok(!same_time && Stamp::of(&self.path)?.contents != self.stamp.contents)
    }
}

/// Bytes of a block.
const BLOCK: u64 = 4096;

impl Stamp {
    /// Reads three blocks: the first, the one in the middle and the last. Where data are compressed, other pixels make other
    /// lengths and other bytes in all that follows, so nothing more is needed. Formats that are not are read whole.
    fn of(path: &Path) -> io::Result<Self> {
        // Asked before it is opened: opening a pipe would wait for its writer.
        if !fs::metadata(path)?.is_file() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        let mut file = File::open(path)?;
        let metadata = file.metadata()?;
        let length = metadata.len();
        let mut hasher = blake3::Hasher::new();
        let mut block = [0; BLOCK as usize];
        let first = &mut block[..length.min(BLOCK) as usize];
        file.read_exact(first)?;
        hasher.update(first);
        let plain = [b"BM".as_slice(), b"II", b"MM"].iter().any(|magic| first.starts_with(magic));
        if plain || length <= 3 * BLOCK {
            hasher.update_reader(file)?;
        } else {
            for start in [length / 2 - BLOCK / 2, length - BLOCK] {
                file.seek(SeekFrom::Start(start))?;
                file.read_exact(&mut block)?;
                hasher.update(&block);
            }
        }
        Ok(Self { length, modified: metadata.modified().ok(), contents: hasher.finalize() })
    }
}

/// All results in their order, or the first error in that order, whatever the threads.
pub(super) fn in_order<T: Send>(
    results: impl IndexedParallelIterator<Item = Result<T, DataError>>,
) -> Result<Vec<T>, DataError> {
    results.collect::<Vec<_>>().into_iter().collect()
}

/// The first error in the order of the items, whatever the threads.
pub(super) fn first_error(
    results: impl IndexedParallelIterator<Item = Result<(), DataError>>,
) -> Result<(), DataError> {
    in_order(results).map(|_| ())
}

impl PartialEq for ImageFiles {
    fn eq(&self, other: &Self) -> bool {
        self.0.identity == other.0.identity
    }
}

// By hand: the files are too many to print.
impl fmt::Debug for ImageFiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ImageFiles").field("files", &self.len()).finish_non_exhaustive()
    }
}
