//! What is in a gzip file. Without the feature `gzip` nobody can tell.

use std::fs::File;
use std::io::{self, BufReader, Read};

use super::IdxProblem;

/// The contents of a gzip file as they are read.
#[cfg(feature = "gzip")]
pub(super) struct Gzip(flate2::bufread::MultiGzDecoder<BufReader<File>>);

#[cfg(feature = "gzip")]
impl Gzip {
    pub(super) fn new(file: BufReader<File>) -> Result<Self, IdxProblem> {
        Ok(Self(flate2::bufread::MultiGzDecoder::new(file)))
    }
}

#[cfg(feature = "gzip")]
impl Read for Gzip {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

/// There is none.
#[cfg(not(feature = "gzip"))]
pub(super) enum Gzip {}

#[cfg(not(feature = "gzip"))]
impl Gzip {
    pub(super) fn new(_: BufReader<File>) -> Result<Self, IdxProblem> {
        Err(IdxProblem::Compressed)
    }
}

#[cfg(not(feature = "gzip"))]
impl Read for Gzip {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        match *self {}
    }
}
