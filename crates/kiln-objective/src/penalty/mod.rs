//! Penalties: terms λ·R of the objective. Each kind is a file with its settings, checks, formula and rule, and a line of
//! this list.

mod any;
mod batch_terms;
mod config;
mod convention;
mod custom;
mod kind;
mod on_batch;
mod on_weights;
mod proximal;
mod share;
mod term;
mod terms;

use kiln_core::kinds;

pub use activity::{Activity, ActivityNorm};
pub use any::AnyPenalty;
pub use batch_terms::BatchPenalties;
pub use convention::{Beside, Convention};
pub use cumulative_l1::CumulativeL1;
pub use custom::Custom;
pub use elastic_net::ElasticNet;
pub use group_lasso::GroupLasso;
pub use input_gradient::InputGradient;
pub use jacobian::Jacobian;
pub use kind::{PenaltyKind, Shared};
pub use l1::L1;
pub use l2::L2;
pub use l2_sp::L2Sp;
pub use on_batch::{BatchPenalty, BatchView};
pub use on_weights::{Penalty, WeightView};
pub use orthogonal::Orthogonal;
pub use spectral::Spectral;
pub use term::PenaltyTerm;
pub use terms::Penalties;

kinds! {
    /// An entry of `[[penalty]]`: a term λ·R added to the loss.
    pub enum PenaltyConfig: PenaltyKind {
        "l1" => l1::L1(L1Config),
        "cumulative-l1" => cumulative_l1::CumulativeL1(CumulativeL1Config),
        "l2" => l2::L2(L2Config),
        "l2-sp" => l2_sp::L2Sp(L2SpConfig),
        "elastic-net" => elastic_net::ElasticNet(ElasticNetConfig),
        "group-lasso" => group_lasso::GroupLasso(GroupLassoConfig),
        "l21" => l21::L21(L21Config),
        "orthogonal" => orthogonal::Orthogonal(OrthogonalConfig),
        "spectral" => spectral::Spectral(SpectralConfig),
        "activity" => activity::Activity(ActivityConfig),
        "input-gradient" => input_gradient::InputGradient(InputGradientConfig),
        "jacobian" => jacobian::Jacobian(JacobianConfig),
    }
}
