//! Runs that are stopped, and everything that must be equal at the end of two runs.

#![allow(dead_code, missing_docs, unreachable_pub)]

use std::ops::ControlFlow;
use std::path::Path;

use kiln_core::Weights;
use kiln_optim::{ScheduleConfig, ShapeConfig};
use kiln_train::checkpoint::CheckpointStore;
use kiln_train::{
    Callback, CheckpointConfig, EarlyStoppingConfig, EpochRecord, Outcome, StepView, Stop, TrainConfig,
    TrainError, Trainer, read_history,
};

use crate::common::{Net, PointTask, data, model, trainer};

/// Asks for a stop after a step.
pub struct StopAt(pub u64);

impl Callback for StopAt {
    fn on_step_end(&mut self, view: &StepView) -> Result<ControlFlow<Stop>, TrainError> {
        Ok(if view.step == self.0 {
            ControlFlow::Break(Stop::Interrupted)
        } else {
            ControlFlow::Continue(())
        })
    }
}

/// Everything that must be equal between two runs: hashes, history, reason.
#[derive(Debug, PartialEq)]
pub struct End {
    pub last: String,
    pub best: String,
    pub average: String,
    pub optimizer: String,
    pub history: Vec<EpochRecord>,
    pub stop: Stop,
}

/// The end of the run in `folder`.
pub fn end(folder: &Path, outcome: Outcome<Net>) -> End {
    let newest = CheckpointStore::new(folder.join("checkpoints"), 2).newest().unwrap().0.unwrap();
    let logged = read_history(&folder.join("metrics.jsonl")).unwrap();
    assert_eq!(logged, outcome.history, "metrics.jsonl holds what the outcome holds");
    let untimed = |record: &EpochRecord| EpochRecord { seconds: 0.0, ..record.clone() };
    End {
        last: outcome.last_weights_blake3,
        best: Weights::of(&outcome.model).blake3(),
        average: newest.average.blake3(),
        optimizer: newest.optimizer.blake3(),
        history: logged.epochs.iter().map(untimed).collect(),
        stop: outcome.stop,
    }
}

/// A trainer with a plateau schedule, early stopping and frequent checkpoints.
pub fn build(folder: &Path, config: &TrainConfig) -> Trainer<PointTask> {
    let plateau: ShapeConfig = serde_json::from_value(serde_json::json!({
        "kind": "plateau", "factor": 0.5, "patience": 0, "threshold": 0.0
    }))
    .unwrap();
    trainer(config.clone())
        .schedule(ScheduleConfig { shape: plateau, ..ScheduleConfig::default() })
        .early_stopping(EarlyStoppingConfig { patience: 4, ..EarlyStoppingConfig::default() })
        .run_dir(folder, CheckpointConfig { every_epochs: 2, every_steps: Some(4), keep: 2 })
}

/// The end of a run that nothing stops.
pub fn uninterrupted(config: &TrainConfig) -> End {
    let folder = tempfile::tempdir().unwrap();
    let outcome = build(folder.path(), config).fit(model(), &data()).unwrap();
    end(folder.path(), outcome)
}
