//! Many images of one shape, and the loop over them: parallel over samples, the same bits for any number of threads.

use kiln_core::Seed;
use rayon::prelude::*;

use crate::{AugmentError, Image, Pixel};

/// Images of one shape, one after the other: `[N, channels, height, width]`.
#[derive(Debug, Clone, Default)]
pub struct ImageBatch<T = u8> {
    shape: [usize; 3],
    len: usize,
    pixels: Vec<T>,
    spare: Vec<T>,
}

impl<T: Pixel> ImageBatch<T> {
    /// A batch of `len` images of these pixels.
    ///
    /// # Errors
    /// [`AugmentError::Length`] when there are more or fewer pixels than `len` images of the shape have.
    pub fn from_pixels(len: usize, shape: [usize; 3], pixels: Vec<T>) -> Result<Self, AugmentError> {
        let expected = len * shape.iter().product::<usize>();
        if pixels.len() != expected {
            return Err(AugmentError::Length { expected, found: pixels.len() });
        }
        Ok(Self { shape, len, pixels, spare: Vec::new() })
    }

    /// Takes copies of these samples, in the memory that is there.
    ///
    /// # Errors
    /// [`AugmentError::Length`] for a sample that has more or fewer pixels than the shape says; the batch is empty
    /// then.
    pub fn load<'a>(
        &mut self,
        shape: [usize; 3],
        samples: impl IntoIterator<Item = &'a [T]>,
    ) -> Result<(), AugmentError> {
        let expected: usize = shape.iter().product();
        self.shape = shape;
        self.len = 0;
        self.pixels.clear();
        for sample in samples {
            if sample.len() != expected {
                self.len = 0;
                self.pixels.clear();
                return Err(AugmentError::Length { expected, found: sample.len() });
            }
            self.pixels.extend_from_slice(sample);
            self.len += 1;
        }
        Ok(())
    }

    /// Number of images.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no image.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The shape of every image: `[channels, height, width]`.
    pub fn image_shape(&self) -> [usize; 3] {
        self.shape
    }

    /// All pixels, image after image.
    pub fn pixels(&self) -> &[T] {
        &self.pixels
    }

    /// All pixels, to be changed in place.
    pub fn pixels_mut(&mut self) -> &mut [T] {
        &mut self.pixels
    }

    /// The pixels, without the batch around them.
    pub fn into_pixels(self) -> Vec<T> {
        self.pixels
    }

    /// The images, one slice each.
    pub fn samples(&self) -> impl Iterator<Item = &[T]> {
        self.pixels.chunks_exact(self.shape.iter().product::<usize>().max(1))
    }

    /// Changes every image with the seed of that image, in parallel in rayon's current pool: by `apply`, to the shape that
    /// `output_shape` gives.
    ///
    /// # Errors
    /// [`AugmentError::Seeds`] when there is not one seed for each image, and what `output_shape` says; the batch is as it
    /// was then.
    pub fn apply_each(
        &mut self,
        seeds: &[Seed],
        output_shape: impl Fn([usize; 3]) -> Result<[usize; 3], AugmentError>,
        apply: impl Fn(&mut Image<T>, Seed) + Sync,
    ) -> Result<(), AugmentError> {
        if seeds.len() != self.len {
            return Err(AugmentError::Seeds { samples: self.len, seeds: seeds.len() });
        }
        let shape = output_shape(self.shape)?;
        let output = shape.iter().product::<usize>();
        self.spare.resize(self.len * output, T::default());
        let size = self.shape.iter().product::<usize>();
        let pixels = &self.pixels;
        each_sample(
            (self.shape, output),
            |sample| &pixels[sample * size..(sample + 1) * size],
            seeds,
            &mut self.spare,
            apply,
            |image, target| target.copy_from_slice(image.pixels()),
        )?;
        std::mem::swap(&mut self.pixels, &mut self.spare);
        self.shape = shape;
        Ok(())
    }
}

/// Changes samples of one shape, each into as many pixels as `output` says, in parallel in rayon's current pool.
pub(crate) fn each_sample<'a, T: Pixel, O: Send>(
    (shape, output): ([usize; 3], usize),
    sample: impl Fn(usize) -> &'a [T] + Sync,
    seeds: &[Seed],
    target: &mut [O],
    apply: impl Fn(&mut Image<T>, Seed) + Sync,
    write: impl Fn(&Image<T>, &mut [O]) + Sync,
) -> Result<(), AugmentError> {
    if target.len() != seeds.len() * output {
        return Err(AugmentError::Length { expected: seeds.len() * output, found: target.len() });
    }
    target.par_chunks_exact_mut(output.max(1)).zip(seeds).enumerate().try_for_each_init(
        Image::default,
        |image, (index, (target, seed))| {
            image.load(shape, sample(index))?;
            apply(image, *seed);
            if image.pixels().len() != output {
                return Err(AugmentError::Length { expected: output, found: image.pixels().len() });
            }
            write(image, target);
            Ok(())
        },
    )
}
