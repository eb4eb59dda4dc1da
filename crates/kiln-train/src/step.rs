//! One optimiser step: penalties, clipping, update. Shared by the run, the learning-rate finder and `compare`.

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use kiln_core::{ParamInfo, Seed, Weights, params};
use kiln_objective::{Constraints, Penalties};
use kiln_optim::{
    Along, AlongPenalties, GradientConfig, Gradients, OptimError, Optimizer, Sam, adaptive_clip, add_noise,
    centralize, noise_deviation,
};

use crate::optim_settings::OptimSettings;
use crate::{Task, TrainError, Trainer};

/// What is minimised beside the loss, and where.
#[derive(Debug)]
pub(crate) struct Objective {
    pub(crate) penalties: Penalties,
    pub(crate) constraints: Constraints,
}

impl Objective {
    /// What `trainer` describes, for a model with these parameters, of which `own` are what the optimiser moves.
    pub(crate) fn of<T: Task>(
        trainer: &Trainer<T>,
        settings: &OptimSettings<'_>,
        params: &[ParamInfo],
        own: &[ParamInfo],
    ) -> Result<Self, TrainError> {
        let mut penalties = Penalties::new(&trainer.penalties, params)?;
        for term in &trainer.own_penalties {
            penalties = penalties.with(term.clone(), params)?;
        }
        if let (Some(penalty), Some(optimiser)) = (penalties.proximal_on(own), settings.not_proximal()) {
            return Err(OptimError::NotProximal { penalty: penalty.to_owned(), optimiser }.into());
        }
        let mut constraints = Constraints::default();
        for constraint in &trainer.constraints {
            constraints = constraints.with(constraint.clone(), params)?;
        }
        Ok(Self { penalties, constraints })
    }
}

/// What a step needs beside the model.
#[derive(Debug)]
pub(crate) struct Stepper {
    pub(crate) optimizer: Optimizer,
    pub(crate) penalties: Penalties,
    constraints: Constraints,
    pub(crate) sam: Option<Sam>,
    /// Global norm of the newest gradient before clipping, where somebody wants it.
    pub(crate) norm: Option<Tensor<1>>,
    clip_norm: Option<f64>,
    clip_value: Option<f64>,
    gradient: GradientConfig,
    noise: Seed,
}

impl Stepper {
    /// A stepper with these settings.
    pub(crate) fn new(settings: &OptimSettings<'_>, optimizer: Optimizer, objective: Objective) -> Self {
        Self {
            optimizer,
            penalties: objective.penalties,
            constraints: objective.constraints,
            sam: settings.optim.sam.as_ref().map(Sam::new),
            norm: None,
            clip_norm: settings.clip_norm,
            clip_value: settings.clip_value,
            gradient: settings.gradient.clone(),
            noise: settings.noise,
        }
    }

    /// Updates the model with the mean gradient of a window of batches.
    pub(crate) fn update<M: Module>(&mut self, model: M, mut gradients: Gradients, lr: f64) -> M {
        let mut along = Along::default();
        if !self.penalties.is_empty() {
            // J(θ) + λ·R(θ) is what is minimised, so its whole gradient is what gets clipped.
            let whole = self.looks_at_gradients();
            params::for_each(&model, |info, weight| {
                let mut taken = AlongPenalties {
                    prox: self.penalties.elastic_prox(info).unwrap_or_default(),
                    ..Default::default()
                };
                match self.penalties.elastic_gradient(info) {
                    Some(penalty) if !whole => taken.gradient = penalty,
                    _ => {
                        if let Some(gradient) = gradients.get(info.id).cloned() {
                            let sum = self.penalties.add_gradient(info, &weight.inner(), gradient);
                            gradients.insert(info.id, sum);
                        }
                    }
                }
                along.penalties.insert(info.id, taken);
            });
        }
        let (gradients, factor) = self.prepare(&model, gradients);
        along.factor = factor;
        if self.penalties.is_empty() && self.constraints.is_empty() {
            return self.optimizer.step_along(model, gradients, lr, &along);
        }
        let (penalties, constraints) = (&mut self.penalties, &self.constraints);
        self.optimizer.step_with(model, gradients, lr, &along, |info, weight, made| {
            let weight = if made.prox { weight } else { penalties.prox(info, weight, made.size) };
            constraints.project(info, weight)
        })
    }

