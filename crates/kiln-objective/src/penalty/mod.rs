//! Penalties: `J(θ) + λ · R(θ)`, one weight tensor at a time.

mod convention;
mod elastic_net;
mod l1;
mod l2;
mod terms;

use std::fmt::{self, Debug, Display};

use burn::tensor::Tensor;
use kiln_core::{NumberError, Range};

use crate::PenaltyConfig;
pub use convention::{Beside, Convention};
pub use elastic_net::ElasticNet;
pub use l1::L1;
pub use l2::L2;
pub use terms::Penalties;

/// One parameter, as a penalty sees it.
#[derive(Debug, Clone)]
pub struct WeightView<'a> {
    /// Path in the model.
    pub path: &'a str,
    /// The shape.
    pub dims: &'a [usize],
    /// The elements in row-major order, one dimension.
    pub flat: Tensor<1>,
}

/// A term `λ · R(w)` of the objective. `Display` is its formula, λ included.
pub trait Penalty: Debug + Display + Send + Sync {
    /// `λ · R(w)`, `[1]`.
    fn value(&self, weight: WeightView<'_>) -> Tensor<1>;

    /// The gradient of the value, flat; `None` to have it found by automatic differentiation.
    fn gradient(&self, _weight: WeightView<'_>) -> Option<Tensor<1>> {
        None
    }

    /// `argmin_u ½ ‖u − w‖² + step · λ · R(u)`, flat; `None` where there is no closed form.
    fn prox(&self, _weight: WeightView<'_>, _step: f64) -> Option<Tensor<1>> {
        None
    }

    /// Whether [`Penalty::prox`] gives something.
    fn is_proximal(&self) -> bool {
        false
    }
}

impl PenaltyConfig {
    /// The penalty, its settings checked. `key` is its name in the configuration, `penalty.0`.
    ///
    /// | setting | range |
    /// |---|---|
    /// | `strength` | at least 0 |
    /// | `l1_ratio` | [0, 1] |
    ///
    /// # Errors
    /// [`NumberError`] for a setting out of its range.
    pub fn build(&self, key: &str) -> Result<Box<dyn Penalty>, NumberError> {
        let number = |name: &str, value, range: Range| range.check(&format!("{key}.{name}"), value);
        let strength = |value| number("strength", value, Range::at_least(0.0));
        Ok(match self {
            Self::L1(config) => Box::new(L1 { strength: strength(config.strength)? }),
            Self::L2(config) => Box::new(L2 { strength: strength(config.strength)? }),
            Self::ElasticNet(config) => Box::new(ElasticNet {
                strength: strength(config.strength)?,
                l1_ratio: number("l1_ratio", config.l1_ratio, Range::UNIT)?,
            }),
        })
    }

    /// The parameters it acts on.
    pub fn params(&self) -> &crate::ParamSelection {
        match self {
            Self::L1(config) | Self::L2(config) => &config.params,
            Self::ElasticNet(config) => &config.params,
        }
    }

    /// Whether weights that it acts on can become exactly zero: a proximal step with an L1 term.
    pub fn makes_zeros(&self) -> bool {
        self.proximal()
            && match self {
                Self::L1(config) => config.strength > 0.0,
                Self::L2(_) => false,
                Self::ElasticNet(config) => config.strength * config.l1_ratio > 0.0,
            }
    }

    /// Whether it acts by a proximal step instead of the gradient.
    pub fn proximal(&self) -> bool {
        match self {
            Self::L1(config) | Self::L2(config) => config.proximal,
            Self::ElasticNet(config) => config.proximal,
        }
    }
}

/// `sign(w) · max(|w| − threshold, 0)`, with exact zeros.
fn soft_threshold(weight: Tensor<1>, threshold: f64) -> Tensor<1> {
    // w − clamp(w) in place of sign and maximum: two passes, and w − w is exactly 0.
    let clamped = weight.clone().clamp(-threshold, threshold);
    weight.sub(clamped)
}

fn formula(f: &mut fmt::Formatter<'_>, strength: f64, rest: &str) -> fmt::Result {
    write!(f, "{strength} · {rest}")
}
