//! The weights of an ensemble.

use std::path::PathBuf;

use super::predicted::Items;
use crate::error::ExperimentError;
use crate::run::{EnsembleMember, EnsembleRecord};

/// A run that may become a part of an ensemble, and what it says of the items.
pub(super) struct Candidate {
    pub(super) name: String,
    /// Where it is, from the folder of the ensemble.
    pub(super) run: PathBuf,
    pub(super) predicted: Vec<f64>,
}

/// The weights of `candidates`, chosen by what they say of `items`.
pub(super) fn weighed(items: &Items, candidates: Vec<Candidate>) -> Result<EnsembleRecord, ExperimentError> {
    let (names, predicted): (Vec<_>, Vec<_>) =
        candidates.into_iter().map(|one| ((one.name, one.run), one.predicted)).unzip();
    let found = items.select(&predicted)?;
    let members = names.into_iter().zip(found.weights.iter().zip(&found.alone));
    let members = members.map(|((name, run), (weight, alone))| EnsembleMember {
        name,
        run,
        weight: *weight,
        alone: *alone,
    });
    Ok(EnsembleRecord {
        v: 1,
        loss: items.loss().to_owned(),
        value: found.loss,
        items: items.len(),
        members: members.collect(),
    })
}
