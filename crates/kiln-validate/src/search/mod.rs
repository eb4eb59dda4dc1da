//! Search of settings: what may vary ([`Space`]), which values to try next ([`Sampler`]), which trials to give up
//! early ([`Pruner`]), and the study that keeps what was found ([`Study`]).
//!
//! What a trial tries is a function of the study's seed, the trial's number and the trials it may see. Trial `k` may
//! see the results of trials up to `k − lag` and no others, so the table of a study is the same for any number of
//! workers up to `lag`, and a study that was killed goes on to the same table.
//!
//! ```
//! use kiln_validate::search::{Direction, Ending, Sampler, Space, Study, StudyConfig, StudyPlan};
//!
//! let space: Space = Space::parse(["x=uniform(-5, 10)", "y=uniform(0, 15)"])?;
//! let config = StudyConfig { seed: 1, ..StudyConfig::new(space, Direction::Minimise) };
//! let mut study = Study::in_memory(config)?;
//! study.run(
//!     &StudyPlan { trials: 30, workers: 2, ..StudyPlan::default() },
//!     |trial| {
//!         let at = |name| trial.params().number(name).unwrap_or(f64::NAN);
//!         Ok::<_, std::convert::Infallible>(Ending::Done((at("x") - 1.0).powi(2) + (at("y") - 2.0).powi(2)))
//!     },
//!     |_| {},
//! )?;
//! assert_eq!(study.trials().len(), 30);
//! assert!(study.best().is_some_and(|best| best.value.is_some_and(|value| value < 20.0)));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod error;
mod importance;
mod pruner;
mod sampler;
mod space;
mod study;
mod trial;

pub use error::SearchError;
pub use importance::{Importance, importance};
pub use kiln_core::Direction;
pub use pruner::{Halving, Hyperband, Median, Pruner};
pub use sampler::{Sampler, Tpe};
pub use space::{Assignment, Condition, Domain, GRID_LIMIT, Parameter, Space, Test, Value, is_space};
pub use study::{Ending, Proposals, Study, StudyConfig, StudyError, StudyPlan, TrialRun};
pub use trial::{State, Trial};
