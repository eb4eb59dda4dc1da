//! Checkpoints: folders that are whole or do not exist.
//!
//! ```text
//! checkpoints/
//!   step-00003283/   model.safetensors  optim.safetensors  state.json  …  MANIFEST.json
//!   last  best       text files with the name of a folder, for people and scripts
//! ```
//!
//! A checkpoint is written to a temporary sibling, synced, and renamed. The manifest holds length and BLAKE3 of every
//! file and is written last: a folder without a manifest that holds does not count. With `[average]` there is an
//! `average.safetensors` too, and `task.safetensors` holds the tensors that a task keeps. With several optimisers the
//! entries of `optim.safetensors` begin with the name of one and a slash.

mod bytes;
mod callback_states;
mod deferred;
mod find;
mod manifest;
mod read;
mod state;
mod store;

pub(crate) use callback_states::CallbackStates;
pub(crate) use deferred::Deferred;
pub use find::Verified;
pub use manifest::Manifest;
pub use read::{Checkpoint, SavedWeights};
pub use state::TrainState;
pub(crate) use state::{FORMAT, PartState};
pub use store::CheckpointStore;
pub(crate) use store::{Rest, folder_name};
