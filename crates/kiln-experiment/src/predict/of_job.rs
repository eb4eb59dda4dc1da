//! A model that is in memory, ready to predict.

use std::path::PathBuf;

use burn::module::Module;
use kiln_core::{Purpose, Seed};
use kiln_models::Network;
use kiln_train::Decision;

use super::predictor::Predictor;
use crate::job::Job;

impl Predictor {
    /// The model of a job, with weights such as a training of it gives.
    ///
    /// ```
    /// use kiln_config::{Request, resolve};
    /// use kiln_experiment::Predictor;
    /// use kiln_experiment::job::Job;
    ///
    /// let resolved = resolve(&Request { config: Some("iris".to_owned()), ..Request::default() })?;
    /// let job = Job::load(&resolved)?;
    /// let predictor = Predictor::of_job(&job, job.model()?);
    /// assert_eq!(predictor.predict(&job.prepared.dataset.features)?.len(), 150);
    /// # Ok::<(), kiln_experiment::ExperimentError>(())
    /// ```
    pub fn of_job(job: &Job<'_>, model: Network) -> Self {
        let config = job.config();
        let seed = Seed::new(config.seed).purpose(Purpose::Noise);
        Self {
            blueprint: job.blueprint.clone(),
            task: job.blueprint.task(),
            model: model.valid(),
            device: job.device.clone().inner(),
            noise: config.model.is_random().then_some(seed),
            data: config.data.clone(),
            decision: Decision::default(),
            kept: None,
            strict: false,
            checkpoint: PathBuf::new(),
            passed_over: Vec::new().into(),
            members: Vec::new().into(),
            weights: Vec::new().into(),
        }
    }
}
