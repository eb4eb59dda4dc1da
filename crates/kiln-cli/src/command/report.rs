//! `kiln report`.

use std::path::PathBuf;

use clap::Args;
use kiln_experiment::run::find_any;
use kiln_experiment::{Interrupt, OutputFile};
use kiln_terminal::{Output, fields};

use super::{Accepts, Execute};
use crate::args::Global;
use crate::configuration::session;
use crate::error::CliError;
use crate::observe::Terminal;

/// Write a page about what kiln has made, as one HTML file: runs, cross-validations, searches, paths, curves, comparisons.
#[derive(Debug, Clone, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Report {
    /// What `train`, `cv`, `tune`, `path`, `curve` or `compare` left: its folder, its name or a part of it, or `last`. Several of a
    /// kind are shown side by side.
    #[arg(required = true)]
    pub(crate) runs: Vec<String>,
    /// The file, .html.
    #[arg(short, long, value_name = "FILE", default_value = "report.html")]
    pub(crate) output: PathBuf,
}

const EXAMPLES: &str = "\
Examples:
  kiln report last
  kiln report last -o digits.html
  kiln report 20260102-030405-digits-1a2b last   two runs side by side";

impl Execute for Report {
    fn run(&self, global: &Global, out: Output) -> Result<u8, CliError> {
        if !self.output.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("html")) {
            return Err(CliError::UnknownFormat { path: self.output.clone(), known: ".html" });
        }
        let find = |name: &String| Ok(find_any(name, &global.runs_dir())?.0);
        let runs = self.runs.iter().map(find).collect::<Result<Vec<PathBuf>, CliError>>()?;
        let file = OutputFile::new(&self.output, &[])?;
        let page =
            kiln_page::report(&runs, &session(global, Interrupt::default()), &Terminal::new(global, out))?;
        file.write(page.as_bytes())?;
        let path = self.output.display().to_string();
        if out.json {
            out.event("report", fields! { path: path, bytes: page.len() })?;
        }
        out.say(&format!("{path}: open it in a browser"));
        Ok(0)
    }

    fn accepts(&self) -> Accepts {
        Accepts::RunsOwn
    }
}
