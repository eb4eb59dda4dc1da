//! `kiln predict`.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use kiln_experiment::Interrupt;
use kiln_experiment::predict::{Columns, Format, Predictor, Writer};
use kiln_experiment::run::find;

use crate::args::{Global, Predict};
use crate::configuration::session;
use crate::error::CliError;
use crate::observe::Terminal;
use crate::output::Output;

pub(super) fn run(arguments: &Predict, global: &Global, out: Output) -> Result<(), CliError> {
    let format = match &arguments.output {
        None if out.json => Format::Events,
        None => Format::Csv,
        Some(path) => Format::of(path).ok_or_else(|| CliError::UnknownFormat { path: path.clone() })?,
    };
    if let Some(output) = &arguments.output
        && let (Ok(output_file), Ok(input)) = (output.canonicalize(), arguments.input.canonicalize())
        && output_file == input
    {
        return Err(CliError::OutputIsInput { path: output.clone() });
    }
    let path = find(&arguments.run, &global.runs_dir())?;
    let session = session(global, Interrupt::default());
    let predictor = Predictor::open(&path, &session, arguments.views.tta, &Terminal::new(global, out))?;
    let items = predictor.read(&arguments.input, arguments.mc)?;
    let spread = arguments.mc.is_some();
    let columns = match (predictor.class_names(), predictor.target_names()) {
        (Some(names), _) => Columns::Classes { names, proba: arguments.proba, spread },
        (None, names) => Columns::Values { names: names.unwrap_or_default(), spread },
    };
    let failed = |error: io::Error| match &arguments.output {
        Some(path) => CliError::Write { path: path.clone(), error },
        None => CliError::Output(error),
    };
    let sink = Sink::open(arguments.output.as_deref()).map_err(failed)?;
    let mut writer = Writer::new(sink, format, columns).map_err(failed)?;
    items.predict(|means, deviations| writer.item(means, deviations).map_err(failed))?;
    writer.finish().map_err(failed)?;
    if let Some(path) = &arguments.output {
        out.say(&format!("{} predictions in {}", items.len(), path.display()));
    }
    Ok(())
}

/// A file or standard output.
#[derive(Debug)]
enum Sink {
    File(BufWriter<File>),
    Stdout(BufWriter<io::Stdout>),
}

impl Sink {
    fn open(path: Option<&Path>) -> io::Result<Self> {
        Ok(match path {
            Some(path) => Self::File(BufWriter::new(File::create(path)?)),
            None => Self::Stdout(BufWriter::new(io::stdout())),
        })
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::File(file) => file.write(bytes),
            Self::Stdout(out) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::File(file) => file.flush(),
            Self::Stdout(out) => out.flush(),
        }
    }
}
