//! Mirror images, with a probability.

use kiln_core::{Range, Seed};

use crate::{AugmentError, Image, Pixel, Transform, op};

/// Left and right changed places, with probability `p`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HorizontalFlip {
    p: f64,
}

/// Top and bottom changed places, with probability `p`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct VerticalFlip {
    p: f64,
}

impl HorizontalFlip {
    /// A flip with probability `p` (torchvision's default is 0.5).
    ///
    /// # Errors
    /// [`AugmentError::Number`] when `p` is not from 0 to 1.
    pub fn new(p: f64) -> Result<Self, AugmentError> {
        Ok(Self { p: Range::UNIT.check("p", p)? })
    }
}

impl VerticalFlip {
    /// A flip with probability `p` (torchvision's default is 0.5).
    ///
    /// # Errors
    /// [`AugmentError::Number`] when `p` is not from 0 to 1.
    pub fn new(p: f64) -> Result<Self, AugmentError> {
        Ok(Self { p: Range::UNIT.check("p", p)? })
    }
}

impl<T: Pixel> Transform<T> for HorizontalFlip {
    fn apply(&self, image: &mut Image<T>, seed: Seed) {
        if seed.uniform(0) < self.p {
            op::horizontal_flip(image);
        }
    }
}

impl<T: Pixel> Transform<T> for VerticalFlip {
    fn apply(&self, image: &mut Image<T>, seed: Seed) {
        if seed.uniform(0) < self.p {
            op::vertical_flip(image);
        }
    }
}
