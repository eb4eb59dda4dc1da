//! A model as ONNX in whole numbers of eight bits: post-training static quantisation.

use std::path::Path;
use std::sync::Arc;

use kiln_data::{Features, Loader, Source};
use kiln_train::Supervised;

use super::ranges::{Rounded, ranges, unfollowed};
use super::{ExportSettings, onnx};
use crate::error::{ExperimentError, ExportError};
use crate::evaluate::{Part, of_part, own_job};
use crate::measured::{Evaluation, Measured, Whole, places};
use crate::observer::Observer;
use crate::predict::Predictor;
use crate::run::{RunRecord, refuse_fold};
use crate::session::Session;
use crate::stored::stored;

/// Items of the training part that say how large numbers become.
const ITEMS: usize = 512;

/// A model as ONNX in whole numbers of eight bits.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Int8Model {
    /// The bytes of the file.
    pub bytes: Vec<u8>,
    /// How many bytes the file in floating point has, with batch norm folded as here.
    pub float_bytes: usize,
    /// The layers with weights of eight bits, by their paths.
    pub layers: Vec<String>,
    /// The layers that are as they were, because they are small and how large their inputs become is not followed: those of squeeze-excite.
    pub float: Vec<String>,
    /// Items that said how large numbers become.
    pub items: usize,
    /// Predicts with the whole numbers of the file, computed in floating point (fake quantisation): as onnxruntime does but for numbers that lie
    /// halfway between two steps.
    pub predictor: Predictor,
}

/// A model in eight bits, and what that costs.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Int8Export {
    /// The model.
    pub model: Int8Model,
    /// How good the model is in floating point: on the test part, or on the validation part where there is none.
    pub float: Evaluation,
    /// How good it is in eight bits, on the same items.
    pub int8: Evaluation,
}

/// [`Predictor::export_int8`] of the best weights of the run in `run`, by items of its training part: all, or 512 of them, evenly spread. Both models
/// are scored on the test part, or on the validation part where there is none.
///
/// # Errors
/// As there; where the data of the run are not there any more, or are others; where nothing was held out.
pub fn export_int8(
    run: &Path,
    session: &Session,
    observer: &dyn Observer,
) -> Result<Int8Export, ExperimentError> {
    refuse_fold(run)?;
    let predictor = Predictor::open(run, session, observer)?;
    let resolved = stored(run, session)?;
    let record = RunRecord::read(run)?;
    let job = own_job(&resolved, &record, run, Some(predictor.fitted()))?;
    let mut prepared = job.prepared.clone();
    // The validation part was trained on, too.
    if record.refit.is_some() {
        prepared.split = job.both_parts();
    }
    let part = of_part(prepared.clone(), Part::Train, predictor.fitted())?;
    let all = part.numbers();
    let items = all.len().min(ITEMS);
    let rows: Vec<usize> = (0..items).map(|place| all[place * all.len() / items]).collect();
    let model = predictor.export_int8(&part.dataset().features, &rows)?;
    let held_out = if prepared.test().is_some() { Part::Test } else { Part::Validation };
    let scored = |predictor: &Predictor| {
        let rows = of_part(prepared.clone(), held_out, predictor.fitted())?;
        predictor.scored(Measured::Part(held_out), rows)
    };
    Ok(Int8Export { float: scored(&predictor)?, int8: scored(&model.predictor)?, model })
}

impl Predictor {
    /// The model as [`Predictor::onnx`] has it, with the weights of its layers in whole numbers of eight bits, and what flows between layers,
    /// too: down to a quarter of the bytes. Batch norm is a part of the layer before it. `rows` of `features` say how large
    /// numbers become; numbers beyond that are cut, so take items such as will come, a few hundred of the training part.
    ///
    /// Weights have a scale for each output and lie evenly around 0, what flows between layers has one scale from the smallest number to the
    /// largest, and the last layer gives floating-point numbers. The form is QDQ: `QuantizeLinear` and `DequantizeLinear` around each layer. Predictions are others
    /// than before: [`Int8Model::predictor`] makes them here.
    ///
    /// # Errors
    /// As [`Predictor::onnx`]; rows that the preprocessing does not take; [`ExportError::NotRounded`] for a network with another operation than linear layers, convolutions,
    /// norms, pooling, sums and functions of elements; [`ExportError::NoLayer`] for one without a layer that can be computed so.
    pub fn export_int8(&self, features: &Features, rows: &[usize]) -> Result<Int8Model, ExperimentError> {
        self.must_be_one("an export")?;
        let network = self.merged();
        let (operations, weights) = onnx::operations(&network, true);
        let shape = self.input_shape();
        let is_other = shape.as_series().is_some() || shape.as_tokens().is_some();
        let other = is_other.then(|| shape.words());
        if let Some(operation) = other.or_else(|| unfollowed(&operations)) {
            return Err(ExportError::NotRounded { operation }.into());
        }
        let ranges = ranges(&operations, &weights, self.fitted(), (features, rows), &self.device)?;
        let (bytes, layers) = onnx::onnx(&self.parts(&network), (&operations, &weights), Some(&ranges))?;
        if layers.whole.is_empty() {
            return Err(ExportError::NoLayer.into());
        }
        let float_bytes = self.onnx_with(&ExportSettings::default().fold_batch_norm(true))?.len();
        let (whole, float) = (layers.whole.clone(), layers.float.clone());
        let rounded = Arc::new(Rounded::new(operations, weights, layers, self.device.clone()));
        let predictor = self.clone().with_network(move |inputs| rounded.forward(inputs));
        Ok(Int8Model { bytes, float_bytes, layers: whole, float, items: rows.len(), predictor })
    }

    /// The same with other arithmetic.
    fn with_network(
        mut self,
        forward: impl Fn(kiln_data::Inputs) -> Option<burn::tensor::Tensor<2>> + Send + Sync + 'static,
    ) -> Self {
        let (loss, fitted) = (self.blueprint.loss.clone(), Arc::clone(self.fitted()));
        // What is not followed was refused before.
        let forward = move |network: &kiln_models::Network, inputs: kiln_data::Inputs, seed| {
            forward(inputs.clone()).unwrap_or_else(|| network.forward(inputs, seed))
        };
        self.task = Supervised::new(forward, loss, fitted).temperature(self.blueprint.temperature);
        self
    }

    /// How good it is on these items.
    fn scored(&self, of: Measured, rows: kiln_data::Rows) -> Result<Evaluation, ExperimentError> {
        let (dataset, places) = places(&rows);
        let at_once = rows.at_once();
        let loader = Loader::new(rows, at_once)?.prefetch(1);
        let scores =
            kiln_fit::evaluate(&self.task.clone().keep_outputs(), &self.model, &loader, &self.device)?;
        let (unseen, passed_over) = (Vec::new(), Vec::new());
        let (fitted, kept) = (Arc::clone(self.fitted()), self.kept.clone());
        let whole = Whole { of, scores, dataset, rows: places, fitted, kept, unseen, passed_over };
        Ok(whole.evaluation()?.0)
    }
}