    /// Whether anything but the optimiser wants gradients with those of the penalties in them.
    fn looks_at_gradients(&self) -> bool {
        let GradientConfig { clip_param_norm, adaptive_clip, centralize, noise, record_norm, .. } =
            &self.gradient;
        let clipped = self.clip_norm.or(self.clip_value).or(*clip_param_norm).or(*adaptive_clip);
        clipped.or(*noise).is_some() || *centralize || *record_norm
    }

    /// What has to be saved beside the weights that count: the optimiser's state, and what penalties keep.
    pub(crate) fn checkpoint<M: Module>(&self, model: &M) -> Weights {
        let mut state = self.optimizer.checkpoint(model);
        for (name, data) in self.penalties.state().iter() {
            state.insert(name, data.clone());
        }
        state
    }

    /// Takes up what [`Stepper::checkpoint`] gave, of a model with these parameters.
    pub(crate) fn load(
        &mut self,
        state: &Weights,
        params: &[ParamInfo],
        device: &Device,
    ) -> Result<(), OptimError> {
        let (mut of_penalties, mut of_optimizer) = (Weights::default(), Weights::default());
        for (name, data) in state.iter() {
            let part = if Penalties::owns(name) { &mut of_penalties } else { &mut of_optimizer };
            part.insert(name, data.clone());
        }
        self.optimizer.load(&of_optimizer, params, device)?;
        self.penalties.load(&of_penalties, device);
        Ok(())
    }

    /// Everything between the gradient of the objective and the optimiser, and a factor that is left to the update.
    fn prepare<M: Module>(&mut self, model: &M, mut gradients: Gradients) -> (Gradients, Option<Tensor<1>>) {
        if self.gradient.centralize {
            gradients = each(model, gradients, |info, gradient, _| centralize(info, gradient));
        }
        let wanted = self.gradient.record_norm || self.clip_norm.is_some();
        self.norm = if wanted { gradients.global_norm() } else { None };
        let mut norm = self.norm.clone();
        if let Some(max) = self.clip_value {
            (gradients, norm) = (gradients.clip_value(max), None);
        }
        if let Some(factor) = self.gradient.adaptive_clip {
            let eps = self.gradient.adaptive_clip_eps;
            let clip = |info: &ParamInfo, gradient, weight: Tensor<1>| {
                adaptive_clip(info, gradient, &weight, factor, eps)
            };
            (gradients, norm) = (each(model, gradients, clip), None);
        }
        if let Some(max) = self.gradient.clip_param_norm {
            (gradients, norm) = (gradients.clip_param_norm(max), None);
        }
        // Known unless something changed the gradient in between.
        let norm = self.clip_norm.and_then(|_| norm.or_else(|| gradients.global_norm()));
        let factor = self.clip_norm.zip(norm).map(|(max, norm)| Gradients::clip_factor(norm, max));
        if let Some(noise) = self.gradient.noise {
            let update = self.optimizer.updates();
            let deviation = noise_deviation(noise, self.gradient.noise_decay, update);
            let (seed, mut place) = (self.noise.at(update), 0);
            // The noise is not clipped.
            gradients = gradients.map(|_, gradient| {
                place += 1;
                let clipped = match factor.clone() {
                    Some(factor) => gradient.mul(factor),
                    None => gradient,
                };
                add_noise(clipped, seed.at(place), deviation)
            });
            return (gradients, None);
        }
        (gradients, factor)
    }
}

/// The gradients with each replaced by what `each` makes of it and its weight, both flat and without autodiff.
fn each<M: Module>(
    model: &M,
    mut gradients: Gradients,
    each: impl Fn(&ParamInfo, Tensor<1>, Tensor<1>) -> Tensor<1>,
) -> Gradients {
    params::for_each(model, |info, weight| {
        if let Some(gradient) = gradients.get(info.id).cloned() {
            gradients.insert(info.id, each(info, gradient, weight.inner()));
        }
    });
    gradients
}
