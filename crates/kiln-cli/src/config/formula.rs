//! What is added to the loss and how weights move, as formulas.

use kiln_objective::{Beside, Convention, ParamSelection, PenaltyConfig};

use super::run::RunConfig;
use super::update;

/// One line for the objective, one for each penalty, then those of the optimiser.
pub(crate) fn lines(config: &RunConfig) -> Vec<String> {
    let mut lines = vec![match config.penalty.len() {
        0 => "minimises J(θ), the mean loss of a batch".to_owned(),
        _ => "minimises J(θ) + λ·R(θ), J the mean loss of a batch, with".to_owned(),
    }];
    for entry in &config.penalty {
        lines.push(penalty(entry));
        lines.extend(elsewhere(entry));
    }
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

/// The same strength as others would write it, for n training items.
fn elsewhere(config: &PenaltyConfig) -> Option<String> {
    use Convention as C;
    let (own, strength) = match config {
        PenaltyConfig::L1(l1) => (C::KilnL1, l1.strength),
        PenaltyConfig::L2(l2) => (C::KilnL2, l2.strength),
        _ => return None,
    };
    let (squared, entropy) = (Beside::SquaredError, Beside::CrossEntropy);
    // With one item, what is proportional to n is the factor of n.
    let of = |to, beside| own.translate(strength, to, beside, 1).map(|s| format!("{s:?}"));
    let both = |to| Some(format!("{} (mse) or {} (cross-entropy)", of(to, squared)?, of(to, entropy)?));
    let known = match own {
        C::KilnL1 => vec![("scikit-learn Lasso alpha, glmnet lambda", both(C::SklearnLasso))],
        _ => vec![
            ("PyTorch weight_decay", of(C::TorchWeightDecay, squared)),
            ("Keras L2", of(C::KerasL2, squared)),
            ("scikit-learn Ridge alpha", of(C::SklearnRidge, squared).map(|s| format!("{s}·n"))),
            ("LogisticRegression C", of(C::SklearnLogisticC, entropy).map(|s| format!("{s}/n"))),
            ("glmnet lambda", both(C::GlmnetRidge)),
        ],
    };
    let parts: Vec<String> =
        known.into_iter().filter_map(|(name, value)| Some(format!("{name} {}", value?))).collect();
    Some(format!("    elsewhere, for n training items: {}", parts.join(", ")))
}
