//! What a model is made of, whatever it is written as.

use kiln_data::Fitted;
use kiln_models::Network;
use kiln_objective::Loss;
use kiln_train::Decision;

/// A network that was trained with `loss` on inputs as `fitted` has them, and how a class follows from its logits.
pub(super) struct ModelParts<'a> {
    pub(super) network: &'a Network,
    /// The loss, and its kind as a configuration names it.
    pub(super) loss: (&'a Loss, &'a str),
    pub(super) fitted: &'a Fitted,
    pub(super) decision: Decision,
    /// The steps that a model looks at which forecasts.
    pub(super) window: Option<usize>,
}
