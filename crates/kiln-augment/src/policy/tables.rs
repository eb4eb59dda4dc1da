//! The lists of AutoAugment, as torchvision has them.

use Operation::{
    AutoContrast, Brightness, Color, Contrast, Equalize, Invert, Posterize, Rotate, Sharpness, ShearX,
    ShearY, Solarize, TranslateX, TranslateY,
};
use serde::{Deserialize, Serialize};

use super::Operation;
use crate::schema::JsonSchema;

/// Which list: the data set that it was learned on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum AutoPolicy {
    /// ImageNet.
    #[default]
    ImageNet,
    /// CIFAR-10.
    Cifar10,
    /// Street View House Numbers.
    Svhn,
}

/// Half of a pair: an operation, its probability and its level.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// The operation.
    pub operation: Operation,
    /// Probability, from 0 to 1.
    pub p: f64,
    /// Level, from 0 to 9; 0 for operations without strength.
    pub level: usize,
}

impl AutoPolicy {
    /// The 25 pairs.
    pub fn pairs(self) -> &'static [[Step; 2]; 25] {
        match self {
            Self::ImageNet => &IMAGENET,
            Self::Cifar10 => &CIFAR10,
            Self::Svhn => &SVHN,
        }
    }
}

/// Short, so that a pair is a line.
const fn step(operation: Operation, p: f64, level: usize) -> Step {
    Step { operation, p, level }
}

#[rustfmt::skip]
const IMAGENET: [[Step; 2]; 25] = [
    [step(Posterize, 0.4, 8), step(Rotate, 0.6, 9)],
    [step(Solarize, 0.6, 5), step(AutoContrast, 0.6, 0)],
    [step(Equalize, 0.8, 0), step(Equalize, 0.6, 0)],
    [step(Posterize, 0.6, 7), step(Posterize, 0.6, 6)],
    [step(Equalize, 0.4, 0), step(Solarize, 0.2, 4)],
    [step(Equalize, 0.4, 0), step(Rotate, 0.8, 8)],
    [step(Solarize, 0.6, 3), step(Equalize, 0.6, 0)],
    [step(Posterize, 0.8, 5), step(Equalize, 1.0, 0)],
    [step(Rotate, 0.2, 3), step(Solarize, 0.6, 8)],
    [step(Equalize, 0.6, 0), step(Posterize, 0.4, 6)],
    [step(Rotate, 0.8, 8), step(Color, 0.4, 0)],
    [step(Rotate, 0.4, 9), step(Equalize, 0.6, 0)],
    [step(Equalize, 0.0, 0), step(Equalize, 0.8, 0)],
    [step(Invert, 0.6, 0), step(Equalize, 1.0, 0)],
    [step(Color, 0.6, 4), step(Contrast, 1.0, 8)],
    [step(Rotate, 0.8, 8), step(Color, 1.0, 2)],
    [step(Color, 0.8, 8), step(Solarize, 0.8, 7)],
    [step(Sharpness, 0.4, 7), step(Invert, 0.6, 0)],
    [step(ShearX, 0.6, 5), step(Equalize, 1.0, 0)],
    [step(Color, 0.4, 0), step(Equalize, 0.6, 0)],
    [step(Equalize, 0.4, 0), step(Solarize, 0.2, 4)],
    [step(Solarize, 0.6, 5), step(AutoContrast, 0.6, 0)],
    [step(Invert, 0.6, 0), step(Equalize, 1.0, 0)],
    [step(Color, 0.6, 4), step(Contrast, 1.0, 8)],
    [step(Equalize, 0.8, 0), step(Equalize, 0.6, 0)],
];

