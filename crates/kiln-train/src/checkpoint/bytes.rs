//! A checkpoint as bytes, for other ranks.

use std::path::PathBuf;

use kiln_core::{Layout, Weights};
use serde::{Deserialize, Serialize};

use super::read::Checkpoint;
use super::{CallbackStates, TrainState};
use crate::TrainError;

/// What stands before the tensors.
#[derive(Serialize, Deserialize)]
struct Head {
    path: PathBuf,
    state: TrainState,
}

impl Checkpoint {
    /// All that a training goes on from, without what callbacks keep and files that are attached.
    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>, TrainError> {
        let state = TrainState { callbacks: CallbackStates::default(), ..self.state.clone() };
        let head = Head { path: self.path.clone(), state };
        let head = serde_json::to_vec(&head).map_err(|error| TrainError::damaged(&self.path, error))?;
        let mut bytes = Vec::new();
        put(&head, &mut bytes);
        for tensors in [&self.weights, &self.average, &self.optimizer, &self.task] {
            put(&tensors.to_safetensors()?, &mut bytes);
        }
        Ok(bytes)
    }

    /// What [`Checkpoint::to_bytes`] gave, if it is whole.
    pub(crate) fn from_bytes(mut bytes: &[u8]) -> Option<Self> {
        let Head { path, state } = serde_json::from_slice(take(&mut bytes)?).ok()?;
        let mut tensors = || Weights::from_safetensors_as(take(&mut bytes)?, Layout::Kiln).ok();
        let (weights, average, optimizer, task) = (tensors()?, tensors()?, tensors()?, tensors()?);
        bytes.is_empty().then(|| Self {
            path,
            weights,
            average,
            optimizer,
            task,
            state,
            extra: Default::default(),
        })
    }
}

fn put(part: &[u8], into: &mut Vec<u8>) {
    into.extend((part.len() as u64).to_le_bytes());
    into.extend(part);
}

fn take<'a>(bytes: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, rest) = bytes.split_first_chunk::<8>()?;
    let (part, rest) = rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
    *bytes = rest;
    Some(part)
}
