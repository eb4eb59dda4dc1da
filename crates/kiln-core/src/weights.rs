//! All tensors of a module by name: taken out, put back, hashed, and as a safetensors file.

use std::collections::BTreeMap;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Bool, DType, Int, Tensor, TensorData};
use safetensors::tensor::{Dtype, SafeTensors, TensorView};

use crate::params::Place;
use crate::{ErrorKind, Explain};

/// What can be wrong with weights that are to be put into a module.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum WeightsError {
    /// The module has a tensor that the weights lack.
    #[error("the weights hold no tensor {name:?}, which the model needs")]
    Missing {
        /// Path of the tensor in the module.
        name: String,
    },
    /// The weights hold tensors that the module has no place for.
    #[error("the weights hold {names:?}, which the model has no place for")]
    Unknown {
        /// Names of the tensors.
        names: Vec<String>,
    },
    /// Shapes differ.
    #[error("tensor {name:?} has shape {found:?}, the model needs {expected:?}")]
    Shape {
        /// Path of the tensor.
        name: String,
        /// Shape in the weights.
        found: Vec<usize>,
        /// Shape in the module.
        expected: Vec<usize>,
    },
    /// A data type that safetensors or kiln does not know.
    #[error("tensor {name:?} has the data type {dtype}, which cannot be stored")]
    DataType {
        /// Path of the tensor.
        name: String,
        /// The data type.
        dtype: String,
    },
    /// Not a safetensors file.
    #[error("not a safetensors file: {reason}")]
    Format {
        /// What the reader says.
        reason: String,
    },
}

impl Explain for WeightsError {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Checkpoint
    }

    fn help(&self) -> Option<String> {
        match self {
            Self::Missing { .. } | Self::Unknown { .. } | Self::Shape { .. } => {
                Some("build the model from the configuration that the weights were trained with".to_owned())
            }
            _ => None,
        }
    }
}

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
        let mut collect = Collect::default();
        // `valid` makes Burn merge pending running statistics; a plain visit would miss the last update.
        module.valid().visit(&mut collect);
        Self { tensors: collect.tensors }
    }

    /// Puts the tensors into `module`, which must have exactly these names and shapes.
    ///
    /// Burn shares running statistics between clones: give a module that nothing else was cloned from.
    ///
    /// # Errors
    /// [`WeightsError`] when a tensor is missing, left over, or of another shape; the module is then lost.
    pub fn apply<M: Module>(&self, module: M) -> Result<M, WeightsError> {
        let mut apply = Apply { weights: self, place: Place::default(), seen: Vec::new(), error: None };
        let module = module.map(&mut apply);
        if let Some(error) = apply.error {
            return Err(error);
        }
        let unknown: Vec<_> =
            self.tensors.keys().filter(|name| !apply.seen.contains(name)).cloned().collect();
        if unknown.is_empty() { Ok(module) } else { Err(WeightsError::Unknown { names: unknown }) }
    }

    /// Adds a tensor, replacing one of the same name.
    pub fn insert(&mut self, name: impl Into<String>, data: TensorData) {
        self.tensors.insert(name.into(), data);
    }

    /// Copies a tensor to the host and adds it, replacing one of the same name.
    pub fn insert_tensor<const D: usize>(&mut self, name: impl Into<String>, tensor: Tensor<D>) {
        self.insert(name, own(tensor.into_data()));
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

    /// The tensors as a safetensors file.
    ///
    /// # Errors
    /// [`WeightsError::DataType`] for a data type that safetensors lacks (quantised tensors).
    pub fn to_safetensors(&self) -> Result<Vec<u8>, WeightsError> {
        let mut views = Vec::with_capacity(self.len());
        for (name, data) in self.iter() {
            let unknown =
                || WeightsError::DataType { name: name.to_owned(), dtype: format!("{:?}", data.dtype()) };
            let dtype = stored(data.dtype()).ok_or_else(unknown)?;
            let view =
                TensorView::new(dtype, data.shape().to_vec(), data.as_bytes()).map_err(|_| unknown())?;
            views.push((name, view));
        }
        safetensors::serialize(views, None).map_err(|e| WeightsError::Format { reason: e.to_string() })
    }

    /// Reads what [`Weights::to_safetensors`] (or PyTorch's `safetensors`) wrote.
    ///
    /// # Errors
    /// [`WeightsError::Format`] for anything but a whole safetensors file, [`WeightsError::DataType`] for a data
    /// type that kiln does not use.
    pub fn from_safetensors(bytes: &[u8]) -> Result<Self, WeightsError> {
        let file =
            SafeTensors::deserialize(bytes).map_err(|e| WeightsError::Format { reason: e.to_string() })?;
        let mut weights = Self::default();
        for (name, view) in file.iter() {
            let dtype = loaded(view.dtype()).ok_or_else(|| WeightsError::DataType {
                name: name.to_owned(),
                dtype: format!("{:?}", view.dtype()),
            })?;
            let data = TensorData::try_from_bytes_vec(view.data().to_vec(), view.shape().to_vec(), dtype)
                .map_err(|e| WeightsError::Format { reason: e.to_string() })?;
            weights.insert(name, data);
        }
        Ok(weights)
    }
}

