//! All penalties of a run, each with the parameters it acts on.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use kiln_core::{ParamInfo, Weights, params};
use kiln_optim::{Elastic, OptimError, StepSize};

use super::share::Share;
use super::{Penalty, PenaltyTerm, WeightView};
use crate::{ObjectiveError, PenaltyConfig};

/// The penalties on the parameters of a run.
///
/// The gradient of a penalty is added in closed form, outside autodiff; a proximal one acts on the weight after the
/// optimiser's step, and is as long as that ([`StepSize`]). Where several proximal penalties act on one
/// parameter, they act in the order of the configuration (L1 before L2 is the elastic net's own proximal step).
///
/// ```
/// use burn::nn::LinearConfig;
/// use burn::tensor::Device;
/// use kiln_core::params;
/// use kiln_objective::{L2Config, Penalties};
///
/// let model = LinearConfig::new(3, 2).init(&Device::default().autodiff());
/// let penalties = Penalties::new(&[L2Config::new(1e-3).into()], &params::list(&model))?;
/// assert_eq!(penalties.describe(), ["0.001 · Σ w² over weight (6 numbers)"]);
/// # Ok::<(), kiln_objective::ObjectiveError>(())
/// ```
#[derive(Debug, Default)]
pub struct Penalties {
    terms: Vec<Term>,
    /// What parameters were at the start, by path, where a penalty goes by it.
    start: BTreeMap<String, Tensor<1>>,
}

/// What the entries of a saved state begin with that hold the start.
const START: &str = "penalty.start/";

#[derive(Debug)]
struct Term {
    key: String,
    penalty: Arc<dyn Penalty>,
    proximal: bool,
    paths: Vec<String>,
    lookup: HashSet<String>,
    numbers: usize,
    share: Share,
    /// What proximal steps keep, by path.
    memory: BTreeMap<String, Vec<Tensor<1>>>,
}

impl Penalties {
    /// The penalties of a configuration, for a model with these parameters ([`params::list`] of the model on an
    /// autodiff device). Those on what a batch does are passed over.
    ///
    /// # Errors
    /// [`ObjectiveError::NothingSelected`] for a selection (or one path of it) that matches no trainable parameter,
    /// [`ObjectiveError::Number`] for a setting out of its range.
    pub fn new(configs: &[PenaltyConfig], params: &[ParamInfo]) -> Result<Self, ObjectiveError> {
        let mut all = Self::default();
        for (index, config) in configs.iter().enumerate() {
            let key = format!("penalty.{index}");
            if let (Some(penalty), Some(selection)) = (config.build(&key)?, config.params()) {
                let term = PenaltyTerm::from(penalty).params(selection.clone()).proximal(config.proximal());
                all.add(key, term.schedule(config.schedule().cloned()), params)?;
            }
        }
        Ok(all)
    }

    /// Adds a penalty of your own, such as a [`Custom`](crate::Custom).
    ///
    /// # Errors
    /// [`ObjectiveError::NothingSelected`] as [`Penalties::new`], [`ObjectiveError::NotProximal`] for a proximal step
    /// that the penalty does not have.
    pub fn with(mut self, term: PenaltyTerm, params: &[ParamInfo]) -> Result<Self, ObjectiveError> {
        let key = format!("penalty.{}", self.terms.len());
        self.add(key, term, params)?;
        Ok(self)
    }

    fn add(&mut self, key: String, term: PenaltyTerm, params: &[ParamInfo]) -> Result<(), ObjectiveError> {
        let PenaltyTerm { penalty, params: selection, proximal, schedule } = term;
        let known: Vec<ParamInfo> = params.iter().filter(|info| penalty.is_for(info)).cloned().collect();
        if let Some(wanted) = selection.unmatched(&known) {
            let paths = known.into_iter().filter(|info| info.trainable).map(|info| info.path).collect();
            return Err(ObjectiveError::NothingSelected { penalty: key, wanted, paths });
        }
        if proximal && !penalty.is_proximal() {
            return Err(ObjectiveError::NotProximal { penalty: key });
        }
        let selected = || known.iter().filter(|info| selection.matches(info));
        let paths: Vec<_> = selected().map(|info| info.path.clone()).collect();
        let numbers = selected().map(|info| info.dims.iter().product::<usize>()).sum();
        let lookup = paths.iter().cloned().collect();
        let share = Share::new(schedule);
        let memory = BTreeMap::new();
        self.terms.push(Term { key, penalty, proximal, paths, lookup, numbers, share, memory });
        Ok(())
    }

