//! What would be trained of a corpus, and one batch through the model. Nothing is written.

use std::sync::{Arc, Mutex};

use kiln_config::Resolved;
use kiln_core::{Seed, Weights};
use kiln_train::{Data, TrainConfig};

use super::SOURCE;
use super::job::LanguageJob;
use super::task::LanguageTask;
use crate::error::ExperimentError;
use crate::job::configured;
use crate::observer::{Event, Observer, tell};
use crate::training::DryRun;

/// Reads the corpus, builds the model and takes one step of the real loop. Items are windows.
pub(crate) fn dry_run(resolved: &Resolved, observer: &dyn Observer) -> Result<DryRun, ExperimentError> {
    tell(observer, &Event::ReadingData { name: &resolved.label })?;
    let job = LanguageJob::load(resolved)?;
    job.tell(observer)?;
    let config = job.config();
    let task = LanguageTask {
        alphabet: Arc::new(job.corpus.alphabet.clone()),
        settings: job.settings.clone(),
        seed: Seed::new(config.seed),
        observer,
        run: None,
        failed: Arc::new(Mutex::new(None)),
    };
    let one = TrainConfig { steps: Some(1), overfit_batch: true, ..config.train.clone() };
    let outcome = configured(task, config).config(one).fit(job.model()?, &Data::new(job.windows()))?;
    let name = job.corpus.path.file_name().map(|name| name.to_string_lossy().into_owned());
    Ok(DryRun {
        data: name.unwrap_or_else(|| SOURCE.to_owned()),
        items: job.items(),
        summary: job.summary.clone(),
        epochs: config.train.epochs,
        steps_per_epoch: job.settings.every,
        first_loss: outcome.history.last().and_then(|epoch| epoch.train.get("loss")).unwrap_or(f64::NAN),
        finite: Weights::of(&outcome.model).first_non_finite().is_none(),
    })
}
