//! What PyTorch calls the parts of a transformer layer.

use burn::module::Module;

use super::place::{Place, Step, joined};

const ENCODER: &str = "TransformerEncoderLayer";
const DECODER: &str = "TransformerDecoderLayer";

/// Whether a place is in a transformer layer.
pub(super) fn has_layers(place: &Place) -> bool {
    place.steps().iter().any(|step| step.of == ENCODER || step.of == DECODER)
}

/// Whether the transformer layers of `module` normalise first. Their norms have other numbers then. Burn keeps it in a field
/// that no visitor sees, so it is read from what `Debug` shows. `None` where that shows nothing, or both.
pub(super) fn norm_first<M: Module>(module: &M) -> Option<bool> {
    let shown = format!("{module:?}");
    match (shown.contains("norm_first: true"), shown.contains("norm_first: false")) {
        (true, false) => Some(true),
        (false, true) => Some(false),
        _ => None,
    }
}

/// The path that PyTorch's transformer has for `steps`.
pub(super) fn renamed(steps: &[Step], norm_first: Option<bool>) -> String {
    let mut before: Option<&Step> = None;
    let mut names = Vec::with_capacity(steps.len());
    for step in steps {
        names.push(name(step, before, norm_first));
        before = Some(step);
    }
    joined(names.into_iter())
}

fn name<'a>(step: &'a Step, before: Option<&Step>, norm_first: Option<bool>) -> &'a str {
    let of_layer = |step: &Step| step.of == ENCODER || step.of == DECODER;
    match (step.of.as_str(), step.field.as_str(), norm_first) {
        (ENCODER, "mha", _) => "self_attn",
        (DECODER, "cross_attn", _) => "multihead_attn",
        // The two linear layers are the transformer layer's own.
        (ENCODER | DECODER, "pwff", _) => "",
        ("PositionWiseFeedForward", "linear_inner", _) if before.is_some_and(of_layer) => "linear1",
        ("PositionWiseFeedForward", "linear_outer", _) if before.is_some_and(of_layer) => "linear2",
        (ENCODER | DECODER, "norm_1", Some(false)) => "norm1",
        (ENCODER | DECODER, "norm_2", Some(false)) => "norm2",
        (DECODER, "norm_3", Some(false)) => "norm3",
        // PyTorch counts in the order of use, Burn calls the norm before the first attention the last.
        (ENCODER, "norm_2", Some(true)) | (DECODER, "norm_3", Some(true)) => "norm1",
        (ENCODER, "norm_1", Some(true)) | (DECODER, "norm_1", Some(true)) => "norm2",
        (DECODER, "norm_2", Some(true)) => "norm3",
        _ => &step.field,
    }
}
