//! Golden files: numbers that PyTorch or scikit-learn computed, written by the scripts in `tests/golden`.
//! Matrices lie as in Burn, and the files have no mark of kiln.

use std::path::Path;

use kiln_core::{Layout, Weights};

/// The tensors of `tests/golden/NAME.safetensors`.
///
/// # Panics
/// When the file is missing or damaged.
#[track_caller]
pub fn golden(name: &str) -> Weights {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden").join(name);
    let path = path.with_extension("safetensors");
    let weights = std::fs::read(&path).map_err(|error| error.to_string()).and_then(|bytes| {
        Weights::from_safetensors_as(&bytes, Layout::Kiln).map_err(|error| error.to_string())
    });
    match weights {
        Ok(weights) => weights,
        Err(error) => unreachable!("golden file {}: {error}", path.display()),
    }
}
