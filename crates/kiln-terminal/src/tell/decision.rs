//! What is said of a temperature and a threshold.

use kiln_experiment::run::{KeptDecision, KeptThreshold};
use kiln_report::human;

/// What a run keeps and a prediction uses, in a line.
pub fn used(kept: &KeptDecision) -> String {
    let temperature = kept
        .temperature
        .map(|temperature| format!("probabilities at the temperature {}", human::metric(temperature)));
    let threshold = kept.threshold.as_ref().map(|KeptThreshold { rule, chosen, class, .. }| {
        format!("{class:?} where its probability is {} or more ({rule})", human::metric(chosen.value))
    });
    let both: Vec<String> = [temperature, threshold].into_iter().flatten().collect();
    format!("{}, as chosen on {} validation items", both.join("; "), human::count(kept.items))
}

/// The lines of a table: what is used, and how good it is where it was chosen.
pub fn rows(kept: &KeptDecision) -> Vec<[String; 2]> {
    let mut rows = Vec::new();
    if let Some(temperature) = kept.temperature {
        rows.push(["temperature".to_owned(), human::metric(temperature)]);
    }
    if let Some(KeptThreshold { rule, chosen, class, .. }) = &kept.threshold {
        rows.push([format!("threshold of {class:?} ({rule})"), human::metric(chosen.value)]);
        let score = format!("{} on {} validation items", rule.score_name(), human::count(kept.items));
        rows.push([score, human::metric(chosen.score)]);
    }
    rows
}
