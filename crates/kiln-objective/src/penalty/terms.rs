//! All penalties of a run, each with the parameters it acts on.

use std::collections::HashSet;

use burn::module::Module;
use burn::tensor::Tensor;
use kiln_core::{ParamInfo, params};

use super::{Penalty, WeightView};
use crate::{ObjectiveError, ParamSelection, PenaltyConfig};

/// The penalties of a run.
///
/// The gradient of a penalty is added in closed form, outside autodiff; a proximal one acts on the weight after the
/// optimiser's step, with the learning rate as the length of its step. Where several proximal penalties act on one
/// parameter, they act in the order of the configuration (L1 before L2 is the elastic net's own proximal step).
///
/// ```
/// use burn::nn::LinearConfig;
/// use burn::tensor::Device;
/// use kiln_core::params;
/// use kiln_objective::{ParamSelection, Penalties, PenaltyConfig, StrengthConfig};
///
/// let model = LinearConfig::new(3, 2).init(&Device::default().autodiff());
/// let l2 = StrengthConfig { strength: 1e-3, params: ParamSelection::Weights, proximal: false };
/// let penalties = Penalties::new(&[PenaltyConfig::L2(l2)], &params::list(&model))?;
/// assert_eq!(penalties.describe(), ["0.001 · Σ w² over weight (6 numbers)"]);
/// # Ok::<(), kiln_objective::ObjectiveError>(())
/// ```
#[derive(Debug, Default)]
pub struct Penalties {
    terms: Vec<Term>,
}

#[derive(Debug)]
struct Term {
    penalty: Box<dyn Penalty>,
    proximal: bool,
    paths: Vec<String>,
    lookup: HashSet<String>,
    numbers: usize,
}

impl Penalties {
    /// The penalties of a configuration, for a model with these parameters ([`params::list`] of the model on an
    /// autodiff device).
    ///
    /// # Errors
    /// [`ObjectiveError::NothingSelected`] for a selection (or one path of it) that matches no trainable parameter,
    /// [`ObjectiveError::Number`] for a setting out of its range.
    pub fn new(configs: &[PenaltyConfig], params: &[ParamInfo]) -> Result<Self, ObjectiveError> {
        configs.iter().enumerate().try_fold(Self::default(), |all, (index, config)| {
            let penalty = config.build(&format!("penalty.{index}"))?;
            all.with(penalty, config.params(), config.proximal(), params)
        })
    }

    /// Adds a penalty of your own.
    ///
    /// # Errors
    /// [`ObjectiveError::NothingSelected`] as [`Penalties::new`], [`ObjectiveError::NotProximal`] for a proximal step
    /// that the penalty does not have.
    pub fn with(
        mut self,
        penalty: Box<dyn Penalty>,
        selection: &ParamSelection,
        proximal: bool,
        params: &[ParamInfo],
    ) -> Result<Self, ObjectiveError> {
        let key = || format!("penalty.{}", self.terms.len());
        if let Some(wanted) = selection.unmatched(params) {
            let paths = params.iter().filter(|info| info.trainable).map(|info| info.path.clone()).collect();
            return Err(ObjectiveError::NothingSelected { penalty: key(), wanted, paths });
        }
        if proximal && !penalty.is_proximal() {
            return Err(ObjectiveError::NotProximal { penalty: key() });
        }
        let selected = || params.iter().filter(|info| selection.matches(info));
        let paths: Vec<_> = selected().map(|info| info.path.clone()).collect();
        let numbers = selected().map(|info| info.dims.iter().product::<usize>()).sum();
        self.terms.push(Term { penalty, proximal, lookup: paths.iter().cloned().collect(), paths, numbers });
        Ok(self)
    }

    /// Whether there is no penalty.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    fn on<'a>(&'a self, info: &'a ParamInfo, proximal: bool) -> impl Iterator<Item = &'a Term> {
        self.terms.iter().filter(move |term| term.proximal == proximal && term.lookup.contains(&info.path))
    }

    /// Adds the gradients of all penalties that are not proximal to the gradient of one parameter. Both tensors are
    /// flat and without autodiff.
    pub fn add_gradient(&self, info: &ParamInfo, weight: &Tensor<1>, gradient: Tensor<1>) -> Tensor<1> {
        self.on(info, false).fold(gradient, |sum, term| {
            let own = term.penalty.gradient(view(info, weight.clone()));
            sum.add(own.unwrap_or_else(|| differentiate(term.penalty.as_ref(), info, weight)))
        })
    }

    /// One parameter after the proximal steps of length `lr`; flat, without autodiff.
    pub fn prox(&self, info: &ParamInfo, weight: Tensor<1>, lr: f64) -> Tensor<1> {
        self.on(info, true)
            .fold(weight, |weight, term| term.penalty.prox(view(info, weight.clone()), lr).unwrap_or(weight))
    }

    /// The sum of all penalties, `[1]`, proximal ones included, without autodiff; `None` without penalties.
    pub fn value<M: Module>(&self, model: &M) -> Option<Tensor<1>> {
        if self.is_empty() {
            return None;
        }
        let mut sum: Option<Tensor<1>> = None;
        params::for_each(model, |info, flat| {
            let flat = flat.inner();
            for term in self.terms.iter().filter(|term| term.lookup.contains(&info.path)) {
                let value = term.penalty.value(view(info, flat.clone()));
                sum = Some(match sum.take() {
                    Some(sum) => sum.add(value),
                    None => value,
                });
            }
        });
        sum
    }

    /// A line for each penalty: the formula, what it acts on, and whether it is proximal.
    pub fn describe(&self) -> Vec<String> {
        let line = |term: &Term| {
            let how = if term.proximal { ", proximal" } else { "" };
            format!("{} over {} ({} numbers){how}", term.penalty, term.paths.join(", "), term.numbers)
        };
        self.terms.iter().map(line).collect()
    }
}

fn view(info: &ParamInfo, flat: Tensor<1>) -> WeightView<'_> {
    WeightView { path: &info.path, dims: &info.dims, flat }
}

fn differentiate(penalty: &dyn Penalty, info: &ParamInfo, weight: &Tensor<1>) -> Tensor<1> {
    let leaf = weight.clone().autodiff().require_grad();
    let gradients = penalty.value(view(info, leaf.clone())).backward();
    // A value that does not depend on the weight has no gradient.
    leaf.grad(&gradients).unwrap_or_else(|| weight.zeros_like())
}
