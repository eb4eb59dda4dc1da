//! Optimisers that average: the weights that are trained are not those that count.

use burn::module::Module;
use burn::tensor::Tensor;
use kiln_core::{Weights, params};

use crate::Optimizer;
use crate::optimizer::ParamState;
use crate::state::TRAINED;

impl Optimizer {
    /// The model with the weights that count, for an optimiser that averages (schedule-free ones, averaged SGD): to be
    /// evaluated, kept as the best and saved. `None` where those are the weights of `model` itself.
    ///
    /// Running statistics are those of the training; they belong to the weights that are trained.
    pub fn averaged<M: Module>(&self, model: &M) -> Option<M> {
        let name = self.rule.averaged()?;
        Some(params::update(model.clone(), |info, weight| match self.average(&info.path, name) {
            Some(average) => average.clone().cast(weight.dtype()),
            None => weight,
        }))
    }

    /// Whether this optimiser averages: the weights that are trained are not those that count.
    pub fn averages(&self) -> bool {
        self.rule.averaged().is_some()
    }

    fn average(&self, path: &str, name: &str) -> Option<&Tensor<1>> {
        let ParamState { kept, dims, .. } = self.states.get(path)?;
        let index = self.rule.slots(dims).iter().position(|slot| slot.name == name)?;
        kept.tensors.get(index)
    }

    /// What has to be saved beside the weights that count, so that training can go on: [`Optimizer::state`], and for
    /// an optimiser that averages also the weights that are trained, `trained/<path>`.
    pub fn checkpoint<M: Module>(&self, model: &M) -> Weights {
        let mut state = self.state();
        if self.rule.averaged().is_some() {
            params::for_each(model, |info, weight| {
                if info.trainable {
                    state.insert_tensor(format!("{TRAINED}/{}", info.path), weight.inner());
                }
            });
        }
        state
    }

    /// The model as it was trained when [`Optimizer::checkpoint`] was saved, once its state is loaded: `model` has the
    /// weights that count. An optimiser that does not average gives the model back as it is.
    pub fn restore<M: Module>(&mut self, model: M) -> M {
        let mut trained = std::mem::take(&mut self.trained);
        if trained.is_empty() {
            return model;
        }
        params::update(model, |info, weight| match trained.remove(&info.path) {
            Some(trained) => trained.cast(weight.dtype()),
            None => weight,
        })
    }
}
