//! Samples that are transformed from wherever they lie.

use kiln_core::Seed;

use crate::batch::each_sample;
use crate::{AugmentError, Image, Pixel, Transform};

/// Transforms samples of one shape from wherever they lie into one buffer, in parallel in rayon's current pool.
///
/// `sample(i)` gives the pixels of the i-th sample, `[channels, height, width]`; there are as many as `seeds`.
/// `write` gets the transformed image and its place in `target`, which is cut evenly: as 8-bit pixels, or
/// as normalised numbers by [`Finish::write`](crate::Finish::write). What is written depends on the sample and its seed alone,
/// not on threads or on the other samples.
///
/// # Errors
/// What [`Transform::output_shape`] says; [`AugmentError::Length`] when a sample or `target` is too long or too short.
pub fn transform_samples<'a, T: Pixel, O: Send>(
    transform: &(impl Transform<T> + ?Sized),
    shape: [usize; 3],
    sample: impl Fn(usize) -> &'a [T] + Sync,
    seeds: &[Seed],
    target: &mut [O],
    write: impl Fn(&Image<T>, &mut [O]) + Sync,
) -> Result<(), AugmentError> {
    let output = transform.output_shape(shape)?.iter().product::<usize>();
    let apply = |image: &mut Image<T>, seed| transform.apply(image, seed);
    each_sample((shape, output), sample, seeds, target, apply, write)
}
