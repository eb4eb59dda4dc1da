//! Weights with the names of another library become those of a network, and the other way.

use std::collections::BTreeMap;

use burn::tensor::TensorData;
use kiln_core::{Fresh, Start, Weights, WeightsError, nearest};

use crate::{Network, Published};

/// Weights with the names of a network, and whose names they had.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Adopted {
    /// The tensors. What the network has no place for is called as before.
    pub weights: Weights,
    /// The library whose names they had; `None` where they were called as the network's, or as nothing in it.
    pub from: Option<Published>,
}

impl Network {
    /// The libraries that this network is from, which have names of their own for its tensors. Weights are exported with those of the first.
    pub fn published(&self) -> &'static [Published] {
        self.as_model().published()
    }

    /// The state dictionary of the network with the names of the library that it is from: `fc.weight` of torchvision's ResNet, where
    /// [`Weights::state_dict`] says `output.weight`.
    ///
    /// # Errors
    /// None for kiln's own networks.
    pub fn state_dict(&self) -> Result<Weights, WeightsError> {
        let own = Weights::state_dict(self)?;
        let Some(library) = self.published().first() else { return Ok(own) };
        let mut state = Weights::new(own.layout());
        for (name, data) in own.iter() {
            state.insert(library.name(name), data.clone());
        }
        Ok(state)
    }

    /// `weights`, which lie as PyTorch's, with the names of this network in place of those of a library that it is from. The library is
    /// the one that has names for most of them.
    ///
    /// # Errors
    /// None for kiln's own networks.
    pub fn adopt(&self, weights: Weights) -> Result<Adopted, WeightsError> {
        if self.published().is_empty() {
            return Ok(Adopted { weights, from: None });
        }
        let own = Weights::state_dict(self)?;
        let known = |names: &BTreeMap<String, &str>| {
            weights.iter().filter(|(name, _)| names.contains_key(*name)).count()
        };
        let mut best = (own.iter().map(|(name, _)| (name.to_owned(), name)).collect(), None);
        let mut most = known(&best.0);
        for library in self.published() {
            let names = own.iter().map(|(name, _)| (library.name(name), name)).collect();
            let count = known(&names);
            if count > most {
                (best, most) = ((names, Some(*library)), count);
            }
        }
        let (names, from) = best;
        if from.is_none() {
            return Ok(Adopted { weights, from });
        }
        let mut adopted = Weights::new(weights.layout());
        for (name, data) in weights.iter() {
            let name: &str = names.get(name).copied().unwrap_or(name);
            if adopted.get(name).is_some() {
                return Err(WeightsError::Twice { name: name.to_owned() });
            }
            let dims = own.get(name).map(|own| own.shape().to_vec());
            adopted.insert(name, with_dims(data, dims));
        }
        Ok(Adopted { weights: adopted, from })
    }
}

impl Adopted {
    /// [`Weights::starting`] of these weights, in whose errors tensors are called as in the library.
    ///
    /// # Errors
    /// As there.
    pub fn starting(&self, network: &Network, fresh: &Fresh) -> Result<Start, WeightsError> {
        self.weights.starting(network, fresh).map_err(|error| match (error, self.from) {
            (WeightsError::Unlike(mut unlike), Some(library)) => {
                for (name, near) in &mut unlike.missing {
                    *name = library.name(name);
                    *near = nearest(name, unlike.unused.iter().map(String::as_str));
                }
                WeightsError::Unlike(unlike)
            }
            (error, _) => error,
        })
    }
}

/// `data` in these dimensions where they differ in ones alone: a scale of each channel is `[C]` in timm and `[C, 1, 1]` in torchvision.
fn with_dims(data: &TensorData, dims: Option<Vec<usize>>) -> TensorData {
    let long = |dims: &[usize]| dims.iter().copied().filter(|dim| *dim != 1).collect::<Vec<_>>();
    match dims {
        Some(dims) if dims != data.shape().to_vec() && long(&dims) == long(&data.shape().to_vec()) => {
            TensorData::from_bytes_vec(data.as_bytes().to_vec(), dims, data.dtype())
        }
        _ => data.clone(),
    }
}
