//! The optimisers: each is a file with its settings, checks, formula and rule, and a line of this list.
//!
//! To add one, write its file here: settings with `lr`, `weight_decay`, `decay_all` and an example, [`OptimKind`] for them,
//! and a [`Rule`](crate::Rule), which is a [`Formula`](crate::rule::formula::Formula) where it treats every element alike. Register it by
//! its line. The tests then ask for its case in `tests/golden/optimisers.py`.

mod kind;

pub use kind::{DecayForm, OptimKind, Shared};
pub use muon::AdjustLr;

kiln_core::kinds! {
    /// Which optimiser, with its settings. Defaults are PyTorch's where PyTorch has the optimiser.
    pub enum OptimConfig: OptimKind {
        "sgd" => sgd::Sgd(SgdConfig),
        "asgd" => asgd::Asgd(AsgdConfig),
        "adam" => adam::Adam(AdamConfig),
        "adamw" => adamw::Adamw(AdamwConfig),
        "nadam" => nadam::Nadam(NadamConfig),
        "radam" => radam::Radam(RadamConfig),
        "adamax" => adamax::Adamax(AdamaxConfig),
        "rmsprop" => rmsprop::Rmsprop(RmspropConfig),
        "adagrad" => adagrad::Adagrad(AdagradConfig),
        "adadelta" => adadelta::Adadelta(AdadeltaConfig),
        "adafactor" => adafactor::Adafactor(AdafactorConfig),
        "lamb" => lamb::Lamb(LambConfig),
        "lion" => lion::Lion(LionConfig),
        "adan" => adan::Adan(AdanConfig),
        "muon" => muon::Muon(MuonConfig),
        "schedule-free-sgd" => schedule_free_sgd::ScheduleFreeSgd(ScheduleFreeSgdConfig),
        "schedule-free-adamw" => schedule_free_adamw::ScheduleFreeAdamw(ScheduleFreeAdamwConfig),
    }
}

impl OptimConfig {
    /// The learning rate, before any schedule.
    pub fn lr(&self) -> f64 {
        self.as_kind().shared().lr
    }

    /// Weight decay, before any group and schedule.
    pub fn weight_decay(&self) -> f64 {
        self.as_kind().shared().weight_decay
    }

    /// Whether biases and normalisation layers decay too.
    pub fn decay_all(&self) -> bool {
        self.as_kind().shared().decay_all
    }

    /// The form that weight decay has.
    pub fn decay_form(&self) -> DecayForm {
        self.as_kind().decay_form()
    }

    /// Whether its updates divide the gradient by a measure of its size.
    pub fn rescales(&self) -> bool {
        self.as_kind().rescales()
    }

    /// Whether its updates have a length: whether proximal steps can follow them ([`StepSize`](crate::StepSize)).
    pub fn has_step_size(&self) -> bool {
        self.as_kind().has_step_size()
    }

    /// The momentum, or the first beta; `None` for optimisers without one that a schedule could move.
    pub fn momentum(&self) -> Option<f64> {
        self.clone().as_kind_mut().momentum_mut().copied()
    }

    /// What an update computes, a line for each step: θ are the weights, g is the gradient, t the number of the update.
    ///
    /// ```
    /// use kiln_optim::{OptimConfig, SgdConfig};
    ///
    /// let sgd = OptimConfig::Sgd(SgdConfig { weight_decay: 0.01, ..SgdConfig::default() });
    /// assert_eq!(sgd.formula(), ["g ← g + 0.01·θ", "θ ← θ − lr·g"]);
    /// ```
    pub fn formula(&self) -> Vec<String> {
        self.as_kind().formula()
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Tensor;
    use kiln_testkit::device;
    use serde_json::json;

    use super::*;
    use crate::{At, Elastic, Kept};

    #[test]
    fn updates_have_a_length_where_the_settings_say_so() {
        for kind in OptimConfig::NAMES {
            let config: OptimConfig = serde_json::from_value(json!({ "kind": kind })).unwrap();
            let rule = config.as_kind().rule().unwrap();
            for dims in [&[6][..], &[2, 3], &[1, 1, 2, 3]] {
                let weight = Tensor::<1>::ones([6], &device());
                let gradient = weight.full_like(0.5);
                let at = At { lr: 0.1, step: 1, weight_decay: 0.0, prox: Elastic::default(), dims };
                let (_, kept) = rule.update(weight, gradient.into(), Kept::default(), at);
                assert_eq!(rule.step_size(&kept, at).is_some(), config.has_step_size(), "{kind} {dims:?}");
            }
        }
    }
}
