//! What stands where an image has no pixel: a colour, its mirror image, or its edge.

use kiln_core::Range;
use serde::{Deserialize, Serialize};

use crate::schema::JsonSchema;
use crate::{AugmentError, Pixel};

/// How pixels between the grid points are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Interpolation {
    /// The nearest pixel, half to even.
    Nearest,
    /// The mean of the four pixels around, weighted by distance. The default (torchvision's is nearest for rotations
    /// and affine maps).
    #[default]
    Bilinear,
}

/// The colour outside the image, in shares of white from 0 to 1, so that it means the same for 8-bit pixels and others.
///
/// [`Fill::BLACK`] is torchvision's `fill=None`: pixels outside count as zeros, and a bilinear edge fades to black once.
/// A colour, black too, is mixed in torchvision's way: the faded edge is weighted a second time.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Fill {
    colour: [f64; 4],
    len: usize,
}

impl Fill {
    /// Zeros outside.
    pub const BLACK: Self = Self { colour: [0.0; 4], len: 0 };

    /// One share of white for all channels, or one for each of up to four.
    ///
    /// # Errors
    /// [`AugmentError::Number`] when a share is not from 0 to 1 or there are more than four, [`AugmentError::Empty`] without
    /// one.
    pub fn new(colour: &[f64]) -> Result<Self, AugmentError> {
        if colour.is_empty() {
            return Err(AugmentError::Empty { name: "fill".to_owned() });
        }
        Range::between(1.0, 4.0).check("number of channels in fill", colour.len() as f64)?;
        let mut fill = Self { colour: [0.0; 4], len: colour.len() };
        for (place, share) in fill.colour.iter_mut().zip(colour) {
            *place = Range::UNIT.check("fill", *share)?;
        }
        Ok(fill)
    }

    /// The number of a channel in the scale of the pixels; `None` for [`Fill::BLACK`].
    pub(crate) fn number<T: Pixel>(&self, channel: usize) -> Option<f32> {
        let last = self.len.checked_sub(1)?;
        Some((self.colour[channel.min(last)] * f64::from(T::WHITE)) as f32)
    }

    /// The pixel of a channel.
    pub(crate) fn pixel<T: Pixel>(&self, channel: usize) -> T {
        T::rounded(self.number::<T>(channel).unwrap_or(0.0))
    }

    /// Whether images of so many channels can be filled.
    pub(crate) fn check(&self, name: &str, channels: usize) -> Result<(), AugmentError> {
        if self.len <= 1 || self.len == channels {
            return Ok(());
        }
        let expected = format!("{} channels (by its fill)", self.len);
        Err(AugmentError::Channels { name: name.to_owned(), expected, found: channels })
    }
}

/// What a crop shows outside the image.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Border {
    /// A colour.
    Constant(Fill),
    /// The mirror image, without the edge pixels twice.
    Reflect,
    /// The pixels of the edge.
    Edge,
}

impl Default for Border {
    fn default() -> Self {
        Self::Constant(Fill::BLACK)
    }
}

/// A colour in a configuration: shares of white, one for all channels or one for each.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Colour {
    /// One share for all channels.
    All(f64),
    /// One share for each channel.
    Channels(Vec<f64>),
}

impl Colour {
    /// The checked fill; black without a colour.
    ///
    /// # Errors
    /// As [`Fill::new`].
    pub fn fill(colour: Option<&Self>) -> Result<Fill, AugmentError> {
        match colour {
            None => Ok(Fill::BLACK),
            Some(Self::All(share)) => Fill::new(&[*share]),
            Some(Self::Channels(shares)) => Fill::new(shares),
        }
    }
}
