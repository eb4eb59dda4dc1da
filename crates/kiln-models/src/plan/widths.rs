//! The sizes of layers.

use kiln_core::{NumberError, check};

/// Every width at least 1; the name says which one is not.
pub(crate) fn check_widths(name: &str, widths: &[usize]) -> Result<(), NumberError> {
    for (i, &width) in widths.iter().enumerate() {
        check::at_least(&format!("{name}[{i}]"), width, 1)?;
    }
    Ok(())
}
