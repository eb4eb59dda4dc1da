//! Where the loop stands: all that is not weights or optimiser moments.

use kiln_optim::PlateauState;
use serde::{Deserialize, Serialize};

use super::CallbackStates;
use crate::Stop;
use crate::losses::LossSum;
use crate::mixed::LossScale;
use crate::monitor::Monitor;
use crate::observed::ObservedSum;

/// Version of the layout of a checkpoint.
pub(crate) const FORMAT: u32 = 1;

/// Where the loop stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrainState {
    /// Optimiser steps done.
    pub step: u64,
    /// The current epoch, from 0.
    pub epoch: u64,
    /// Batches of the current epoch that are done.
    pub batch: usize,
    /// Lines of `metrics.jsonl` that belong to this state.
    pub seq: u64,
    /// Wall-clock seconds of training so far.
    pub seconds: f64,
    /// Folder name of the checkpoint with the best weights.
    pub best: Option<String>,
    /// Why the run ended, once it has.
    pub stop: Option<Stop>,
    /// BLAKE3 of the weights of this checkpoint.
    pub weights_blake3: String,
    pub(crate) losses: LossSum,
    pub(crate) monitor: Monitor,
    pub(crate) plateau: Option<PlateauState>,
    /// Updates of the average of the weights.
    #[serde(default)]
    pub(crate) averaged: u64,
    /// What the task says of training batches beside their loss, over the epoch so far.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) observed: Vec<ObservedSum>,
    /// With `train.precision = "f16"`, how the loss is scaled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) loss_scale: Option<LossScale>,
    /// Of several optimisers, what the loop knows of those behind the first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) others: Vec<PartState>,
    pub(crate) callbacks: CallbackStates,
    /// What of the task's state is no tensor.
    #[serde(default, skip_serializing_if = "serde_json::Value::is_null")]
    pub(crate) task: serde_json::Value,
    /// The settings of the run. Empty in checkpoints of kiln 0.1.0.
    #[serde(default, skip_serializing_if = "serde_json::Value::is_null")]
    pub(crate) settings: serde_json::Value,
    /// Where the limit of steps has ended an epoch before its last batch: the state without that end. With a larger limit
    /// the run goes on from there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) before_cut: Option<Box<TrainState>>,
}

/// What the loop knows of an optimiser.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct PartState {
    pub(crate) losses: LossSum,
    pub(crate) plateau: Option<PlateauState>,
}

impl TrainState {
    /// The epoch, from 0, that the last step was in, and the number of steps before it. At the start those of the first.
    pub(crate) fn last_step(&self) -> (u64, u64) {
        let epoch = if self.batch > 0 { self.epoch } else { self.epoch.saturating_sub(1) };
        (epoch, self.step.saturating_sub(1))
    }

    pub(crate) fn new(monitor: &str) -> Self {
        Self {
            step: 0,
            epoch: 0,
            batch: 0,
            seq: 0,
            seconds: 0.0,
            best: None,
            stop: None,
            weights_blake3: String::new(),
            losses: LossSum::default(),
            monitor: Monitor::new(monitor),
            plateau: None,
            averaged: 0,
            observed: Vec::new(),
            loss_scale: None,
            others: Vec::new(),
            callbacks: CallbackStates::default(),
            task: serde_json::Value::Null,
            settings: serde_json::Value::Null,
            before_cut: None,
        }
    }
}
