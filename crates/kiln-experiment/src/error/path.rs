//! What keeps a configuration from having a path.

use std::borrow::Cow;

use kiln_core::{ErrorKind, Explain};

/// What keeps a configuration from having a path.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NoPath {
    /// A target that a linear model is not solved for.
    #[error("a path is solved for one column of numbers or for classes, but the target is {target}")]
    Target {
        /// What the target is.
        target: String,
    },
    /// Weights that the solver would pass over.
    #[error("the solver of `kiln path` knows no weights of items, but data.weight is set")]
    Weights,
    /// A loss that the solver does not have.
    #[error("loss.kind {loss} is not solved for {target}")]
    Loss {
        /// The loss.
        loss: &'static str,
        /// What the target is.
        target: String,
    },
    /// A setting of the loss that the solver does not have.
    #[error("the solver of `kiln path` has no {setting}, but loss.{setting} is set")]
    LossSetting {
        /// The setting.
        setting: &'static str,
    },
    /// Items that change from epoch to epoch.
    #[error("the solver of `kiln path` does not augment items, but there is a section {section}")]
    Augmented {
        /// The section.
        section: &'static str,
    },
    /// A penalty that the solver does not have.
    #[error(
        "the solver of `kiln path` has L1, L2 and elastic net on all weights, but {key} is something else"
    )]
    Penalty {
        /// The setting.
        key: String,
    },
    /// A constraint, which the solver does not have.
    #[error("the solver of `kiln path` knows no constraints, but there is {key}")]
    Constraint {
        /// The setting.
        key: String,
    },
    /// A model without a bias.
    #[error("the solver of `kiln path` fits an intercept, but model.bias is false")]
    NoBias,
    /// Each of several penalties could be the one that moves.
    #[error("{first} and {second} both make weights zero, but a path moves the strength of one penalty")]
    Several {
        /// The first of them.
        first: String,
        /// The second of them.
        second: String,
    },
    /// A class that some fold does not train on.
    #[error(
        "the training items of a fold have no item of class {class:?}, so the model of this class has no optimum"
    )]
    RareClass {
        /// The class.
        class: String,
    },
    /// A strength that is moved twice.
    #[error("{key}.schedule moves the strength, and so does the path")]
    Scheduled {
        /// The setting.
        key: String,
    },
    /// The share of L1 is said twice.
    #[error("--l1-ratio and {key} both say what the penalty is")]
    SaidTwice {
        /// The setting.
        key: String,
    },
    /// No L1 at all.
    #[error("{key}.l1_ratio is 0: without L1 no weight becomes zero")]
    NoL1 {
        /// The setting.
        key: String,
    },
    /// An average of weights, which has hardly any zeros.
    #[error("an average of weights is not sparse, but there is a section average")]
    Averaged,
    /// A solver, and steps are wanted.
    #[error("the path is trained by steps, but {key} is set")]
    Solver {
        /// The setting.
        key: &'static str,
    },
    /// A flag of paths that are trained.
    #[error("{flag} is for paths that are trained, but the path of a linear model is solved")]
    Flag {
        /// The flag.
        flag: &'static str,
    },
    /// Nothing to judge by.
    #[error("data.validation is 0, so no items can judge the strengths")]
    NoValidation,
    /// One part of the data does not give the standard error of the metric.
    #[error("{metric} is not a mean over items, so one validation part does not give its standard error")]
    NoMean {
        /// The metric.
        metric: String,
    },
}

impl Explain for NoPath {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::RareClass { .. } => ErrorKind::Data,
            _ => ErrorKind::Usage,
        }
    }

    fn help(&self) -> Option<String> {
        let help = match self {
            Self::Target { .. } => "name one column with data.target, or add --by-steps",
            Self::Weights => "leave data.weight out and name its column in data.ignore, or add --by-steps",
            Self::Loss { .. } => {
                "take mse for numbers, cross-entropy or binary-cross-entropy for classes, or add --by-steps"
            }
            Self::LossSetting { setting } => {
                return Some(format!("leave loss.{setting} out, or add --by-steps"));
            }
            Self::Augmented { section } => {
                return Some(format!("leave the section {section} out, or add --by-steps"));
            }
            Self::Penalty { key } => {
                return Some(format!(
                    "leave {key} out, or add --by-steps to train with it at every strength"
                ));
            }
            Self::Constraint { key } => {
                return Some(format!(
                    "leave {key} out, or add --by-steps to train with it at every strength"
                ));
            }
            Self::NoBias => "leave model.bias out, or add --by-steps",
            Self::RareClass { .. } => {
                "take classes out of the data that have next to no items, or add --by-steps"
            }
            Self::Several { .. } => "leave one of them out",
            Self::Scheduled { .. } => "leave the schedule out",
            Self::SaidTwice { .. } => "leave --l1-ratio out, or the penalty",
            Self::NoL1 { .. } => "give it a share above 0",
            Self::Averaged => "leave the section average out",
            Self::Solver { key } => return Some(format!("leave {key} out")),
            Self::Flag { .. } => "leave it out, or add --by-steps",
            Self::NoValidation => "set data.validation, or give --folds",
            Self::NoMean { .. } => {
                "give --folds, or another --metric, such as log_loss, accuracy, mse or mae"
            }
        };
        Some(help.to_owned())
    }

    fn key(&self) -> Option<Cow<'_, str>> {
        Some(match self {
            Self::Target { .. } => Cow::Borrowed("data.target"),
            Self::Weights => Cow::Borrowed("data.weight"),
            Self::Loss { .. } => Cow::Borrowed("loss.kind"),
            Self::LossSetting { setting } => Cow::Owned(format!("loss.{setting}")),
            Self::Augmented { section } => Cow::Borrowed(section),
            Self::Penalty { key }
            | Self::Constraint { key }
            | Self::Several { first: key, .. }
            | Self::SaidTwice { key } => Cow::Owned(format!("{key}.kind")),
            Self::NoBias => Cow::Borrowed("model.bias"),
            Self::Scheduled { key } => Cow::Owned(format!("{key}.schedule")),
            Self::NoL1 { key } => Cow::Owned(format!("{key}.l1_ratio")),
            Self::Averaged => Cow::Borrowed("average.kind"),
            Self::Solver { key } => Cow::Borrowed(key),
            Self::NoValidation => Cow::Borrowed("data.validation"),
            Self::RareClass { .. } | Self::Flag { .. } | Self::NoMean { .. } => return None,
        })
    }
}
