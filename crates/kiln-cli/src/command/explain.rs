//! `kiln explain`.

use std::ops::Range;
use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::RangedU64ValueParser;
use kiln_experiment::explain::{ExplainSettings, Method, Of, Which, explain};
use kiln_experiment::run::find;
use kiln_experiment::{Interrupt, OutputFile};
use kiln_page::{attributions_csv, attributions_page, attributions_sheet};
use kiln_terminal::{Output, tell};

use super::eval::Part;
use super::{Accepts, Execute};
use crate::args::Global;
use crate::configuration::session;
use crate::error::CliError;
use crate::observe::Terminal;

/// Say which inputs a run's predictions depend on, and whether that depends on what was learned.
#[derive(Debug, Clone, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ExplainRun {
    /// The run: its folder, its name or a part of it, or `last`.
    pub(crate) run: String,
    /// How: integrated-gradients, input-x-gradient, gradient, smooth-grad, occlusion; for networks of images that have feature maps
    /// grad-cam, for transformers attention-rollout.
    #[arg(long, value_name = "NAME", default_value = "integrated-gradients")]
    pub(crate) method: String,
    /// Items of the part by their places, from 0.
    #[arg(long, value_name = "A..B", value_parser = places, conflicts_with = "most_wrong")]
    pub(crate) items: Option<Range<usize>>,
    /// So many items with the least likely truth, or the largest error.
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = RangedU64ValueParser::<usize>::new().range(1..=10_000))]
    pub(crate) most_wrong: usize,
    /// The part of the data that the items are of [default: test; without one validation, or train].
    #[arg(long, value_enum)]
    pub(crate) part: Option<Part>,
    /// The class, label or column that is explained [default: the class that is predicted, or the first column].
    #[arg(long, value_name = "NAME")]
    pub(crate) target: Option<String>,
    /// Explain the class that is true.
    #[arg(long, conflicts_with = "target")]
    pub(crate) actual: bool,
    /// Steps of integrated gradients.
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = RangedU64ValueParser::<usize>::new().range(1..=10_000))]
    pub(crate) steps: usize,
    /// How often smooth-grad draws noise.
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = RangedU64ValueParser::<usize>::new().range(1..=10_000))]
    pub(crate) samples: usize,
    /// The layer whose feature maps grad-cam looks at [default: the last].
    #[arg(long, value_name = "PATH")]
    pub(crate) layer: Option<String>,
    /// Leave out the sanity check, which draws the weights anew layer by layer.
    #[arg(long)]
    pub(crate) no_sanity: bool,
    /// A file: .csv has the attributions, .html shows them, with the tokens of texts in colours, .png of images is a sheet of pictures.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

fn places(text: &str) -> Result<Range<usize>, String> {
    let ends = text.split_once("..").and_then(|(from, to)| Some(from.parse().ok()?..to.parse().ok()?));
    ends.filter(|range: &Range<usize>| !range.is_empty())
        .ok_or_else(|| "not two rising numbers such as 0..16".to_owned())
}

const EXAMPLES: &str = "\
Examples:
  kiln explain last                                       the most wrong items of the test part
  kiln explain last --items 0..16 -o why.csv              attributions of the first 16
  kiln explain last --method grad-cam -o maps.png         where an image speaks for its class
  kiln explain last -o why.html                           a page, the tokens of texts in colours
  kiln explain last --target virginica --json
  kiln explain last --method occlusion --actual

What is found is kept with the run, and `kiln report` shows it. The sanity check draws the weights anew, layer by layer from the \
top: attributions that do not change then say nothing of what was learned (Adebayo et al. 2018).";

impl Execute for ExplainRun {
    fn run(&self, global: &Global, out: Output) -> Result<u8, CliError> {
        let run = find(&self.run, &global.runs_dir())?;
        let method: Method = self.method.parse()?;
        let file = self.output.as_ref().map(|path| self.file(path)).transpose()?;
        let items = self.items.clone().map_or(Which::MostWrong(self.most_wrong), Which::Places);
        let of = match &self.target {
            Some(name) => Of::Named(name.clone()),
            None if self.actual => Of::Actual,
            None => Of::Predicted,
        };
        let settings = ExplainSettings {
            part: self.part.map(Into::into),
            items,
            of,
            steps: self.steps,
            samples: self.samples,
            layer: self.layer.clone(),
            sanity: !self.no_sanity,
            ..ExplainSettings::new(session(global, Interrupt::default()), method)
        };
        let found = explain(&run, &settings, &Terminal::new(global, out))?;
        tell::explanation::report(&found, out)?;
        found.save(&run)?;
        if let Some((file, form)) = file {
            // Of tables and texts there are no pictures.
            let no_picture = |_| CliError::UnknownFormat {
                path: self.output.clone().unwrap_or_default(),
                known: ".csv, .html",
            };
            let bytes = match form {
                Form::Picture => attributions_sheet(&found).map_err(no_picture)?,
                Form::Page => attributions_page(&found).into_bytes(),
                Form::Table => attributions_csv(&found).into_bytes(),
            };
            file.write(&bytes)?;
        }
        out.say("kept with the run: `kiln report` shows it");
        Ok(0)
    }

    fn accepts(&self) -> Accepts {
        Accepts::RunsOwn
    }
}

impl ExplainRun {
    /// The file that is to be written, and in what form: known before the work is done.
    fn file(&self, path: &Path) -> Result<(OutputFile, Form), CliError> {
        let ending = path.extension().map(|ending| ending.to_ascii_lowercase()).unwrap_or_default();
        let form = match ending.to_str() {
            Some("csv") => Form::Table,
            Some("html") => Form::Page,
            Some("png") => Form::Picture,
            _ => return Err(CliError::UnknownFormat { path: path.to_owned(), known: ".csv, .html, .png" }),
        };
        Ok((OutputFile::new(path, &[])?, form))
    }
}

/// What a file of attributions is.
#[derive(Debug, Clone, Copy)]
enum Form {
    Table,
    Page,
    Picture,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_rise() {
        assert_eq!(places("0..16"), Ok(0..16));
        for wrong in ["16", "3..3", "4..2", "a..b", "..", "-1..2"] {
            assert!(places(wrong).is_err(), "{wrong}");
        }
    }
}
