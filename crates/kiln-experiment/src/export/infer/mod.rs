//! A trained model as kiln-infer reads it: its plan, and its weights as they are.

mod inputs;
mod network;
mod outputs;
mod refusal;

use kiln_core::Weights;
use kiln_infer::plan::Plan;
use kiln_infer::{Tensor, write};

use super::model::ModelParts;
use crate::error::ExportError;
use refusal::not_run;

/// The bytes of the file. They are read once, so that what kiln-infer does not run is refused here and not where it is to run.
pub(super) fn infer(model: &ModelParts<'_>) -> Result<Vec<u8>, ExportError> {
    let inputs = inputs::inputs(model)?;
    let plan = Plan {
        version: Plan::version_of(&inputs),
        inputs,
        network: network::network(&model.network.operations(), model.fitted.bins().unwrap_or_default())?,
        outputs: outputs::outputs(model)?,
    };
    let tensors: Vec<Tensor> = Weights::of(model.network)
        .iter()
        .map(|(name, data)| Tensor {
            name: name.to_owned(),
            shape: data.shape().to_vec(),
            numbers: data.iter::<f32>().collect(),
        })
        .collect();
    let bytes = write(&plan, &tensors).map_err(|error| not_run(error.to_string()))?;
    kiln_infer::Model::from_bytes(&bytes).map_err(|error| not_run(error.to_string()))?;
    Ok(bytes)
}
