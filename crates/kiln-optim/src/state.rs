//! The optimiser's state as named tensors, and back.

use std::collections::BTreeMap;

use burn::tensor::{DType, Device, Tensor, TensorData};
use kiln_core::{ParamInfo, Weights};

use crate::lookahead::SLOW;
use crate::optimizer::ParamState;
use crate::{OptimError, Optimizer};

/// Number of updates of the whole model.
const UPDATES: &str = "updates";
/// Prefix of the number of updates of one parameter.
const STEP: &str = "step";
/// Prefix of the weights that are trained, where the model holds their average.
pub(crate) const TRAINED: &str = "trained";

impl Optimizer {
    /// The state: `updates`, and for each parameter that was there in a step `step/<path>` (both integers, `[1]`)
    /// `<slot>/<path>` (flat) for each tensor and `<number>/<path>` (f64, `[1]`) for each number that the rule keeps,
    /// with Lookahead also `slow/<path>`. Copies it to the host.
    pub fn state(&self) -> Weights {
        let mut state = Weights::default();
        state.insert(UPDATES, count(self.updates));
        for (path, param) in &self.states {
            state.insert(format!("{STEP}/{path}"), count(param.steps));
            for (slot, tensor) in self.rule.slots(&param.dims).iter().zip(&param.kept.tensors) {
                state.insert_tensor(format!("{}/{path}", slot.name), tensor.clone());
            }
            if let Some(slow) = &param.slow {
                state.insert_tensor(format!("{SLOW}/{path}"), slow.clone());
            }
            for (name, number) in self.rule.numbers().iter().zip(&param.kept.numbers) {
                state.insert(format!("{name}/{path}"), TensorData::new(vec![*number], [1]));
            }
        }
        state
    }

    /// Replaces the state by one that [`Optimizer::state`] gave.
    ///
    /// `params` are the parameters of the model that is trained ([`kiln_core::params::list`]), `device` the one it
    /// is on.
    ///
    /// # Errors
    /// When an entry is missing, left over, or of another length or type; the optimiser is then as it was.
    pub fn load(&mut self, state: &Weights, params: &[ParamInfo], device: &Device) -> Result<(), OptimError> {
        let device = device.clone().inner();
        let mut known = vec![UPDATES.to_owned()];
        let updates = read_count(state, UPDATES)?;
        let (mut states, mut trained) = (BTreeMap::new(), BTreeMap::new());
        for info in params.iter().filter(|info| info.trainable && updates > 0) {
            let name = format!("{STEP}/{}", info.path);
            let mut param = ParamState::new(&info.dims);
            param.steps = read_count(state, &name)?;
            known.push(name);
            if param.steps > 0 {
                for slot in self.rule.slots(&info.dims) {
                    let name = format!("{}/{}", slot.name, info.path);
                    param.kept.tensors.push(read_slot(state, &name, slot.len, &device)?);
                    known.push(name);
                }
                if self.lookahead.is_some() {
                    let name = format!("{SLOW}/{}", info.path);
                    param.slow = Some(read_slot(state, &name, info.dims.iter().product(), &device)?);
                    known.push(name);
                }
                for number in self.rule.numbers() {
                    let name = format!("{number}/{}", info.path);
                    param.kept.numbers.push(read_number(state, &name)?);
                    known.push(name);
                }
            }
            states.insert(info.path.clone(), param);
        }
        for info in params.iter().filter(|info| info.trainable && self.rule.averaged().is_some()) {
            let name = format!("{TRAINED}/{}", info.path);
            if state.get(&name).is_some() {
                let weight = read_slot(state, &name, info.dims.iter().product(), &device)?;
                trained.insert(info.path.clone(), weight);
                known.push(name);
            }
        }
        known.sort_unstable();
        let unknown: Vec<_> = state
            .iter()
            .filter(|(name, _)| known.binary_search_by(|other| other.as_str().cmp(name)).is_err())
            .map(|(name, _)| name.to_owned())
            .collect();
        if !unknown.is_empty() {
            return Err(OptimError::StateUnknown { names: unknown });
        }
        self.updates = updates;
        self.states = states;
        self.trained = trained;
        Ok(())
    }
}

fn count(value: u64) -> TensorData {
    TensorData::new(vec![i64::try_from(value).unwrap_or(i64::MAX)], [1])
}

fn find<'a>(state: &'a Weights, name: &str) -> Result<&'a TensorData, OptimError> {
    state.get(name).ok_or_else(|| OptimError::StateMissing { name: name.to_owned() })
}

fn read_count(state: &Weights, name: &str) -> Result<u64, OptimError> {
    let data = find(state, name)?;
    let wrong = || OptimError::StateType {
        name: name.to_owned(),
        found: format!("{:?}", data.dtype()),
        expected: "one integer of 64 bits, not negative",
    };
    match data.as_slice::<i64>() {
        Ok([value]) => u64::try_from(*value).map_err(|_| wrong()),
        _ => Err(wrong()),
    }
}

fn read_number(state: &Weights, name: &str) -> Result<f64, OptimError> {
    let data = find(state, name)?;
    match data.as_slice::<f64>() {
        Ok([value]) => Ok(*value),
        _ => Err(OptimError::StateType {
            name: name.to_owned(),
            found: format!("{:?} and shape {:?}", data.dtype(), data.shape().to_vec()),
            expected: "one float of 64 bits",
        }),
    }
}

fn read_slot(state: &Weights, name: &str, expected: usize, device: &Device) -> Result<Tensor<1>, OptimError> {
    let data = find(state, name)?;
    if data.shape().to_vec() != [expected] {
        let found = data.shape().to_vec();
        return Err(OptimError::StateShape { name: name.to_owned(), found, expected });
    }
    match data.dtype() {
        dtype @ (DType::F64 | DType::F32 | DType::F16 | DType::BF16) => {
            Ok(Tensor::from_data(data.clone(), (device, dtype)))
        }
        other => Err(OptimError::StateType {
            name: name.to_owned(),
            found: format!("{other:?}"),
            expected: "floats",
        }),
    }
}
