//! What is not trained, and until when.

use std::collections::BTreeSet;

use burn::module::{Module, ParamId};
use kiln_core::{ParamInfo, ParamKind, ParamSelection, params};

use crate::TrainError;

/// Parameters that are not trained for a while, or never: see [`Trainer::freeze`](crate::Trainer::freeze).
///
/// A frozen parameter gets no gradient, and nothing else that would move it: no weight decay, no penalty, no constraint. Its
/// optimiser state begins with the first step after the thaw. What lies below frozen layers alone costs no backward pass.
///
/// Running statistics of batch norm go on moving, as in PyTorch with `requires_grad = False`, and its layers go by those of the
/// batch. [`Freeze::statistics`] stops that.
///
/// ```
/// use kiln_core::ParamSelection;
/// use kiln_train::Freeze;
///
/// // The body for two epochs; everything but the head for all.
/// let body = Freeze::new(ParamSelection::paths(["conv1", "conv2"])).epochs(2);
/// let rest = Freeze::all_but(ParamSelection::paths(["head"])).statistics();
/// # let _ = (body, rest);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Freeze {
    params: ParamSelection,
    all_but: bool,
    until: Option<Until>,
    statistics: bool,
}

/// When a thaw comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Until {
    Epochs(u64),
    Steps(u64),
}

impl Freeze {
    /// These parameters, to the end of the training.
    pub fn new(params: ParamSelection) -> Self {
        Self { params, all_but: false, until: None, statistics: false }
    }

    /// All trainable parameters but these, to the end of the training.
    pub fn all_but(params: ParamSelection) -> Self {
        Self { all_but: true, ..Self::new(params) }
    }

    /// Thaws when so many epochs are done.
    #[must_use]
    pub fn epochs(self, epochs: u64) -> Self {
        Self { until: Some(Until::Epochs(epochs)), ..self }
    }

    /// Thaws when so many optimiser steps are done.
    #[must_use]
    pub fn steps(self, steps: u64) -> Self {
        Self { until: Some(Until::Steps(steps)), ..self }
    }

    /// Freezes running statistics, too: a batch norm whose scale and shift are frozen goes by its running statistics, which
    /// stand still. It is what PyTorch does with a layer in evaluation mode.
    #[must_use]
    pub fn statistics(self) -> Self {
        Self { statistics: true, ..self }
    }

    fn holds(&self, epoch: u64, step: u64) -> bool {
        match self.until {
            None => true,
            Some(Until::Epochs(epochs)) => epoch < epochs,
            Some(Until::Steps(steps)) => step < steps,
        }
    }
}

impl From<ParamSelection> for Freeze {
    fn from(params: ParamSelection) -> Self {
        Self::new(params)
    }
}

/// The freezes of a training among the parameters of its model.
#[derive(Debug)]
pub(crate) struct Freezing {
    held: Vec<Held>,
    /// Which of them hold now.
    now: Vec<bool>,
}

/// What one freeze holds.
#[derive(Debug)]
struct Held {
    freeze: Freeze,
    params: BTreeSet<ParamId>,
    /// Paths of layers whose running statistics stand still.
    layers: BTreeSet<String>,
}

impl Freezing {
    /// `freezes` for `model`, which is on an autodiff device. Nothing is frozen yet.
    pub(crate) fn new<M: Module>(freezes: &[Freeze], model: &M) -> Result<Self, TrainError> {
        let mut all = Self { held: Vec::new(), now: vec![false; freezes.len()] };
        if freezes.is_empty() {
            return Ok(all);
        }
        let params = params::list(model);
        let layers: Vec<String> =
            params::training(model).into_iter().filter_map(|(layer, on)| on.then_some(layer)).collect();
        for freeze in freezes {
            all.held.push(Held::new(freeze, &params, &layers)?);
        }
        let frozen = all.params(&all.holding(0, 0));
        if params.iter().filter(|info| info.trainable).all(|info| frozen.contains(&info.id)) {
            return Err(TrainError::AllFrozen);
        }
        Ok(all)
    }

    /// The model as it is to be trained in the step after `step` steps, which is in the epoch after `epoch` epochs.
    pub(crate) fn at<M: Module>(&mut self, model: M, epoch: u64, step: u64) -> M {
        self.set(model, self.holding(epoch, step))
    }

    /// The model with nothing frozen.
    pub(crate) fn released<M: Module>(&mut self, model: M) -> M {
        self.set(model, vec![false; self.held.len()])
    }

    /// What is frozen now.
    pub(crate) fn frozen(&self) -> BTreeSet<ParamId> {
        self.params(&self.now)
    }

    /// What is frozen to the end.
    pub(crate) fn always(&self) -> BTreeSet<ParamId> {
        self.params(&self.holding(u64::MAX, u64::MAX))
    }

    fn set<M: Module>(&mut self, model: M, next: Vec<bool>) -> M {
        if next == self.now {
            return model;
        }
        let (params_before, params) = (self.params(&self.now), self.params(&next));
        let (layers_before, layers) = (self.layers(&self.now), self.layers(&next));
        self.now = next;
        // Only what changes: what somebody else froze stays frozen.
        let model = params::set_trainable(model, |info| {
            let (before, after) = (params_before.contains(&info.id), params.contains(&info.id));
            (before != after).then_some(!after)
        });
        params::set_training(model, |layer| {
            let (before, after) = (layers_before.contains(layer), layers.contains(layer));
            (before != after).then_some(!after)
        })
    }

    fn holding(&self, epoch: u64, step: u64) -> Vec<bool> {
        self.held.iter().map(|held| held.freeze.holds(epoch, step)).collect()
    }

    fn params(&self, holding: &[bool]) -> BTreeSet<ParamId> {
        let held = self.held.iter().zip(holding).filter(|(_, holds)| **holds);
        held.flat_map(|(held, _)| held.params.iter().copied()).collect()
    }

    fn layers(&self, holding: &[bool]) -> BTreeSet<String> {
        let held = self.held.iter().zip(holding).filter(|(_, holds)| **holds);
        held.flat_map(|(held, _)| held.layers.iter().cloned()).collect()
    }
}

impl Held {
    /// `layers` are those that behave as in training.
    fn new(freeze: &Freeze, params: &[ParamInfo], layers: &[String]) -> Result<Self, TrainError> {
        if let Some(wanted) = freeze.params.unmatched(params) {
            let trainable = params.iter().filter(|info| info.trainable);
            return Err(TrainError::NothingToFreeze {
                wanted,
                known: trainable.map(|info| info.path.clone()).collect(),
            });
        }
        let chosen = |info: &&ParamInfo| info.trainable && freeze.params.matches(info) != freeze.all_but;
        let held: BTreeSet<ParamId> = params.iter().filter(chosen).map(|info| info.id).collect();
        let stands_still = |layer: &&String| {
            let of_layer = || params.iter().filter(|info| is_of(&info.path, layer));
            freeze.statistics
                && of_layer().any(|info| info.kind == ParamKind::Running)
                && of_layer().all(|info| !info.trainable || held.contains(&info.id))
        };
        let layers = layers.iter().filter(stands_still).cloned().collect();
        Ok(Self { freeze: freeze.clone(), params: held, layers })
    }
}

/// Whether `path` is a field of `layer` itself.
fn is_of(path: &str, layer: &str) -> bool {
    path.rsplit_once('.').map_or("", |(above, _)| above) == layer
}
