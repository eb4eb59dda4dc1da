//! `kiln predict`.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use burn::module::Module;
use kiln_core::{Purpose, Seed};
use kiln_data::source::read_features;

use super::train::stored;
use super::trained::best;
use crate::args::{Global, Predict};
use crate::error::CliError;
use crate::job::{AT_ONCE, Shape, open_device};
use crate::output::Output;
use crate::predictions::{Columns, Format, Writer};
use crate::run_dir::find;

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
    let (checkpoint, fitted) = best(&path, out)?;
    let resolved = stored(&path, global)?;
    let device = open_device(&resolved)?;
    let mut shape = Shape::new(&resolved, fitted)?;
    shape.look_at(arguments.views.tta)?;
    let model = checkpoint.weights.apply(shape.model(&resolved, &device)?.valid())?;
    let (features, rows) = read_features(&arguments.input, &shape.fitted)?;

    let spread = arguments.mc.is_some();
    if spread && !resolved.config.model.is_random() {
        return Err(CliError::NoDropout);
    }
    let columns = match (shape.fitted.class_names(), shape.fitted.target_names()) {
        (Some(names), _) => Columns::Classes { names, proba: arguments.proba, spread },
        (None, names) => Columns::Values { names: names.unwrap_or_default(), spread },
    };
    let failed = |error: io::Error| match &arguments.output {
        Some(path) => CliError::Write { path: path.clone(), error },
        None => CliError::Output(error),
    };
    let sink = Sink::open(arguments.output.as_deref()).map_err(failed)?;
    let mut writer = Writer::new(sink, format, columns).map_err(failed)?;
    let (task, width) = (shape.task(), shape.loss.predictions());
    for start in (0..rows).step_by(AT_ONCE) {
        let chunk: Vec<usize> = (start..rows.min(start + AT_ONCE)).collect();
        let inputs = shape.fitted.inputs(&features, &chunk, &device)?;
        let passes = match arguments.mc {
            None => vec![task.predict(&model, inputs)],
            Some(passes) => {
                let seed = Seed::new(resolved.config.seed).purpose(Purpose::Noise).at(start as u64);
                task.predict_passes(&model, &inputs, passes, seed)
            }
        };
        for item in 0..chunk.len() {
            let of_pass = |pass: &Vec<f32>| {
                let row = &pass[item * width..(item + 1) * width];
                if matches!(columns, Columns::Classes { .. }) { probabilities(row) } else { row.to_vec() }
            };
            let (means, deviations) = moments(&passes.iter().map(of_pass).collect::<Vec<_>>());
            writer.item(&means, &deviations).map_err(failed)?;
        }
    }
    writer.finish().map_err(failed)?;
    if let Some(path) = &arguments.output {
        out.say(&format!("{rows} predictions in {}", path.display()));
    }
    Ok(())
}

/// Mean and standard deviation (n − 1) of each number over the passes; the numbers themselves and zeros for one pass.
fn moments(passes: &[Vec<f32>]) -> (Vec<f32>, Vec<f32>) {
    let [first, rest @ ..] = passes else { return Default::default() };
    if rest.is_empty() {
        return (first.clone(), vec![0.0; first.len()]);
    }
    let n = passes.len() as f64;
    let moment = |place: usize| {
        let numbers = || passes.iter().map(|pass| f64::from(pass[place]));
        let mean = numbers().sum::<f64>() / n;
        let variance = numbers().map(|number| (number - mean).powi(2)).sum::<f64>() / (n - 1.0);
        (mean as f32, variance.sqrt() as f32)
    };
    (0..first.len()).map(moment).unzip()
}

/// Softmax of the logits; a single logit is that of the second of two classes.
pub(super) fn probabilities(logits: &[f32]) -> Vec<f32> {
    let logits = if let [logit] = logits { vec![0.0, *logit] } else { logits.to_vec() };
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let powers: Vec<f64> = logits.iter().map(|logit| f64::from(logit - largest).exp()).collect();
    let sum: f64 = powers.iter().sum();
    powers.iter().map(|power| (power / sum) as f32).collect()
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

#[cfg(test)]
mod tests {
    use super::{moments, probabilities};

    #[test]
    fn passes_have_a_mean_and_a_deviation() {
        assert_eq!(moments(&[vec![1.0, 2.0]]), (vec![1.0, 2.0], vec![0.0, 0.0]));
        assert_eq!(moments(&[vec![1.0, 5.0], vec![3.0, 5.0]]), (vec![2.0, 5.0], vec![2f32.sqrt(), 0.0]));
    }

    #[test]
    fn probabilities_sum_to_one_whatever_the_size_of_the_logits() {
        for logits in [vec![1000.0, 999.0, -1000.0], vec![-1e30, -1e30], vec![3.0]] {
            let sum: f32 = probabilities(&logits).iter().sum();
            assert!((sum - 1.0).abs() < 1e-6, "{logits:?}");
        }
        assert!((probabilities(&[0.0])[1] - 0.5).abs() < 1e-7);
        assert!((probabilities(&[2.0])[1] - 0.880_797).abs() < 1e-6); // 1 / (1 + e^-2)
    }
}
