//! A window at a random place.

use kiln_core::Seed;
use serde::{Deserialize, Serialize};

use crate::fill::Colour;
use crate::schema::JsonSchema;
use crate::transform_kind::{BuildTransform, boxed};
use crate::{AugmentError, Border, Fill, Image, Pixel, Transform, Warp, draw};

/// A window at a random place, of an image that may be padded first: torchvision's `RandomCrop`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = CropConfig::square(32, 4))]
pub struct CropConfig {
    /// `[height, width]` of the window, in pixels, `[1, 65536]`.
    pub size: [usize; 2],
    /// Pixels that are added on every side, `[0, 65536]`. Default 0.
    #[serde(default)]
    pub padding: usize,
    /// What is added. Default: a colour.
    #[serde(default)]
    pub border: BorderKind,
    /// The colour, in shares of white: one number or one for each channel. Default: black.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fill: Option<Colour>,
}

/// What a crop shows outside the image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum BorderKind {
    /// A colour.
    #[default]
    Constant,
    /// The mirror image, without the edge pixels twice.
    Reflect,
    /// The pixels of the edge.
    Edge,
}

impl CropConfig {
    /// A window of `size` × `size` pixels, with black padding.
    pub fn square(size: usize, padding: usize) -> Self {
        Self { size: [size, size], padding, border: BorderKind::Constant, fill: None }
    }

    /// The transform.
    ///
    /// # Errors
    /// [`AugmentError::Number`] for a window without pixels or a fill that is not from 0 to 1.
    pub fn build(&self) -> Result<RandomCrop, AugmentError> {
        for size in self.size {
            draw::side("size", size, 1)?;
        }
        draw::side("padding", self.padding, 0)?;
        let fill = Colour::fill(self.fill.as_ref())?;
        let border = match self.border {
            BorderKind::Constant => Border::Constant(fill),
            BorderKind::Reflect => Border::Reflect,
            BorderKind::Edge => Border::Edge,
        };
        Ok(RandomCrop { size: self.size, padding: self.padding, border, fill })
    }
}

impl<T: Pixel> BuildTransform<T> for CropConfig {
    fn boxed(&self, place: &str) -> Result<Box<dyn Transform<T>>, AugmentError> {
        boxed(place, self.build())
    }
}

/// A window at a random place, each with the same probability. Built by [`CropConfig::build`].
///
/// ```
/// use kiln_augment::{CropConfig, Image, Transform};
/// use kiln_core::Seed;
///
/// // Shifts by up to four pixels each way.
/// let shift = CropConfig::square(32, 4).build()?;
/// let mut image = Image::<u8>::new([3, 32, 32]);
/// shift.apply(&mut image, Seed::new(1));
/// assert_eq!(image.shape(), [3, 32, 32]);
/// # Ok::<(), kiln_augment::AugmentError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RandomCrop {
    size: [usize; 2],
    padding: usize,
    border: Border,
    fill: Fill,
}

impl RandomCrop {
    fn draw(&self, [_, height, width]: [usize; 3], seed: Seed) -> Warp {
        let place = |index, len: usize, window: usize| {
            let room = (len + 2 * self.padding).saturating_sub(window);
            draw::below(seed, index, room + 1) as isize - self.padding as isize
        };
        let top = place(0, height, self.size[0]);
        let left = place(1, width, self.size[1]);
        Warp::crop([height, width], top, left, self.size, self.border)
    }
}

impl<T: Pixel> Transform<T> for RandomCrop {
    fn apply(&self, image: &mut Image<T>, seed: Seed) {
        self.draw(image.shape(), seed).apply(image);
    }

    fn warp(&self, shape: [usize; 3], seed: Seed) -> Option<Warp> {
        Some(self.draw(shape, seed))
    }

    fn output_shape(&self, [channels, height, width]: [usize; 3]) -> Result<[usize; 3], AugmentError> {
        self.fill.check("crop", channels)?;
        let missing = |window: usize| window.saturating_sub(2 * self.padding);
        if height < missing(self.size[0]) || width < missing(self.size[1]) {
            return Err(AugmentError::TooSmall {
                name: "crop".to_owned(),
                height: missing(self.size[0]),
                width: missing(self.size[1]),
                found_height: height,
                found_width: width,
            });
        }
        Ok([channels, self.size[0], self.size[1]])
    }
}
