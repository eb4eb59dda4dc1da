//! Every registered penalty, constraint and loss is as its documentation says.

use kiln_objective::{ConstraintConfig, LossConfig, ObjectiveError, PenaltyConfig, TargetKind};
use kiln_testkit::check_kinds;

/// The documents with a row for each kind of penalty and constraint.
const PENALTIES: &str = include_str!("../../../../docs/PENALTIES.md");

#[test]
fn every_penalty_is_as_its_documentation_says() {
    check_kinds::<PenaltyConfig, PenaltyConfig>("penalty.0", PenaltyConfig::NAMES, |penalty| {
        penalty.check("penalty.0").map_err(|error| Box::new(error) as _)
    });
}

#[test]
fn every_constraint_is_as_its_documentation_says() {
    check_kinds::<ConstraintConfig, ConstraintConfig>(
        "constraint.0",
        ConstraintConfig::NAMES,
        |constraint| constraint.as_kind().check("constraint.0").map_err(|error| Box::new(error) as _),
    );
}

#[test]
fn every_loss_is_as_its_documentation_says() {
    check_kinds::<LossConfig, LossConfig>("loss", LossConfig::NAMES, |loss| match target(loss) {
        Some(target) => loss.build(target).map(|_| ()).map_err(|error| Box::new(error) as _),
        None => panic!("{} is for no target", loss.name()),
    });
}

/// A target that a loss is for.
fn target(loss: &LossConfig) -> Option<TargetKind> {
    let targets =
        [TargetKind::Classes(2), TargetKind::Classes(3), TargetKind::Values(1), TargetKind::Values(2)];
    targets.into_iter().find(|target| loss.as_kind().outputs(*target).is_some())
}

#[test]
fn every_penalty_acts_on_weights_or_on_a_batch_and_says_how() {
    for kind in PenaltyConfig::NAMES {
        let config: PenaltyConfig = toml::from_str(&format!("kind = {kind:?}\nstrength = 0.5")).unwrap();
        let (weights, batch) =
            (config.build("penalty.0").unwrap(), config.build_for_batch("penalty.0").unwrap());
        assert!(weights.is_some() != batch.is_some(), "{kind}");
        assert_eq!(config.params().is_some(), weights.is_some(), "{kind}");
        let formula = &config.describe()[0];
        assert!(
            formula.starts_with('λ') && formula.contains("λ = 0.5") && formula.contains("over "),
            "{formula}"
        );
        assert!(PENALTIES.contains(&format!("| `{kind}` |")), "{kind} has no row in docs/PENALTIES.md");
        let sparse = config.sparse(0.25);
        if let Some(sparse) = &sparse {
            assert!(sparse.proximal() && sparse.strength() == 0.25 && sparse.name() == *kind, "{kind}");
        }
        assert_eq!(
            sparse.is_some_and(|sparse| sparse.makes_zeros()),
            config.sparse(0.25).is_some(),
            "{kind}"
        );
    }
}

#[test]
fn every_constraint_has_a_row_in_the_documents() {
    for kind in ConstraintConfig::NAMES {
        assert!(PENALTIES.contains(&format!("| `{kind}` |")), "{kind} has no row in docs/PENALTIES.md");
    }
}

#[test]
fn every_loss_is_listed_for_the_targets_it_is_for() {
    let for_two = LossConfig::names_for(TargetKind::Classes(2));
    assert_eq!(for_two, ["cross-entropy", "binary-cross-entropy", "focal", "hinge", "multi-margin"]);
    let numbers = ["mse", "mae", "huber", "log-cosh", "quantile", "poisson-nll", "gaussian-nll"];
    assert_eq!(LossConfig::names_for(TargetKind::Values(2)), numbers);
    for kind in LossConfig::NAMES {
        let loss: LossConfig = toml::from_str(&format!("kind = {kind:?}")).unwrap();
        assert!(target(&loss).is_some(), "{kind}");
    }
    let error = LossConfig::default_for(TargetKind::Values(1)).build(TargetKind::Classes(3)).unwrap_err();
    assert!(matches!(&error, ObjectiveError::Target { fitting, .. } if fitting.len() == 2), "{error:?}");
}
