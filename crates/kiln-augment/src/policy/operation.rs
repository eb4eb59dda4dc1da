//! The operations that policies are made of.

use serde::{Deserialize, Serialize};

use crate::op::{self, AffineMap};
use crate::schema::JsonSchema;
use crate::{Fill, Image, Interpolation, Pixel};

/// An operation with one strength, named as in the papers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub enum Operation {
    /// Nothing.
    Identity,
    /// Rows moved to the right by strength · (row + ½) pixels.
    ShearX,
    /// Columns moved down by strength · (column + ½) pixels.
    ShearY,
    /// Moved to the right by whole pixels.
    TranslateX,
    /// Moved down by whole pixels.
    TranslateY,
    /// Turned counterclockwise by degrees.
    Rotate,
    /// Brightness by the factor 1 + strength.
    Brightness,
    /// Saturation by the factor 1 + strength.
    Color,
    /// Contrast by the factor 1 + strength.
    Contrast,
    /// Sharpness by the factor 1 + strength.
    Sharpness,
    /// So many bits kept.
    Posterize,
    /// Inverted from this share of white on.
    Solarize,
    /// Every channel spread from black to white.
    AutoContrast,
    /// Shades made equally frequent.
    Equalize,
    /// Black and white change places.
    Invert,
}

impl Operation {
    /// Carries the operation out with a given strength, in the unit of the operation: torchvision's
    /// `_apply_image_or_video_transform`.
    pub fn apply<T: Pixel>(
        self,
        image: &mut Image<T>,
        strength: f64,
        interpolation: Interpolation,
        fill: Fill,
    ) {
        let centre = Some([0.0; 2]);
        let degrees = strength.atan().to_degrees();
        let map = match self {
            Self::ShearX => AffineMap { shear: [degrees, 0.0], centre, ..AffineMap::default() },
            Self::ShearY => AffineMap { shear: [0.0, degrees], centre, ..AffineMap::default() },
            Self::TranslateX => AffineMap { translate: [strength.trunc(), 0.0], ..AffineMap::default() },
            Self::TranslateY => AffineMap { translate: [0.0, strength.trunc()], ..AffineMap::default() },
            Self::Rotate => return op::rotate(image, strength, interpolation, fill),
            Self::Identity => return,
            Self::Brightness => return op::adjust_brightness(image, 1.0 + strength),
            Self::Color => return op::adjust_saturation(image, 1.0 + strength),
            Self::Contrast => return op::adjust_contrast(image, 1.0 + strength),
            Self::Sharpness => return op::adjust_sharpness(image, 1.0 + strength),
            Self::Posterize => return op::posterize(image, strength as u32),
            Self::Solarize => return op::solarize(image, strength),
            Self::AutoContrast => return op::autocontrast(image),
            Self::Equalize => return op::equalize(image),
            Self::Invert => return op::invert(image),
        };
        op::affine(image, &map, interpolation, fill);
    }
}
