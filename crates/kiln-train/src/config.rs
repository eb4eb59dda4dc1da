//! The training loop as the configuration describes it.

use kiln_core::Range;
use kiln_core::check::{NumberError, at_least};
use serde::{Deserialize, Serialize};

use crate::schema::JsonSchema;
use crate::{CompressionConfig, PrecisionConfig};

/// The section `[train]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TrainConfig {
    /// Passes over the training items, at least 1. Default 20; in a configuration what follows from the size of the data.
    #[schemars(range(min = 1))]
    pub epochs: u64,
    /// Optimiser steps after which training ends, even inside an epoch. Default: no such limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub steps: Option<u64>,
    /// Items in a batch; 1 is classical stochastic descent, 0 stands for all items (batch gradient descent). Default 64; in a
    /// configuration what follows from the size of the data.
    pub batch_size: usize,
    /// Batches whose gradients are averaged into one step, at least 1. Default 1.
    #[schemars(range(min = 1))]
    pub accumulate: usize,
    /// Parts that every batch is cut into, at least 1. Gradients are added up in a fixed tree over them, so that any number of ranks that
    /// share them comes to the same bits. Each part is mixed, and without `sync_batch_norm` normalised by batch norm, by itself. Default 1.
    #[serde(skip_serializing_if = "is_one")]
    #[schemars(range(min = 1))]
    pub shards: usize,
    /// Whether batch norm goes by the items of all shards, forward and backward, as PyTorch's `SyncBatchNorm` does, so that a batch that is
    /// cut is normalised as one that is whole. On flex, by kiln's own layers. Default false: by those of each shard.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub sync_batch_norm: bool,
    /// Steps that each shard makes by itself, with its own part of each batch, before weights and what the optimiser keeps are averaged over all (local SGD); at
    /// least 1. Ranks exchange so much less often. Default 1: gradients are averaged in every step.
    #[serde(skip_serializing_if = "is_one")]
    #[schemars(range(min = 1))]
    pub local_steps: usize,
    /// Of the gradient of each shard the largest numbers alone are added up, and the rest waits for the next step. Default: all of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compression: Option<CompressionConfig>,
    /// Whether the order of the items changes from epoch to epoch. Default true.
    pub shuffle: bool,
    /// Whether a last batch that is not full is left out. Default false.
    pub drop_last: bool,
    /// Largest Euclidean norm of the whole gradient, positive. Default: no limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(transform = Range::POSITIVE.bounds())]
    pub clip_norm: Option<f64>,
    /// Largest absolute value of each element of the gradient, positive. Default: no limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(transform = Range::POSITIVE.bounds())]
    pub clip_value: Option<f64>,
    /// The validation metric that picks the best weights and drives early stopping and plateau. Default `loss`.
    pub monitor: String,
    /// Wall-clock seconds after which training stops at the end of a step, positive. Default: no limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(transform = Range::POSITIVE.bounds())]
    pub time_limit: Option<f64>,
    /// In which type linear layers and convolutions compute, forward and backward: `f32`, `bf16` or `f16`. Weights, updates,
    /// normalisations and losses are f32. Default `f32`.
    #[serde(skip_serializing_if = "PrecisionConfig::is_full")]
    pub precision: PrecisionConfig,
    /// Threads that make batches ahead, where a batch is worth one; never changes a result. 0: made between the steps. Default 1.
    pub prefetch: usize,
    /// How a linear model is trained instead of by steps on batches: all rows at once, until a certificate holds.
    /// Default: by steps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub solver: Option<SolverConfig>,
    /// The duality gap at which the solver stops (the KKT residual without a penalty), at least 0. Default 1e-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(transform = Range::at_least(0.0).bounds())]
    pub gap_tolerance: Option<f64>,
    /// For a linear model trained by steps: training stops after the first epoch with a KKT residual over the training
    /// items of this or less, at least 0. Default: no such rule.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(transform = Range::at_least(0.0).bounds())]
    pub kkt_tolerance: Option<f64>,
    /// Train on the first batch of the training items only, again and again: a model that cannot learn it has a bug.
    pub overfit_batch: bool,
}

fn is_one(shards: &usize) -> bool {
    *shards == 1
}

impl Default for TrainConfig {
    fn default() -> Self {
        Self {
            epochs: 20,
            steps: None,
            batch_size: 64,
            accumulate: 1,
            shards: 1,
            sync_batch_norm: false,
            local_steps: 1,
            compression: None,
            shuffle: true,
            drop_last: false,
            clip_norm: None,
            clip_value: None,
            monitor: "loss".to_owned(),
            time_limit: None,
            precision: PrecisionConfig::F32,
            prefetch: 1,
            solver: None,
            gap_tolerance: None,
            kkt_tolerance: None,
            overfit_batch: false,
        }
    }
}

