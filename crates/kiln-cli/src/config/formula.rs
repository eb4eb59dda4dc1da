//! What is added to the loss and how weights move, as formulas.

use kiln_objective::{ParamSelection, PenaltyConfig};

use super::run::RunConfig;
use super::update;

/// One line for the objective, one for each penalty, then those of the optimiser.
pub(crate) fn lines(config: &RunConfig) -> Vec<String> {
    let mut lines = vec![match config.penalty.len() {
        0 => "minimises J(θ), the mean loss of a batch".to_owned(),
        _ => "minimises J(θ) + λ·R(θ), J the mean loss of a batch, with".to_owned(),
    }];
    lines.extend(config.penalty.iter().map(penalty));
    lines.extend(update::lines(&config.optim));
    lines
}

fn penalty(config: &PenaltyConfig) -> String {
    let (formula, strength, params, proximal) = match config {
        PenaltyConfig::L1(l1) => ("λ·Σ|w|".to_owned(), l1.strength, &l1.params, l1.proximal),
        PenaltyConfig::L2(l2) => ("λ·Σw² (no ½)".to_owned(), l2.strength, &l2.params, l2.proximal),
        PenaltyConfig::ElasticNet(net) => {
            let formula = format!("λ·({0}·Σ|w| + {1}/2·Σw²)", net.l1_ratio, 1.0 - net.l1_ratio);
            (formula, net.strength, &net.params, net.proximal)
        }
    };
    let over = match params {
        ParamSelection::Weights => "weights (no biases, no normalisation layers)".to_owned(),
        ParamSelection::All => "all parameters".to_owned(),
        ParamSelection::Biases => "biases".to_owned(),
        ParamSelection::Paths(paths) => paths.join(", "),
    };
    let how = if proximal { "by a proximal step" } else { "by its gradient" };
    format!("  {formula}, λ = {strength:?}, over {over}, {how}")
}
