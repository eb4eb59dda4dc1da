//! The middle of an image: what a model is judged on where images are kept larger than it sees them.

use kiln_core::Seed;

use crate::{AugmentError, Border, Compose, Image, Pixel, Transform, Warp};

/// The middle of an image, with torchvision's rounding of halves: its `CenterCrop`, of images that are not smaller.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct CenterCrop {
    /// `[height, width]` of the result.
    pub(crate) size: [usize; 2],
}

impl CenterCrop {
    fn middle(&self, [_, height, width]: [usize; 3]) -> Warp {
        let start =
            |found: usize, wanted: usize| ((found as f64 - wanted as f64) / 2.0).round_ties_even() as isize;
        let (top, left) = (start(height, self.size[0]), start(width, self.size[1]));
        Warp::crop([height, width], top, left, self.size, Border::default())
    }
}

impl<T: Pixel> Transform<T> for CenterCrop {
    fn apply(&self, image: &mut Image<T>, _: Seed) {
        self.middle(image.shape()).apply(image);
    }

    fn warp(&self, shape: [usize; 3], _: Seed) -> Option<Warp> {
        Some(self.middle(shape))
    }

    fn output_shape(&self, [channels, ..]: [usize; 3]) -> Result<[usize; 3], AugmentError> {
        Ok([channels, self.size[0], self.size[1]])
    }
}

/// Transforms, and then perhaps the middle.
#[derive(Debug)]
pub(crate) struct ThenCrop<'a> {
    pub(crate) transforms: &'a Compose,
    pub(crate) crop: Option<CenterCrop>,
}

impl Transform for ThenCrop<'_> {
    fn apply(&self, image: &mut Image, seed: Seed) {
        self.transforms.apply(image, seed);
        if let Some(crop) = &self.crop {
            crop.apply(image, seed);
        }
    }

    fn output_shape(&self, input: [usize; 3]) -> Result<[usize; 3], AugmentError> {
        let output = self.transforms.output_shape(input)?;
        self.crop.as_ref().map_or(Ok(output), |crop| Transform::<u8>::output_shape(crop, output))
    }
}
