//! The optimisers: each is a file with its settings, checks, formula and rule, and a line of this list.

mod kind;

pub use kind::{DecayForm, OptimKind, Shared};
pub use muon::AdjustLr;

use crate::{OptimError, Rule};

crate::registry! {
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
        self.as_kind().momentum()
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

    /// The rule of these settings, checked.
    pub(crate) fn build(&self) -> Result<Box<dyn Rule>, OptimError> {
        use crate::rule::check;
        use kiln_core::Range;

        check("lr", self.lr(), Range::at_least(0.0))?;
        check("weight_decay", self.weight_decay(), Range::at_least(0.0))?;
        self.as_kind().build()
    }
}
