//! `kiln importance`.

use std::path::PathBuf;

use clap::Args;
use kiln_experiment::importance::{
    ColumnGroup, ImportanceMetric, ImportanceSettings, ShapleySettings, importance,
};
use kiln_experiment::run::find;
use kiln_experiment::{Interrupt, OutputFile};
use kiln_page::figure;
use kiln_terminal::{Output, fields, tell};

use super::eval::Part;
use super::{Accepts, Execute};
use crate::args::Global;
use crate::configuration::session;
use crate::error::CliError;
use crate::observe::Terminal;

/// Show which columns of a table mattered to a run's model, and how.
#[derive(Debug, Clone, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Importance {
    /// The run: its folder, its name or a part of it, or `last`.
    pub(crate) run: String,
    /// The part of the data to ask on.
    #[arg(long, value_enum, default_value = "test")]
    pub(crate) part: Part,
    /// What tells how good predictions are: log_loss or accuracy, r2, mse or mae [default: log_loss, r2].
    #[arg(long, value_name = "NAME")]
    pub(crate) metric: Option<ImportanceMetric>,
    /// How often each column is shuffled.
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub(crate) repeats: usize,
    /// Columns that are shuffled together, as NAME=COLUMN,COLUMN; may be given several times.
    #[arg(long, value_name = "GROUP")]
    pub(crate) group: Vec<ColumnGroup>,
    /// Show how predictions depend on these columns: partial dependence, with the curve of each item in the files.
    #[arg(long, value_name = "COLUMN", value_delimiter = ',')]
    pub(crate) dependence: Vec<String>,
    /// Show what each column adds to the predictions of N items: SHAP values.
    #[arg(long, value_name = "N")]
    pub(crate) shap: Option<usize>,
    /// A folder for CSV, SVG and JSON; it is made.
    #[arg(short, long, value_name = "FOLDER")]
    pub(crate) output: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  kiln importance last
  kiln importance last --group size=area,rooms --repeats 20
  kiln importance last --dependence area,kind --shap 50 -o mattered

What is found is kept with the run, and `kiln report` shows it.";

impl Execute for Importance {
    fn run(&self, global: &Global, out: Output) -> Result<u8, CliError> {
        let run = find(&self.run, &global.runs_dir())?;
        let mut settings = ImportanceSettings::new(session(global, Interrupt::default()));
        settings.part = self.part.into();
        settings.metric = self.metric;
        settings.repeats = self.repeats;
        settings.groups.clone_from(&self.group);
        settings.dependence.clone_from(&self.dependence);
        settings.shapley = self.shap.map(|items| ShapleySettings { items, ..ShapleySettings::default() });
        let found = importance(&run, &settings, &Terminal::new(global, out))?;
        tell::importance::report(&found, out)?;
        found.save(&run)?;
        out.say("kept with the run: `kiln report` shows it");
        let Some(folder) = &self.output else { return Ok(0) };
        let files = figure::importance_files(&found)?;
        OutputFile::write_into(folder, &files)?;
        out.say(&format!("{} files in {}", files.len(), folder.display()));
        if out.json {
            let path = folder.display().to_string();
            out.event("files", fields! { files: files.len(), path: path })?;
        }
        Ok(0)
    }

    fn accepts(&self) -> Accepts {
        Accepts::RunsOwn
    }
}
