//! Penalties that say the same thing twice, and penalties inside an optimiser that changes what they mean.

use kiln_core::ParamSelection;
use kiln_optim::{DecayForm, OptimConfig};

use crate::run::RunConfig;

/// A line for each penalty that is doubled, or that an adaptive optimiser rescales; nothing where all is well.
pub fn warnings(config: &RunConfig) -> Vec<String> {
    let mut lines = Vec::new();
    let (optim, decay) = (&config.optim.rule, config.optim.rule.weight_decay());
    let name = optim.name();
    for (index, penalty) in config.penalty.iter().enumerate() {
        let (Some(terms), Some(params)) = (penalty.as_kind().elastic(), penalty.params()) else { continue };
        let kind = penalty.name();
        if decay > 0.0 && terms.l2 > 0.0 && decays(optim, params) {
            lines.push(format!(
                "penalty.{index} ({kind}) and optim.weight_decay both shrink the same weights; leave one out \
                 (optim.weight_decay=0), or mean their sum: a coupled weight decay of {:?} is l2 with strength {:?}",
                decay,
                decay / 2.0
            ));
        }
        if optim.rescales() && terms.l2 > 0.0 && !penalty.proximal() {
            lines.push(format!(
                "penalty.{index} ({kind}) acts through the gradient, which {name} divides by its size: weights with \
                 large gradients are shrunk less; use the decoupled weight decay of adamw instead"
            ));
        }
        for (earlier, other) in config.penalty[..index].iter().enumerate() {
            let (Some(other_terms), Some(other_params)) = (other.as_kind().elastic(), other.params()) else {
                continue;
            };
            let both = [(terms.l1, other_terms.l1, "L1"), (terms.l2, other_terms.l2, "L2")];
            let doubled: Vec<&str> =
                both.into_iter().filter(|(a, b, _)| *a > 0.0 && *b > 0.0).map(|(.., name)| name).collect();
            if !doubled.is_empty() && overlap(params, other_params) {
                let what = doubled.join(" and ");
                lines.push(format!(
                    "penalty.{earlier} and penalty.{index} both put {what} on the same weights: their strengths add up"
                ));
            }
        }
    }
    if decay > 0.0 && optim.rescales() && optim.decay_form() == DecayForm::Coupled {
        lines.push(format!(
            "optim.weight_decay of {name} is L2 inside the gradient, which {name} divides by its size; \
             adamw decays apart from it"
        ));
    }
    lines
}

/// Whether the weight decay acts on parameters that a penalty selects.
fn decays(optim: &OptimConfig, params: &ParamSelection) -> bool {
    optim.decay_all() || !matches!(params, ParamSelection::Biases | ParamSelection::Norms)
}

