//! Constraints: where weights must lie after every update. Each kind is a file with its settings, checks, formula and
//! projection, and a line of this list.

mod any;
mod kind;
mod terms;

use kiln_core::kinds;

use crate::selection;
pub use any::AnyConstraint;
pub use kind::ConstraintKind;
pub use terms::Constraints;

kinds! {
    /// An entry of `[[constraint]]`: where weights must lie after every update.
    pub enum ConstraintConfig: ConstraintKind {
        "max-norm" => max_norm::MaxNorm(MaxNormConfig),
        "unit-norm" => unit_norm::UnitNorm(UnitNormConfig),
        "non-negative" => non_negative::NonNegative(NonNegativeConfig),
        "box" => bounds::Box(BoxConfig),
    }
}

impl ConstraintConfig {
    /// Where weights must lie, and which.
    ///
    /// ```
    /// use kiln_objective::{ConstraintConfig, NonNegativeConfig};
    ///
    /// let constraint = ConstraintConfig::from(NonNegativeConfig::default());
    /// assert_eq!(constraint.describe(), "w ≥ 0, over weights (no biases, no normalisation layers)");
    /// ```
    pub fn describe(&self) -> String {
        let kind = self.as_kind();
        format!("{}, over {}", kind.formula(), selection::describe(kind.params()))
    }
}
