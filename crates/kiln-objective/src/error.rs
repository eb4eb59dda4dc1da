//! What can be wrong with a loss or a penalty.

use std::borrow::Cow;

use kiln_core::{ErrorKind, Explain, NumberError};

use crate::TargetKind;

/// Why a loss or a penalty could not be built.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ObjectiveError {
    /// A setting is out of its range.
    #[error(transparent)]
    Number(#[from] NumberError),
    /// The loss is for another kind of target.
    #[error("the loss {loss} does not fit the target, which is {target}")]
    Target {
        /// `loss.kind`.
        loss: &'static str,
        /// What the data set has.
        target: TargetKind,
        /// The losses for such a target.
        fitting: Vec<&'static str>,
    },
    /// A loss of one's own is for another kind of target.
    #[error("the loss {loss} does not fit the target, which is {target}")]
    OwnTarget {
        /// The loss, as `Debug` shows it.
        loss: String,
        /// What the data set has.
        target: TargetKind,
    },
    /// There are more or fewer class weights than classes.
    #[error("loss.class_weights has {found} entries, the target has {classes} classes")]
    ClassWeights {
        /// Number of weights.
        found: usize,
        /// Number of classes.
        classes: usize,
    },
    /// A class has a weight, and there is no such class.
    #[error("loss.class_weights names the class {name:?}, which the data do not have")]
    UnknownClass {
        /// The class that is named.
        name: String,
        /// The class that was probably meant.
        nearest: Option<String>,
        /// The classes there are.
        classes: Vec<String>,
    },
    /// Class weights by name or by frequency, where the classes are not known.
    #[error("loss.class_weights are by name or balanced, and the classes are not known")]
    ClassesNotKnown,
    /// A penalty selects no parameter.
    #[error("{penalty} acts on nothing: no trainable parameter matches {wanted}")]
    NothingSelected {
        /// Which penalty, as its key in the configuration: `penalty.0`.
        penalty: String,
        /// The selection that matches nothing.
        wanted: String,
        /// Paths of the trainable parameters there are.
        paths: Vec<String>,
    },
    /// An activity penalty has no layer to look at.
    #[error("{penalty} acts on nothing: no hidden layer matches {wanted}")]
    NoLayer {
        /// Which penalty, as its key in the configuration: `penalty.0`.
        penalty: String,
        /// The path that matches nothing, in words.
        wanted: String,
        /// Paths of the hidden layers there are.
        layers: Vec<String>,
    },
    /// A penalty that has no proximal operator is to act through one.
    #[error("{penalty} has no proximal form")]
    NotProximal {
        /// Which penalty.
        penalty: String,
    },
}

impl Explain for ObjectiveError {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Usage
    }

    fn help(&self) -> Option<String> {
        Some(match self {
            Self::Number(_) => return None,
            Self::Target { target: TargetKind::Classes(2), fitting, .. } => {
                format!("use {} for two classes", any_of(fitting))
            }
            Self::Target { target: TargetKind::Classes(_), fitting, .. } => {
                format!("use {} for classes", any_of(fitting))
            }
            Self::Target { target: TargetKind::Labels(_), fitting, .. } => {
                format!("use {} for labels", any_of(fitting))
            }
            Self::Target { target: TargetKind::Values(_), fitting, .. } => {
                format!(
                    "use {} for numbers (binary-cross-entropy only for one column of 0 and 1)",
                    any_of(fitting)
                )
            }
            Self::OwnTarget { .. } => {
                "take another loss, or say in `LossKind::outputs` what it needs for such a target".to_owned()
            }
            Self::ClassWeights { classes, .. } => {
                format!("give {classes} class weights, in the order of the classes, or none")
            }
            Self::UnknownClass { nearest: Some(name), .. } => format!("did you mean {name:?}?"),
            Self::UnknownClass { classes, .. } => format!("the classes are {}", classes.join(", ")),
            Self::ClassesNotKnown => "make numbers of them with LossConfig::for_classes".to_owned(),
            Self::NothingSelected { paths, .. } => format!("use one of these paths: {}", paths.join(", ")),
            Self::NoLayer { layers, .. } if layers.is_empty() => {
                "the model shows none; leave the penalty out".to_owned()
            }
            Self::NoLayer { layers, .. } => format!("use some of these layers: {}", layers.join(", ")),
            Self::NotProximal { .. } => "leave proximal out for this penalty".to_owned(),
        })
    }

    fn key(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Number(error) => error.key(),
            Self::Target { .. } | Self::OwnTarget { .. } => Some(Cow::Borrowed("loss.kind")),
            Self::ClassWeights { .. } | Self::UnknownClass { .. } | Self::ClassesNotKnown => {
                Some(Cow::Borrowed("loss.class_weights"))
            }
            Self::NothingSelected { penalty, .. } | Self::NoLayer { penalty, .. } => {
                Some(Cow::Borrowed(penalty))
            }
            Self::NotProximal { penalty } => Some(Cow::Owned(format!("{penalty}.proximal"))),
        }
    }
}

/// Names as a list in a sentence.
fn any_of(names: &[&str]) -> String {
    match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => names.concat(),
    }
}
