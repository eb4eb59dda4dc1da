//! What is explained, and how.

use std::ops::Range;

use super::method::Method;
use crate::evaluate::Part;
use crate::session::Session;

/// What is explained, and how.
///
/// | field | default |
/// |---|---|
/// | `part` | the test part; without one the validation part, or the training part |
/// | `items` | the 8 most wrong |
/// | `of` | what is predicted |
/// | `steps` | 50, of integrated gradients |
/// | `samples` | 50, of SmoothGrad |
/// | `noise` | 0.15 of the range of the inputs, of SmoothGrad |
/// | `layer` | the last feature maps, of Grad-CAM |
/// | `sanity` | true |
#[derive(Debug, Clone)]
pub struct ExplainSettings {
    /// What all experiments share.
    pub session: Session,
    /// How.
    pub method: Method,
    /// The part of the data that the items are of.
    pub part: Option<Part>,
    /// Which items.
    pub items: Which,
    /// Which output.
    pub of: Of,
    /// Places on the way of integrated gradients, 1 to 10,000.
    pub steps: usize,
    /// How often SmoothGrad draws noise, 1 to 10,000.
    pub samples: usize,
    /// The standard deviation of this noise, as a part of the range of the inputs, 0 or more.
    pub noise: f64,
    /// The path of the feature maps for Grad-CAM.
    pub layer: Option<String>,
    /// Whether the attributions are compared with those of weights that are drawn anew, layer by layer from the top.
    pub sanity: bool,
}

/// Which items are explained.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Which {
    /// Those at these places of the part, from 0.
    Places(Range<usize>),
    /// So many with the least likely truth, or the largest error.
    MostWrong(usize),
}

/// Which output is explained.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Of {
    /// The class that is predicted; of several numbers or labels the first.
    #[default]
    Predicted,
    /// The class that is true; of several numbers or labels the first.
    Actual,
    /// The class, label or column of this name.
    Named(String),
}

impl ExplainSettings {
    /// With the defaults named above.
    pub fn new(session: Session, method: Method) -> Self {
        Self {
            session,
            method,
            part: None,
            items: Which::MostWrong(8),
            of: Of::Predicted,
            steps: 50,
            samples: 50,
            noise: 0.15,
            layer: None,
            sanity: true,
        }
    }
}
