//! The scores of a run's calibration part.

use std::path::Path;

use kiln_data::Dataset;
use kiln_objective::LossConfig;
use kiln_train::Decision;

use super::kept::KeptScores;
use crate::error::{ExperimentError, IntervalError};
use crate::evaluate::{EvaluateSettings, Part, Said, ScoredItems, evaluate_items};
use crate::observer::{Event, Observer, tell};
use crate::predict::Predictor;
use crate::run::{KeptDecision, RunFolder};
use crate::session::Session;
use crate::stored::{best_weights, stored};

/// The scores of the run in `run`: those that it keeps, or else of its data, and then they are kept.
pub(super) fn scores(
    run: &Path,
    session: &Session,
    observer: &dyn Observer,
) -> Result<KeptScores, ExperimentError> {
    let found = best_weights(run, observer)?;
    if found.fitted.label_names().is_some() {
        return Err(IntervalError::OfLabels.into());
    }
    let weights = found.saved.weights.blake3();
    let decision = KeptDecision::read(run)?.filter(|kept| kept.weights_blake3 == weights);
    let decision = decision.map_or_else(Decision::default, |kept| kept.decision());
    let data = stored(run, session)?.config.data;
    if data.time.is_some() {
        let text = "the rows are in the order of data.time: new ones are later than those that calibrate, and the level is not promised";
        tell(observer, &Event::Warning(text))?;
    }
    let kept = KeptScores::read(run)?;
    let is_of_these =
        |kept: &KeptScores| kept.weights_blake3 == weights && kept.temperature == decision.temperature;
    if let Some(kept) = kept.filter(is_of_these) {
        return Ok(kept);
    }
    if data.calibration.is_none_or(|share| share == 0.0) {
        return Err(IntervalError::NoCalibration { run: run.to_owned() }.into());
    }
    let items = held_out(run, session, observer)?;
    let predictor = Predictor::open(run, session, observer)?;
    let scores = scores_of(&predictor, &items.dataset, &items.rows)?;
    let kept = KeptScores::new(weights, decision.temperature, scores);
    // A run that cannot be written to, or that another process holds, can be predicted with: its data are read again next time.
    if let Ok(_lock) = RunFolder::open(run) {
        let _ = kept.write(run);
    }
    Ok(kept)
}

/// How far `predictor` is off on rows: of classes 1 less the probability of the true one, of numbers the distance, a list for each target
/// column.
pub(super) fn scores_of(
    predictor: &Predictor,
    dataset: &Dataset,
    rows: &[usize],
) -> Result<Vec<Vec<f64>>, ExperimentError> {
    if predictor.fitted().label_names().is_some() {
        return Err(IntervalError::OfLabels.into());
    }
    let width = predictor.width();
    let columns = if predictor.class_names().is_some() { 1 } else { width };
    let mut scores = vec![Vec::with_capacity(rows.len()); columns];
    for chunk in rows.chunks(predictor.input_shape().at_once()) {
        let outputs = predictor.together(predictor.outputs_of_each(&dataset.features, chunk)?);
        for (row, outputs) in chunk.iter().zip(outputs.chunks(width)) {
            match dataset.target.labels() {
                Some(labels) => {
                    let probabilities = predictor.decision.probabilities(outputs);
                    let share = probabilities.get(labels[*row] as usize).copied().unwrap_or(0.0);
                    scores[0].push(1.0 - f64::from(share));
                }
                None => {
                    let off = outputs.iter().zip(dataset.target.numbers(*row));
                    scores
                        .iter_mut()
                        .zip(off)
                        .for_each(|(scores, (output, actual))| scores.push((actual - output).abs()));
                }
            }
        }
    }
    Ok(scores)
}

/// Two models on one calibration part.
pub(super) struct Pair {
    pub(super) items: usize,
    /// Of each target column what both predict, and what is true.
    pub(super) columns: Vec<[Vec<f64>; 3]>,
}

/// What the runs in `lower` and `upper` say of their calibration part.
pub(super) fn pair(
    lower: &Path,
    upper: &Path,
    session: &Session,
    observer: &dyn Observer,
) -> Result<Pair, ExperimentError> {
    let not = |reason| IntervalError::NotAPair { lower: lower.to_owned(), upper: upper.to_owned(), reason };
    match (quantile(lower, session)?, quantile(upper, session)?) {
        (Some(low), Some(high)) if low < high => {}
        (Some(_), Some(_)) => {
            return Err(not("the second does not predict a higher quantile than the first").into());
        }
        _ => return Err(not("both need the loss quantile").into()),
    }
    let [low, high] = [held_out(lower, session, observer)?, held_out(upper, session, observer)?];
    if (&low.dataset.fingerprint, &low.rows) != (&high.dataset.fingerprint, &high.rows) {
        return Err(not("they have other data, or another calibration part").into());
    }
    let (Said::Numbers { predicted: below, actual }, Said::Numbers { predicted: above, .. }) =
        (&low.said, &high.said)
    else {
        return Err(not("they do not predict numbers").into());
    };
    let columns = low.dataset.target.names().len();
    let of_column = |column: usize| {
        [below, above, actual].map(|numbers| numbers.iter().skip(column).step_by(columns).copied().collect())
    };
    Ok(Pair { items: low.rows.len(), columns: (0..columns).map(of_column).collect() })
}

/// The quantile that the run predicts, where that is its loss.
fn quantile(run: &Path, session: &Session) -> Result<Option<f64>, ExperimentError> {
    Ok(match stored(run, session)?.config.loss {
        Some(LossConfig::Quantile(loss)) => Some(loss.quantile),
        _ => None,
    })
}

/// What the best weights of the run in `run` say of its calibration part.
pub(super) fn held_out(
    run: &Path,
    session: &Session,
    observer: &dyn Observer,
) -> Result<ScoredItems, ExperimentError> {
    let mut settings = EvaluateSettings::new(session.clone());
    settings.session.flags.data = None;
    settings.part = Some(Part::Calibration);
    Ok(evaluate_items(run, &settings, observer)?.1)
}
