//! What kiln-infer has nothing for.

use crate::error::ExportError;

/// What kiln-infer does not run.
pub(super) fn not_run(what: String) -> ExportError {
    ExportError::NotRun { what }
}
