//! How strong an operation is at which level.

use super::Operation;
use crate::op::sample::linspace;

/// A table of operations and their strengths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Space {
    /// AutoAugment's (Cubuk and others: AutoAugment, 2018), 10 levels.
    Auto,
    /// RandAugment's (Cubuk and others: RandAugment, 2019), 31 levels.
    Rand,
    /// TrivialAugment's wide space (Müller and Hutter: TrivialAugment, 2021), 31 levels.
    TrivialWide,
    /// AugMix's (Hendrycks and others: AugMix, 2019), 10 levels.
    Mix,
}

/// Strengths from the lowest level to the highest.
enum Scale {
    /// Evenly spaced; the sign is drawn.
    Signed(f64),
    /// Evenly spaced, in pixels; the sign is drawn.
    Pixels(f64),
    /// From 1 down to 0.
    Threshold,
    /// Bits at the lowest level, and how many fewer at the highest.
    Bits(f64, f64),
    /// Without strength.
    None,
}

use Operation::{
    AutoContrast, Brightness, Color, Contrast, Equalize, Identity, Invert, Posterize, Rotate, Sharpness,
    ShearX, ShearY, Solarize, TranslateX, TranslateY,
};

const AUTO: [Operation; 14] = [
    ShearX,
    ShearY,
    TranslateX,
    TranslateY,
    Rotate,
    Brightness,
    Color,
    Contrast,
    Sharpness,
    Posterize,
    Solarize,
    AutoContrast,
    Equalize,
    Invert,
];
const RAND: [Operation; 14] = [
    Identity,
    ShearX,
    ShearY,
    TranslateX,
    TranslateY,
    Rotate,
    Brightness,
    Color,
    Contrast,
    Sharpness,
    Posterize,
    Solarize,
    AutoContrast,
    Equalize,
];
const MIX: [Operation; 13] = [
    ShearX,
    ShearY,
    TranslateX,
    TranslateY,
    Rotate,
    Posterize,
    Solarize,
    AutoContrast,
    Equalize,
    Brightness,
    Color,
    Contrast,
    Sharpness,
];

impl Space {
    /// The operations of the table.
    pub fn operations(self) -> &'static [Operation] {
        match self {
            Self::Auto => &AUTO,
            Self::Rand | Self::TrivialWide => &RAND,
            Self::Mix => &MIX,
        }
    }

    /// Whether the sign of the strength is drawn.
    pub fn is_signed(self, operation: Operation) -> bool {
        matches!(self.scale(operation, [0, 0]), Scale::Signed(_) | Scale::Pixels(_))
    }

    /// The strength of an operation at `level`, from 0 to `levels` − 1, without its sign, for an image of `size` =
    /// `[height, width]`; nothing when the operation has none. Numbers are those of torchvision, which are f32.
    pub fn strength(
        self,
        operation: Operation,
        level: usize,
        levels: usize,
        size: [usize; 2],
    ) -> Option<f64> {
        match self.scale(operation, size) {
            Scale::Signed(most) | Scale::Pixels(most) => Some(evenly(0.0, most, level, levels)),
            Scale::Threshold => Some(evenly(1.0, 0.0, level, levels)),
            Scale::Bits(most, fewer) => {
                let steps = (levels.saturating_sub(1).max(1)) as f64 / fewer;
                Some((most - (level as f32 / steps as f32) as f64).round_ties_even())
            }
            Scale::None => None,
        }
    }

    fn scale(self, operation: Operation, [height, width]: [usize; 2]) -> Scale {
        let wide = self == Self::TrivialWide;
        match operation {
            ShearX | ShearY => Scale::Signed(if wide { 0.99 } else { 0.3 }),
            TranslateX | TranslateY => {
                let len = if operation == TranslateX { width } else { height } as f64;
                Scale::Pixels(match self {
                    Self::Auto | Self::Rand => 150.0 / 331.0 * len,
                    Self::TrivialWide => 32.0,
                    Self::Mix => len / 3.0,
                })
            }
            Rotate => Scale::Signed(if wide { 135.0 } else { 30.0 }),
            Brightness | Color | Contrast | Sharpness => Scale::Signed(if wide { 0.99 } else { 0.9 }),
            Posterize => match self {
                Self::Auto | Self::Rand => Scale::Bits(8.0, 4.0),
                Self::TrivialWide => Scale::Bits(8.0, 6.0),
                Self::Mix => Scale::Bits(4.0, 4.0),
            },
            Solarize => Scale::Threshold,
            Identity | AutoContrast | Equalize | Invert => Scale::None,
        }
    }
}

/// The `level`-th of `levels` evenly spaced numbers, in f32.
fn evenly(from: f64, to: f64, level: usize, levels: usize) -> f64 {
    f64::from(linspace(from as f32, to as f32, level, levels))
}
