//! The section `[schedule]`, and the schedules that it makes.

use kiln_core::Range;
use serde::{Deserialize, Serialize};

use super::warmup::Warmup;
use super::{LearningRate, Schedule, Stretch};
use crate::schema::JsonSchema;
use crate::{Constant, OptimError, Sequential, ShapeConfig};

/// The section `[schedule]`: how the learning rate of `[optim]` changes. Lengths are in epochs and may be fractions;
/// the rate changes at every step.
///
/// The sections `[momentum_schedule]` and `[weight_decay_schedule]` are of this type too: there `lr` stands for the
/// momentum (or first beta) and the weight decay of `[optim]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(extend("x-takes" = "a schedule, such as { kind = \"linear\", start = 0.0, end = 1.0 }"))]
pub struct ScheduleConfig {
    /// Factor on the learning rate, at least 0: for the parts of a sequence. Default 1.
    #[serde(default = "one")]
    #[schemars(transform = Range::at_least(0.0).bounds())]
    pub scale: f64,
    /// Linear rise from `warmup_start · lr` over this many epochs, before everything else. Default 0. With the default
    /// `warmup_start` of 0 the very first update has a learning rate of 0.
    #[serde(default)]
    #[schemars(transform = Range::at_least(0.0).bounds())]
    pub warmup: f64,
    /// Where the rise starts, as a share of the learning rate, `[0, 1]`. Default 0.
    #[serde(default)]
    #[schemars(transform = Range::UNIT.bounds())]
    pub warmup_start: f64,
    /// The shape after the warm-up. Default constant.
    #[serde(flatten)]
    pub shape: ShapeConfig,
}

fn one() -> f64 {
    1.0
}

impl Default for ScheduleConfig {
    fn default() -> Self {
        ShapeConfig::default().into()
    }
}

impl<S: Into<ShapeConfig>> From<S> for ScheduleConfig {
    /// The shape without a warm-up.
    fn from(shape: S) -> Self {
        Self { scale: 1.0, warmup: 0.0, warmup_start: 0.0, shape: shape.into() }
    }
}

impl ScheduleConfig {
    /// Whether it follows a metric of the validation part, not the step alone.
    pub fn needs_metric(&self) -> bool {
        self.shape.as_kind().needs_metric()
    }

    /// The learning rate of every step of a run.
    ///
    /// `lr` is the learning rate of `[optim]`, `total_steps` the length of the run including the warm-up. Lengths in
    /// epochs are rounded to whole steps. A warm-up may be longer than the run, which then ends within it.
    ///
    /// ```
    /// use kiln_optim::{CosineShape, ScheduleConfig};
    ///
    /// let cosine = ScheduleConfig { warmup: 1.0, ..CosineShape { end: 0.0 }.into() };
    /// let rate = cosine.build(0.1, 10, 100)?;
    /// assert_eq!((rate.at(0), rate.at(10), rate.at(100)), (0.0, 0.1, 0.0));
    /// # Ok::<(), kiln_optim::OptimError>(())
    /// ```
    ///
    /// # Errors
    /// [`OptimError::Number`] naming the key of a setting out of its range, [`OptimError::Milestones`] for milestones
    /// or starts that do not rise, [`OptimError::Parts`] and [`OptimError::Part`] for parts that do not fit together.
    pub fn build(&self, lr: f64, steps_per_epoch: u64, total_steps: u64) -> Result<LearningRate, OptimError> {
        Range::at_least(0.0).check("optim.lr", lr)?;
        let run = Stretch::whole_run("schedule", steps_per_epoch, total_steps)?;
        let (schedule, rest) = self.around(lr, &run)?;
        let kind = self.shape.as_kind();
        let momentum = match kind.momentum(&rest)? {
            Some(cycle) if rest.total() < total_steps => {
                let waiting = Box::new(Constant { value: cycle.at(0) });
                Some(Box::new(Sequential::new(vec![waiting, cycle], vec![total_steps - rest.total()])?)
                    as Box<_>)
            }
            cycle => cycle,
        };
        Ok(LearningRate { schedule, momentum, plateau: kind.plateau(self.warmup, &rest)? })
    }

    /// A schedule of something else than the learning rate: `base` is its value in `[optim]`, `section` the key of its
    /// settings (`momentum_schedule`).
    ///
    /// # Errors
    /// As [`ScheduleConfig::build`], and [`OptimError::Part`] for a plateau and for `cycle_momentum`.
    pub fn build_for(
        &self,
        section: &str,
        base: f64,
        steps_per_epoch: u64,
        total_steps: u64,
    ) -> Result<Box<dyn Schedule>, OptimError> {
        self.build_part(base, &Stretch::whole_run(section, steps_per_epoch, total_steps)?)
    }

    /// The schedule around `base` over `stretch`, as a part of another schedule or of something else than the learning
    /// rate.
    ///
    /// # Errors
    /// As [`ScheduleConfig::build_for`].
    pub fn build_part(&self, base: f64, stretch: &Stretch<'_>) -> Result<Box<dyn Schedule>, OptimError> {
        if let Some(reason) = self.shape.as_kind().only_whole() {
            return Err(OptimError::Part { key: stretch.own_key().to_owned(), reason });
        }
        self.around(base, stretch).map(|(schedule, _)| schedule)
    }

    /// The schedule around `base`, and what its warm-up leaves of the stretch.
    fn around<'a>(
        &self,
        base: f64,
        stretch: &Stretch<'a>,
    ) -> Result<(Box<dyn Schedule>, Stretch<'a>), OptimError> {
        let base = base * stretch.number("scale", self.scale, Range::at_least(0.0))?;
        let warmup = stretch.number("warmup", self.warmup, Range::at_least(0.0))?;
        let start = stretch.number("warmup_start", self.warmup_start, Range::UNIT)?;
        let steps = stretch.steps(warmup);
        let rest = stretch.rest(steps);
        let shape = self.shape.as_kind().build(base, &rest)?;
        let schedule =
            if steps == 0 { shape } else { Box::new(Warmup { lr: base, start, steps, rest: shape }) };
        Ok((schedule, rest))
    }
}
