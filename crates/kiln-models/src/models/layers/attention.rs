//! Attention.

use kiln_core::check;
use serde::{Deserialize, Serialize};

use super::layer::Layer;
use super::part::{LayerKind, Part, Place, Shape};
use super::problem::LayerProblem;
use crate::ModelError;
use crate::attention::SelfAttention;
use crate::init::Init;
use crate::plan::Plan;
use crate::schema::JsonSchema;

/// Self-attention of several heads (Vaswani and others: Attention is all you need, 2017): `torch.nn.MultiheadAttention`. Reads tokens.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = Self { heads: 4 })]
pub struct AttentionLayer {
    /// Heads, a divisor of the features of a token.
    #[schemars(range(min = 1))]
    pub heads: usize,
}

/// Standard deviation of the first weights.
const STD: f64 = 0.02;

impl LayerKind for AttentionLayer {}

impl Part for AttentionLayer {
    fn check(&self, key: &str) -> Result<(), ModelError> {
        check::at_least(&format!("{key}.heads"), self.heads, 1)?;
        Ok(())
    }

    fn output(&self, at: &Place<'_>) -> Result<Shape, ModelError> {
        let [_, width] = at.needs_tokens()?;
        if !width.is_multiple_of(self.heads) {
            return Err(at.refuse(LayerProblem::Heads { heads: self.heads, width }));
        }
        Ok(at.input)
    }

    fn plan(&self, at: &Place<'_>, plan: &mut Plan) -> Result<String, ModelError> {
        let [tokens, width] = at.needs_tokens()?;
        plan.weight([width, width.saturating_mul(3)], tokens, true);
        plan.weight([width, width], tokens, true);
        Ok(format!("attention of {} heads", self.heads))
    }

    fn build(&self, at: &Place<'_>, init: &mut Init<'_>) -> Result<Layer, ModelError> {
        let [_, width] = at.needs_tokens()?;
        Ok(Layer::Attention(SelfAttention::new(init, width, self.heads, STD)))
    }
}
