//! All tensors of a module by name: taken out, put back, hashed, and as a safetensors file.

mod error;
mod file;
mod layout;
mod map;
mod mismatch;
mod names;
mod partial;
mod pytorch;
mod safetensors;
mod start;
mod traverse;
mod unlike;

use std::collections::BTreeMap;

use burn::module::Module;
use burn::tensor::{DType, Tensor, TensorData};

pub use error::WeightsError;
pub use file::FileWeights;
pub use layout::Layout;
pub use map::NameRule;
pub use mismatch::Mismatch;
pub use partial::Loaded;
pub use start::{Fresh, Start};
pub use unlike::Unlike;

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
    layout: Layout,
}

impl Weights {
    /// Copies every tensor of `module` to the host.
    ///
    /// Running statistics that a layer has not taken over yet are counted in (Burn keeps the last update of a
    /// batch norm apart until the next step).
    ///
    /// A Burn layer draws its first weights when they are first read: this reads them.
    pub fn of<M: Module>(module: &M) -> Self {
        // `valid` makes Burn merge pending running statistics; a plain visit would miss the last update.
        Self { tensors: traverse::collect(&module.valid()), layout: Layout::Kiln }
    }

    /// No tensors yet, in this layout. [`Weights::default`] is the same in kiln's.
    pub fn new(layout: Layout) -> Self {
        Self { tensors: BTreeMap::new(), layout }
    }

    /// How the tensors lie.
    pub fn layout(&self) -> Layout {
        self.layout
    }

    /// Puts the tensors into `module`, which must have exactly these names and shapes.
    ///
    /// Burn shares running statistics between clones: give a module that nothing else was cloned from.
    ///
    /// Tensors in PyTorch's layout are brought into Burn's by the types of the module's layers:
    ///
    /// | Burn's layer | what is done |
    /// |---|---|
    /// | `Linear` | the weight is transposed |
    /// | `BatchNorm`, `LayerNorm`, `GroupNorm`, `InstanceNorm`, `RmsNorm` | `gamma` is `weight`, `beta` is `bias`; `num_batches_tracked` is passed over |
    /// | `PRelu` | `alpha` is `weight` |
    /// | `Embedding`, convolutions, transposed convolutions | nothing: they lie alike |
    /// | `MultiHeadAttention` | `query`, `key` and `value` are the parts of `in_proj_weight` and `in_proj_bias`, `output` is `out_proj` |
    /// | `Lstm`, `Gru`, `Rnn`, and `BiLstm`, `BiGru`, `BiRnn` | the gates are the parts of `weight_ih_l0`, `weight_hh_l0`, `bias_ih_l0`, `bias_hh_l0` (`…_reverse`); layers of a `Vec` are `…_l0`, `…_l1` and so on |
    /// | `TransformerEncoderLayer`, `TransformerDecoderLayer` | `mha` is `self_attn`, `cross_attn` is `multihead_attn`, `pwff.linear_inner` is `linear1`, norms go by their place, with `norm_first` too |
    /// | any other | nothing |
    ///
    /// What is no tensor is not in such a file: activations (PyTorch's transformer has ReLU, Burn's GELU), epsilons, heads.
    /// A layer of your own that is called as one of these is taken for it.
    ///
    /// # Errors
    /// [`WeightsError`] when a tensor is missing, left over, or of another shape; the module is then lost.
    pub fn apply<M: Module>(&self, module: M) -> Result<M, WeightsError> {
        match self.layout {
            Layout::Kiln => traverse::apply(&self.tensors, module),
            Layout::PyTorch => {
                let adapted = pytorch::adapt(&self.tensors, &module);
                if let Some((_, name)) = adapted.missing.into_iter().next() {
                    return Err(WeightsError::Missing { name });
                }
                let module = traverse::apply(&adapted.tensors, module)?;
                match adapted.unused {
                    names if names.is_empty() => Ok(module),
                    names => Err(WeightsError::Unknown { names }),
                }
            }
        }
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
