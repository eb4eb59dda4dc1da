//! Weights: out of a module, through a file, into another one.

use burn::module::Module;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::{BatchNorm, BatchNormConfig, Linear, LinearConfig};
use burn::tensor::{Device, Tensor, TensorData};
use kiln_core::{ErrorKind, Explain, Weights, WeightsError, params};
use kiln_testkit::device;

#[derive(Module, Debug)]
struct Net {
    conv: Conv2d,
    norm: BatchNorm,
    heads: Vec<Linear>,
    extra: Option<Linear>,
}

fn net(device: &Device) -> Net {
    Net {
        conv: Conv2dConfig::new([2, 3], [3, 3]).init(device),
        norm: BatchNormConfig::new(3).init(device),
        heads: vec![
            LinearConfig::new(3, 4).init(device),
            LinearConfig::new(4, 2).with_bias(false).init(device),
        ],
        extra: None,
    }
}

impl Net {
    fn forward(&self, x: Tensor<4>) -> Tensor<2> {
        let x = self.norm.forward(self.conv.forward(x));
        let x = x.flatten::<3>(2, 3).mean_dim(2).flatten(1, 2);
        self.heads.iter().fold(x, |x, head| head.forward(x))
    }
}

fn images(device: &Device) -> Tensor<4> {
    let values: Vec<f32> = (0..4 * 2 * 5 * 5).map(|i| ((i * 37 % 101) as f32) / 50.0 - 1.0).collect();
    Tensor::from_data(TensorData::new(values, [4, 2, 5, 5]), device)
}

const NAMES: [&str; 9] = [
    "conv.bias",
    "conv.weight",
    "heads.0.bias",
    "heads.0.weight",
    "heads.1.weight",
    "norm.beta",
    "norm.gamma",
    "norm.running_mean",
    "norm.running_var",
];

#[test]
fn a_round_trip_through_a_file_reaches_a_fresh_module() {
    for device in [device(), device().autodiff()] {
        let trained = net(&device);
        trained.forward(images(&device)); // On an autodiff device this moves the running statistics.
        let weights = Weights::of(&trained);
        assert_eq!(weights.iter().map(|(name, _)| name).collect::<Vec<_>>(), NAMES);

        let fresh = net(&device);
        // A load that does nothing must not pass.
        assert_ne!(Weights::of(&fresh).blake3(), weights.blake3());
        let bytes = weights.to_safetensors().unwrap();
        let loaded = Weights::from_safetensors(&bytes).unwrap().apply(fresh).unwrap();

        assert_eq!(Weights::of(&loaded).blake3(), weights.blake3());
        let outputs = |net: &Net| {
            let net = net.valid();
            net.forward(images(&net.devices()[0])).into_data()
        };
        assert_eq!(outputs(&loaded), outputs(&trained));
        assert_eq!(bytes, Weights::of(&loaded).to_safetensors().unwrap(), "equal weights, other bytes");
    }
}

#[test]
fn a_loaded_module_trains_on() {
    let autodiff = device().autodiff();
    let loaded = Weights::of(&net(&autodiff)).apply(net(&autodiff)).unwrap();
    check_trains(&loaded, &autodiff);
    // Also when it was loaded without autodiff and goes to training later.
    let loaded = Weights::of(&net(&device())).apply(net(&device())).unwrap().train();
    check_trains(&loaded, &autodiff);
}

fn check_trains(loaded: &Net, device: &Device) {
    let gradients = loaded.forward(images(device)).powi_scalar(2).sum().backward();
    let with_gradient = kiln_testkit::gradients_by_path(&gradients, loaded);
    let trainable: Vec<_> = NAMES.into_iter().filter(|name| !name.contains("running")).collect();
    assert_eq!(with_gradient.iter().map(|(name, _)| name).collect::<Vec<_>>(), trainable);
}

#[test]
fn the_last_update_of_the_running_statistics_is_counted() {
    let device = device().autodiff();
    let net = net(&device);
    let mean = |weights: &Weights| weights.get("norm.running_mean").unwrap().clone();
    let before = mean(&Weights::of(&net));
    // One pass: Burn keeps its result apart until the next one.
    net.forward(images(&device));
    let after = mean(&Weights::of(&net));
    assert_ne!(before, after);
    assert_eq!(after, net.norm.running_mean.value_sync().into_data());
    // Looking twice changes nothing.
    assert_eq!(after, mean(&Weights::of(&net)));
}

#[test]
fn weights_are_a_copy() {
    let device = device().autodiff();
    let net = net(&device);
    let weights = Weights::of(&net);
    let hash = weights.blake3();
    net.forward(images(&device));
    assert_eq!(weights.blake3(), hash);
    assert_ne!(Weights::of(&net).blake3(), hash);
}

fn weights(tensors: &[(&str, TensorData)]) -> Weights {
    let mut weights = Weights::default();
    for (name, data) in tensors {
        weights.insert(*name, data.clone());
    }
    weights
}

