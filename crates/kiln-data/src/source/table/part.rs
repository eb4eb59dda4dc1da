//! The cells of a column while a file is read.

use std::path::Path;

use crate::DataError;
use crate::form::CellBlock;
use crate::source::files::reserve;

/// The cells of a column, in a part of the file or in all of it.
pub(super) enum Part {
    Skip,
    Numbers(Vec<f64>),
    Codes(Vec<u32>),
}

impl Part {
    /// With room for so many cells.
    pub(super) fn reserved(self, path: &Path, rows: u64) -> Result<Self, DataError> {
        Ok(match self {
            Self::Skip => Self::Skip,
            Self::Numbers(_) => Self::Numbers(reserve(path, rows)?),
            Self::Codes(_) => Self::Codes(reserve(path, rows)?),
        })
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Self::Skip => 0,
            Self::Numbers(cells) => cells.len(),
            Self::Codes(cells) => cells.len(),
        }
    }

    /// The cells so far; as many are expected again.
    pub(super) fn take(&mut self) -> Self {
        match self {
            Self::Skip => Self::Skip,
            Self::Numbers(cells) => {
                let next = Vec::with_capacity(cells.len());
                Self::Numbers(std::mem::replace(cells, next))
            }
            Self::Codes(cells) => {
                let next = Vec::with_capacity(cells.len());
                Self::Codes(std::mem::replace(cells, next))
            }
        }
    }

    pub(super) fn append(&mut self, part: Self) {
        match (self, part) {
            (Self::Numbers(all), Self::Numbers(part)) => all.extend_from_slice(&part),
            (Self::Codes(all), Self::Codes(part)) => all.extend_from_slice(&part),
            _ => {}
        }
    }

    /// The same to be written, as a thread read it.
    pub(super) fn block(&self, thread: usize) -> Option<CellBlock<'_>> {
        match self {
            Self::Skip => None,
            Self::Numbers(cells) => Some(CellBlock::Numbers(cells)),
            Self::Codes(codes) => Some(CellBlock::Codes(thread as u32, codes)),
        }
    }
}
