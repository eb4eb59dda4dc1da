//! What a loss was made of.

use std::sync::Arc;

use super::{LossConfig, LossKind};

/// The settings that a loss was made of, or a user's own.
#[derive(Debug, Clone)]
pub(super) enum Which {
    Config(LossConfig),
    Own(Arc<dyn LossKind>),
}

impl Which {
    pub(super) fn as_kind(&self) -> &dyn LossKind {
        match self {
            Self::Config(config) => config.as_kind(),
            Self::Own(own) => own.as_ref(),
        }
    }
}
