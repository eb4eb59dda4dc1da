//! A new penalty is one file and one line. The file is the one that the guide shows, and that `.ci/new-kinds` adds to a copy of
//! the repository; the line is that of the list below.

#![allow(unreachable_pub, reason = "the file is that of a library")]

use kiln_core::{ParamSelection, Range, kinds, params};
use kiln_objective::{Penalties, Penalty, PenaltyKind, PenaltyTerm, Shared, WeightView};
use kiln_testkit::{PenaltyLaws, check_kinds, check_penalty, device};

kinds! {
    /// A list of penalties.
    pub enum NewPenalty: PenaltyKind {
        "log-sum" => log_sum::LogSum(LogSumConfig),
    }
}

fn read(settings: &str) -> NewPenalty {
    toml::from_str(&format!("kind = \"log-sum\"\n{settings}")).unwrap()
}

#[test]
fn its_settings_are_read_checked_and_described() {
    check_kinds::<NewPenalty, NewPenalty>("penalty.0", &["log-sum"], |penalty| {
        let (kind, range) = (penalty.as_kind(), Range::at_least(0.0));
        let strength = range.check("penalty.0.strength", kind.shared().strength);
        strength.and_then(|_| kind.check("penalty.0")).map_err(|error| Box::new(error) as _)
    });
    let penalty = read("strength = 0.5\nepsilon = 0.25");
    assert_eq!(penalty.as_kind().formula(), "λ·Σlog(1 + |w|/0.25)");
    assert_eq!(penalty.as_kind().over(), "weights (no biases, no normalisation layers)");
    assert_eq!(penalty.as_kind().shared().params, Some(&ParamSelection::Weights));
}

#[test]
fn its_rule_keeps_the_laws_and_acts_on_a_model() {
    let penalty = read("strength = 0.5").as_kind().on_weights().unwrap();
    let away_from_zero = |weight: &[f64], _: &[usize]| weight.iter().all(|w| w.abs() > 1e-3);
    check_penalty("log-sum", &*penalty, away_from_zero, PenaltyLaws { convex: false, least_at_zero: true });
    let model = burn::nn::LinearConfig::new(3, 2).init(&device().autodiff());
    let penalties = Penalties::default().with(PenaltyTerm::from(penalty), &params::list(&model)).unwrap();
    assert_eq!(penalties.describe(), ["0.5 · Σ log(1 + |w|/0.1) over weight (6 numbers)"]);
}