#[rustfmt::skip]
const CIFAR10: [[Step; 2]; 25] = [
    [step(Invert, 0.1, 0), step(Contrast, 0.2, 6)],
    [step(Rotate, 0.7, 2), step(TranslateX, 0.3, 9)],
    [step(Sharpness, 0.8, 1), step(Sharpness, 0.9, 3)],
    [step(ShearY, 0.5, 8), step(TranslateY, 0.7, 9)],
    [step(AutoContrast, 0.5, 0), step(Equalize, 0.9, 0)],
    [step(ShearY, 0.2, 7), step(Posterize, 0.3, 7)],
    [step(Color, 0.4, 3), step(Brightness, 0.6, 7)],
    [step(Sharpness, 0.3, 9), step(Brightness, 0.7, 9)],
    [step(Equalize, 0.6, 0), step(Equalize, 0.5, 0)],
    [step(Contrast, 0.6, 7), step(Sharpness, 0.6, 5)],
    [step(Color, 0.7, 7), step(TranslateX, 0.5, 8)],
    [step(Equalize, 0.3, 0), step(AutoContrast, 0.4, 0)],
    [step(TranslateY, 0.4, 3), step(Sharpness, 0.2, 6)],
    [step(Brightness, 0.9, 6), step(Color, 0.2, 8)],
    [step(Solarize, 0.5, 2), step(Invert, 0.0, 0)],
    [step(Equalize, 0.2, 0), step(AutoContrast, 0.6, 0)],
    [step(Equalize, 0.2, 0), step(Equalize, 0.6, 0)],
    [step(Color, 0.9, 9), step(Equalize, 0.6, 0)],
    [step(AutoContrast, 0.8, 0), step(Solarize, 0.2, 8)],
    [step(Brightness, 0.1, 3), step(Color, 0.7, 0)],
    [step(Solarize, 0.4, 5), step(AutoContrast, 0.9, 0)],
    [step(TranslateY, 0.9, 9), step(TranslateY, 0.7, 9)],
    [step(AutoContrast, 0.9, 0), step(Solarize, 0.8, 3)],
    [step(Equalize, 0.8, 0), step(Invert, 0.1, 0)],
    [step(TranslateY, 0.7, 9), step(AutoContrast, 0.9, 0)],
];

#[rustfmt::skip]
const SVHN: [[Step; 2]; 25] = [
    [step(ShearX, 0.9, 4), step(Invert, 0.2, 0)],
    [step(ShearY, 0.9, 8), step(Invert, 0.7, 0)],
    [step(Equalize, 0.6, 0), step(Solarize, 0.6, 6)],
    [step(Invert, 0.9, 0), step(Equalize, 0.6, 0)],
    [step(Equalize, 0.6, 0), step(Rotate, 0.9, 3)],
    [step(ShearX, 0.9, 4), step(AutoContrast, 0.8, 0)],
    [step(ShearY, 0.9, 8), step(Invert, 0.4, 0)],
    [step(ShearY, 0.9, 5), step(Solarize, 0.2, 6)],
    [step(Invert, 0.9, 0), step(AutoContrast, 0.8, 0)],
    [step(Equalize, 0.6, 0), step(Rotate, 0.9, 3)],
    [step(ShearX, 0.9, 4), step(Solarize, 0.3, 3)],
    [step(ShearY, 0.8, 8), step(Invert, 0.7, 0)],
    [step(Equalize, 0.9, 0), step(TranslateY, 0.6, 6)],
    [step(Invert, 0.9, 0), step(Equalize, 0.6, 0)],
    [step(Contrast, 0.3, 3), step(Rotate, 0.8, 4)],
    [step(Invert, 0.8, 0), step(TranslateY, 0.0, 2)],
    [step(ShearY, 0.7, 6), step(Solarize, 0.4, 8)],
    [step(Invert, 0.6, 0), step(Rotate, 0.8, 4)],
    [step(ShearY, 0.3, 7), step(TranslateX, 0.9, 3)],
    [step(ShearX, 0.1, 6), step(Invert, 0.6, 0)],
    [step(Solarize, 0.7, 2), step(TranslateY, 0.6, 7)],
    [step(ShearY, 0.8, 4), step(Invert, 0.8, 0)],
    [step(ShearX, 0.7, 9), step(TranslateY, 0.8, 3)],
    [step(ShearY, 0.8, 5), step(AutoContrast, 0.7, 0)],
    [step(ShearX, 0.7, 2), step(Invert, 0.1, 0)],
];
