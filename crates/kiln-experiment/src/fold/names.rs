//! Where a fold is.

use std::path::{Path, PathBuf};

/// The name of the file that makes a fold done.
pub const FOLD: &str = "fold.json";

/// The folder of fold `fold` in the cross-validation `run`.
pub fn fold_folder(run: &Path, fold: usize) -> PathBuf {
    run.join("folds").join(fold.to_string())
}
