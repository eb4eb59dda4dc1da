//! All constraints of a run, each with the parameters it acts on.

use burn::tensor::Tensor;
use kiln_core::ParamInfo;

use crate::{AnyConstraint, ConstraintConfig, ObjectiveError};

/// The constraints of a run.
///
/// After every update, and after proximal steps, each weight moves to the nearest place where it may be, in the order of the
/// configuration; the first weights are left as they are until then, as in Keras. Averages of weights keep what is convex
/// (largest norms, boxes), but not norms of 1.
///
/// ```
/// use burn::nn::LinearConfig;
/// use burn::tensor::{Device, Tensor};
/// use kiln_core::params;
/// use kiln_objective::{ConstraintConfig, Constraints, NonNegativeConfig};
///
/// let model = LinearConfig::new(3, 2).init(&Device::default().autodiff());
/// let config = ConstraintConfig::NonNegative(NonNegativeConfig::default());
/// let params = params::list(&model);
/// let constraints = Constraints::new(&[config], &params)?;
/// assert_eq!(constraints.describe(), ["w ≥ 0 over weight"]);
/// let weight = Tensor::from_data([-1.0, 0.5, 2.0, -0.1, 0.0, 3.0], &Device::default());
/// let inside: Vec<f32> = constraints.project(&params[0], weight).into_data().iter().collect();
/// assert_eq!(inside, [0.0, 0.5, 2.0, 0.0, 0.0, 3.0]);
/// # Ok::<(), kiln_objective::ObjectiveError>(())
/// ```
#[derive(Debug, Default)]
pub struct Constraints {
    terms: Vec<Term>,
}

#[derive(Debug)]
struct Term {
    constraint: AnyConstraint,
    paths: Vec<String>,
}

impl Constraints {
    /// The constraints of a configuration, for a model with these parameters
    /// ([`params::list`](kiln_core::params::list) of the model on an autodiff device).
    ///
    /// # Errors
    /// [`ObjectiveError::NothingSelected`] for a selection (or one path of it) that matches no trainable parameter,
    /// [`ObjectiveError::Number`] for a setting out of its range.
    pub fn new(configs: &[ConstraintConfig], params: &[ParamInfo]) -> Result<Self, ObjectiveError> {
        configs.iter().try_fold(Self::default(), |all, config| all.with(config.clone(), params))
    }

    /// Adds a constraint, such as one of your own, after those that are there.
    ///
    /// # Errors
    /// As [`Constraints::new`].
    pub fn with(
        mut self,
        constraint: impl Into<AnyConstraint>,
        params: &[ParamInfo],
    ) -> Result<Self, ObjectiveError> {
        let constraint = constraint.into();
        let kind = constraint.as_kind();
        let key = format!("constraint.{}", self.terms.len());
        kind.check(&key)?;
        let selection = kind.params();
        let known: Vec<ParamInfo> = params.iter().filter(|info| kind.is_for(info)).cloned().collect();
        if let Some(wanted) = selection.unmatched(&known) {
            let paths = known.into_iter().filter(|info| info.trainable).map(|info| info.path).collect();
            return Err(ObjectiveError::NothingSelected { penalty: key, wanted, paths });
        }
        let paths = known.into_iter().filter(|info| selection.matches(info)).map(|info| info.path).collect();
        self.terms.push(Term { constraint, paths });
        Ok(self)
    }

    /// Whether it is empty.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// The nearest place where a parameter may be; flat, without autodiff.
    pub fn project(&self, info: &ParamInfo, weight: Tensor<1>) -> Tensor<1> {
        let acts = |term: &&Term| term.paths.contains(&info.path);
        self.terms
            .iter()
            .filter(acts)
            .fold(weight, |weight, term| term.constraint.as_kind().project(weight, &info.dims))
    }

    /// A line for each: the formula and what it acts on.
    pub fn describe(&self) -> Vec<String> {
        let line =
            |term: &Term| format!("{} over {}", term.constraint.as_kind().formula(), term.paths.join(", "));
        self.terms.iter().map(line).collect()
    }
}
