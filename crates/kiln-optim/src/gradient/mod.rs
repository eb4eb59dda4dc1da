//! The gradients of a module, one flat tensor a parameter.

mod clip;
mod config;
mod shape;
mod unit;

pub use config::GradientConfig;
pub use shape::{adaptive_clip, add_noise, centralize, noise_deviation};

use std::collections::HashMap;

use burn::module::{Module, ModuleVisitor, Param, ParamId};
use burn::tensor::Tensor;

/// Gradients by parameter, each flattened to one dimension and without autodiff, in the order of the module's
/// fields.
///
/// Nothing here waits for the device.
///
/// ```
/// use burn::nn::LinearConfig;
/// use burn::tensor::{Device, Tensor};
/// use kiln_optim::Gradients;
///
/// let device = Device::default().autodiff();
/// let model = LinearConfig::new(3, 2).init(&device);
/// let loss = model.forward(Tensor::<2>::ones([4, 3], &device)).sum();
/// let gradients = Gradients::of(loss.backward(), &model);
/// assert_eq!(gradients.len(), 2);
/// ```
#[derive(Debug, Clone, Default)]
pub struct Gradients {
    order: Vec<ParamId>,
    tensors: HashMap<ParamId, Tensor<1>>,
}

impl Gradients {
    /// Takes the gradients of all trainable parameters of `module` out of what a backward pass left.
    ///
    /// A parameter that the loss does not depend on has no entry.
    pub fn of<M: Module>(gradients: burn::tensor::Gradients, module: &M) -> Self {
        let mut take = Take { from: gradients, into: Self::default() };
        module.visit(&mut take);
        take.into
    }

    /// Sets the gradient of a parameter: flat, without autodiff.
    pub fn insert(&mut self, id: ParamId, gradient: Tensor<1>) {
        if self.tensors.insert(id, gradient).is_none() {
            self.order.push(id);
        }
    }

    /// The gradient of a parameter, flat.
    pub fn get(&self, id: ParamId) -> Option<&Tensor<1>> {
        self.tensors.get(&id)
    }

    /// Takes the gradient of a parameter out.
    pub fn remove(&mut self, id: ParamId) -> Option<Tensor<1>> {
        let gradient = self.tensors.remove(&id)?;
        self.order.retain(|other| *other != id);
        Some(gradient)
    }

    /// Parameters and gradients in the order of the module's fields.
    pub fn iter(&self) -> impl Iterator<Item = (ParamId, &Tensor<1>)> {
        self.order.iter().map(|id| (*id, &self.tensors[id]))
    }

    /// Number of parameters with a gradient.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether no parameter has a gradient.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// Replaces every gradient by what `each` makes of it: a tensor of the same length.
    pub fn map(mut self, mut each: impl FnMut(ParamId, Tensor<1>) -> Tensor<1>) -> Self {
        for id in &self.order {
            if let Some(gradient) = self.tensors.remove(id) {
                self.tensors.insert(*id, each(*id, gradient));
            }
        }
        self
    }

    /// The sum of both, parameter by parameter; one without a gradient counts as zero.
    #[expect(clippy::should_implement_trait, reason = "named and called like the operation on tensors")]
    pub fn add(mut self, mut other: Self) -> Self {
        for id in std::mem::take(&mut other.order) {
            if let Some(gradient) = other.tensors.remove(&id) {
                let sum = match self.tensors.remove(&id) {
                    Some(own) => own.add(gradient),
                    None => {
                        self.order.push(id);
                        gradient
                    }
                };
                self.tensors.insert(id, sum);
            }
        }
        self
    }

    /// Every gradient times `factor`.
    pub fn scale(self, factor: f64) -> Self {
        self.map(|_, gradient| gradient.mul_scalar(factor))
    }

    pub(crate) fn into_tensors(self) -> HashMap<ParamId, Tensor<1>> {
        self.tensors
    }
}

struct Take {
    from: burn::tensor::Gradients,
    into: Gradients,
}

impl ModuleVisitor for Take {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        // Asking a tensor outside autodiff for its gradient would panic.
        if !param.is_require_grad() {
            return;
        }
        // Removed, not borrowed: a gradient with one owner can be updated in place.
        if let Some(gradient) = param.base().grad_remove(&mut self.from) {
            self.into.insert(param.id, gradient.reshape([-1]));
        }
    }
}
