//! Pictures that a command leaves behind.

use std::path::{Path, PathBuf};

use kiln_experiment::OutputFile;
use kiln_report::Chart;

use crate::error::CliError;

/// Writes a chart as SVG. `inputs`: what the command has read, which is not replaced.
///
/// # Errors
/// As [`check_svg`], and [`OutputError`](kiln_experiment::error::OutputError) where the file cannot be written.
pub(crate) fn write_svg(path: &Path, chart: &Chart, inputs: &[PathBuf]) -> Result<(), CliError> {
    Ok(check_svg(path, inputs)?.write(chart.to_svg().as_bytes())?)
}

/// Whether a name is that of an SVG file that may be written: known before the work for it is done.
///
/// # Errors
/// [`CliError::NotSvg`] for a name that ends otherwise, and as [`OutputFile::new`].
pub(crate) fn check_svg(path: &Path, inputs: &[PathBuf]) -> Result<OutputFile, CliError> {
    if !path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("svg")) {
        return Err(CliError::NotSvg { path: path.to_owned() });
    }
    Ok(OutputFile::new(path, inputs)?)
}
