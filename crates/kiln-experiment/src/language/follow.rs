//! Training a language model as a rank that is not the first.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

use kiln_config::Resolved;
use kiln_core::Seed;
use kiln_data::corpus::CorpusConfig;
use kiln_models::Network;
use kiln_ranks::Ranks;
use kiln_train::{Data, Outcome};

use super::job::LanguageJob;
use super::task::LanguageTask;
use crate::error::ExperimentError;
use crate::job::{configured, in_pool};

/// Trains with rank 0. No text is written. `allow`: what may differ from the run so far.
pub(crate) fn follow(
    resolved: &Resolved,
    allow: &[String],
    ranks: &Ranks,
    stop: &Arc<AtomicBool>,
) -> Result<Outcome<Network>, ExperimentError> {
    let job = LanguageJob::load(resolved)?;
    let train = || -> Result<Outcome<Network>, ExperimentError> {
        let task = LanguageTask {
            alphabet: Arc::new(job.corpus.alphabet.clone()),
            settings: CorpusConfig { samples: 0, ..job.settings.clone() },
            seed: Seed::new(job.config().seed),
            observer: &(),
            run: None,
            failed: Arc::new(Mutex::new(None)),
        };
        let mut trainer = configured(task, job.config())
            .stop_flag(Arc::clone(stop))
            .ranks(ranks.clone())
            .allow_changes(allow.iter().cloned());
        let data = Data::new(job.windows());
        let data = match job.judged(1) {
            Some(validation) => data.validation(validation),
            None => data,
        };
        Ok(trainer.fit(job.model()?, &data)?)
    };
    in_pool(train).and_then(|outcome| outcome)
}
