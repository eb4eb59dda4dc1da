//! Low-rank adapters: a network of others learns through few numbers.

use std::collections::{BTreeMap, BTreeSet};

use burn::module::{LoraAdapter, Module, Param, ParamId, Reparameterizer};
use burn::tensor::{Device, Tensor, TensorData};
use kiln_core::{NumberError, ParamInfo, ParamKind, ParamSelection, Range, Seed, Weights, check, params};
use serde::{Deserialize, Serialize};

use crate::schema::JsonSchema;
use crate::{ModelError, Network};

/// The section `[model.lora]`: the weight W of a linear layer stays as it is, and `W + α/r · A B` takes its place, where A is
/// `[inputs, r]` and B `[r, outputs]` (Hu and others: LoRA, 2021). A and B are trained and nothing else, but for what `trained` names.
///
/// As the package `peft` has it for linear layers without dropout; query, key and value of attention are one layer, as in timm. A begins
/// uniform in `±1/√inputs`, B as 0, so that the network begins as it was.
///
/// ```
/// use burn::module::Module;
/// use kiln_core::{Seed, params};
/// use kiln_data::InputShape;
/// use kiln_models::{LoraConfig, MlpConfig, ModelConfig};
///
/// let device = burn::tensor::Device::default().autodiff();
/// let config = ModelConfig::Mlp(MlpConfig { hidden: vec![32], ..MlpConfig::default() });
/// let network = config.init(InputShape::Table(20), 3, &device, Seed::new(0))?;
/// let network = LoraConfig::default().rank(4).adapt(network, Seed::new(1))?;
/// let trained: Vec<String> =
///     params::list(&network).into_iter().filter(|info| info.trainable).map(|info| info.path).collect();
/// assert_eq!(trained, ["layers.0.linear.weight.lora.a", "layers.0.linear.weight.lora.b", "output.weight", "output.bias"]);
/// // The adapters become a part of the weights.
/// let merged = network.materialize();
/// assert_eq!(params::list(&merged).len(), 4);
/// # Ok::<(), kiln_models::ModelError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct LoraConfig {
    /// The layers that get adapters, by their weights; only linear layers do. Default weights: all of them that are not trained whole.
    pub params: ParamSelection,
    /// r, at least 1. Default 8.
    #[schemars(range(min = 1))]
    pub rank: usize,
    /// α, greater than 0: what the adapters add counts by α / r. Default 8.
    #[schemars(transform = Range::POSITIVE.bounds())]
    pub alpha: f64,
    /// What is trained whole beside the adapters, which peft calls `modules_to_save`. Default: the last layer, `["output"]`.
    pub trained: ParamSelection,
}

impl Default for LoraConfig {
    fn default() -> Self {
        let trained = ParamSelection::paths([Network::HEAD]);
        Self { params: ParamSelection::Weights, rank: 8, alpha: 8.0, trained }
    }
}

/// What the paths of both factors end in.
const FACTORS: [&str; 2] = [".lora.a", ".lora.b"];

impl LoraConfig {
    /// Adapters for these layers.
    #[must_use]
    pub fn params(self, params: ParamSelection) -> Self {
        Self { params, ..self }
    }

    /// Adapters of this rank.
    #[must_use]
    pub fn rank(self, rank: usize) -> Self {
        Self { rank, ..self }
    }

    /// With this α.
    #[must_use]
    pub fn alpha(self, alpha: f64) -> Self {
        Self { alpha, ..self }
    }

    /// With these trained whole.
    #[must_use]
    pub fn trained(self, trained: ParamSelection) -> Self {
        Self { trained, ..self }
    }

    /// Whether every number is in its range.
    ///
    /// # Errors
    /// [`NumberError`] for one that is not.
    pub fn check(&self) -> Result<(), NumberError> {
        check::at_least("model.lora.rank", self.rank, 1)?;
        Range::POSITIVE.check("model.lora.alpha", self.alpha).map(drop)
    }

    fn scale(&self) -> f64 {
        self.alpha / self.rank as f64
    }

