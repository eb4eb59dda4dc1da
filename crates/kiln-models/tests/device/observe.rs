//! What a forward pass shows of hidden layers.

use burn::tensor::{Device, TensorData};
use kiln_core::{Seed, Weights};
use kiln_data::{InputShape, Inputs};
use kiln_models::{
    Activation, CnnConfig, Head, LinearConfig, MlpConfig, ModelConfig, Network, Norm, ResnetConfig,
};
use kiln_testkit::{device, device_name, gradients_by_path};

const ITEMS: usize = 3;

/// Paths of what is shown, with features.
type Shown = Vec<(&'static str, usize)>;

/// Each model with dropout, a shape of its data, and what it shows.
fn cases() -> Vec<(ModelConfig, InputShape, Shown)> {
    let image = InputShape::Images([2, 8, 12]);
    let mlp = MlpConfig {
        hidden: vec![7, 5],
        norm: Norm::Batch,
        dropout: 0.4,
        input_dropout: 0.2,
        ..MlpConfig::default()
    };
    let cnn = CnnConfig {
        channels: vec![3, 4],
        convs_per_block: 2,
        hidden: vec![6],
        conv_dropout: 0.3,
        dropout: 0.4,
        ..CnnConfig::default()
    };
    let smooth =
        CnnConfig { activation: Activation::Silu, pool: 3, head: Head::Mean, hidden: vec![], ..cnn.clone() };
    let resnet = ResnetConfig { width: 2, dropout: 0.3, stochastic_depth: 0.5, ..ResnetConfig::default() };
    vec![
        (ModelConfig::Linear(LinearConfig::default()), InputShape::Table(4), vec![]),
        (ModelConfig::Mlp(mlp), InputShape::Table(4), vec![("layers.0", 7), ("layers.1", 5)]),
        (
            ModelConfig::Cnn(cnn),
            image.clone(),
            vec![
                ("blocks.0", 3 * 8 * 12),
                ("blocks.1", 3 * 4 * 6),
                ("blocks.2", 4 * 4 * 6),
                ("blocks.3", 4 * 2 * 3),
                ("layers.0", 6),
            ],
        ),
        (
            ModelConfig::Cnn(smooth),
            InputShape::Images([2, 9, 12]),
            vec![("blocks.0", 3 * 9 * 12), ("blocks.1", 3 * 3 * 4), ("blocks.2", 4 * 3 * 4), ("blocks.3", 4)],
        ),
        (
            ModelConfig::Resnet(resnet),
            image,
            vec![
                ("prep", 2 * 8 * 12),
                ("stages.0.block", 4 * 4 * 6),
                ("stages.0.residual.0", 4 * 4 * 6),
                ("stages.0.residual.1", 4 * 4 * 6),
                ("stages.1.block", 8 * 2 * 3),
                ("stages.2.block", 8),
                ("stages.2.residual.0", 8),
                ("stages.2.residual.1", 8),
            ],
        ),
    ]
}

fn init(config: &ModelConfig, shape: &InputShape, device: &Device) -> Network {
    config.init(shape.clone(), 3, device, Seed::new(5)).unwrap()
}

fn inputs(shape: &InputShape, device: &Device) -> Inputs {
    let numbers = |count: usize| (0..count as u64).map(|i| Seed::new(7).normal(i) as f32).collect::<Vec<_>>();
    shape.batch(numbers(ITEMS * shape.features()), device).unwrap()
}

/// Whether two passes gave equal numbers: equal bits on a CPU; on a GPU, where a kernel may be chosen anew while the program
/// runs, nearly so.
pub(super) fn equal(one: &TensorData, other: &TensorData) -> bool {
    let tolerance = if device_name().is_cpu() { 0.0 } else { 1e-5 };
    let mut pairs = one.iter::<f64>().zip(other.iter::<f64>());
    one.shape() == other.shape()
        && pairs.all(|(one, other)| (one - other).abs() <= tolerance * (1.0 + other.abs()))
}

#[test]
fn each_hidden_layer_is_shown_once_and_outputs_keep_their_bits() {
    for device in [device(), device().autodiff()] {
        for (config, shape, expected) in cases() {
            let network = init(&config, &shape, &device);
            for seed in [None, Some(Seed::new(1))] {
                let mut seen = Vec::new();
                let outputs = network.forward_observed(inputs(&shape, &device), seed, &mut |path, output| {
                    seen.push((path.to_owned(), output.dims()));
                });
                let plain = network.forward(inputs(&shape, &device), seed);
                assert!(equal(&outputs.into_data(), &plain.into_data()), "{config:?}");
                let expected: Vec<_> = expected
                    .iter()
                    .map(|(path, features)| ((*path).to_owned(), [ITEMS, *features]))
                    .collect();
                assert_eq!(seen, expected, "{config:?}");
                let paths = kiln_core::params::list(&network);
                for (path, _) in &seen {
                    assert!(paths.iter().any(|info| info.path.starts_with(&format!("{path}."))), "{path}");
                }
            }
        }
    }
}

#[test]
fn what_is_shown_is_after_activation_and_before_dropout() {
    let device = device();
    for (mut config, shape, _) in cases() {
        // Outputs that come before any dropout but their own.
        let before = match &mut config {
            ModelConfig::Mlp(mlp) => {
                mlp.input_dropout = 0.0;
                1
            }
            ModelConfig::Cnn(_) => 2,
            ModelConfig::Resnet(_) => 4,
            // A linear model shows nothing.
            _ => 0,
        };
        let network = init(&config, &shape, &device);
        let shown = |seed| {
            let mut shown = Vec::new();
            network.forward_observed(inputs(&shape, &device), seed, &mut |_, output| {
                // A copy: wgpu may give out the memory of the tensor itself, and dropout comes next, in place.
                let data = output.clone().into_data();
                shown.push(TensorData::new(data.iter::<f32>().collect(), data.shape().clone()));
            });
            shown
        };
        let (evaluation, training) = (shown(None), shown(Some(Seed::new(1))));
        for (place, (evaluation, training)) in evaluation.iter().zip(&training).enumerate() {
            assert_eq!(equal(evaluation, training), place < before, "{place} of {config:?}");
        }
        let silu = matches!(&config, ModelConfig::Cnn(cnn) if cnn.activation == Activation::Silu);
        let numbers: Vec<f32> = training.iter().flat_map(|data| data.iter::<f32>()).collect();
        // The least value of SiLU is −0.278.
        assert!(numbers.iter().all(|x| *x >= if silu { -0.28 } else { 0.0 }), "{config:?}");
        assert!(before == 0 || numbers.iter().any(|x| *x > 0.0), "{config:?}");
    }
}

#[test]
fn gradients_of_what_is_shown_reach_the_weights_before_it_and_no_others() {
    let device = device().autodiff();
    for (config, shape, layers) in cases() {
        for (place, (path, _)) in layers.iter().enumerate() {
            let network = init(&config, &shape, &device);
            let mut squares = None;
            network.forward_observed(inputs(&shape, &device), None, &mut |seen, output| {
                if seen == *path {
                    squares = Some(output.clone().powi_scalar(2).sum());
                }
            });
            let gradients: Weights = gradients_by_path(&squares.unwrap().backward(), &network);
            for (later, (other, _)) in layers.iter().enumerate() {
                let weight = |(name, _): &(&str, _)| {
                    name.starts_with(&format!("{other}.")) && name.ends_with(".weight")
                };
                let weight = gradients.iter().find(weight);
                assert_eq!(weight.is_some(), later <= place, "{other} for {path} of {config:?}");
                if let Some((_, gradient)) = weight {
                    assert!(gradient.iter::<f32>().any(|x| x != 0.0), "{other} for {path} of {config:?}");
                }
            }
        }
    }
}
