//! What is added to the loss and how weights move, as formulas.

use kiln_core::ParamSelection;
use kiln_objective::{ActivityNorm, Beside, ConstraintConfig, Convention, PenaltyConfig, Units};

use crate::run::RunConfig;

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
    lines.extend(config.optim.formula());
    lines.extend(config.constraint.iter().map(constraint));
    lines
}

fn penalty(config: &PenaltyConfig) -> String {
    let formula = match config {
        PenaltyConfig::L1(_) | PenaltyConfig::CumulativeL1(_) => "λ·Σ|w|".to_owned(),
        PenaltyConfig::L2(_) => "λ·Σw² (no ½)".to_owned(),
        PenaltyConfig::ElasticNet(net) => {
            format!("λ·({0}·Σ|w| + {1}/2·Σw²)", net.l1_ratio, 1.0 - net.l1_ratio)
        }
        PenaltyConfig::GroupLasso(lasso) => format!("λ·Σ√p·‖w‖ (p numbers for each {})", unit(lasso.units)),
        PenaltyConfig::L21(_) => "λ·Σ‖w‖ (for each input, whatever its size)".to_owned(),
        PenaltyConfig::Orthogonal(_) => "λ·Σ‖WᵀW − I‖² (no ½)".to_owned(),
        PenaltyConfig::Spectral(_) => "λ/2·Σσ(W)² (σ the largest singular value)".to_owned(),
        PenaltyConfig::Activity(activity) => {
            let sum = match activity.norm {
                ActivityNorm::L1 => "Σ|a|",
                ActivityNorm::L2 => "Σa²",
            };
            format!("λ·mean over items of {sum} (a the outputs of a layer)")
        }
        PenaltyConfig::InputGradient(_) => "λ·mean over items of ‖∂loss/∂x‖² (no ½)".to_owned(),
        PenaltyConfig::Jacobian(_) => "λ·mean over items of ‖∂outputs/∂x‖² (no ½)".to_owned(),
    };
    let over = match (config, config.params()) {
        (_, Some(params)) => format!("over {}", over(params)),
        (PenaltyConfig::Activity(activity), _) if activity.layers.is_empty() => {
            "over all hidden layers".to_owned()
        }
        (PenaltyConfig::Activity(activity), _) => format!("over {}", activity.layers.join(", ")),
        _ => "over a batch".to_owned(),
    };
    let how = match config {
        PenaltyConfig::CumulativeL1(_) => "by cumulative proximal steps",
        _ if config.proximal() => "by a proximal step",
        _ => "by its gradient",
    };
    let when = if config.schedule().is_some() { ", times its schedule" } else { "" };
    format!("  {formula}, λ = {:?}{when}, {over}, {how}", config.strength())
}

fn over(params: &ParamSelection) -> String {
    match params {
        ParamSelection::Weights => "weights (no biases, no normalisation layers)".to_owned(),
        ParamSelection::All => "all parameters".to_owned(),
        ParamSelection::Biases => "biases".to_owned(),
        ParamSelection::Norms => "normalisation layers".to_owned(),
        ParamSelection::Paths(paths) => paths.join(", "),
        ParamSelection::Matching(pattern) => format!("what matches /{}/", pattern.as_str()),
    }
}

fn unit(units: Units) -> &'static str {
    match units {
        Units::Output => "output",
        Units::Input => "input",
        Units::Filter => "filter",
    }
}

/// Where weights must lie.
fn constraint(config: &ConstraintConfig) -> String {
    let (formula, params) = match config {
        ConstraintConfig::MaxNorm(norm) => {
            (format!("‖w‖ ≤ {:?} for each {}", norm.max, unit(norm.units)), &norm.params)
        }
        ConstraintConfig::UnitNorm(norm) => (format!("‖w‖ = 1 for each {}", unit(norm.units)), &norm.params),
        ConstraintConfig::NonNegative(config) => ("w ≥ 0".to_owned(), &config.params),
        ConstraintConfig::Box(config) => {
            (format!("{:?} ≤ w ≤ {:?}", config.low, config.high), &config.params)
        }
    };
    format!("then {formula}, over {}", over(params))
}

/// The same strength as others would write it, for n training items.
fn elsewhere(config: &PenaltyConfig) -> Option<String> {
    use Convention as C;
    let (own, strength) = match config {
        PenaltyConfig::L1(_) | PenaltyConfig::CumulativeL1(_) => (C::KilnL1, config.strength()),
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
