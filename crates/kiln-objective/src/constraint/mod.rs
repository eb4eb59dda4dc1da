//! Constraints: where weights must lie after every update.

use std::fmt;

use burn::tensor::Tensor;
use kiln_core::{NumberError, ParamInfo, ParamSelection, Range};

use crate::{ConstraintConfig, ObjectiveError, Units, units};

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
    constraint: Constraint,
    paths: Vec<String>,
}

/// Where a weight must lie.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Constraint {
    MaxNorm { max: f64, units: Units },
    UnitNorm { units: Units },
    NonNegative,
    Box { low: f64, high: f64 },
}

impl Constraints {
    /// The constraints of a configuration, for a model with these parameters
    /// ([`params::list`](kiln_core::params::list) of the model on an autodiff device).
    ///
    /// | setting | range |
    /// |---|---|
    /// | `max` | greater than 0 |
    /// | `high` | at least `low` |
    ///
    /// # Errors
    /// [`ObjectiveError::NothingSelected`] for a selection (or one path of it) that matches no trainable parameter,
    /// [`ObjectiveError::Number`] for a setting out of its range.
    pub fn new(configs: &[ConstraintConfig], params: &[ParamInfo]) -> Result<Self, ObjectiveError> {
        let mut terms = Vec::new();
        for (index, config) in configs.iter().enumerate() {
            let key = format!("constraint.{index}");
            let (constraint, selection) = build(config, &key)?;
            let known: Vec<ParamInfo> =
                params.iter().filter(|info| constraint.is_for(info)).cloned().collect();
            if let Some(wanted) = selection.unmatched(&known) {
                let paths = known.into_iter().filter(|info| info.trainable).map(|info| info.path).collect();
                return Err(ObjectiveError::NothingSelected { penalty: key, wanted, paths });
            }
            let paths = known.into_iter().filter(|info| selection.matches(info)).map(|info| info.path);
            terms.push(Term { constraint, paths: paths.collect() });
        }
        Ok(Self { terms })
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// The nearest place where a parameter may be; flat, without autodiff.
    pub fn project(&self, info: &ParamInfo, weight: Tensor<1>) -> Tensor<1> {
        let acts = |term: &&Term| term.paths.contains(&info.path);
        self.terms
            .iter()
            .filter(acts)
            .fold(weight, |weight, term| term.constraint.project(weight, &info.dims))
    }

    /// A line for each: the formula and what it acts on.
    pub fn describe(&self) -> Vec<String> {
        self.terms.iter().map(|term| format!("{} over {}", term.constraint, term.paths.join(", "))).collect()
    }
}

fn build<'a>(
    config: &'a ConstraintConfig,
    key: &str,
) -> Result<(Constraint, &'a ParamSelection), NumberError> {
    let check = |name: &str, value, range: Range| range.check(&format!("{key}.{name}"), value);
    Ok(match config {
        ConstraintConfig::MaxNorm(config) => {
            let max = check("max", config.max, Range::POSITIVE)?;
            (Constraint::MaxNorm { max, units: config.units }, &config.params)
        }
        ConstraintConfig::UnitNorm(config) => (Constraint::UnitNorm { units: config.units }, &config.params),
        ConstraintConfig::NonNegative(config) => (Constraint::NonNegative, &config.params),
        ConstraintConfig::Box(config) => {
            let low = check("low", config.low, Range::FINITE)?;
            let high = check("high", config.high, Range::at_least(low))?;
            (Constraint::Box { low, high }, &config.params)
        }
    })
}

impl Constraint {
    fn is_for(self, info: &ParamInfo) -> bool {
        match self {
            Self::MaxNorm { units, .. } | Self::UnitNorm { units } => {
                units != Units::Filter || info.dims.len() > 2
            }
            _ => true,
        }
    }

    fn project(self, weight: Tensor<1>, dims: &[usize]) -> Tensor<1> {
        match self {
            Self::MaxNorm { max, units } => {
                let shape = units::shape(units, dims);
                let norms = units::norms(weight.clone(), shape);
                let within = norms.clone().lower_equal_elem(max);
                units::scale(weight, norms.recip().mul_scalar(max).mask_fill(within, 1.0), shape)
            }
            Self::UnitNorm { units } => {
                let shape = units::shape(units, dims);
                let norms = units::norms(weight.clone(), shape);
                // Zero has no direction and stays.
                let zero = norms.clone().equal_elem(0.0);
                units::scale(weight, norms.recip().mask_fill(zero, 1.0), shape)
            }
            Self::NonNegative => weight.clamp_min(0.0),
            Self::Box { low, high } => weight.clamp(low, high),
        }
    }
}

impl fmt::Display for Constraint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = |units: &Units| match units {
            Units::Output => "output",
            Units::Input => "input",
            Units::Filter => "filter",
        };
        match self {
            Self::MaxNorm { max, units } => write!(f, "‖w‖ ≤ {max} for each {}", of(units)),
            Self::UnitNorm { units } => write!(f, "‖w‖ = 1 for each {}", of(units)),
            Self::NonNegative => f.write_str("w ≥ 0"),
            Self::Box { low, high } => write!(f, "{low} ≤ w ≤ {high}"),
        }
    }
}
