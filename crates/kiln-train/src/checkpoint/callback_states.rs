//! What callbacks keep, in a checkpoint.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Callback, ResumeError, TrainError};

/// What callbacks keep.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum CallbackStates {
    /// By the key of the callback.
    ByKey(BTreeMap<String, Value>),
    /// By the place of the callback, as kiln 0.1.0 wrote it.
    ByPlace(Vec<Option<Value>>),
}

impl Default for CallbackStates {
    fn default() -> Self {
        Self::ByKey(BTreeMap::new())
    }
}

impl CallbackStates {
    /// What `callbacks` keep now.
    pub(crate) fn of(callbacks: &[Box<dyn Callback>]) -> Result<Self, TrainError> {
        let mut states = BTreeMap::new();
        for callback in callbacks {
            let Some(state) = callback.save() else { continue };
            if states.insert(callback.key().to_owned(), state).is_some() {
                return Err(ResumeError::CallbackKey { key: callback.key().to_owned() }.into());
            }
        }
        Ok(Self::ByKey(states))
    }

    /// The keys under which something was kept that none of `callbacks` would take.
    pub(crate) fn orphans(&self, callbacks: &[Box<dyn Callback>]) -> Vec<String> {
        let Self::ByKey(states) = self else { return Vec::new() };
        let known: BTreeSet<&str> = callbacks.iter().map(|callback| callback.key()).collect();
        states.keys().filter(|key| !known.contains(key.as_str())).cloned().collect()
    }

    /// Gives every callback what it kept.
    pub(crate) fn restore(&self, callbacks: &mut [Box<dyn Callback>]) {
        match self {
            Self::ByKey(states) => {
                for callback in callbacks {
                    if let Some(state) = states.get(callback.key()) {
                        callback.load(state);
                    }
                }
            }
            Self::ByPlace(states) => {
                for (callback, state) in callbacks.iter_mut().zip(states) {
                    if let Some(state) = state {
                        callback.load(state);
                    }
                }
            }
        }
    }
}
