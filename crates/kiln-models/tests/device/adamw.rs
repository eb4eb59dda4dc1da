//! Steps of AdamW in f64, of a network in any data type.

use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::{DType, Tensor, TensorData};
use kiln_core::{Weights, params};

/// A path, the values there, and the two moments of each.
type Moments = (String, Vec<f64>, Vec<f64>, Vec<f64>);

/// AdamW as PyTorch has it: lr 1e-3, betas 0.9 and 0.99, eps 1e-8, decay 0.1 of all.
pub(super) struct AdamW {
    state: Vec<Moments>,
    steps: i32,
    dtype: DType,
}

/// Puts values into a module, those of the n-th parameter from the n-th path.
struct Put<'a> {
    paths: std::vec::IntoIter<String>,
    state: &'a [Moments],
    dtype: DType,
}

impl ModuleMapper for Put<'_> {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let path = self.paths.next().expect("as many as are listed");
        let (trained, id, value) = (param.is_require_grad(), param.id, param.val().inner());
        let value = match self.state.iter().find(|(known, ..)| *known == path) {
            Some((_, values, ..)) => {
                let data = TensorData::new(values.clone(), value.shape());
                Tensor::from_data(data, (&value.device(), self.dtype))
            }
            None => value.cast(self.dtype),
        };
        Param::initialized(id, Tensor::from_inner(value).set_require_grad(trained))
    }
}

impl AdamW {
    pub(super) fn new(weights: &Weights, dtype: DType) -> Self {
        let start = |(path, data): (&str, &TensorData)| {
            let values: Vec<f64> = data.iter().collect();
            let zeros = vec![0.0; values.len()];
            (path.to_owned(), values, zeros.clone(), zeros)
        };
        Self { state: weights.iter().map(start).collect(), steps: 0, dtype }
    }

    /// The network with the weights as they are now.
    pub(super) fn put<M: Module>(&self, network: M) -> M {
        let paths: Vec<String> = params::list(&network).into_iter().map(|info| info.path).collect();
        network.map(&mut Put { paths: paths.into_iter(), state: &self.state, dtype: self.dtype })
    }

    pub(super) fn step(&mut self, gradients: &Weights) {
        self.steps += 1;
        let bias = |beta: f64| 1.0 - beta.powi(self.steps);
        for (path, values, first, second) in &mut self.state {
            let gradient: Vec<f64> = gradients.get(path).expect("each has a gradient").iter().collect();
            for i in 0..values.len() {
                first[i] = 0.9 * first[i] + 0.1 * gradient[i];
                second[i] = 0.99 * second[i] + 0.01 * gradient[i] * gradient[i];
                let root = (second[i] / bias(0.99)).sqrt() + 1e-8;
                values[i] = values[i] * (1.0 - 1e-3 * 0.1) - 1e-3 * (first[i] / bias(0.9)) / root;
            }
        }
    }

    /// Paths and values.
    pub(super) fn values(&self) -> impl Iterator<Item = (&str, &[f64])> {
        self.state.iter().map(|(path, values, ..)| (path.as_str(), values.as_slice()))
    }
}
