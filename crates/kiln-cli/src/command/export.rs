//! `kiln export`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use kiln_experiment::error::ExportError;
use kiln_experiment::{
    ExperimentError, ExportFormat, ExportSettings, Interrupt, OPSET, OutputFile, Predictor, Run, export_int8,
    stored,
};
use kiln_terminal::{Output, tell};

use super::{Accepts, Execute};
use crate::args::Global;
use crate::configuration::session;
use crate::error::CliError;
use crate::observe::Terminal;

/// Write a run's model in a format of others.
#[derive(Debug, Clone, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Export {
    /// The run: its folder, its name or a part of it, or `last`.
    pub(crate) run: String,
    /// The file, .onnx, .kiln or .safetensors.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// The format [default: what the output is called].
    #[arg(long, value_name = "FORMAT", value_enum)]
    pub(crate) format: Option<FormatName>,
    /// ONNX: make each batch norm a part of the convolution or linear layer before it.
    #[arg(long)]
    pub(crate) fold_batch_norm: bool,
    /// ONNX: weights and what flows between layers in eight bits, scaled by items of the training part; says what
    /// that costs on the test part.
    #[arg(long, conflicts_with = "fold_batch_norm")]
    pub(crate) int8: bool,
}

/// The format of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FormatName {
    /// Preprocessing, network and what is predicted, for onnxruntime
    Onnx,
    /// The same for the crate kiln-infer
    Kiln,
    /// The weights, with PyTorch's names and in its layout
    Safetensors,
}

const EXAMPLES: &str = "\
Examples:
  kiln export last -o model.onnx
  kiln export last -o model.onnx --fold-batch-norm
  kiln export last -o model.onnx --int8
  kiln export last -o model.kiln
  kiln export last -o model.safetensors";

impl Execute for Export {
    fn run(&self, global: &Global, out: Output) -> Result<u8, CliError> {
        let named = self.format.map(|format| match format {
            FormatName::Onnx => ExportFormat::Onnx,
            FormatName::Kiln => ExportFormat::Kiln,
            FormatName::Safetensors => ExportFormat::Safetensors,
        });
        let unknown =
            || CliError::UnknownFormat { path: self.output.clone(), known: ".onnx, .kiln, .safetensors" };
        let format = named.or_else(|| ExportFormat::of(&self.output)).ok_or_else(unknown)?;
        let run = Run::find(&self.run, global.runs_dir())?;
        let session = session(global, Interrupt::default());
        let trained_on: Vec<PathBuf> = stored(run.folder(), &session)?.config.data.path.into_iter().collect();
        let file = OutputFile::new(&self.output, &trained_on)?;
        if self.int8 {
            if format != ExportFormat::Onnx {
                return Err(ExperimentError::from(ExportError::OnnxAlone { setting: "--int8" }).into());
            }
            let found = export_int8(run.folder(), &session, &Terminal::new(global, out))?;
            file.write(&found.model.bytes)?;
            out.say(&tell::int8::words(&self.output.display().to_string(), &found));
            return Ok(0);
        }
        let predictor = Predictor::open(run.folder(), &session, &Terminal::new(global, out))?;
        let settings = ExportSettings::default().fold_batch_norm(self.fold_batch_norm);
        let bytes = predictor.export_with(format, &settings)?;
        file.write(&bytes)?;
        let what = match format {
            ExportFormat::Onnx => format!("ONNX, operator set {OPSET}"),
            ExportFormat::Kiln => "a model for kiln-infer".to_owned(),
            _ => "safetensors, as PyTorch has them".to_owned(),
        };
        out.say(&format!("{}: {what}, {} bytes", self.output.display(), bytes.len()));
        Ok(0)
    }

    fn accepts(&self) -> Accepts {
        Accepts::RunsOwn
    }
}
