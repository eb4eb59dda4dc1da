//! What trials try: the one function of numbers and results from which every worker takes them, wherever it is.

use std::sync::Arc;

use super::super::sampler::View;
use super::super::space::Assignment;
use super::config::StudyConfig;
use super::{Study, TrialRun};

/// What the trials of a study try, by number, as far as it follows from the trials that have ended.
///
/// Trial `k` follows from the results of trials up to `k − lag` and from nothing else. So everybody who knows these, in this process or on
/// another machine, finds the same values.
///
/// ```
/// use kiln_validate::search::{Direction, Ending, Proposals, Space, Study, StudyConfig};
///
/// let space = Space::parse(["x=uniform(-5, 10)"])?;
/// let mut study = Study::in_memory(StudyConfig { lag: 2, ..StudyConfig::new(space, Direction::Minimise) })?;
/// let mut proposals = Proposals::new(study.config());
/// let first = proposals.trial(&study, 0).expect("it sees none");
/// assert!(proposals.trial(&study, 2).is_none()); // it sees trial 0, which has not ended
/// study.record(first.ended(Ending::Done(1.5), 0.1).expect("it came to its end"))?;
/// assert!(proposals.trial(&study, 2).is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Proposals {
    config: Arc<StudyConfig>,
    /// The values of the trials, from number 0 on.
    params: Vec<Assignment>,
}

impl Proposals {
    /// Of the study with these settings.
    pub fn new(config: &StudyConfig) -> Self {
        Self { config: Arc::new(config.clone()), params: Vec::new() }
    }

    /// The trial of a number, ready to run. `None` while one of the trials that it sees has not ended.
    pub fn trial(&mut self, study: &Study, number: u64) -> Option<TrialRun> {
        while self.params.len() as u64 <= number {
            let next = self.values(study, self.params.len() as u64)?;
            self.params.push(next);
        }
        let params = self.params.get(usize::try_from(number).ok()?)?.clone();
        Some(TrialRun::new(number, params, Arc::clone(&self.config), study.seen(number)?.to_vec()))
    }

    /// The values of the trial after those that are known.
    fn values(&self, study: &Study, number: u64) -> Option<Assignment> {
        if let Some(ended) = study.trial(number) {
            return Some(ended.params.clone());
        }
        let seen = study.seen(number)?;
        let config = &self.config;
        Some(config.sampler.suggest(&View {
            space: &config.space,
            direction: config.direction,
            seed: config.seed(),
            number,
            seen: &seen.iter().collect::<Vec<_>>(),
            running: &self.params[seen.len()..],
        }))
    }
}
