//! Losses: the mean over a batch of how wrong the outputs are. Each kind is a file with its settings, checks and formula, and
//! a line of this list.

mod built;
mod class_weights;
mod config;
mod divergence;
mod embedding;
pub mod functional;
mod kind;
mod members;
mod overlap;
mod own;
mod target;
mod terms;
mod which;

use kiln_core::kinds;

pub use built::Loss;
pub use class_weights::ClassWeights;
pub use kind::{ConvexLoss, LossKind};
pub use target::TargetKind;
pub use terms::LossTerms;

kinds! {
    /// The section `[loss]`.
    pub enum LossConfig: LossKind {
        "cross-entropy" => cross_entropy::CrossEntropy(CrossEntropyConfig),
        "binary-cross-entropy" => binary_cross_entropy::BinaryCrossEntropy(BinaryCrossEntropyConfig),
        "focal" => focal::Focal(FocalConfig),
        "hinge" => hinge::Hinge(HingeConfig),
        "multi-margin" => multi_margin::MultiMargin(MultiMarginConfig),
        "mse" => mse::Mse(MseConfig),
        "mae" => mae::Mae(MaeConfig),
        "huber" => huber::Huber(HuberConfig),
        "log-cosh" => log_cosh::LogCosh(LogCoshConfig),
        "quantile" => quantile::Quantile(QuantileConfig),
        "poisson-nll" => poisson_nll::PoissonNll(PoissonNllConfig),
        "gaussian-nll" => gaussian_nll::GaussianNll(GaussianNllConfig),
    }
}