impl TrainConfig {
    /// How many parts of a batch are normalised by themselves.
    pub(crate) fn normalised_shards(&self) -> usize {
        if self.sync_batch_norm { 1 } else { self.shards }
    }

    /// Checks every number.
    ///
    /// # Errors
    /// [`NumberError`] naming the first setting that is out of its range.
    pub fn check(&self) -> Result<(), NumberError> {
        at_least("train.epochs", usize::try_from(self.epochs).unwrap_or(usize::MAX), 1)?;
        at_least("train.accumulate", self.accumulate, 1)?;
        at_least("train.shards", self.shards, 1)?;
        at_least("train.local_steps", self.local_steps, 1)?;
        if let Some(compression) = &self.compression {
            compression.check()?;
        }
        if let Some(steps) = self.steps {
            at_least("train.steps", usize::try_from(steps).unwrap_or(usize::MAX), 1)?;
        }
        for (name, value) in [
            ("train.clip_norm", self.clip_norm),
            ("train.clip_value", self.clip_value),
            ("train.time_limit", self.time_limit),
        ] {
            if let Some(value) = value {
                Range::POSITIVE.check(name, value)?;
            }
        }
        for (name, value) in
            [("train.gap_tolerance", self.gap_tolerance), ("train.kkt_tolerance", self.kkt_tolerance)]
        {
            if let Some(value) = value {
                Range::at_least(0.0).check(name, value)?;
            }
        }
        Ok(())
    }
}

/// `train.solver`: see [`kiln_convex::Solver`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum SolverConfig {
    /// Accelerated proximal gradient descent: for every loss and penalty that a solver takes.
    Fista,
    /// Coordinate descent: for the mean squared error.
    Cd,
    /// L-BFGS: without an L1 term.
    Lbfgs,
}

impl From<SolverConfig> for kiln_convex::Solver {
    fn from(config: SolverConfig) -> Self {
        match config {
            SolverConfig::Fista => Self::Fista,
            SolverConfig::Cd => Self::CoordinateDescent,
            SolverConfig::Lbfgs => Self::Lbfgs,
        }
    }
}

/// The section `[early_stopping]`; without it training runs to the end. It needs a validation part
/// ([`Data::validation`](crate::Data::validation)); [`Outcome::model`](crate::Outcome::model) has the best weights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(description = "The section `[early_stopping]`; without it training runs to the end.")]
#[serde(deny_unknown_fields, default)]
pub struct EarlyStoppingConfig {
    /// Epochs without improvement of `train.monitor` after which training stops, at least 1. Default 10; in a configuration
    /// what follows from the size of the data.
    #[schemars(range(min = 1))]
    pub patience: u64,
    /// What counts as an improvement, at least 0. Default 0.
    #[schemars(transform = Range::at_least(0.0).bounds())]
    pub min_delta: f64,
    /// First epochs in which nothing is counted. Default 0.
    pub warmup: u64,
}

impl Default for EarlyStoppingConfig {
    fn default() -> Self {
        Self { patience: 10, min_delta: 0.0, warmup: 0 }
    }
}

impl EarlyStoppingConfig {
    /// Checks every number.
    ///
    /// # Errors
    /// [`NumberError`] naming the first setting that is out of its range.
    pub fn check(&self) -> Result<(), NumberError> {
        at_least("early_stopping.patience", usize::try_from(self.patience).unwrap_or(usize::MAX), 1)?;
        Range::at_least(0.0).check("early_stopping.min_delta", self.min_delta).map(|_| ())
    }
}

/// The section `[checkpoint]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CheckpointConfig {
    /// Epochs between two checkpoints; 0 turns them off. Default 1.
    pub every_epochs: u64,
    /// Steps between two checkpoints inside an epoch. Default: none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub every_steps: Option<u64>,
    /// How many of the newest checkpoints are kept, at least 1; the best weights are kept besides. Default 2.
    #[schemars(range(min = 1))]
    pub keep: usize,
}

impl Default for CheckpointConfig {
    fn default() -> Self {
        Self { every_epochs: 1, every_steps: None, keep: 2 }
    }
}

impl CheckpointConfig {
    /// Checks every number.
    ///
    /// # Errors
    /// [`NumberError`] naming the first setting that is out of its range.
    pub fn check(&self) -> Result<(), NumberError> {
        at_least("checkpoint.keep", self.keep, 1)?;
        if let Some(steps) = self.every_steps {
            at_least("checkpoint.every_steps", usize::try_from(steps).unwrap_or(usize::MAX), 1)?;
        }
        Ok(())
    }
}