    /// `model` with adapters, everything else but `trained` frozen. Adapter `l`, in the order of the model's fields, draws from
    /// `seed.at(l)`.
    ///
    /// Batch norm goes on by the statistics of the batch: a trainer freezes them with `Freeze::statistics`.
    ///
    /// # Errors
    /// [`ModelError::Number`], [`ModelError::NothingToAdapt`].
    pub fn adapt<M: Module>(&self, model: M, seed: Seed) -> Result<M, ModelError> {
        self.check()?;
        // On a device without autodiff nothing tells what is trainable.
        let trainable = |info: ParamInfo| ParamInfo { trainable: info.kind != ParamKind::Running, ..info };
        let infos: Vec<ParamInfo> = params::list(&model).into_iter().map(trainable).collect();
        let whole = |info: &ParamInfo| self.trained.matches(info);
        let linear: Vec<&ParamInfo> = infos.iter().filter(|info| is_linear(info)).collect();
        let all = self.params == ParamSelection::Weights;
        let chosen = linear.iter().filter(|info| self.params.matches(info) && !(all && whole(info)));
        let adapters: BTreeMap<ParamId, Seed> =
            chosen.zip(0..).map(|(info, index)| (info.id, seed.at(index))).collect();
        if adapters.is_empty() {
            let known = linear.into_iter().map(|info| info.path.clone()).collect();
            return Err(ModelError::NothingToAdapt { known });
        }
        let whole = infos.iter().filter(|info| whole(info) && !adapters.contains_key(&info.id));
        let whole = whole.map(|info| info.id).collect();
        let (rank, scale) = (self.rank, self.scale());
        Ok(model.apply_reparameterization(Adapt { adapters, whole, rank, scale }))
    }

    /// The weights of an adapted model as those of the plain one: the adapters are added to the weights. Others stay as they are.
    pub fn merged(&self, weights: &Weights) -> Weights {
        let mut merged = Weights::new(weights.layout());
        for (name, data) in weights.iter() {
            if FACTORS.iter().any(|factor| name.ends_with(factor)) {
                continue;
            }
            let [a, b] = FACTORS.map(|factor| weights.get(&format!("{name}{factor}")));
            let sum = a.zip(b).map(|(a, b)| added(data, a, b, self.scale()));
            merged.insert(name, sum.unwrap_or_else(|| data.clone()));
        }
        merged
    }
}

fn is_linear(info: &ParamInfo) -> bool {
    info.kind == ParamKind::Weight
        && info.dims.len() == 2
        && (info.path == "weight" || info.path.ends_with(".weight"))
}

/// `weight + scale · a b`, in the data type of the weight.
fn added(weight: &TensorData, a: &TensorData, b: &TensorData, scale: f64) -> TensorData {
    let (rank, columns) = (a.shape()[1], b.shape()[1]);
    let [mut sum, a, b] = [weight, a, b].map(|data| data.iter::<f64>().collect::<Vec<f64>>());
    for (row, factors) in sum.chunks_mut(columns).zip(a.chunks(rank)) {
        for (factor, b) in factors.iter().zip(b.chunks(columns)) {
            row.iter_mut().zip(b).for_each(|(sum, b)| *sum += scale * factor * b);
        }
    }
    TensorData::new(sum, weight.shape().clone()).convert_dtype(weight.dtype())
}

/// Puts adapters on parameters.
struct Adapt {
    adapters: BTreeMap<ParamId, Seed>,
    /// Those that are trained as they are.
    whole: BTreeSet<ParamId>,
    rank: usize,
    scale: f64,
}

impl Reparameterizer for Adapt {
    type Reparam = LoraAdapter;

    fn reparameterize<const D: usize>(
        &mut self,
        _: &str,
        param: Param<Tensor<D>>,
    ) -> (Param<Tensor<D>>, Option<LoraAdapter>) {
        if self.whole.contains(&param.id) {
            return (param, None);
        }
        let adapter = self.adapters.get(&param.id).map(|seed| {
            let (dims, device) = (param.base().dims(), param.base().device());
            adapter(*seed, [dims[0], dims[D - 1]], self.rank, self.scale, &device)
        });
        (param.set_require_grad(false), adapter)
    }
}

fn adapter(
    seed: Seed,
    [inputs, outputs]: [usize; 2],
    rank: usize,
    scale: f64,
    device: &Device,
) -> LoraAdapter {
    let bound = 1.0 / (inputs as f64).sqrt();
    let a: Vec<f32> =
        (0..(inputs * rank) as u64).map(|i| ((2.0 * seed.uniform(i) - 1.0) * bound) as f32).collect();
    LoraAdapter {
        a: Param::from_data(TensorData::new(a, [inputs, rank]), device),
        b: Param::from_data(TensorData::new(vec![0.0f32; rank * outputs], [rank, outputs]), device),
        scale,
    }
}
