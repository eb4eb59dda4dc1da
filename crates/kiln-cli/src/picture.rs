//! Pictures that a command leaves behind.

use std::fs;
use std::path::Path;

use kiln_core::file::write_durably;
use kiln_report::Chart;

use crate::error::CliError;

/// Writes a chart as SVG.
///
/// # Errors
/// [`CliError::NotSvg`] for a name that ends otherwise, [`CliError::Write`] where the file cannot be written.
pub(crate) fn write_svg(path: &Path, chart: &Chart) -> Result<(), CliError> {
    check_svg(path)?;
    write_durably(path, chart.to_svg().as_bytes())
        .map_err(|error| CliError::Write { path: path.to_owned(), error })
}

/// Whether a name is that of an SVG file in a folder that is there: known before the work for it is done.
///
/// # Errors
/// [`CliError::NotSvg`] for a name that ends otherwise, [`CliError::Write`] without a folder.
pub(crate) fn check_svg(path: &Path) -> Result<(), CliError> {
    if !path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("svg")) {
        return Err(CliError::NotSvg { path: path.to_owned() });
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::read_dir(folder).map(|_| ()).map_err(|error| CliError::Write { path: path.to_owned(), error })
}
