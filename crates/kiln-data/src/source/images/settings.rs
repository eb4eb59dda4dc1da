//! How image files of any size become images of one size.

use kiln_core::Range;
use serde::{Deserialize, Serialize};

use crate::schema::JsonSchema;
use crate::{DataError, SettingError};

/// The most pixels that a side can be asked to have.
pub(crate) const MAX_SIDE: usize = 65_535;

/// A side, or height and width, in pixels, each from 1 to 65535.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "a side in pixels, or [height, width]")]
#[schemars(extend("x-takes" = "a side in pixels, or [height, width]"))]
#[non_exhaustive]
pub enum ImageSize {
    /// As high as wide.
    Side(usize),
    /// `[height, width]`.
    Sides([usize; 2]),
}

impl ImageSize {
    /// `[height, width]`.
    pub fn sides(self) -> [usize; 2] {
        match self {
            Self::Side(side) => [side, side],
            Self::Sides(sides) => sides,
        }
    }
}

/// What becomes of an image of another size, or another ratio of width to height.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Resize {
    /// Resized so that it covers the size, the middle kept: torchvision's `Resize(side)` and `CenterCrop(side)`.
    #[default]
    ShorterCrop,
    /// Resized so that it fits in, the rest black: Pillow's `ImageOps.pad`.
    Letterbox,
    /// Resized to the size, whatever its ratio: torchvision's `Resize([height, width])`.
    Stretch,
}

/// What happens to image files that cannot be read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Broken {
    /// The first ends the reading.
    #[default]
    Error,
    /// They are left out, counted and named.
    Skip,
}

/// How image files become images of one size. The default: all files are of one size, and stay what they are.
///
/// ```
/// use kiln_data::{DataConfig, ImageSize, Resize};
///
/// let config = DataConfig { size: Some(ImageSize::Side(224)), ..DataConfig::new("images") };
/// let settings = config.image_settings();
/// settings.check()?;
/// assert_eq!((settings.size, settings.resize), (Some([224, 224]), Resize::ShorterCrop));
/// # Ok::<(), kiln_data::DataError>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ImageSettings {
    /// `[height, width]` that every image is resized to; `None`: none is resized.
    pub size: Option<[usize; 2]>,
    /// How images of another size are resized.
    pub resize: Resize,
    /// `[height, width]` of the middle that the model sees; `None`: all of an image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crop: Option<[usize; 2]>,
}

impl ImageSettings {
    /// The default: images stay what they are.
    pub const UNCHANGED: Self = Self { size: None, resize: Resize::ShorterCrop, crop: None };

    /// Checks what does not depend on the images.
    ///
    /// # Errors
    /// [`DataError::Number`] for a side out of its range, [`SettingError::CropAlone`] for a crop without a size,
    /// [`SettingError::CropTooLarge`] for a crop that is larger than the images.
    pub fn check(&self) -> Result<(), DataError> {
        for (name, sides) in [("data.size", self.size), ("data.crop", self.crop)] {
            for side in sides.into_iter().flatten() {
                Range::between(1.0, MAX_SIDE as f64).check(name, side as f64)?;
            }
        }
        match (self.size, self.crop) {
            (None, Some(_)) => Err(SettingError::CropAlone.into()),
            (Some(size), Some(crop)) if crop[0] > size[0] || crop[1] > size[1] => {
                Err(SettingError::CropTooLarge { crop, size }.into())
            }
            _ => Ok(()),
        }
    }
}
