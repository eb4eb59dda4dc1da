//! Which temperature and which threshold are best on the validation part.

use kiln_core::Weights;
use kiln_data::Fitted;
use kiln_train::Decision;
use kiln_validate::calibration::{ThresholdRule, choose_threshold, temperature};

use super::settings::EvaluateSettings;
use crate::error::{ExperimentError, JobError};
use crate::measured::Classified;
use crate::run::{KeptDecision, KeptThreshold};

/// What is asked for can be chosen for this kind of target.
pub(super) fn check(settings: &EvaluateSettings, fitted: &Fitted) -> Result<(), JobError> {
    let what = match (settings.calibrate, settings.threshold) {
        (true, _) => "--calibrate",
        (false, Some(_)) => "--threshold",
        (false, None) => return Ok(()),
    };
    match fitted.class_names() {
        None => Err(JobError::OfNumbers { what }),
        Some(names) if settings.threshold.is_some() && names.len() != 2 => {
            Err(JobError::ThresholdOfSeveral { classes: names.len() })
        }
        Some(_) => Ok(()),
    }
}

/// What is chosen on `items` of the classes `names`, which training did not fit to; `kept` is what was chosen before.
///
/// # Errors
/// No temperature is best; there is a single class, which has no threshold.
pub(super) fn choose(
    settings: &EvaluateSettings,
    items: &Classified,
    names: &[String],
    weights: &Weights,
    kept: Option<KeptDecision>,
) -> Result<KeptDecision, ExperimentError> {
    let new = KeptDecision::new(weights, items.labels.len());
    let mut chosen = KeptDecision { items: new.items, ..kept.filter(|_| !settings.forget).unwrap_or(new) };
    if settings.calibrate {
        let logits: Vec<f64> = items.logits.iter().map(|logit| f64::from(*logit)).collect();
        chosen.temperature = Some(temperature(&logits, &items.labels)?);
    }
    // Other probabilities have another threshold.
    let before = chosen.threshold.as_ref().map(|threshold| threshold.rule);
    let again = before.filter(|rule| settings.calibrate && !matches!(rule, ThresholdRule::At(_)));
    if let Some(rule) = settings.threshold.or(again) {
        let decision = Decision::default().with_temperature(chosen.temperature.unwrap_or(1.0));
        let second = items.probabilities(decision).into_iter().skip(1).step_by(2).map(f64::from);
        let second: Vec<f64> = second.collect();
        let found = choose_threshold(rule, &items.labels, &second, items.weights.as_deref())?;
        chosen.threshold = Some(KeptThreshold::new(rule, found, names.get(1).map_or("", String::as_str)));
    }
    Ok(chosen)
}