    /// Takes the parameters of `model` for those that the training starts from, but for these paths, which did not start from
    /// weights: what a penalty on the distance from the start goes by.
    pub fn start_from<M: Module>(&mut self, model: &M, fresh: &[String]) {
        let needed = |path: &String| {
            self.terms.iter().any(|term| term.penalty.needs_start() && term.lookup.contains(path))
        };
        let mut start = BTreeMap::new();
        params::for_each(model, |info, flat| {
            if needed(&info.path) && !fresh.contains(&info.path) {
                // A copy: what the model holds is updated in place.
                let flat = flat.inner();
                let data = flat.to_data();
                start.insert(info.path.clone(), Tensor::from_data(data, (&flat.device(), flat.dtype())));
            }
        });
        self.start = start;
    }

    /// Whether there is no penalty.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// The name of the first penalty that acts by a proximal step.
    pub fn proximal(&self) -> Option<&str> {
        self.terms.iter().find(|term| term.proximal).map(|term| term.key.as_str())
    }

    /// The name of the first penalty that acts on one of `params` by a proximal step.
    pub fn proximal_on(&self, params: &[ParamInfo]) -> Option<&str> {
        let acts = |term: &&Term| {
            term.proximal && params.iter().any(|info| info.trainable && term.lookup.contains(&info.path))
        };
        self.terms.iter().find(acts).map(|term| term.key.as_str())
    }

    /// Fits the schedules of the strengths to a run of `steps` steps. Before, every strength is whole.
    ///
    /// # Errors
    /// [`OptimError`] as [`ScheduleConfig::build_for`](kiln_optim::ScheduleConfig::build_for).
    pub fn plan(&mut self, steps_per_epoch: u64, steps: u64) -> Result<(), OptimError> {
        self.terms.iter_mut().try_for_each(|term| term.share.plan(&term.key, steps_per_epoch, steps))
    }

    /// Sets the strengths to what they are for update number `step`, from 0.
    pub fn set_step(&mut self, step: u64) {
        self.terms.iter_mut().for_each(|term| term.share.set_step(step));
    }

    /// Adds the gradients of all penalties that are not proximal to the gradient of one parameter. Both tensors are
    /// flat and without autodiff.
    pub fn add_gradient(&self, info: &ParamInfo, weight: &Tensor<1>, gradient: Tensor<1>) -> Tensor<1> {
        let acts = |term: &&Term| !term.proximal && term.lookup.contains(&info.path);
        self.terms.iter().filter(acts).fold(gradient, |sum, term| {
            let own = term.penalty.gradient(self.view(info, weight.clone()));
            let own = own.unwrap_or_else(|| self.differentiate(term.penalty.as_ref(), info, weight));
            sum.add(scaled(own, term.share.now()))
        })
    }

    /// All gradients that [`Penalties::add_gradient`] adds for this parameter as one penalty; `None` where there is no such
    /// form.
    pub fn elastic_gradient(&self, info: &ParamInfo) -> Option<Elastic> {
        let acting = self.terms.iter().filter(|term| !term.proximal && term.lookup.contains(&info.path));
        let mut all = Elastic::default();
        for term in acting {
            all = all.and(term.penalty.elastic()?.scaled(term.share.now()));
        }
        Some(all)
    }

    /// The only proximal step that [`Penalties::prox`] makes for this parameter; `None` without one, or with another.
    pub fn elastic_prox(&self, info: &ParamInfo) -> Option<Elastic> {
        let mut acting = self.terms.iter().filter(|term| term.proximal && term.lookup.contains(&info.path));
        match (acting.next(), acting.next()) {
            (Some(term), None) => Some(term.penalty.elastic()?.scaled(term.share.now())),
            _ => None,
        }
    }

