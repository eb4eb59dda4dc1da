//! `kiln runs diff`.

use std::path::{Path, PathBuf};

use kiln_config::{Request, RunConfig, leaves, literal, resolve};
use kiln_experiment::run::{self, RunRecord};
use kiln_report::table::colour;
use kiln_report::{Column, Table, human};

use crate::error::CliError;
use crate::output::{Output, fields};

/// Shows the settings and results in which two runs differ.
pub(super) fn diff(folders: &[PathBuf; 2], out: Output) -> Result<(), CliError> {
    let [a, b] = folders;
    let mut rows = differing(&settings(&config(a)?), &settings(&config(b)?));
    rows.extend(differing(&results(&RunRecord::read(a)?), &results(&RunRecord::read(b)?)));
    if out.json {
        for (name, [a, b]) in rows {
            out.event("difference", fields! { name: name, a: a, b: b })?;
        }
        return Ok(());
    }
    if rows.is_empty() {
        return out.data("no difference\n");
    }
    let name =
        |path: &Path| path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let mut table = Table::new([Column::left(""), Column::left(name(a)), Column::left(name(b))]);
    for (name, [a, b]) in rows {
        table.row([name, a.unwrap_or_else(|| "-".to_owned()), b.unwrap_or_else(|| "-".to_owned())]);
    }
    out.data(&table.render(colour(&std::io::stdout())))
}

/// The configuration of a run. The environment and the flags of today say nothing about it.
fn config(folder: &Path) -> Result<RunConfig, CliError> {
    let file = folder.join(run::CONFIG).display().to_string();
    Ok(resolve(&Request { config: Some(file), ..Request::default() })?.config)
}

type Named = Vec<(String, String)>;

fn settings(config: &RunConfig) -> Named {
    leaves(config).into_iter().map(|(key, value)| (key, literal(&value))).collect()
}

fn results(record: &RunRecord) -> Named {
    let mut results = Named::new();
    results.extend(record.best_epoch.map(|epoch| ("best epoch".to_owned(), epoch.to_string())));
    for (part, metrics) in [("validation", &record.validation), ("test", &record.test)] {
        results.extend(metrics.iter().map(|(name, value)| (format!("{part} {name}"), human::metric(value))));
    }
    results.extend(record.seconds.map(|seconds| ("time".to_owned(), human::seconds(seconds))));
    results.extend(record.weights_blake3.clone().map(|hash| ("weights".to_owned(), hash)));
    results
}

/// What is in only one of two lists, or has another value there, in the order of the first list.
fn differing(a: &Named, b: &Named) -> Vec<(String, [Option<String>; 2])> {
    let value = |list: &Named, name: &str| {
        list.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    };
    let mut rows = Vec::new();
    for (name, _) in a.iter().chain(b) {
        let values = [value(a, name), value(b, name)];
        if values[0] != values[1] && !rows.iter().any(|(known, _)| known == name) {
            rows.push((name.clone(), values));
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_differences_are_left() {
        let named = |list: &[(&str, &str)]| -> Named {
            list.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        let a = named(&[("seed", "0"), ("optim.lr", "0.1"), ("optim.momentum", "0.9")]);
        let b = named(&[("seed", "0"), ("optim.lr", "0.2"), ("optim.eps", "1e-8")]);
        let text = |value: &str| Some(value.to_owned());
        assert_eq!(
            differing(&a, &b),
            [
                ("optim.lr".to_owned(), [text("0.1"), text("0.2")]),
                ("optim.momentum".to_owned(), [text("0.9"), None]),
                ("optim.eps".to_owned(), [None, text("1e-8")]),
            ]
        );
        assert!(differing(&a, &a).is_empty());
    }
}
