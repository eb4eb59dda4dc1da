//! All tensors of a module by name: taken out, put back, hashed, and as a safetensors file.

mod error;
mod safetensors;
mod traverse;

use std::collections::BTreeMap;

use burn::module::Module;
use burn::tensor::{DType, Tensor, TensorData};

pub use error::WeightsError;

/// All tensors of a module by path, on the host: parameters and running statistics.
///
/// Equal weights give equal bytes and an equal hash, whatever the order of the module's fields.
///
/// ```
/// use burn::nn::LinearConfig;
/// use burn::tensor::Device;
/// use kiln_core::Weights;
///
/// let device = Device::default();
/// let one = LinearConfig::new(3, 2).init(&device);
/// let other = LinearConfig::new(3, 2).init(&device);
/// let other = Weights::of(&one).apply(other)?;
/// assert_eq!(Weights::of(&one).blake3(), Weights::of(&other).blake3());
/// # Ok::<(), kiln_core::WeightsError>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Weights {
    tensors: BTreeMap<String, TensorData>,
}

impl Weights {
    /// Copies every tensor of `module` to the host.
    ///
    /// Running statistics that a layer has not taken over yet are counted in (Burn keeps the last update of a
    /// batch norm apart until the next step).
    pub fn of<M: Module>(module: &M) -> Self {
        // `valid` makes Burn merge pending running statistics; a plain visit would miss the last update.
        Self { tensors: traverse::collect(&module.valid()) }
    }

    /// Puts the tensors into `module`, which must have exactly these names and shapes.
    ///
    /// Burn shares running statistics between clones: give a module that nothing else was cloned from.
    ///
    /// # Errors
    /// [`WeightsError`] when a tensor is missing, left over, or of another shape; the module is then lost.
    pub fn apply<M: Module>(&self, module: M) -> Result<M, WeightsError> {
        traverse::apply(&self.tensors, module)
    }

    /// Adds a tensor, replacing one of the same name.
    pub fn insert(&mut self, name: impl Into<String>, data: TensorData) {
        self.tensors.insert(name.into(), data);
    }

    /// Copies a tensor to the host and adds it, replacing one of the same name.
    pub fn insert_tensor<const D: usize>(&mut self, name: impl Into<String>, tensor: Tensor<D>) {
        self.insert(name, traverse::own(tensor.into_data()));
    }

    /// The tensor called `name`.
    pub fn get(&self, name: &str) -> Option<&TensorData> {
        self.tensors.get(name)
    }

    /// Names and tensors, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &TensorData)> {
        self.tensors.iter().map(|(name, data)| (name.as_str(), data))
    }

    /// Number of tensors.
    pub fn len(&self) -> usize {
        self.tensors.len()
    }

    /// Whether there is no tensor.
    pub fn is_empty(&self) -> bool {
        self.tensors.is_empty()
    }

    /// Whether every float is finite; if not, the name of the first tensor with one that is not.
    pub fn first_non_finite(&self) -> Option<&str> {
        self.iter()
            .find(|(_, data)| match data.dtype() {
                DType::F32 | DType::F64 => !data.iter::<f64>().all(f64::is_finite),
                _ => false,
            })
            .map(|(name, _)| name)
    }

    /// BLAKE3 over name, data type, shape and little-endian bytes of every tensor in the order of names.
    pub fn blake3(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        for (name, data) in self.iter() {
            hasher.update(&(name.len() as u64).to_le_bytes());
            hasher.update(name.as_bytes());
            hasher.update(format!("{:?}", data.dtype()).as_bytes());
            for dim in data.shape().iter() {
                hasher.update(&(*dim as u64).to_le_bytes());
            }
            hasher.update(data.as_bytes());
        }
        hasher.finalize().to_hex().to_string()
    }
}
