//! Lines that the formulas of several optimisers share. θ are the weights, g is the gradient, t the number of the update.

use crate::DecayForm;

/// The line of weight decay by itself; none without decay, and none where decay is part of another line.
pub(crate) fn decay(decay: f64, form: DecayForm) -> Vec<String> {
    match form {
        DecayForm::Own => Vec::new(),
        _ if decay == 0.0 => Vec::new(),
        DecayForm::Coupled => vec![format!("g ← g + {decay:?}·θ")],
        DecayForm::Decoupled => vec![format!("θ ← θ − lr·{decay:?}·θ")],
        DecayForm::Proximal => vec![format!("θ ← θ/(1 + lr·{decay:?})")],
    }
}

/// Adam's two moments and what corrects their bias.
pub(crate) fn moments([beta1, beta2]: [f64; 2]) -> String {
    format!(
        "m ← {beta1}·m + (1 − {beta1})·g;  v ← {beta2}·v + (1 − {beta2})·g²;  m̂ = m/(1 − {beta1}ᵗ);  \
         v̂ = v/(1 − {beta2}ᵗ)"
    )
}

/// ` + decay·θ` behind an update, for decay that is part of it; nothing without decay.
pub(crate) fn plus_decay(decay: f64) -> String {
    if decay == 0.0 { String::new() } else { format!(" + {decay:?}·θ") }
}
