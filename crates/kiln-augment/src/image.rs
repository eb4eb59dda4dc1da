//! One image, owned, with a second buffer so that operations that move pixels need no allocation.

use crate::{AugmentError, Pixel};

/// An image in memory: `[channels, height, width]`, channel after channel, row after row.
///
/// It keeps the buffer that an operation wrote from as the one that the next will write to, so an image that is
/// [loaded](Self::load) again and again allocates only while it grows.
///
/// ```
/// use kiln_augment::Image;
///
/// let mut image = Image::from_pixels([1, 2, 3], vec![1u8, 2, 3, 4, 5, 6])?;
/// image.rewrite([1, 1, 3], |source, target| target.copy_from_slice(&source[3..]));
/// assert_eq!(image.shape(), [1, 1, 3]);
/// assert_eq!(image.pixels(), [4, 5, 6]);
/// # Ok::<(), kiln_augment::AugmentError>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Image<T = u8> {
    shape: [usize; 3],
    pixels: Vec<T>,
    spare: Vec<T>,
}

impl<T: Pixel> Image<T> {
    /// A black image.
    pub fn new(shape: [usize; 3]) -> Self {
        Self { shape, pixels: vec![T::default(); shape.iter().product()], spare: Vec::new() }
    }

    /// An image of these pixels.
    ///
    /// # Errors
    /// [`AugmentError::Length`] when there are more or fewer pixels than the shape says.
    pub fn from_pixels(shape: [usize; 3], pixels: Vec<T>) -> Result<Self, AugmentError> {
        let expected = shape.iter().product();
        if pixels.len() != expected {
            return Err(AugmentError::Length { expected, found: pixels.len() });
        }
        Ok(Self { shape, pixels, spare: Vec::new() })
    }

    /// Takes a copy of these pixels, in the memory that is there.
    ///
    /// # Errors
    /// [`AugmentError::Length`] when there are more or fewer pixels than the shape says; nothing is changed then.
    pub fn load(&mut self, shape: [usize; 3], pixels: &[T]) -> Result<(), AugmentError> {
        let expected = shape.iter().product();
        if pixels.len() != expected {
            return Err(AugmentError::Length { expected, found: pixels.len() });
        }
        self.shape = shape;
        self.pixels.clear();
        self.pixels.extend_from_slice(pixels);
        Ok(())
    }

    /// `[channels, height, width]`.
    pub fn shape(&self) -> [usize; 3] {
        self.shape
    }

    /// Number of channels.
    pub fn channels(&self) -> usize {
        self.shape[0]
    }

    /// Number of rows.
    pub fn height(&self) -> usize {
        self.shape[1]
    }

    /// Number of columns.
    pub fn width(&self) -> usize {
        self.shape[2]
    }

    /// All pixels, channel after channel, row after row.
    pub fn pixels(&self) -> &[T] {
        &self.pixels
    }

    /// All pixels, to be changed in place.
    pub fn pixels_mut(&mut self) -> &mut [T] {
        &mut self.pixels
    }

    /// The pixels of every channel, one slice a channel.
    pub fn planes(&self) -> impl Iterator<Item = &[T]> {
        self.pixels.chunks_exact(self.plane())
    }

    /// The pixels of every channel, to be changed in place.
    pub fn planes_mut(&mut self) -> impl Iterator<Item = &mut [T]> {
        let plane = self.plane();
        self.pixels.chunks_exact_mut(plane)
    }

    /// Makes the image anew: `write` gets the pixels that are there and those of the new shape, in which old
    /// values may stand.
    pub fn rewrite(&mut self, shape: [usize; 3], write: impl FnOnce(&[T], &mut [T])) {
        let length = shape.iter().product();
        if self.spare.len() != length {
            self.spare.resize(length, T::default());
        }
        write(&self.pixels, &mut self.spare);
        std::mem::swap(&mut self.pixels, &mut self.spare);
        self.shape = shape;
    }

    /// Pixels of one channel; at least 1, as the length of chunks.
    fn plane(&self) -> usize {
        (self.shape[1] * self.shape[2]).max(1)
    }
}

impl<T: PartialEq> PartialEq for Image<T> {
    fn eq(&self, other: &Self) -> bool {
        self.shape == other.shape && self.pixels == other.pixels
    }
}
