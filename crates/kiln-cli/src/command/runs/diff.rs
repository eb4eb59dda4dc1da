//! `kiln runs diff`.

use std::path::{Path, PathBuf};

use kiln_page::differences;
use kiln_report::table::colour;
use kiln_report::{Column, Table};
use kiln_terminal::{Output, fields};

use crate::error::CliError;

/// Shows the settings and results in which two runs differ.
pub(super) fn diff(folders: &[PathBuf; 2], out: Output) -> Result<(), CliError> {
    let [a, b] = folders;
    let found = differences(folders)?;
    if out.json {
        for difference in found {
            let [a, b] = [0, 1].map(|run| difference.values[run].clone());
            out.event("difference", fields! { name: difference.name, a: a, b: b })?;
        }
        return Ok(());
    }
    if found.is_empty() {
        return Ok(out.data("no difference\n")?);
    }
    let name =
        |path: &Path| path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let mut table = Table::new([Column::left(""), Column::left(name(a)), Column::left(name(b))]);
    for difference in found {
        let values = difference.values.into_iter().map(|value| value.unwrap_or_else(|| "-".to_owned()));
        table.row(std::iter::once(difference.name).chain(values));
    }
    Ok(out.data(&table.render(colour(&std::io::stdout())))?)
}
