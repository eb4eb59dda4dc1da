//! What `run.json` says at the beginning and at the end of a training.

use std::time::SystemTime;

use kiln_config::RunConfig;
use kiln_core::{Metrics, Weights};
use kiln_models::Network;
use kiln_train::Outcome;

use crate::job::Job;
use crate::run::{DataRecord, RunRecord, Status, rfc3339, tokenizer_print};

/// The record of a run that begins. `arguments`: what the program was started with.
pub(crate) fn new_record(job: &Job<'_>, arguments: &[String]) -> RunRecord {
    let (prepared, config) = (&job.prepared, job.config());
    let data = DataRecord {
        name: prepared.dataset.name.clone(),
        fingerprint: prepared.dataset.fingerprint.clone(),
        train: prepared.split.train.len() as u64,
        validation: prepared.split.validation.len() as u64,
        calibration: prepared.split.calibration.len() as u64,
        test: prepared.split.test.len() as u64,
        reading: config.data.reading.number(),
        tokenizer: tokenizer_print(&config.data),
    };
    let record = begun(config, Some(data), Some(job.summary.parameters as u64), arguments);
    RunRecord { class_counts: job.class_counts().unwrap_or_default(), ..record }
}

/// The same of any data and model, where they are known already.
pub(crate) fn begun(
    config: &RunConfig,
    data: Option<DataRecord>,
    parameters: Option<u64>,
    arguments: &[String],
) -> RunRecord {
    RunRecord {
        v: 1,
        status: Status::Running,
        started: rfc3339(SystemTime::now()),
        finished: None,
        kiln: env!("CARGO_PKG_VERSION").to_owned(),
        burn: "0.22.1".to_owned(),
        arguments: arguments.to_vec(),
        seed: config.seed,
        device: config.device.clone(),
        device_choice: None,
        data,
        class_counts: Vec::new(),
        parameters,
        stop: None,
        best_epoch: None,
        validation: Metrics::new(),
        test: Metrics::new(),
        refit: None,
        temperature: None,
        seconds: None,
        certificate: None,
        sparsity: Metrics::new(),
        zero_outputs: Metrics::new(),
        zero_inputs: Metrics::new(),
        peak_rss_bytes: None,
        weights_blake3: None,
        exit_code: None,
        error: None,
    }
}

/// Writes into `record` how a training ended. The test part is not looked at.
pub(crate) fn ended(record: &mut RunRecord, outcome: &Outcome<Network>) {
    let best = outcome.history.best();
    record.status = if outcome.stop.can_go_on() { Status::Stopped } else { Status::Done };
    record.stop = Some(outcome.stop.reason().to_owned());
    record.best_epoch = best.map(|best| best.epoch);
    record.validation = best.and_then(|best| best.validation.clone()).unwrap_or_default();
    record.seconds = Some(outcome.seconds);
    record.weights_blake3 = Some(Weights::of(&outcome.model).blake3());
}
