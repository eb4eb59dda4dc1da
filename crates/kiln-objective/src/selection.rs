//! Chosen parameters in words.

use kiln_core::ParamSelection;

/// Which parameters are chosen, for a line that says what a penalty or a constraint does.
pub(crate) fn describe(params: &ParamSelection) -> String {
    match params {
        ParamSelection::Weights => "weights (no biases, no normalisation layers)".to_owned(),
        ParamSelection::All => "all parameters".to_owned(),
        ParamSelection::Biases => "biases".to_owned(),
        ParamSelection::Norms => "normalisation layers".to_owned(),
        ParamSelection::Paths(paths) => paths.join(", "),
        ParamSelection::Matching(pattern) => format!("what matches /{}/", pattern.as_str()),
        other => other.to_string(),
    }
}
