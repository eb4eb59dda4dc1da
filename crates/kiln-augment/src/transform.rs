//! The one trait of the crate, and transforms made of a user's function.

use std::fmt::Debug;

use kiln_core::Seed;

use crate::{AugmentError, Image, ImageBatch, Pixel, Warp};

/// A change of an image that depends on the image and a seed, and on nothing else.
///
/// All that is drawn is a function of `seed`: single numbers are `seed.uniform(0)`, `seed.uniform(1)`, …, and parts
/// get `seed.at(0)`, `seed.at(1)`, …. So a part that is added at the end never changes what those before it
/// draw, and results do not depend on threads.
pub trait Transform<T: Pixel = u8>: Debug + Send + Sync {
    /// Changes the image, whose shape [`output_shape`](Self::output_shape) has accepted. An image of any other
    /// shape may come out changed or not, but there is no panic.
    fn apply(&self, image: &mut Image<T>, seed: Seed);

    /// The shape of the result for images of this shape, `[channels, height, width]`. Default: the same.
    ///
    /// # Errors
    /// When images of this shape cannot be transformed.
    fn output_shape(&self, input: [usize; 3]) -> Result<[usize; 3], AugmentError> {
        Ok(input)
    }

    /// The moves of pixels that [`apply`](Self::apply) would carry out, for transforms that do nothing else; several
    /// in a row are [combined](Warp::then) by [`Compose`](crate::Compose). Default: nothing is known.
    fn warp(&self, shape: [usize; 3], seed: Seed) -> Option<Warp> {
        let _ = (shape, seed);
        None
    }

    /// Changes a batch: every image with the seed of the same place, in parallel.
    ///
    /// # Errors
    /// As [`ImageBatch::apply_each`].
    fn apply_batch(&self, batch: &mut ImageBatch<T>, seeds: &[Seed]) -> Result<(), AugmentError> {
        batch.apply_each(seeds, |shape| self.output_shape(shape), |image, seed| self.apply(image, seed))
    }
}

impl<T: Pixel> Transform<T> for Box<dyn Transform<T>> {
    fn apply(&self, image: &mut Image<T>, seed: Seed) {
        (**self).apply(image, seed);
    }

    fn output_shape(&self, input: [usize; 3]) -> Result<[usize; 3], AugmentError> {
        (**self).output_shape(input)
    }

    fn warp(&self, shape: [usize; 3], seed: Seed) -> Option<Warp> {
        (**self).warp(shape, seed)
    }

    fn apply_batch(&self, batch: &mut ImageBatch<T>, seeds: &[Seed]) -> Result<(), AugmentError> {
        (**self).apply_batch(batch, seeds)
    }
}

/// A transform that is a function of an image and its seed, and keeps the shape.
///
/// ```
/// use kiln_augment::{Image, Transform, transform_fn};
/// use kiln_core::Seed;
///
/// let speckle = transform_fn("speckle", |image: &mut Image<u8>, seed: Seed| {
///     for (i, pixel) in image.pixels_mut().iter_mut().enumerate() {
///         if seed.uniform(i as u64) < 0.01 {
///             *pixel = 255;
///         }
///     }
/// });
/// let mut image = Image::new([1, 100, 100]);
/// speckle.apply(&mut image, Seed::new(1));
/// let white = image.pixels().iter().filter(|pixel| **pixel == 255).count();
/// assert!((50..150).contains(&white));
/// ```
pub fn transform_fn<F>(name: &'static str, apply: F) -> TransformFn<F> {
    TransformFn { name, apply }
}

/// A transform by [`transform_fn`].
#[derive(Clone, Copy)]
pub struct TransformFn<F> {
    name: &'static str,
    apply: F,
}

impl<F> Debug for TransformFn<F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("TransformFn").field(&self.name).finish()
    }
}

impl<T: Pixel, F: Fn(&mut Image<T>, Seed) + Send + Sync> Transform<T> for TransformFn<F> {
    fn apply(&self, image: &mut Image<T>, seed: Seed) {
        (self.apply)(image, seed);
    }
}

/// A transform that is one function of a whole batch and its seeds, and keeps the shape.
///
/// The function may look at all samples, so that results can depend on who is in the batch. On a single image it
/// gets a batch of one.
///
/// ```
/// use kiln_augment::{ImageBatch, Transform, batch_fn};
/// use kiln_core::Seed;
///
/// // Every image is darkened by a factor of its own.
/// let dim = batch_fn("dim", |batch: &mut ImageBatch<u8>, seeds: &[Seed]| {
///     let size = batch.image_shape().iter().product();
///     for (image, seed) in batch.pixels_mut().chunks_exact_mut(size).zip(seeds) {
///         let factor = seed.uniform(0);
///         image.iter_mut().for_each(|pixel| *pixel = (f64::from(*pixel) * factor) as u8);
///     }
/// });
/// let mut batch = ImageBatch::from_pixels(2, [1, 4, 4], vec![200u8; 32])?;
/// dim.apply_batch(&mut batch, &[Seed::new(1), Seed::new(2)])?;
/// let means: Vec<u8> = batch.samples().map(|image| image[0]).collect();
/// assert!(means[0] < 200 && means[1] < 200 && means[0] != means[1]);
/// # Ok::<(), kiln_augment::AugmentError>(())
/// ```
pub fn batch_fn<F>(name: &'static str, apply: F) -> BatchFn<F> {
    BatchFn { name, apply }
}

/// A transform by [`batch_fn`].
#[derive(Clone, Copy)]
pub struct BatchFn<F> {
    name: &'static str,
    apply: F,
}

impl<F> Debug for BatchFn<F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("BatchFn").field(&self.name).finish()
    }
}

impl<T: Pixel, F: Fn(&mut ImageBatch<T>, &[Seed]) + Send + Sync> Transform<T> for BatchFn<F> {
    fn apply(&self, image: &mut Image<T>, seed: Seed) {
        let mut batch = ImageBatch::default();
        if batch.load(image.shape(), [image.pixels()]).is_ok() {
            (self.apply)(&mut batch, &[seed]);
            if batch.pixels().len() == image.pixels().len() {
                image.pixels_mut().copy_from_slice(batch.pixels());
            }
        }
    }

    fn apply_batch(&self, batch: &mut ImageBatch<T>, seeds: &[Seed]) -> Result<(), AugmentError> {
        if seeds.len() != batch.len() {
            return Err(AugmentError::Seeds { samples: batch.len(), seeds: seeds.len() });
        }
        (self.apply)(batch, seeds);
        Ok(())
    }
}