/// Whether two selections can have parameters in common.
fn overlap(a: &ParamSelection, b: &ParamSelection) -> bool {
    let below = |path: &str, root: &str| {
        path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    let bias = |path: &String| path.ends_with(".bias");
    match (a, b) {
        (
            ParamSelection::Weights | ParamSelection::Biases | ParamSelection::Norms,
            ParamSelection::Weights | ParamSelection::Biases | ParamSelection::Norms,
        ) => a == b,
        (ParamSelection::Paths(a), ParamSelection::Paths(b)) => {
            a.iter().any(|a| b.iter().any(|b| below(a, b) || below(b, a)))
        }
        (ParamSelection::Weights, ParamSelection::Paths(paths))
        | (ParamSelection::Paths(paths), ParamSelection::Weights) => !paths.iter().all(bias),
        (ParamSelection::Biases, ParamSelection::Paths(paths))
        | (ParamSelection::Paths(paths), ParamSelection::Biases) => {
            !paths.iter().all(|path| path.ends_with(".weight"))
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Request, resolve};

    fn found(settings: &str) -> Vec<String> {
        let overrides = format!("data.source=digits {settings}");
        let overrides = overrides.split_whitespace().map(str::to_owned).collect();
        warnings(&resolve(&Request { overrides, ..Request::default() }).unwrap().config)
    }

    const L1: &str = "penalty.0.kind=l1 penalty.0.strength=0.1";
    const L2: &str = "penalty.0.kind=l2 penalty.0.strength=0.1";
    const NET: &str = "penalty.0.kind=elastic-net penalty.0.strength=0.1";

    fn second(penalty: &str) -> String {
        penalty.replace("penalty.0", "penalty.1")
    }

    #[test]
    fn thirty_planted_doubles_are_all_found() {
        let mut planted = Vec::new();
        // A penalty and a weight decay, with every kind of decay.
        for optim in ["sgd", "asgd", "schedule-free-sgd", "adamw", "lion", "lamb"] {
            for penalty in [L2, NET] {
                planted
                    .push((format!("{penalty} optim.kind={optim} optim.weight_decay=0.01"), "both shrink"));
            }
        }
        planted.push((
            format!("{L2} penalty.0.params=biases optim.kind=sgd optim.weight_decay=0.1"),
            "both shrink",
        ));
        planted.push((format!("{L2} optim.kind=adamw"), "both shrink"));
        // L2 inside an adaptive optimiser: as a penalty, and as its own decay.
        for optim in ["adam", "nadam", "rmsprop", "adagrad", "adadelta"] {
            planted.push((format!("{L2} optim.kind={optim}"), "divides by its size: weights"));
            planted.push((format!("optim.kind={optim} optim.weight_decay=1e-4"), "inside the gradient"));
        }
        planted.push((format!("{NET} optim.kind=adamax"), "divides by its size: weights"));
        // The same penalty twice.
        let sgd = "optim.kind=sgd";
        planted.push((format!("{L2} {} {sgd}", second(L2)), "both put L2"));
        planted.push((format!("{L1} {} {sgd}", second(L1)), "both put L1"));
        planted.push((format!("{NET} {} {sgd}", second(NET)), "both put L1 and L2"));
        planted.push((format!("{NET} {} {sgd}", second(L1)), "both put L1"));
        let path = "penalty.1.params=[\"output\"]";
        planted.push((format!("{L2} {} {path} {sgd}", second(NET)), "both put L2"));
        assert_eq!(planted.len(), 30);
        for (settings, piece) in planted {
            let lines = found(&settings);
            assert!(lines.iter().any(|line| line.contains(piece)), "{settings}: {lines:?}");
        }
    }

    #[test]
    fn right_configurations_are_left_alone() {
        let on_biases = "penalty.1.params=biases";
        let right = [
            String::new(),
            "optim.kind=adamw".to_owned(),
            "optim.kind=sgd optim.weight_decay=5e-4 optim.momentum=0.9".to_owned(),
            "optim.kind=nadam optim.weight_decay=0.01 optim.decoupled=true".to_owned(),
            format!("{L2} optim.kind=sgd"),
            format!("{L2} optim.kind=adamw optim.weight_decay=0 penalty.0.proximal=true"),
            format!("{L1} optim.kind=adam"),
            format!("{L1} optim.kind=adamw"),
            format!("{L1} penalty.0.proximal=true optim.kind=sgd optim.weight_decay=1e-4"),
            format!("{NET} optim.kind=sgd"),
            format!("{NET} penalty.0.l1_ratio=1 optim.kind=adamw"),
            format!("{L1} {} optim.kind=sgd", second(L2)),
            format!("{L2} {} {on_biases} optim.kind=sgd", second(L2)),
            format!(
                "{L2} penalty.0.params=biases optim.kind=sgd optim.weight_decay=1e-4 optim.decay_all=false"
            ),
            format!("{L2} penalty.0.strength=0 optim.kind=sgd optim.weight_decay=1e-4"),
        ];
        for settings in right {
            assert_eq!(found(&settings), [""; 0], "{settings}");
        }
    }
}
