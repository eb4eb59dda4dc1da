//! What is added to the loss and how weights move, as formulas.

use kiln_objective::{ParamSelection, PenaltyConfig};
use kiln_optim::{OptimConfig, RmspropConfig, SgdConfig};

use super::run::RunConfig;

/// One line for the objective, one for each penalty, then those of the optimiser.
pub(crate) fn lines(config: &RunConfig) -> Vec<String> {
    let mut lines = vec![match config.penalty.len() {
        0 => "minimises J(θ), the mean loss of a batch".to_owned(),
        _ => "minimises J(θ) + λ·R(θ), J the mean loss of a batch, with".to_owned(),
    }];
    lines.extend(config.penalty.iter().map(penalty));
    lines.extend(optimizer(&config.optim));
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

fn optimizer(config: &OptimConfig) -> Vec<String> {
    match config {
        OptimConfig::Sgd(sgd) => rule_of_sgd(sgd),
        OptimConfig::Adam(adam) => {
            let mut lines = coupled(adam.weight_decay);
            lines.extend(rule_of_adam(adam.betas, adam.amsgrad));
            lines.push(format!("θ ← θ − lr·m̂/(√v̂ + {:?})", adam.eps));
            lines
        }
        OptimConfig::Adamw(adam) => {
            let mut lines = decoupled(adam.weight_decay);
            lines.extend(rule_of_adam(adam.betas, adam.amsgrad));
            lines.push(format!("θ ← θ − lr·m̂/(√v̂ + {:?})", adam.eps));
            lines
        }
        OptimConfig::Rmsprop(rmsprop) => rule_of_rmsprop(rmsprop),
    }
}

fn coupled(decay: f64) -> Vec<String> {
    if decay == 0.0 { Vec::new() } else { vec![format!("g ← g + {decay:?}·θ")] }
}

fn decoupled(decay: f64) -> Vec<String> {
    if decay == 0.0 { Vec::new() } else { vec![format!("θ ← θ − lr·{decay:?}·θ")] }
}

fn rule_of_sgd(sgd: &SgdConfig) -> Vec<String> {
    let mut lines = if sgd.decoupled { decoupled(sgd.weight_decay) } else { coupled(sgd.weight_decay) };
    if sgd.momentum == 0.0 {
        lines.push("θ ← θ − lr·g".to_owned());
        return lines;
    }
    lines.push(format!("b ← {}·b + {}·g (b = g in the first step)", sgd.momentum, 1.0 - sgd.dampening));
    lines.push(match sgd.nesterov {
        true => format!("θ ← θ − lr·(g + {}·b)", sgd.momentum),
        false => "θ ← θ − lr·b".to_owned(),
    });
    lines
}

fn rule_of_adam([beta1, beta2]: [f64; 2], amsgrad: bool) -> Vec<String> {
    let mut lines = vec![format!(
        "m ← {beta1}·m + (1 − {beta1})·g;  v ← {beta2}·v + (1 − {beta2})·g²;  m̂ = m/(1 − {beta1}ᵗ);  \
         v̂ = v/(1 − {beta2}ᵗ)"
    )];
    if amsgrad {
        lines.push("v is the largest so far".to_owned());
    }
    lines
}

fn rule_of_rmsprop(rmsprop: &RmspropConfig) -> Vec<String> {
    let mut lines = coupled(rmsprop.weight_decay);
    let alpha = rmsprop.alpha;
    lines.push(format!("v ← {alpha}·v + (1 − {alpha})·g²"));
    let root = if rmsprop.centered {
        lines.push(format!("a ← {alpha}·a + (1 − {alpha})·g"));
        format!("(√(v − a²) + {:?})", rmsprop.eps)
    } else {
        format!("(√v + {:?})", rmsprop.eps)
    };
    if rmsprop.momentum == 0.0 {
        lines.push(format!("θ ← θ − lr·g/{root}"));
    } else {
        lines.push(format!("b ← {}·b + g/{root}", rmsprop.momentum));
        lines.push("θ ← θ − lr·b".to_owned());
    }
    lines
}
