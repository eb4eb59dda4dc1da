//! The way out: from pixels to the numbers a network is fed with.

use crate::{AugmentError, Image, Pixel};

/// `x · scale + shift` per channel, into f32: the conversion of 8-bit pixels and the normalisation in one pass.
///
/// ```
/// use kiln_augment::{Finish, Image};
///
/// let finish = Finish::normalize::<u8>(&[0.5], &[0.25])?;
/// let mut numbers = [0.0; 2];
/// finish.write(&Image::from_pixels([1, 1, 2], vec![0u8, 255])?, &mut numbers);
/// assert_eq!(numbers, [-2.0, 2.0]);
/// # Ok::<(), kiln_augment::AugmentError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Finish {
    scale: Vec<f32>,
    shift: Vec<f32>,
}

impl Finish {
    /// `x · scale + shift`, with one pair for each channel, or one pair for all.
    ///
    /// # Errors
    /// [`AugmentError::Empty`] without a pair, [`AugmentError::Length`] when there are more or fewer shifts than scales.
    pub fn new(scale: Vec<f32>, shift: Vec<f32>) -> Result<Self, AugmentError> {
        if scale.is_empty() {
            return Err(AugmentError::Empty { name: "scale".to_owned() });
        }
        if scale.len() != shift.len() {
            return Err(AugmentError::Length { expected: scale.len(), found: shift.len() });
        }
        Ok(Self { scale, shift })
    }

    /// `(x / white − mean) / std`, white being 255 for 8-bit pixels and 1 for others: torchvision's `Normalize`, with
    /// the conversion before it. One mean and one standard deviation for each channel, or one for all.
    ///
    /// # Errors
    /// [`AugmentError::Number`] for a standard deviation that is not positive, and as [`new`](Self::new).
    pub fn normalize<T: Pixel>(mean: &[f64], std: &[f64]) -> Result<Self, AugmentError> {
        for (index, std) in std.iter().enumerate() {
            kiln_core::Range::POSITIVE.check(&format!("std.{index}"), *std)?;
        }
        for (index, mean) in mean.iter().enumerate() {
            kiln_core::Range::FINITE.check(&format!("mean.{index}"), *mean)?;
        }
        let scale = std.iter().map(|std| (1.0 / (f64::from(T::WHITE) * std)) as f32).collect();
        let shift = mean.iter().zip(std).map(|(mean, std)| (-mean / std) as f32);
        let shift = if mean.len() == std.len() { shift.collect() } else { vec![0.0; mean.len()] };
        Self::new(scale, shift)
    }

    /// From 0 to 1: 8-bit pixels divided by 255, others as they are.
    pub fn unit<T: Pixel>() -> Self {
        Self { scale: vec![1.0 / T::WHITE], shift: vec![0.0] }
    }

    /// Writes the image as numbers, in the same order. Channels beyond the pairs take the last one.
    pub fn write<T: Pixel>(&self, image: &Image<T>, target: &mut [f32]) {
        let plane = (image.height() * image.width()).max(1);
        let last = self.scale.len() - 1;
        for (channel, (pixels, target)) in image.planes().zip(target.chunks_exact_mut(plane)).enumerate() {
            let (scale, shift) = (self.scale[channel.min(last)], self.shift[channel.min(last)]);
            for (number, pixel) in target.iter_mut().zip(pixels) {
                *number = pixel.number() * scale + shift;
            }
        }
    }
}
