//! The other way: what PyTorch calls the tensors of a module, and how they lie there.

use burn::module::Module;
use burn::tensor::{DType, TensorData};

use super::layer::sources;
use super::places_of;
use crate::weights::{Layout, Weights, WeightsError, traverse};

impl Weights {
    /// The state dictionary that PyTorch has for a module with the fields of this one: a linear layer's weight is turned, `gamma` and
    /// `beta` of a norm are `weight` and `bias`, and a batch norm has a `num_batches_tracked` of 0.
    ///
    /// ```
    /// use burn::nn::LinearConfig;
    /// use burn::tensor::Device;
    /// use kiln_core::Weights;
    ///
    /// let state = Weights::state_dict(&LinearConfig::new(3, 2).init(&Device::default()))?;
    /// assert_eq!(state.get("weight").map(|weight| weight.shape().to_vec()), Some(vec![2, 3]));
    /// # Ok::<(), kiln_core::WeightsError>(())
    /// ```
    ///
    /// # Errors
    /// [`WeightsError::NoName`] for a tensor that is a part of one in PyTorch: of attention and recurrent layers.
    pub fn state_dict<M: Module>(module: &M) -> Result<Self, WeightsError> {
        let mut state = Self::new(Layout::PyTorch);
        let tensors = traverse::collect(&module.valid());
        for place in places_of(module) {
            let path = place.path();
            let (Some(source), Some(data)) = (sources(&place, None).into_iter().next(), tensors.get(&path))
            else {
                return Err(WeightsError::NoName { path });
            };
            if source.part.rows.is_some() || state.get(&source.name).is_some() {
                return Err(WeightsError::NoName { path });
            }
            // Turned once more it is as it was.
            state.insert(source.name, source.part.of(data));
            if let Some(companion) = source.companion {
                let none =
                    TensorData::from_bytes_vec(0i64.to_le_bytes().to_vec(), Vec::<usize>::new(), DType::I64);
                state.insert(companion, none);
            }
        }
        Ok(state)
    }
}
