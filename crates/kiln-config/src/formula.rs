//! What is added to the loss and how weights move, as formulas.

use crate::run::RunConfig;

/// One line for the objective, one for each penalty, then those of the optimiser.
pub(crate) fn lines(config: &RunConfig) -> Vec<String> {
    let mut lines = vec![match config.penalty.len() {
        0 => "minimises J(θ), the mean loss of a batch".to_owned(),
        _ => "minimises J(θ) + λ·R(θ), J the mean loss of a batch, with".to_owned(),
    }];
    for penalty in &config.penalty {
        // What the strength is called elsewhere is indented below the formula.
        let indented = ["  ", "    "].into_iter().zip(penalty.describe());
        lines.extend(indented.map(|(indent, line)| format!("{indent}{line}")));
    }
    lines.extend(config.optim.formula());
    lines.extend(config.constraint.iter().map(|constraint| format!("then {}", constraint.describe())));
    lines
}
