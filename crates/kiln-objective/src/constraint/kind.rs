//! What every kind of constraint says of itself.

use std::fmt::Debug;

use burn::tensor::Tensor;
use kiln_core::{NumberError, ParamInfo, ParamSelection};

use crate::Units;

/// The settings of one kind of constraint: where weights must lie after every update.
pub trait ConstraintKind: Debug + Send + Sync {
    /// The parameters it acts on.
    fn params(&self) -> &ParamSelection;

    /// The settings, each in its range. `key` is the constraint's name in the configuration, `constraint.0`.
    ///
    /// # Errors
    /// [`NumberError`] for a setting out of its range, with its key.
    fn check(&self, _key: &str) -> Result<(), NumberError> {
        Ok(())
    }

    /// What a unit is, if it looks at units. A parameter without such units is passed over.
    fn units(&self) -> Option<Units> {
        None
    }

    /// Whether it has a meaning for a parameter; others that are selected are passed over.
    fn is_for(&self, info: &ParamInfo) -> bool {
        self.units() != Some(Units::Filter) || info.dims.len() > 2
    }

    /// The nearest place where a weight with shape `dims` may be; flat, without autodiff.
    fn project(&self, weight: Tensor<1>, dims: &[usize]) -> Tensor<1>;

    /// Where weights must lie, as text: `w ≥ 0`.
    fn formula(&self) -> String;
}