#[test]
fn the_hash_sees_names_shapes_types_and_every_bit_but_not_the_order() {
    let a = || ("a", TensorData::from([1.0f32, 2.0]));
    let b = || ("b", TensorData::from([3.0f32]));
    let hash = |tensors: &[(&str, TensorData)]| weights(tensors).blake3();
    let base = hash(&[a(), b()]);
    assert_eq!(base, hash(&[b(), a()]));
    let others = [
        hash(&[a()]),
        hash(&[("c", a().1), b()]),
        hash(&[("a", b().1), ("b", a().1)]),
        hash(&[("a", TensorData::from([[1.0f32, 2.0]])), b()]),
        hash(&[("a", TensorData::from([1.0f32, 2.000_000_2])), b()]),
        hash(&[("a", TensorData::from([1.0f64, 2.0])), b()]),
        hash(&[("a", TensorData::from([1.0f32, -2.0])), b()]),
        hash(&[("a", TensorData::from([1.0f32, 2.0, 3.0])), ("b", TensorData::from([0.0f32; 0]))]),
    ];
    let distinct: std::collections::HashSet<_> = others.iter().chain([&base]).collect();
    assert_eq!(distinct.len(), others.len() + 1);
    // 0 and -0 are equal numbers and other bits.
    let zero = |x: f32| hash(&[("a", TensorData::from([x]))]);
    assert_ne!(zero(0.0), zero(-0.0));
}

#[test]
fn what_does_not_fit_is_named() {
    let device = device();
    let full = Weights::of(&net(&device));
    let without = |left_out: &str| {
        let mut some = Weights::default();
        for (name, data) in full.iter().filter(|(name, _)| *name != left_out) {
            some.insert(name, data.clone());
        }
        some
    };
    let error = |weights: &Weights| weights.apply(net(&device)).unwrap_err();

    for name in NAMES {
        assert_eq!(error(&without(name)), WeightsError::Missing { name: name.to_owned() });
    }
    let mut more = full.clone();
    more.insert("heads.2.weight", TensorData::from([1.0f32]));
    more.insert("zzz", TensorData::from([1.0f32]));
    let names = vec!["heads.2.weight".to_owned(), "zzz".to_owned()];
    assert_eq!(error(&more), WeightsError::Unknown { names });

    let mut transposed = full.clone();
    transposed.insert("heads.0.weight", TensorData::new(vec![0.0f32; 12], [4, 3]));
    let expected =
        WeightsError::Shape { name: "heads.0.weight".to_owned(), found: vec![4, 3], expected: vec![3, 4] };
    assert_eq!(error(&transposed), expected);
    assert_eq!(expected.kind(), ErrorKind::Checkpoint);
    assert!(expected.help().is_some());
}

#[test]
fn other_data_types_are_converted_to_that_of_the_module() {
    let device = device();
    let mut double = Weights::default();
    for (name, data) in Weights::of(&net(&device)).iter() {
        double.insert(name, TensorData::new(data.iter::<f64>().collect(), data.shape()));
    }
    let loaded = double.apply(net(&device)).unwrap();
    assert_eq!(loaded.conv.weight.val().dtype(), burn::tensor::DType::F32);
}

#[test]
fn every_data_type_survives_the_file() {
    let all = weights(&[
        ("f32", TensorData::from([[1.5f32, f32::MIN_POSITIVE], [f32::NAN, -0.0]])),
        ("f64", TensorData::from([std::f64::consts::PI, f64::INFINITY])),
        ("i64", TensorData::from([i64::MIN, i64::MAX])),
        ("i32", TensorData::from([i32::MIN, 7])),
        ("u8", TensorData::from([0u8, 255])),
        ("scalar", TensorData::new(vec![2.5f32], Vec::<usize>::new())),
        ("none", TensorData::new(Vec::<f32>::new(), [0, 3])),
    ]);
    let read = Weights::from_safetensors(&all.to_safetensors().unwrap()).unwrap();
    assert_eq!(read.len(), all.len());
    assert_eq!(read.blake3(), all.blake3());
}

#[test]
fn damaged_files_are_errors() {
    let bytes = Weights::of(&net(&device())).to_safetensors().unwrap();
    assert!(Weights::from_safetensors(&bytes).is_ok());
    for len in [0, 1, 7, 8, 9, bytes.len() / 2, bytes.len() - 1] {
        let error = Weights::from_safetensors(&bytes[..len]).unwrap_err();
        assert!(matches!(error, WeightsError::Format { .. }), "{len} bytes: {error}");
    }
    let mut longer = bytes.clone();
    longer.push(0);
    assert!(Weights::from_safetensors(&longer).is_err());
    // A header that claims to be huge must not be allocated.
    let mut huge = bytes;
    huge[..8].copy_from_slice(&u64::MAX.to_le_bytes());
    assert!(Weights::from_safetensors(&huge).is_err());
}

#[test]
fn numbers_that_are_not_finite_are_found() {
    let mut all = weights(&[("a", TensorData::from([1.0f32])), ("z", TensorData::from([1i64]))]);
    assert_eq!(all.first_non_finite(), None);
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        all.insert("b.weight", TensorData::from([0.0, bad]));
        assert_eq!(all.first_non_finite(), Some("b.weight"));
    }
}

/// Where a GPU's memory is the host's, wgpu gives out the memory of the tensor itself.
#[test]
fn weights_are_a_copy_that_later_operations_leave_alone() {
    let layer = LinearConfig::new(5, 4).init(&device().autodiff());
    let weights = Weights::of(&layer);
    let before = weights.blake3();
    // In place, because the layer is moved and nothing else holds its tensors.
    let layer = params::update(layer, |_, flat| flat.mul_scalar(3.0).add_scalar(1.0));
    assert_ne!(Weights::of(&layer).blake3(), before);
    assert_eq!(weights.blake3(), before);
}
