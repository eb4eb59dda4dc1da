//! Brightness, contrast, saturation and hue together, in random order.

use kiln_core::{Range, Seed};
use serde::{Deserialize, Serialize};

use super::AdjustKind;
use crate::schema::JsonSchema;
use crate::transform_kind::{BuildTransform, boxed};
use crate::{AugmentError, Image, Pixel, Transform, draw};

/// Random colours: torchvision's `ColorJitter`. The default changes nothing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = ColorJitterConfig::default())]
pub struct ColorJitterConfig {
    /// b: the factor is uniform from max(0, 1 − b) to 1 + b. Default 0.
    #[serde(default)]
    pub brightness: f64,
    /// The same for the contrast. Default 0.
    #[serde(default)]
    pub contrast: f64,
    /// The same for the saturation. Default 0.
    #[serde(default)]
    pub saturation: f64,
    /// h: the shift of the hue is uniform from −h to h, `[0, 0.5]`. Default 0.
    #[serde(default)]
    pub hue: f64,
}

impl ColorJitterConfig {
    /// The transform.
    ///
    /// # Errors
    /// [`AugmentError::Number`] for settings out of their ranges.
    pub fn build(&self) -> Result<ColorJitter, AugmentError> {
        let mut parts = Vec::new();
        for (name, spread, kind) in [
            ("brightness", self.brightness, AdjustKind::Brightness),
            ("contrast", self.contrast, AdjustKind::Contrast),
            ("saturation", self.saturation, AdjustKind::Saturation),
        ] {
            Range::at_least(0.0).check(name, spread)?;
            if spread > 0.0 {
                parts.push((kind, [(1.0 - spread).max(0.0), 1.0 + spread]));
            }
        }
        Range::between(0.0, 0.5).check("hue", self.hue)?;
        if self.hue > 0.0 {
            parts.push((AdjustKind::Hue, [-self.hue, self.hue]));
        }
        Ok(ColorJitter { parts })
    }
}

impl<T: Pixel> BuildTransform<T> for ColorJitterConfig {
    fn boxed(&self, place: &str) -> Result<Box<dyn Transform<T>>, AugmentError> {
        boxed(place, self.build())
    }
}

/// The adjustments in a random order, each by a uniform number. Built by [`ColorJitterConfig::build`].
#[derive(Debug, Clone, PartialEq)]
pub struct ColorJitter {
    parts: Vec<(AdjustKind, [f64; 2])>,
}

impl<T: Pixel> Transform<T> for ColorJitter {
    fn apply(&self, image: &mut Image<T>, seed: Seed) {
        let mut order = [0, 1, 2, 3];
        let order = &mut order[..self.parts.len()];
        // Fisher and Yates; four at most.
        for last in (1..order.len()).rev() {
            order.swap(last, draw::below(seed.at(0), last as u64, last + 1));
        }
        for part in order {
            let (kind, range) = self.parts[*part];
            kind.apply(image, draw::between(seed.at(1), *part as u64, range));
        }
    }

    fn output_shape(&self, input: [usize; 3]) -> Result<[usize; 3], AugmentError> {
        for (kind, _) in &self.parts {
            kind.check(input[0])?;
        }
        Ok(input)
    }
}
