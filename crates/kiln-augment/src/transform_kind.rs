//! From the settings of a transform to the transform.

use std::fmt::Debug;

use crate::{AugmentError, Pixel, Transform};

/// Settings that make a transform of images with pixels `T`.
pub trait BuildTransform<T: Pixel> {
    /// The transform, checked. `place` is where it stands in the configuration, such as `augment.transforms.0`.
    ///
    /// # Errors
    /// [`AugmentError`], naming the setting from `place` on, when one is out of its range.
    fn boxed(&self, place: &str) -> Result<Box<dyn Transform<T>>, AugmentError>;
}

/// The settings of one kind of transform, for every kind of pixel.
pub trait TransformKind: Debug + BuildTransform<u8> + BuildTransform<f32> {}

impl<K: Debug + BuildTransform<u8> + BuildTransform<f32>> TransformKind for K {}

/// A checked transform on the heap, or what is wrong with it, named from `place` on.
pub(crate) fn boxed<T: Pixel>(
    place: &str,
    transform: Result<impl Transform<T> + 'static, AugmentError>,
) -> Result<Box<dyn Transform<T>>, AugmentError> {
    Ok(Box::new(transform.map_err(|error| error.within(place))?))
}
