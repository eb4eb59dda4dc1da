//! Changes with nothing to draw but whether they happen: grayscale, invert, equalise and others.

use kiln_core::{Range, Seed};

use super::adjust::colour;
use crate::{AugmentError, Image, Pixel, Transform, op};

/// What happens.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum FixedKind {
    /// [`op::grayscale`].
    Grayscale,
    /// [`op::invert`].
    Invert,
    /// [`op::equalize`].
    Equalize,
    /// [`op::autocontrast`].
    Autocontrast,
    /// [`op::posterize`] to so many bits, 0 to 8.
    Posterize(u32),
    /// [`op::solarize`] from this share of white on, 0 to 1.
    Solarize(f64),
}

/// A change that happens with a probability.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fixed {
    kind: FixedKind,
    p: f64,
}

impl Fixed {
    /// `kind` with probability `p`.
    ///
    /// # Errors
    /// [`AugmentError::Number`] for a setting out of its range.
    pub fn new(kind: FixedKind, p: f64) -> Result<Self, AugmentError> {
        match kind {
            FixedKind::Posterize(bits) => {
                Range::between(0.0, 8.0).check("bits", f64::from(bits))?;
            }
            FixedKind::Solarize(threshold) => {
                Range::UNIT.check("threshold", threshold)?;
            }
            _ => {}
        }
        Ok(Self { kind, p: Range::UNIT.check("p", p)? })
    }
}

impl<T: Pixel> Transform<T> for Fixed {
    fn apply(&self, image: &mut Image<T>, seed: Seed) {
        if seed.uniform(0) >= self.p {
            return;
        }
        match self.kind {
            FixedKind::Grayscale => op::grayscale(image),
            FixedKind::Invert => op::invert(image),
            FixedKind::Equalize => op::equalize(image),
            FixedKind::Autocontrast => op::autocontrast(image),
            FixedKind::Posterize(bits) => op::posterize(image, bits),
            FixedKind::Solarize(threshold) => op::solarize(image, threshold),
        }
    }

    fn output_shape(&self, input: [usize; 3]) -> Result<[usize; 3], AugmentError> {
        if self.kind == FixedKind::Grayscale {
            colour("grayscale", input[0])?;
        }
        Ok(input)
    }
}
