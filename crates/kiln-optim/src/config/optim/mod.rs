//! The section `[optim]`. Defaults are PyTorch's where PyTorch has the optimiser.

mod adam;
mod adaptive;
mod layerwise;
mod momentum;
mod schedule_free;
mod sgd;

use serde::{Deserialize, Serialize};

pub use adam::{AdamConfig, AdamaxConfig, AdamwConfig, NadamConfig, RadamConfig};
pub use adaptive::{AdadeltaConfig, AdafactorConfig, AdagradConfig, RmspropConfig};
pub use layerwise::{AdjustLr, LambConfig, MuonConfig};
pub use momentum::{AdanConfig, LionConfig};
pub use schedule_free::{ScheduleFreeAdamwConfig, ScheduleFreeSgdConfig};
pub use sgd::{AsgdConfig, SgdConfig};

/// Which optimiser, with its settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum OptimConfig {
    /// Stochastic gradient descent; with a batch of 1 the classical one, with the whole data set plain descent.
    Sgd(SgdConfig),
    /// Averaged stochastic gradient descent.
    Asgd(AsgdConfig),
    /// Adam; its weight decay is coupled (L2), as in PyTorch.
    Adam(AdamConfig),
    /// Adam with decoupled weight decay.
    Adamw(AdamwConfig),
    /// Adam with Nesterov's momentum.
    Nadam(NadamConfig),
    /// Adam with a rectified variance.
    Radam(RadamConfig),
    /// Adam with the largest magnitude in place of the second moment.
    Adamax(AdamaxConfig),
    /// RMSprop.
    Rmsprop(RmspropConfig),
    /// Adagrad.
    Adagrad(AdagradConfig),
    /// Adadelta.
    Adadelta(AdadeltaConfig),
    /// Adafactor: the second moment of a matrix as one row and one column.
    Adafactor(AdafactorConfig),
    /// LAMB: Adam with steps in proportion to the norm of each parameter.
    Lamb(LambConfig),
    /// Lion: the sign of a momentum.
    Lion(LionConfig),
    /// Adan: Adam with Nesterov's momentum from differences of gradients.
    Adan(AdanConfig),
    /// Muon: orthogonalised momentum for matrices, AdamW for the rest.
    Muon(MuonConfig),
    /// SGD that needs no schedule.
    ScheduleFreeSgd(ScheduleFreeSgdConfig),
    /// AdamW that needs no schedule.
    ScheduleFreeAdamw(ScheduleFreeAdamwConfig),
}

/// What every optimiser's settings have, whichever it is.
macro_rules! of_each {
    ($config:expr, $setting:ident) => {
        match $config {
            OptimConfig::Sgd(config) => config.$setting,
            OptimConfig::Asgd(config) => config.$setting,
            OptimConfig::Adam(config) => config.$setting,
            OptimConfig::Adamw(config) => config.$setting,
            OptimConfig::Nadam(config) => config.$setting,
            OptimConfig::Radam(config) => config.$setting,
            OptimConfig::Adamax(config) => config.$setting,
            OptimConfig::Rmsprop(config) => config.$setting,
            OptimConfig::Adagrad(config) => config.$setting,
            OptimConfig::Adadelta(config) => config.$setting,
            OptimConfig::Adafactor(config) => config.$setting,
            OptimConfig::Lamb(config) => config.$setting,
            OptimConfig::Lion(config) => config.$setting,
            OptimConfig::Adan(config) => config.$setting,
            OptimConfig::Muon(config) => config.$setting,
            OptimConfig::ScheduleFreeSgd(config) => config.$setting,
            OptimConfig::ScheduleFreeAdamw(config) => config.$setting,
        }
    };
}

impl OptimConfig {
    /// The learning rate, before any schedule.
    pub fn lr(&self) -> f64 {
        of_each!(self, lr)
    }

    /// Weight decay, before any group and schedule.
    pub fn weight_decay(&self) -> f64 {
        of_each!(self, weight_decay)
    }

    /// Whether its updates have a length: whether proximal steps can follow them ([`StepSize`](crate::StepSize)).
    pub fn has_step_size(&self) -> bool {
        !matches!(self, Self::Adafactor(_) | Self::Lamb(_) | Self::Lion(_) | Self::Muon(_))
    }

    /// Whether biases and normalisation layers decay too.
    pub fn decay_all(&self) -> bool {
        of_each!(self, decay_all)
    }
}