    /// One parameter after the proximal steps of the length `size`, which is asked for where there is one; flat, without
    /// autodiff.
    pub fn prox(
        &mut self,
        info: &ParamInfo,
        mut weight: Tensor<1>,
        size: &dyn Fn() -> StepSize,
    ) -> Tensor<1> {
        let start = self.start.get(&info.path);
        for term in self.terms.iter_mut().filter(|term| term.proximal && term.lookup.contains(&info.path)) {
            let share = term.share.now();
            // What has no strength now does nothing: its proximal step could not be solved for.
            if share > 0.0 {
                let mut memory = term.memory.remove(&info.path).unwrap_or_default();
                let view = view(info, weight.clone(), start.cloned());
                weight = term.penalty.prox_after(view, &size().scaled(share), &mut memory).unwrap_or(weight);
                if !memory.is_empty() {
                    term.memory.insert(info.path.clone(), memory);
                }
            }
        }
        weight
    }

    /// What proximal steps keep from one to the next: tensors named `<penalty>/<slot>/<path>`.
    pub fn state(&self) -> Weights {
        let mut state = Weights::default();
        for (path, start) in &self.start {
            state.insert_tensor(format!("{START}{path}"), start.clone());
        }
        for term in &self.terms {
            for (path, memory) in &term.memory {
                for (slot, tensor) in term.penalty.slots().iter().zip(memory) {
                    state.insert_tensor(format!("{}/{slot}/{path}", term.key), tensor.clone());
                }
            }
        }
        state
    }

    /// Takes up what [`Penalties::state`] gave; other entries are passed over. `device` is the model's, without autodiff.
    pub fn load(&mut self, state: &Weights, device: &Device) {
        for (path, start) in &mut self.start {
            if let Some(data) = state.get(&format!("{START}{path}")) {
                *start = Tensor::from_data(data.clone(), (device, data.dtype()));
            }
        }
        for term in &mut self.terms {
            for path in &term.paths {
                let of = |slot: &&str| {
                    let data = state.get(&format!("{}/{slot}/{path}", term.key))?.clone();
                    let dtype = data.dtype();
                    Some(Tensor::from_data(data, (device, dtype)))
                };
                let memory: Option<Vec<Tensor<1>>> = term.penalty.slots().iter().map(of).collect();
                if let Some(memory) = memory.filter(|memory| !memory.is_empty()) {
                    term.memory.insert(path.clone(), memory);
                }
            }
        }
    }

    /// Whether an entry of a saved state is a penalty's.
    pub fn owns(name: &str) -> bool {
        name.starts_with("penalty.")
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
                let value = scaled(term.penalty.value(self.view(info, flat.clone())), term.share.now());
                sum = Some(match sum.take() {
                    Some(sum) => sum.add(value),
                    None => value,
                });
            }
        });
        sum
    }

    /// A line for each penalty: the formula, what it acts on, and whether it is proximal or scheduled.
    pub fn describe(&self) -> Vec<String> {
        let line = |term: &Term| {
            let how = if term.proximal { ", proximal" } else { "" };
            let when = if term.share.is_scheduled() { ", scheduled" } else { "" };
            format!("{} over {} ({} numbers){how}{when}", term.penalty, term.paths.join(", "), term.numbers)
        };
        self.terms.iter().map(line).collect()
    }

    fn view<'a>(&self, info: &'a ParamInfo, flat: Tensor<1>) -> WeightView<'a> {
        view(info, flat, self.start.get(&info.path).cloned())
    }

    fn differentiate(&self, penalty: &dyn Penalty, info: &ParamInfo, weight: &Tensor<1>) -> Tensor<1> {
        let leaf = weight.clone().autodiff().require_grad();
        let start = self.start.get(&info.path).map(|start| start.clone().autodiff());
        let gradients = penalty.value(view(info, leaf.clone(), start)).backward();
        // A value that does not depend on the weight has no gradient.
        leaf.grad(&gradients).unwrap_or_else(|| weight.zeros_like())
    }
}

fn view(info: &ParamInfo, flat: Tensor<1>, start: Option<Tensor<1>>) -> WeightView<'_> {
    WeightView { path: &info.path, dims: &info.dims, flat, start }
}

fn scaled(tensor: Tensor<1>, share: f64) -> Tensor<1> {
    if share == 1.0 { tensor } else { tensor.mul_scalar(share) }
}
