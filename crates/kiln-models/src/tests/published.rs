//! Networks that others have published against their own programs: see `tests/golden/published.py`.

use burn::module::{Module, ModuleMapper, Param};
use burn::tensor::{DType, Tensor, TensorData};
use kiln_core::{Fresh, Layout, Seed, Weights, params};
use kiln_data::{InputShape, Inputs};
use kiln_testkit::{assert_close, computes_in, device, golden, gradients_by_path};

use crate::{ModelConfig, Network};

/// Numbers in `[0, 1)` that a name and a place give, as the script draws them.
pub(super) fn drawn(seed: u64, len: usize) -> impl Iterator<Item = f64> {
    (0..len as u64).map(move |i| Seed::new(seed).uniform(i))
}

/// The weights of the script: tensor `t` in the order of names draws from seed `t`.
fn weights(names: &Weights) -> Weights {
    let mut weights = Weights::new(Layout::PyTorch);
    for (t, (name, data)) in names.iter().enumerate() {
        let dims = data.shape().to_vec();
        if dims.is_empty() {
            weights.insert(name, data.clone());
            continue;
        }
        let (scale, shift) = match name.rsplit('.').next().unwrap_or(name) {
            "running_var" => (1.0, 0.5),
            "layer_scale" => (1.0, 0.5),
            "weight" if dims.len() == 1 => (1.0, 0.5),
            "weight" => {
                let fan_in: usize = dims[1..].iter().product();
                let bound = (3.0 / fan_in as f64).sqrt();
                (2.0 * bound, -bound)
            }
            _ => (0.4, -0.2),
        };
        let values: Vec<f32> =
            drawn(t as u64, dims.iter().product()).map(|u| (u * scale + shift) as f32).collect();
        weights.insert(name, TensorData::new(values, dims));
    }
    weights
}

fn text(data: &TensorData) -> String {
    String::from_utf8(data.iter::<u8>().collect()).unwrap()
}

/// What stands for a gradient: its norm, its product with cosines, and its elements at four places.
fn probe(data: &TensorData) -> [f64; 6] {
    let values: Vec<f64> = data.iter::<f64>().collect();
    let norm = values.iter().map(|x| x * x).sum::<f64>().sqrt();
    let product = values.iter().enumerate().map(|(i, x)| x * (i as f64).cos()).sum();
    let at = |part: usize| values[(values.len() - 1) * part / 3];
    [norm, product, at(0), at(1), at(2), at(3)]
}

/// Every tensor in f64.
pub(super) struct Wide;

impl ModuleMapper for Wide {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let (trained, id, value) = (param.is_require_grad(), param.id, param.val());
        Param::initialized(id, Tensor::from_inner(value.inner().cast(DType::F64)).set_require_grad(trained))
    }
}

/// The network of a kind, and what its golden file holds.
pub(super) struct Case {
    config: ModelConfig,
    file: Weights,
    dims: Vec<usize>,
    outputs: usize,
    /// The state dictionary with the library's names.
    state: Weights,
}