fn stored(dtype: DType) -> Option<Dtype> {
    Some(match dtype {
        DType::F64 => Dtype::F64,
        DType::F32 => Dtype::F32,
        DType::F16 => Dtype::F16,
        DType::BF16 => Dtype::BF16,
        DType::I64 => Dtype::I64,
        DType::I32 => Dtype::I32,
        DType::U8 => Dtype::U8,
        _ => return None,
    })
}

fn loaded(dtype: Dtype) -> Option<DType> {
    Some(match dtype {
        Dtype::F64 => DType::F64,
        Dtype::F32 => DType::F32,
        Dtype::F16 => DType::F16,
        Dtype::BF16 => DType::BF16,
        Dtype::I64 => DType::I64,
        Dtype::I32 => DType::I32,
        Dtype::U8 => DType::U8,
        _ => return None,
    })
}

/// Data that nothing else can change.
///
/// Where the GPU's memory is the host's (integrated ones, software adapters), wgpu gives out the very memory of the
/// tensor, and the next operation in place changes what was read before.
fn own(data: TensorData) -> TensorData {
    TensorData::from_bytes_vec(data.as_bytes().to_vec(), data.shape().clone(), data.dtype())
}

#[derive(Default)]
struct Collect {
    place: Place,
    tensors: BTreeMap<String, TensorData>,
}

impl ModuleVisitor for Collect {
    fn enter_module(&mut self, name: &str, container: &str) {
        self.place.enter(name, container);
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.place.exit();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.tensors.insert(self.place.path(), own(param.base().into_data()));
    }

    fn visit_int<const D: usize>(&mut self, param: &Param<Tensor<D, Int>>) {
        self.tensors.insert(self.place.path(), own(param.base().into_data()));
    }

    fn visit_bool<const D: usize>(&mut self, param: &Param<Tensor<D, Bool>>) {
        self.tensors.insert(self.place.path(), own(param.base().int().into_data()));
    }
}

struct Apply<'a> {
    weights: &'a Weights,
    place: Place,
    seen: Vec<String>,
    error: Option<WeightsError>,
}

impl Apply<'_> {
    /// The data for the tensor at the current place, or `None` after noting what is wrong.
    fn take(&mut self, expected: Vec<usize>) -> Option<TensorData> {
        let name = self.place.path();
        let result = match self.weights.get(&name) {
            None => Err(WeightsError::Missing { name: name.clone() }),
            Some(data) if data.shape().to_vec() != expected => {
                Err(WeightsError::Shape { name: name.clone(), found: data.shape().to_vec(), expected })
            }
            Some(data) => Ok(data.clone()),
        };
        self.seen.push(name);
        match result {
            Ok(data) => Some(data),
            Err(error) => {
                self.error.get_or_insert(error);
                None
            }
        }
    }
}

impl ModuleMapper for Apply<'_> {
    fn enter_module(&mut self, name: &str, container: &str) {
        self.place.enter(name, container);
    }

    fn exit_module(&mut self, _: &str, _: &str) {
        self.place.exit();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let Some(data) = self.take(param.lazy_shape().to_vec()) else { return param };
        let require_grad = param.is_require_grad();
        param.map(|old| {
            Tensor::from_data(data.convert_dtype(old.dtype()), &old.device()).set_require_grad(require_grad)
        })
    }

    fn map_int<const D: usize>(&mut self, param: Param<Tensor<D, Int>>) -> Param<Tensor<D, Int>> {
        let Some(data) = self.take(param.lazy_shape().to_vec()) else { return param };
        param.map(|old| Tensor::from_data(data.convert_dtype(old.dtype()), &old.device()))
    }

    fn map_bool<const D: usize>(&mut self, param: Param<Tensor<D, Bool>>) -> Param<Tensor<D, Bool>> {
        let Some(data) = self.take(param.lazy_shape().to_vec()) else { return param };
        param.map(|old| Tensor::<D, Int>::from_data(data, &old.device()).not_equal_elem(0))
    }
}
