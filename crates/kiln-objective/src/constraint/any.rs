//! A constraint, whoever wrote it.

use std::sync::Arc;

use super::{ConstraintConfig, ConstraintKind};

/// A constraint to train with: a [`ConstraintConfig`], the settings of a kind, such as
/// [`MaxNormConfig`](crate::MaxNormConfig), or anything else that is a [`ConstraintKind`].
///
/// ```
/// use burn::tensor::Tensor;
/// use kiln_core::ParamSelection;
/// use kiln_objective::{AnyConstraint, ConstraintKind, MaxNormConfig};
///
/// /// Numbers that are powers of two, or 0.
/// #[derive(Debug, Default)]
/// struct PowersOfTwo {
///     params: ParamSelection,
/// }
///
/// impl ConstraintKind for PowersOfTwo {
///     fn params(&self) -> &ParamSelection {
///         &self.params
///     }
///
///     fn project(&self, weight: Tensor<1>, _dims: &[usize]) -> Tensor<1> {
///         let zero = weight.clone().equal_elem(0.0);
///         let exponent = weight.clone().abs().log().div_scalar(2f64.ln()).round();
///         (weight.sign() * exponent.mul_scalar(2f64.ln()).exp()).mask_fill(zero, 0.0)
///     }
///
///     fn formula(&self) -> String {
///         "|w| = 2ⁿ".to_owned()
///     }
/// }
///
/// let constraints: [AnyConstraint; 2] = [MaxNormConfig::default().into(), PowersOfTwo::default().into()];
/// assert_eq!(constraints.map(|one| one.as_kind().formula()), ["‖w‖ ≤ 2.0 for each output", "|w| = 2ⁿ"]);
/// ```
#[derive(Debug, Clone)]
pub struct AnyConstraint(Which);

#[derive(Debug, Clone)]
enum Which {
    Config(ConstraintConfig),
    Kind(Arc<dyn ConstraintKind>),
}

impl AnyConstraint {
    /// The constraint itself.
    pub fn as_kind(&self) -> &dyn ConstraintKind {
        match &self.0 {
            Which::Config(config) => config.as_kind(),
            Which::Kind(kind) => kind.as_ref(),
        }
    }
}

impl From<ConstraintConfig> for AnyConstraint {
    fn from(config: ConstraintConfig) -> Self {
        Self(Which::Config(config))
    }
}

impl<K: ConstraintKind + 'static> From<K> for AnyConstraint {
    fn from(kind: K) -> Self {
        Self(Which::Kind(Arc::new(kind)))
    }
}