impl Case {
    pub(super) fn new(kind: &str) -> Self {
        let file = golden(&format!("published_{kind}"));
        let config = serde_json::from_str(&format!(r#"{{ "kind": {kind:?} }}"#)).unwrap();
        let dims = file.get("shape").unwrap().iter::<i64>().map(|dim| dim as usize).collect();
        let outputs = file.get("outputs/evaluation").unwrap().shape()[1];
        let mut case = Self { config, file, dims, outputs, state: Weights::default() };
        case.state = weights(&case.fresh().state_dict().unwrap());
        case
    }

    fn input(&self) -> InputShape {
        InputShape::Images([self.dims[1], self.dims[2], self.dims[3]])
    }

    fn fresh(&self) -> Network {
        self.config.init(self.input(), self.outputs, &device().autodiff(), Seed::new(0)).unwrap()
    }

    /// With the weights of the script, which come with the library's names.
    pub(super) fn loaded(&self) -> Network {
        let fresh = self.fresh();
        let adopted = fresh.adopt(self.state.clone()).unwrap();
        assert!(adopted.from.is_some());
        let start = adopted.starting(&fresh, &Fresh::head(Network::HEAD)).unwrap();
        assert!(start.fresh.is_empty());
        start.apply(fresh).unwrap()
    }

    pub(super) fn images(&self, network: &Network, dtype: DType) -> Inputs {
        let values: Vec<f32> =
            drawn(1000, self.dims.iter().product()).map(|u| (4.0 * u - 2.0) as f32).collect();
        let data = TensorData::new(values, self.dims.clone()).convert_dtype(dtype);
        Inputs::Images(Tensor::from_data(data, (&network.devices()[0], dtype)))
    }

    fn check_outputs(&self, network: &Network, dtype: DType, what: &str, relative: f64) -> Tensor<2> {
        let found = network.forward(self.images(network, dtype), None);
        let expected = self.file.get(what).unwrap();
        let most = expected.iter::<f64>().fold(0.0f64, |most, x| most.max(x.abs()));
        assert_close(&found.to_data(), expected, 0.0, relative * most);
        found
    }

    /// Gradients of all parameters and running statistics behind one pass in training, `relative` to their norms, and elements to the size
    /// of the elements.
    fn check_gradients(&self, network: &Network, training: Tensor<2>, [gradients, running]: [f64; 2]) {
        let (dtype, device) = (training.dtype(), training.device());
        let target: Vec<f32> = drawn(1001, training.shape().num_elements()).map(|u| u as f32).collect();
        let target = TensorData::new(target, training.dims()).convert_dtype(dtype);
        let loss = training.mul(Tensor::from_data(target, (&device, dtype))).sum();
        let found = named(self.fresh(), &gradients_by_path(&loss.backward(), network));
        let moved = named(self.fresh(), &Weights::of(network));
        self.check_probes("gradients", |name| !name.contains(".running_"), &found, gradients);
        self.check_probes("running", |name| name.contains(".running_"), &moved, running);
    }

    fn check_probes(&self, what: &str, is_one: impl Fn(&str) -> bool, found: &Weights, relative: f64) {
        let expected: Vec<f64> = self.file.get(what).unwrap().iter::<f64>().collect();
        // A shift that batch norm takes away again has a gradient of 0, but for rounding.
        let least = 1e-4 * expected.chunks(6).fold(0.0, |most, row| row[0].max(most));
        let mut rows = expected.chunks(6);
        let floats = self.state.iter().filter(|(name, data)| data.dtype() == DType::F32 && is_one(name));
        for (name, data) in floats {
            let row = rows.next().unwrap();
            let element = row[0] / (data.shape().num_elements() as f64).sqrt();
            for (index, (found, expected)) in probe(found.get(name).unwrap()).iter().zip(row).enumerate() {
                // The product with cosines is of the size of the norm.
                let scale = if index < 2 { row[0] } else { element.max(expected.abs()) };
                let error = (found - expected).abs() / scale.max(least);
                assert!(
                    error <= relative,
                    "{name}, number {index}: {found} for {expected}, off by {error:e}"
                );
            }
        }
        assert!(rows.next().is_none());
    }
}

/// Holds the network of `kind` to the golden file of that name. `exact`: in f64, too, which takes its time.
fn check(kind: &str, exact: bool) {
    let case = Case::new(kind);
    // Names and shapes are the library's, all of them.
    let library: Vec<String> = text(case.file.get("names").unwrap()).lines().map(str::to_owned).collect();
    let ours = case.state.iter().map(|(name, data)| format!("{name} {:?}", data.shape().to_vec()));
    assert_eq!(ours.collect::<Vec<_>>(), library);
    let network = case.loaded();
    let infos = params::list(&network);
    let trained = infos.iter().filter(|info| info.trainable);
    let parameters = trained.map(|info| info.dims.iter().product::<usize>()).sum::<usize>();
    assert_eq!(case.config.summary(case.input(), case.outputs).unwrap().parameters, parameters);
    // What was loaded comes out as it was.
    assert_eq!(network.state_dict().unwrap().blake3(), case.state.blake3());

    case.check_outputs(&network.valid(), DType::F32, "outputs/evaluation", 1e-4);
    // Batch norm over a few values, and a relu that turns over, make much of rounding in f32: in PyTorch, too, gradients are off by up to
    // 0.05. Training is held to the numbers in f64, and here only to be there.
    let training = case.check_outputs(&network, DType::F32, "outputs/training", 1e-2);
    case.check_gradients(&network, training, [0.3, 1e-3]);
    if exact && computes_in(DType::F64) {
        let network = case.loaded().map(&mut Wide);
        let training = case.check_outputs(&network, DType::F64, "outputs/training", 1e-6);
        case.check_gradients(&network, training, [1e-5, 1e-6]);
    }
}

/// Gradients by the library's names, as they lie there. `carrier` is a network of the same kind that shares nothing.
fn named(carrier: Network, gradients: &Weights) -> Weights {
    let mut all = Weights::of(&carrier);
    for (path, data) in gradients.iter() {
        all.insert(path, data.clone());
    }
    all.apply(carrier).unwrap().state_dict().unwrap()
}

#[test]
fn resnet18_is_torchvisions() {
    check("resnet18", true);
}

#[test]
fn resnet34_is_torchvisions() {
    check("resnet34", false);
}

#[test]
fn resnet50_is_torchvisions() {
    check("resnet50", true);
}

#[test]
fn mobilenet_v3_small_is_torchvisions() {
    check("mobilenet-v3-small", true);
}

#[test]
fn mobilenet_v3_large_is_torchvisions() {
    check("mobilenet-v3-large", false);
}

#[test]
fn efficientnet_b0_is_torchvisions() {
    check("efficientnet-b0", true);
}

#[test]
fn convnext_tiny_is_torchvisions() {
    check("convnext-tiny", true);
}

#[test]
fn convnext_tiny_loads_by_timms_names_too() {
    let case = Case::new("convnext-tiny");
    let network = case.loaded();
    let own = Weights::state_dict(&network).unwrap();
    let timm = network.published()[1];
    let mut theirs = Weights::new(Layout::PyTorch);
    for (name, data) in own.iter() {
        // There a scale of each channel has one dimension.
        let dims = if name.ends_with("layer_scale") { vec![data.shape()[0]] } else { data.shape().to_vec() };
        theirs.insert(
            timm.name(name),
            TensorData::from_bytes_vec(data.as_bytes().to_vec(), dims, data.dtype()),
        );
    }
    let names: Vec<&str> = theirs.iter().map(|(name, _)| name).collect();
    assert_eq!(names.join("\n"), text(case.file.get("names_timm").unwrap()));
    let adopted = network.adopt(theirs).unwrap();
    assert_eq!(adopted.from.unwrap().library, "timm");
    assert_eq!(adopted.weights.blake3(), own.blake3());
}

#[test]
fn what_does_not_fit_is_called_as_in_the_library() {
    let case = Case::new("mobilenet-v3-small");
    let fresh = case.fresh();
    let mut state = Weights::new(Layout::PyTorch);
    for (name, data) in case.state.iter() {
        let slip = name.replace("features.2.block.0.1.weight", "features.2.block.0.1.wieght");
        state.insert(slip, data.clone());
    }
    let error = fresh.adopt(state).unwrap().starting(&fresh, &Fresh::head(Network::HEAD)).unwrap_err();
    let missing = "missing: \"features.2.block.0.1.weight\" (like \"features.2.block.0.1.wieght\"?)";
    assert!(error.to_string().contains(missing), "{error}");
    // Names of nobody are left as they are.
    let mut other = Weights::new(Layout::PyTorch);
    other.insert("backbone.weight", TensorData::from([1.0f32]));
    let adopted = fresh.adopt(other).unwrap();
    assert!(adopted.from.is_none() && adopted.weights.get("backbone.weight").is_some());
}

#[test]
fn vit_tiny_is_timms() {
    check("vit-tiny", true);
}

#[test]
fn vit_small_is_timms() {
    check("vit-small", false);
}
