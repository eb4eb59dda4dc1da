//! Adjustments by a random number: brightness, contrast, saturation, sharpness, gamma, hue.

use kiln_core::{Range, Seed};
use serde::{Deserialize, Serialize};

use crate::schema::JsonSchema;
use crate::transform_kind::{BuildTransform, boxed};
use crate::{AugmentError, Image, Pixel, Transform, draw, op};

/// What a random number adjusts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum AdjustKind {
    /// [`op::adjust_brightness`], by a factor.
    Brightness,
    /// [`op::adjust_contrast`], by a factor.
    Contrast,
    /// [`op::adjust_saturation`], by a factor.
    Saturation,
    /// [`op::adjust_sharpness`], by a factor.
    Sharpness,
    /// [`op::adjust_gamma`], by an exponent.
    Gamma,
    /// [`op::adjust_hue`], by a share of a full turn.
    Hue,
}

/// Other hues: a turn of the colour wheel that is drawn uniformly; 0 changes nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = HueConfig { shift: [-0.1, 0.1] })]
pub struct HueConfig {
    /// From and to, in shares of a full turn, `[-0.5, 0.5]`.
    pub shift: [f64; 2],
}

impl HueConfig {
    /// A turn between these, in shares of a full one.
    pub fn new(shift: [f64; 2]) -> Self {
        Self { shift }
    }
}

impl<T: Pixel> BuildTransform<T> for HueConfig {
    fn boxed(&self, place: &str) -> Result<Box<dyn Transform<T>>, AugmentError> {
        boxed(place, Adjust::new(AdjustKind::Hue, self.shift))
    }
}

/// An adjustment by a uniform number.
///
/// ```
/// use kiln_augment::{Adjust, AdjustKind, Image, Transform};
/// use kiln_core::Seed;
///
/// let dim = Adjust::new(AdjustKind::Brightness, [0.5, 0.5])?;
/// let mut image = Image::from_pixels([1, 1, 2], vec![100, 201])?;
/// dim.apply(&mut image, Seed::new(0));
/// assert_eq!(image.pixels(), [50, 100]);
/// # Ok::<(), kiln_augment::AugmentError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Adjust {
    kind: AdjustKind,
    range: [f64; 2],
}

impl Adjust {
    /// An adjustment by a number from `range[0]` to `range[1]`: a factor or exponent of at least 0, or a turn from −0.5
    /// to 0.5.
    ///
    /// # Errors
    /// [`AugmentError::Number`] or [`AugmentError::Order`] for a range that is not allowed.
    pub fn new(kind: AdjustKind, range: [f64; 2]) -> Result<Self, AugmentError> {
        match kind {
            AdjustKind::Hue => draw::check("shift", range, Range::between(-0.5, 0.5))?,
            _ => draw::check("factor", range, Range::at_least(0.0))?,
        }
        Ok(Self { kind, range })
    }
}

impl AdjustKind {
    /// Adjusts by a given number.
    pub(crate) fn apply<T: Pixel>(self, image: &mut Image<T>, number: f64) {
        match self {
            Self::Brightness => op::adjust_brightness(image, number),
            Self::Contrast => op::adjust_contrast(image, number),
            Self::Saturation => op::adjust_saturation(image, number),
            Self::Sharpness => op::adjust_sharpness(image, number),
            Self::Gamma => op::adjust_gamma(image, number, 1.0),
            Self::Hue => op::adjust_hue(image, number),
        }
    }

    /// Whether images of so many channels can be adjusted.
    pub(crate) fn check(self, channels: usize) -> Result<(), AugmentError> {
        match self {
            Self::Saturation => colour("saturation", channels),
            Self::Hue => colour("hue", channels),
            Self::Brightness | Self::Contrast | Self::Sharpness | Self::Gamma => Ok(()),
        }
    }
}

/// Colours are those of three channels; one channel has none, and stays as it is.
pub(super) fn colour(name: &str, channels: usize) -> Result<(), AugmentError> {
    if channels == 1 || channels == 3 {
        return Ok(());
    }
    let expected = "1 or 3 channels".to_owned();
    Err(AugmentError::Channels { name: name.to_owned(), expected, found: channels })
}

impl<T: Pixel> Transform<T> for Adjust {
    fn apply(&self, image: &mut Image<T>, seed: Seed) {
        self.kind.apply(image, draw::between(seed, 0, self.range));
    }

    fn output_shape(&self, input: [usize; 3]) -> Result<[usize; 3], AugmentError> {
        self.kind.check(input[0])?;
        Ok(input)
    }
}
