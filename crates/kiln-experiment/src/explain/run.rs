//! Explaining the predictions of a run.

use std::path::Path;
use std::sync::Arc;

use kiln_core::{Purpose, Range, Seed};
use kiln_data::{Dataset, Fitted, Tokenizer};

use super::attribute::Way;
use super::items::{chosen, default_part, targets};
use super::record::{Explained, Explanation};
use super::sanity::Redraw;
use super::settings::ExplainSettings;
use super::subject::Subject;
use crate::error::ExperimentError;
use crate::evaluate::{EvaluateSettings, Measured, evaluate_items};
use crate::job::{Blueprint, open_device};
use crate::observer::Observer;
use crate::run::RunRecord;
use crate::stored::{RunWeights, best_weights, stored};

/// Items that are explained at once.
const AT_ONCE: usize = 16;
/// Items that weights drawn anew are tried on.
const TRIED: usize = 8;
/// Settings that count something.
const COUNT: Range = Range::between(1.0, 10_000.0);

/// Explains what the best weights of the run in `run` say of some items. Nothing is written: [`Explanation::save`] keeps it.
///
/// # Errors
/// As [`evaluate`](crate::evaluate); a method that is not for these inputs or this model; items or outputs that are not there.
pub fn explain(
    run: &Path,
    settings: &ExplainSettings,
    observer: &dyn Observer,
) -> Result<Explanation, ExperimentError> {
    COUNT.check("explain.steps", settings.steps as f64)?;
    COUNT.check("explain.samples", settings.samples as f64)?;
    Range::at_least(0.0).check("explain.noise", settings.noise)?;
    let record = RunRecord::read(run)?;
    let mut how = EvaluateSettings::new(settings.session.clone());
    how.part = settings.part.or_else(|| {
        let data = record.data.as_ref().filter(|_| settings.session.flags.data.is_none())?;
        Some(default_part(data.test, data.validation, record.refit.is_some()))
    });
    let (found, scored) = evaluate_items(run, &how, observer)?;
    // What is wrong with checkpoints was told already.
    let RunWeights { saved, fitted, .. } = best_weights(run, &())?;
    let places = chosen(&settings.items, &found, &scored)?;
    let wanted = targets(&settings.of, &scored, &fitted, &places)?;
    let resolved = stored(run, &settings.session)?;
    let device = open_device(&resolved)?.inner().autodiff();
    let blueprint = Blueprint::new(&resolved, Arc::clone(&fitted))?;
    let subject = Subject::new(&blueprint, &resolved, &saved.weights, &device)?;
    let seed = Seed::new(resolved.config.seed).purpose(Purpose::Noise);
    let way = Way::new(settings, seed, &fitted);
    let rows: Vec<usize> = places.iter().map(|place| scored.rows[*place]).collect();
    let (mut items, mut sanity) = (Vec::new(), Vec::new());
    for (rows, wanted) in rows.chunks(AT_ONCE).zip(wanted.chunks(AT_ONCE)) {
        let outputs: Vec<usize> = wanted.iter().map(|target| target.output).collect();
        let inputs = fitted.inputs(&scored.dataset.features, rows, &device)?;
        let said = subject.outputs(inputs.clone()).inner();
        let width = said.dims()[1];
        let said: Vec<f64> = said.into_data().iter::<f64>().collect();
        let attributed = way.attributions(&subject, inputs, &outputs)?;
        let pixels = pixels(&scored.dataset, rows)?;
        let mut tokens = fitted.token_names(&scored.dataset.features, rows);
        for (place, (row, target)) in rows.iter().zip(wanted).enumerate() {
            items.push(Explained {
                row: *row,
                actual: target.actual.clone(),
                target: target.name.clone(),
                output: said[place * width + target.output],
                delta: attributed.delta.as_ref().map(|delta| delta[place]),
                values: attributed.values[place].clone(),
                tokens: tokens.as_mut().and_then(|tokens| tokens.get_mut(place)).map(std::mem::take),
                pixels: pixels.as_ref().map(|(channels, pixels)| (*channels, pixels[place].clone())),
            });
        }
        if settings.sanity && sanity.is_empty() {
            let few = rows.len().min(TRIED);
            let inputs = fitted.inputs(&scored.dataset.features, &rows[..few], &device)?;
            let redraw = Redraw {
                blueprint: &blueprint,
                resolved: &resolved,
                weights: &saved.weights,
                device: &device,
            };
            sanity =
                redraw.correlations(&way, &subject, &inputs, &outputs[..few], &attributed.values[..few])?;
        }
    }
    let part = match &found.of {
        Measured::Part(part) => part.name().to_owned(),
        Measured::File { path, .. } => path.display().to_string(),
    };
    Ok(Explanation {
        v: 1,
        method: settings.method,
        part,
        weights_blake3: saved.weights.blake3(),
        columns: columns(&fitted),
        size: fitted.input_shape().as_images().map(|[_, height, width]| [height, width]),
        unit: fitted
            .input_shape()
            .as_tokens()
            .map(|_| fitted.tokenizer().map_or("tokens", Tokenizer::name).to_owned()),
        items,
        sanity,
    })
}

/// The columns of a table by what belongs together: the 0s and 1s of `colour=red` and `colour=blue` are `colour`.
fn columns(fitted: &Fitted) -> Vec<String> {
    let names = fitted.feature_names().unwrap_or_default();
    let name = |features: &std::ops::Range<usize>| {
        let first = names.get(features.start).cloned().unwrap_or_default();
        if features.len() == 1 {
            first
        } else {
            first.rsplit_once('=').map_or(first.clone(), |(column, _)| column.to_owned())
        }
    };
    fitted.feature_groups().iter().map(|group| name(&group.features)).collect()
}

/// The channels of images, and the pixels of each.
type Pixels = (usize, Vec<Vec<u8>>);

/// The pixels of these rows; `None` of other data than images.
fn pixels(dataset: &Dataset, rows: &[usize]) -> Result<Option<Pixels>, ExperimentError> {
    let Some(images) = dataset.features.as_images() else { return Ok(None) };
    let gathered = images.gather(rows)?;
    let each = (0..rows.len()).map(|place| gathered.image(place).to_vec()).collect();
    Ok(Some((images.shape[0], each)))
}
