//! The penalties of a configuration along a path: the strength of one moves, the others stay.

use kiln_config::Resolved;
use kiln_core::ParamSelection;
use kiln_objective::{ConvexLoss, ElasticNetConfig, L1Config, LossConfig, PenaltyConfig};
use kiln_optim::Elastic;

use crate::error::{ExperimentError, Locate, NoPath};

/// The penalty that moves.
#[derive(Debug, Clone)]
pub(super) struct Moving {
    /// Its place in the list; one past the end where the configuration has none.
    pub(super) place: usize,
    config: PenaltyConfig,
}

impl Moving {
    /// The one penalty that can make weights zero; L1 or an elastic net on all weights without one.
    pub(super) fn new(resolved: &Resolved, l1_ratio: Option<f64>) -> Result<Self, ExperimentError> {
        let penalties = &resolved.config.penalty;
        let mut sparse = penalties.iter().enumerate().filter(|(_, penalty)| penalty.sparse(0.0).is_some());
        let Some((place, config)) = sparse.next() else {
            let config = match l1_ratio {
                Some(ratio) if ratio < 1.0 => ElasticNetConfig::new(0.0, ratio).into(),
                _ => L1Config::new(0.0).into(),
            };
            return Ok(Self { place: penalties.len(), config });
        };
        let key = format!("penalty.{place}");
        let refuse = |error| Err(resolved.locate_at(&format!("{key}.kind"), error));
        if let Some((second, _)) = sparse.next() {
            return refuse(NoPath::Several { first: key.clone(), second: format!("penalty.{second}") });
        }
        if config.schedule().is_some() {
            return refuse(NoPath::Scheduled { key: key.clone() });
        }
        if l1_ratio.is_some() {
            return refuse(NoPath::SaidTwice { key: key.clone() });
        }
        if config.as_kind().l1_ratio() == Some(0.0) {
            return refuse(NoPath::NoL1 { key: key.clone() });
        }
        Ok(Self { place, config: config.clone() })
    }

    /// The penalty with a strength, by a proximal step.
    pub(super) fn at(&self, lambda: f64) -> PenaltyConfig {
        // The one that moves is sparse.
        self.config.sparse(lambda).unwrap_or_else(|| self.config.clone())
    }

    /// All penalties, this one with a strength; without it where that is 0.
    pub(super) fn among(&self, penalties: &[PenaltyConfig], lambda: f64) -> Vec<PenaltyConfig> {
        let mut all = penalties.to_vec();
        if self.place < all.len() {
            all.remove(self.place);
        }
        if lambda > 0.0 {
            all.insert(self.place, self.at(lambda));
        }
        all
    }
}

/// What a solver makes of them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Solvable {
    /// α, the share of L1 in the penalty that moves.
    pub(super) l1_ratio: f64,
    /// Σ of the strengths of L2 penalties, `s Σ w²`, which stay.
    pub(super) l2: f64,
}

impl Solvable {
    /// From the list of penalties and `--l1-ratio`; whatever the solver does not have is an error.
    pub(super) fn new(resolved: &Resolved, l1_ratio: Option<f64>) -> Result<Self, ExperimentError> {
        let moving = Moving::new(resolved, l1_ratio)?;
        let mut found = Self { l1_ratio: l1_ratio.unwrap_or(1.0), l2: 0.0 };
        for (place, penalty) in resolved.config.penalty.iter().enumerate() {
            let plain = penalty.params() == Some(&ParamSelection::Weights) && penalty.schedule().is_none();
            let kind = penalty.as_kind();
            match (kind.l1_ratio(), kind.elastic()) {
                (Some(ratio), _) if plain && place == moving.place => found.l1_ratio = ratio,
                (None, Some(Elastic { l1: 0.0, l2 })) if plain => found.l2 += l2 / 2.0,
                _ => {
                    let key = format!("penalty.{place}");
                    return Err(resolved.locate_at(&format!("{key}.kind"), NoPath::Penalty { key }));
                }
            }
        }
        Ok(found)
    }

    /// The strength of `l2/2 Σ w²` in a solver's problem, so that it is `s Σ w²` in that of a training. `classes`: 0 for
    /// numbers, whose squared error has a ½ there.
    pub(super) fn solver_l2(&self, classes: usize, loss: Option<&LossConfig>) -> f64 {
        match (classes, loss.map(LossConfig::convex)) {
            (0, _) => self.l2,
            // One logit d in place of two, d/2 and −d/2: a training has s (d²/4 + d²/4).
            (2, None | Some(Some(ConvexLoss::Softmax))) => self.l2,
            _ => 2.0 * self.l2,
        }
    }
}
