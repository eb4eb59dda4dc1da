//! What follows from raw outputs, as records.

use kiln_infer::plan::{Average, Outputs, Raw, Target};

use super::refusal::not_run;
use crate::error::ExportError;
use crate::export::model::ModelParts;

/// What comes out of a model.
pub(super) fn outputs(model: &ModelParts<'_>) -> Result<Outputs, ExportError> {
    let (loss, kind) = model.loss;
    let raw = match kind {
        "poisson-nll" => Raw::Exp,
        "gaussian-nll" => Raw::First(loss.predictions()),
        _ if loss.predictions() == loss.outputs() => Raw::Plain,
        _ => return Err(not_run(format!("the loss {kind}"))),
    };
    // Those whose outputs are numbers, or are taken for them, are averaged as they are.
    let average = match kind {
        "cross-entropy" => Average::Softmax,
        "binary-cross-entropy" => Average::Sigmoid,
        "poisson-nll" => Average::Exp,
        _ => Average::Mean,
    };
    let names = model.fitted.output_names().to_vec();
    let target = if model.fitted.class_names().is_some() {
        let (temperature, threshold) = (model.decision.temperature, model.decision.threshold);
        Target::Classes { names, temperature, threshold }
    } else if model.fitted.label_names().is_some() {
        Target::Labels { names }
    } else {
        let powers = model.fitted.target_powers().to_vec();
        Target::Values { names, scales: model.fitted.target_scales().unwrap_or_default(), powers }
    };
    Ok(Outputs { average, raw, target })
}
