//! Why a training is no convex problem.

use std::borrow::Cow;

use kiln_core::{ErrorKind, Explain};

/// Why a training is not a convex problem that kiln can certify.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum NotConvex {
    /// The model has more than a matrix and a bias.
    #[error("the model is not linear: it has {parameters} parameters, a matrix and a bias are two")]
    Model {
        /// How many it has.
        parameters: usize,
    },
    /// No solver has this loss.
    #[error("loss.kind {loss} with these settings has no solver")]
    Loss {
        /// Its name.
        loss: &'static str,
    },
    /// Some items count more than others.
    #[error("the items have weights, which a solver does not take")]
    Weighted,
    /// No solver has this penalty.
    #[error("{penalty}.kind has no solver")]
    Penalty {
        /// Its key.
        penalty: String,
    },
    /// The strength of a penalty changes over the run.
    #[error("{penalty}.schedule changes what is minimised from step to step")]
    Scheduled {
        /// Its key.
        penalty: String,
    },
    /// Weights are constrained.
    #[error("there is a constraint, and a certificate cannot account for it")]
    Constrained,
    /// Parameters are frozen.
    #[error("there is a freeze, and a solver moves every parameter")]
    Frozen,
    /// A penalty acts on the bias.
    #[error("{penalty}.params includes the bias, which a solver does not penalise")]
    Bias {
        /// Its key.
        penalty: String,
    },
    /// The optimiser decays weights, which no penalty accounts for.
    #[error("optim.weight_decay is {decay}: it adds a term to the objective that no penalty names")]
    WeightDecay {
        /// The decay.
        decay: f64,
    },
}

impl Explain for NotConvex {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Usage
    }

    fn help(&self) -> Option<String> {
        Some(
            match self {
                Self::Model { .. } => {
                    "set model.kind=linear, or leave train.solver and train.kkt_tolerance out"
                }
                Self::Loss { .. } => {
                    "use mse, binary-cross-entropy, or cross-entropy without further settings"
                }
                Self::Weighted => "leave the weights of items out",
                Self::Penalty { .. } => "use l1, l2 or elastic-net",
                Self::Scheduled { .. } => "leave the schedule out",
                Self::Frozen => "train by steps: leave train.solver out",
                Self::Constrained => "leave [[constraint]] out, or train.solver and train.kkt_tolerance",
                Self::Bias { .. } => "leave params out, or set it to weights",
                Self::WeightDecay { .. } => {
                    "set optim.weight_decay=0 and use an l2 penalty of half the strength"
                }
            }
            .to_owned(),
        )
    }

    fn key(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Model { .. } => Some(Cow::Borrowed("model.kind")),
            Self::Loss { .. } => Some(Cow::Borrowed("loss.kind")),
            Self::Weighted | Self::Frozen => None,
            Self::Penalty { penalty } => Some(Cow::Owned(format!("{penalty}.kind"))),
            Self::Scheduled { penalty } => Some(Cow::Owned(format!("{penalty}.schedule"))),
            Self::Constrained => Some(Cow::Borrowed("constraint.0")),
            Self::Bias { penalty } => Some(Cow::Owned(format!("{penalty}.params"))),
            Self::WeightDecay { .. } => Some(Cow::Borrowed("optim.weight_decay")),
        }
    }
}
