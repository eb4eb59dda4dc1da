//! 8-bit images to numbers.

use super::check;
use crate::error::InferError;
use crate::plan::Images;

/// Scales pixels: each of the 256 values has its number.
#[derive(Debug)]
pub(crate) struct PixelEncoder {
    shape: [usize; 3],
    tables: Vec<[f32; 256]>,
    size: usize,
}

impl PixelEncoder {
    /// # Errors
    /// [`InferError::Plan`] for images that no fit makes.
    pub(crate) fn new(images: &Images) -> Result<Self, InferError> {
        let size = check::images(images)?;
        let table = |numbers: &Vec<f32>| std::array::from_fn(|value| numbers[value]);
        Ok(Self { shape: images.shape, tables: images.pixels.iter().map(table).collect(), size })
    }

    /// `[channels, height, width]`.
    pub(crate) fn shape(&self) -> [usize; 3] {
        self.shape
    }

    /// Pixels of an image, all channels together.
    pub(crate) fn size(&self) -> usize {
        self.size
    }

    /// How many images these bytes are.
    ///
    /// # Errors
    /// [`InferError::Inputs`] for a part of one.
    pub(crate) fn count(&self, bytes: &[u8]) -> Result<usize, InferError> {
        if bytes.len().is_multiple_of(self.size) {
            return Ok(bytes.len() / self.size);
        }
        let [channels, height, width] = self.shape;
        let expected = format!("images of {channels} × {height} × {width} bytes");
        Err(InferError::Inputs { expected, found: format!("{} bytes", bytes.len()) })
    }

    /// Writes the numbers of whole images, in the same order.
    pub(crate) fn write(&self, bytes: &[u8], to: &mut [f32]) {
        let plane = self.shape[1] * self.shape[2];
        let planes = bytes.chunks_exact(plane).zip(to.chunks_exact_mut(plane));
        for ((bytes, to), table) in planes.zip(self.tables.iter().cycle()) {
            for (to, byte) in to.iter_mut().zip(bytes) {
                *to = table[usize::from(*byte)];
            }
        }
    }
}
