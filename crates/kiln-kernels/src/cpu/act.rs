//! What a layer does to its results before it writes them.

/// What is applied to the results of a layer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Act {
    /// Nothing.
    #[default]
    None,
    /// `max(y, 0)`; NaN stays NaN.
    Relu,
}

/// What batch norm does to its results before it writes them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NormAct {
    /// Nothing.
    #[default]
    None,
    /// `max(y, 0)`; NaN stays NaN.
    Relu,
    /// `y · min(max(y + 3, 0), 6) / 6` (Howard et al., Searching for MobileNetV3, 2019); NaN stays NaN.
    HardSwish,
}

impl From<Act> for NormAct {
    fn from(act: Act) -> Self {
        match act {
            Act::None => Self::None,
            Act::Relu => Self::Relu,
        }
    }
}
