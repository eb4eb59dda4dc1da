//! What a pixel can be: 8 bits, or a number of which 0 is black and 1 is white.

use std::fmt::Debug;

/// A pixel: `u8` from 0 to 255, or `f32` from 0 to 1.
///
/// The operations are written once for both. Where an operation computes with numbers, an 8-bit pixel keeps its
/// own scale (0 to 255) and is rounded or cut at the end, whichever torchvision does there.
pub trait Pixel:
    sealed::Sealed + Copy + Default + PartialEq + PartialOrd + Debug + Send + Sync + 'static
{
    /// White: 255 or 1.
    const WHITE: f32;
    /// Whether the pixels are 8-bit.
    const EIGHT_BIT: bool;
    /// The pixel as a number, in its own scale.
    fn number(self) -> f32;
    /// The nearest pixel: 8-bit ones are clamped and rounded half to even, others are taken as they are.
    fn rounded(number: f32) -> Self;
    /// The pixel without its fraction: 8-bit ones are clamped and cut off, others are taken as they are.
    fn truncated(number: f32) -> Self;
}

impl Pixel for u8 {
    const WHITE: f32 = 255.0;
    const EIGHT_BIT: bool = true;

    #[inline]
    fn number(self) -> f32 {
        f32::from(self)
    }

    #[inline]
    fn rounded(number: f32) -> Self {
        // Adding 1.5 · 2²³ rounds half to even, and leaves the whole number in the last bits; a cast would check its range.
        const SHIFT: f32 = 12_582_912.0;
        (number.clamp(0.0, 255.0) + SHIFT).to_bits() as u8
    }

    #[inline]
    fn truncated(number: f32) -> Self {
        number as u8 // a cast clamps
    }
}

impl Pixel for f32 {
    const WHITE: f32 = 1.0;
    const EIGHT_BIT: bool = false;

    #[inline]
    fn number(self) -> f32 {
        self
    }

    #[inline]
    fn rounded(number: f32) -> Self {
        number
    }

    #[inline]
    fn truncated(number: f32) -> Self {
        number
    }
}

mod sealed {
    pub trait Sealed: crate::op::Points + crate::warp::Filtered {}
    impl Sealed for u8 {}
    impl Sealed for f32 {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_bits_round_half_to_even_and_clamp() {
        for step in -1000..4000 {
            let number = step as f32 / 12.0;
            let expected = number.round_ties_even().clamp(0.0, 255.0) as u8;
            assert_eq!(u8::rounded(number), expected, "{number}");
        }
        assert_eq!([0.5, 1.5, 2.5, -3.0, 254.5, 255.5].map(u8::rounded), [0, 2, 2, 0, 254, 255]);
        assert_eq!([0.99, 254.99, -1.0, 300.0].map(u8::truncated), [0, 254, 0, 255]);
    }
}
