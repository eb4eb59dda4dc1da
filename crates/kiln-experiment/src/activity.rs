//! What hidden layers give for items: which of their units never give anything.

use std::path::Path;
use std::sync::Arc;

use burn::module::Module;
use burn::tensor::{DType, Tensor};
use kiln_models::Tap;

use crate::edited::must_be_as_trained;
use crate::error::ExperimentError;
use crate::evaluate::{Part, of_part, own_job};
use crate::job::Blueprint;
use crate::observer::Observer;
use crate::run::{RunRecord, refuse_fold};
use crate::session::Session;
use crate::stored::{RunWeights, best_weights, stored};

/// Items that are looked at.
const ITEMS: usize = 1000;

/// What the hidden layers of a run's best weights give for items.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Activity {
    /// The part of the data that the items are of: the validation part, or where there is none the test part, or the training part.
    pub part: Part,
    /// Items that were looked at: all of the part, or 1,000 of it, evenly spread.
    pub items: usize,
    /// Items of the part.
    pub all: usize,
    /// The hidden layers in the order in which they run.
    pub layers: Vec<LayerActivity>,
}

/// What a hidden layer gives, after its activation and pooling.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct LayerActivity {
    /// The path of the layer, as [`Network::forward_observed`](kiln_models::Network::forward_observed) has it.
    pub path: String,
    /// Units: features, channels of maps, or the width of tokens.
    pub units: usize,
    /// Units that are exactly 0 for all items (and at all places of a map, in all tokens).
    pub dead: usize,
    /// The share of all numbers that are exactly 0.
    pub zeros: f64,
}

/// Looks at what the hidden layers of the best weights of the run in `run` give for its validation part.
///
/// # Errors
/// As [`evaluate`](crate::evaluate).
pub fn activity(run: &Path, session: &Session, observer: &dyn Observer) -> Result<Activity, ExperimentError> {
    refuse_fold(run)?;
    let RunWeights { saved, fitted, .. } = best_weights(run, observer)?;
    let resolved = stored(run, session)?;
    must_be_as_trained(&resolved, &saved.path, &saved.extra, &["model"])?;
    let record = RunRecord::read(run)?;
    let job = own_job(&resolved, &record, run, Some(&fitted))?;
    let split = &job.prepared.split;
    let part = match (split.validation.is_empty() || record.refit.is_some(), split.test.is_empty()) {
        (false, _) => Part::Validation,
        (true, false) => Part::Test,
        (true, true) => Part::Train,
    };
    let rows = of_part(job.prepared.clone(), part, &fitted)?;
    let all = rows.numbers().len();
    let numbers: Vec<usize> = match all {
        few if few <= ITEMS => rows.numbers().to_vec(),
        many => (0..ITEMS).map(|place| rows.numbers()[place * many / ITEMS]).collect(),
    };
    let device = job.device.clone().inner();
    let blueprint = Blueprint::new(&job.resolved, Arc::clone(&fitted))?;
    let model = saved.weights.apply(blueprint.model(&job.resolved, &device)?.valid())?;
    let mut seen = Seen::default();
    for chunk in numbers.chunks(fitted.input_shape().at_once()) {
        let inputs = fitted.inputs(&rows.dataset().features, chunk, &device)?;
        seen.place = 0;
        model.forward_tapped(inputs, None, &mut seen);
    }
    let layers = seen.layers.into_iter().map(Layer::activity).collect();
    Ok(Activity { part, items: numbers.len(), all, layers })
}

/// What was seen of all layers.
#[derive(Default)]
struct Seen {
    layers: Vec<Layer>,
    /// The layer that comes next in this batch.
    place: usize,
}

struct Layer {
    path: String,
    /// The largest size of each unit.
    largest: Vec<f64>,
    zeros: f64,
    numbers: f64,
}

impl Layer {
    fn activity(self) -> LayerActivity {
        LayerActivity {
            path: self.path,
            units: self.largest.len(),
            // What is no number is not nothing.
            dead: self.largest.iter().filter(|size| **size == 0.0).count(),
            zeros: self.zeros / self.numbers.max(1.0),
        }
    }
}

impl Seen {
    /// `largest`: the largest size of each unit in this batch.
    fn see<const D: usize>(&mut self, path: &str, output: &Tensor<D>, largest: Tensor<D>) {
        let largest: Vec<f64> = largest.cast(DType::F32).into_data().iter::<f64>().collect();
        let numbers = output.shape().num_elements() as f64;
        let share = output.clone().equal_elem(0.0).float().mean().into_data().iter::<f64>().sum::<f64>();
        let layer = match self.layers.get_mut(self.place) {
            Some(layer) => layer,
            None => {
                let largest = vec![0.0; largest.len()];
                self.layers.push(Layer { path: path.to_owned(), largest, zeros: 0.0, numbers: 0.0 });
                let last = self.layers.len() - 1;
                &mut self.layers[last]
            }
        };
        for (known, new) in layer.largest.iter_mut().zip(largest) {
            *known = if new.is_nan() { new } else { known.max(new) };
        }
        layer.zeros += share * numbers;
        layer.numbers += numbers;
        self.place += 1;
    }
}

impl Tap for Seen {
    fn features(&mut self, path: &str, output: Tensor<2>) -> Tensor<2> {
        self.see(path, &output, output.clone().abs().max_dim(0));
        output
    }

    fn map(&mut self, path: &str, output: Tensor<4>) -> Tensor<4> {
        self.see(path, &output, output.clone().abs().max_dim(3).max_dim(2).max_dim(0));
        output
    }

    fn tokens(&mut self, path: &str, output: Tensor<3>) -> Tensor<3> {
        self.see(path, &output, output.clone().abs().max_dim(1).max_dim(0));
        output
    }
}
