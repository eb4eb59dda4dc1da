//! Parts of the data.

/// A part of the data.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Part {
    /// The items that the weights were fitted to: with `data.refit` those of the validation part, too.
    Train,
    /// The items that picked the best weights. With `data.refit` there are none.
    Validation,
    /// The items of `data.calibration`, which say how far predictions are off.
    Calibration,
    /// The items that training did not look at.
    #[default]
    Test,
}

impl Part {
    /// What the part is called: `train`, `validation`, `calibration` or `test`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Validation => "validation",
            Self::Calibration => "calibration",
            Self::Test => "test",
        }
    }
}
