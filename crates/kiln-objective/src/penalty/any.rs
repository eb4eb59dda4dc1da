//! A penalty, whoever wrote it.

use burn::tensor::Tensor;

use super::{Custom, Penalty, PenaltyConfig, PenaltyTerm, WeightView};

/// A penalty to train with: settings, or a penalty of one's own.
///
/// Made from the settings of a kind, such as [`L2Config`](crate::L2Config), from a [`PenaltyConfig`], from a [`Custom`]
/// function of a weight, from a boxed [`Penalty`], or from a [`PenaltyTerm`], which says on which parameters, how and when.
///
/// ```
/// use kiln_objective::{AnyPenalty, Custom, L2Config, PenaltyTerm};
///
/// let settings = AnyPenalty::from(L2Config::new(1e-3));
/// assert!(matches!(settings, AnyPenalty::Config(_)));
/// let quartic = || Custom::new("Σ w⁴", |weight| weight.flat.powi_scalar(4).sum());
/// for own in [AnyPenalty::from(quartic()), PenaltyTerm::new(quartic()).into()] {
///     assert!(matches!(own, AnyPenalty::Own(_)));
/// }
/// ```
#[derive(Debug, Clone)]
pub enum AnyPenalty {
    /// Settings.
    Config(PenaltyConfig),
    /// A penalty of one's own.
    Own(PenaltyTerm),
}

impl<S: Into<PenaltyConfig>> From<S> for AnyPenalty {
    fn from(config: S) -> Self {
        Self::Config(config.into())
    }
}

impl From<PenaltyTerm> for AnyPenalty {
    fn from(term: PenaltyTerm) -> Self {
        Self::Own(term)
    }
}

impl From<Box<dyn Penalty>> for AnyPenalty {
    fn from(penalty: Box<dyn Penalty>) -> Self {
        Self::Own(penalty.into())
    }
}

impl<F: Fn(WeightView<'_>) -> Tensor<1> + Send + Sync + 'static> From<Custom<F>> for AnyPenalty {
    fn from(penalty: Custom<F>) -> Self {
        Self::Own(PenaltyTerm::new(penalty))
    }
}
