//! The shapes of schedules: each is a file with its settings, checks and formula, and a line of this list.
//!
//! To add one, write its file here: settings with an example, [`ScheduleKind`] for them, and a
//! [`Schedule`](crate::Schedule), a pure function of the step. Register it by its line. The tests then ask for its laws in
//! `tests/device/schedule_laws.rs`, and its numbers belong into `tests/golden/schedules.py`.

mod kind;

pub use constant::Constant;
pub use cyclic::CycleMode;
pub use kind::ScheduleKind;
pub use product::Product;

kiln_core::kinds! {
    /// The shape of a schedule after its warm-up. Defaults are PyTorch's where PyTorch has the schedule.
    pub enum ShapeConfig: ScheduleKind {
        "constant" => constant::Constant(ConstantShape),
        "step" => step::Step(StepShape),
        "multi-step" => multi_step::MultiStep(MultiStepShape),
        "exponential" => exponential::Exponential(ExponentialShape),
        "polynomial" => polynomial::Polynomial(PolynomialShape),
        "inverse-time" => inverse_time::InverseTime(InverseTimeShape),
        "inverse-power" => inverse_power::InversePower(InversePowerShape),
        "linear" => linear::Linear(LinearShape),
        "cosine" => cosine::Cosine(CosineShape),
        "cosine-restarts" => cosine_restarts::CosineRestarts(CosineRestartsShape),
        "cyclic" => cyclic::Cyclic(CyclicShape),
        "one-cycle" => one_cycle::OneCycle(OneCycleShape),
        "stable-decay" => stable_decay::StableDecay(StableDecayShape),
        "coslog" => coslog::Coslog(CoslogShape),
        "noam" => noam::Noam(NoamShape),
        "sequential" => sequential::Sequential(SequentialShape),
        "product" => product::Product(ProductShape),
        "plateau" => plateau::Plateau(PlateauShape),
    }
}

impl Default for ShapeConfig {
    fn default() -> Self {
        ConstantShape {}.into()
    }
}
