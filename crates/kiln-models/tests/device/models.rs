//! What holds for every model: counts, shapes, seeds, dropout.

use burn::module::Module;
use burn::tensor::{Device, Distribution, Tensor};
use kiln_core::{ParamKind, Purpose, Seed, Weights, params};
use kiln_data::{InputShape, Inputs};
use kiln_models::{
    Activation, CnnConfig, EfficientnetB0Config, Head, LinearConfig, MlpConfig, MobilenetV3SmallConfig,
    ModelConfig, Network, Norm, ResnetConfig, VitTinyConfig,
};
use kiln_testkit::device;

/// Many configurations with a shape that each accepts.
fn configurations() -> Vec<(ModelConfig, InputShape)> {
    let table = InputShape::Table(13);
    let image = InputShape::Images([3, 11, 9]);
    let mut all = Vec::new();
    for bias in [true, false] {
        all.push((ModelConfig::Linear(LinearConfig { bias }), table.clone()));
        all.push((ModelConfig::Linear(LinearConfig { bias }), image.clone()));
    }
    for norm in [Norm::None, Norm::Batch, Norm::Layer] {
        for hidden in [vec![], vec![5], vec![7, 1, 6]] {
            let config = MlpConfig { hidden, norm, dropout: 0.3, ..MlpConfig::default() };
            all.push((ModelConfig::Mlp(config.clone()), table.clone()));
            all.push((ModelConfig::Mlp(config), image.clone()));
        }
    }
    for norm in [Norm::None, Norm::Batch] {
        for (pool, kernel, convs_per_block) in [(1, 1, 1), (2, 3, 2), (3, 5, 1)] {
            for (head, hidden) in [(Head::Flatten, vec![6]), (Head::Mean, vec![]), (Head::Mean, vec![4, 3])] {
                let config = CnnConfig {
                    channels: vec![4, 2],
                    kernel,
                    convs_per_block,
                    pool,
                    hidden,
                    norm,
                    conv_dropout: 0.1,
                    head,
                    ..CnnConfig::default()
                };
                all.push((ModelConfig::Cnn(config), image.clone()));
            }
        }
    }
    for (width, shape) in [(1, [1, 8, 8]), (3, [3, 28, 28]), (2, [2, 32, 9])] {
        let config = ResnetConfig { width, dropout: 0.2, ..ResnetConfig::default() };
        all.push((ModelConfig::Resnet(config), InputShape::Images(shape)));
    }
    // The small ones of those that others have published, in images that they were not made for.
    all.push((MobilenetV3SmallConfig::default().into(), InputShape::Images([1, 9, 11])));
    all.push((EfficientnetB0Config::default().stochastic_depth(0.9).into(), InputShape::Images([3, 17, 20])));
    all.push((VitTinyConfig::default().stochastic_depth(0.5).into(), InputShape::Images([2, 16, 32])));
    all
}

fn batch(shape: &InputShape, items: usize, device: &Device) -> Inputs {
    let len = items * shape.features();
    let values: Vec<f32> = (0..len as u64).map(|i| Seed::new(3).uniform(i) as f32 * 2.0 - 1.0).collect();
    shape.batch(values, device).unwrap()
}

fn init(config: &ModelConfig, shape: &InputShape, device: &Device) -> Network {
    config.init(shape.clone(), 4, device, Seed::new(0).purpose(Purpose::Init)).unwrap()
}

fn blake3(network: &Network) -> String {
    Weights::of(network).blake3()
}

#[test]
fn summaries_count_what_is_built() {
    let device = device();
    for (config, shape) in configurations() {
        let network = init(&config, &shape, &device);
        let summary = config.summary(shape.clone(), 4).unwrap();
        let infos = params::list(&network);
        let running = |running: bool| {
            let of = infos.iter().filter(|info| (info.kind == ParamKind::Running) == running);
            of.map(|info| info.dims.iter().product::<usize>()).sum::<usize>()
        };
        assert_eq!(summary.parameters, running(false), "{config:?}");
        assert_eq!(summary.parameters, network.num_params() - running(true), "{config:?}");
        assert_eq!(summary.parameters, summary.layers.iter().map(|layer| layer.parameters).sum::<usize>());
        assert_eq!(summary.multiply_adds, summary.layers.iter().map(|l| l.multiply_adds).sum::<u64>());
        // Every parameter is below the layer that counts it.
        for layer in &summary.layers {
            let below = infos.iter().filter(|info| {
                let below = info.path == layer.name || info.path.starts_with(&format!("{}.", layer.name));
                info.kind != ParamKind::Running && below
            });
            let count = below.map(|info| info.dims.iter().product::<usize>()).sum::<usize>();
            assert_eq!(count, layer.parameters, "{} of {config:?}", layer.name);
        }
    }
}

#[test]
fn outputs_have_the_shape_of_the_summary() {
    for (config, shape) in configurations() {
        for device in [device(), device().autodiff()] {
            let network = init(&config, &shape, &device);
            let outputs = network.forward(batch(&shape, 3, &device), Some(Seed::new(1)));
            assert_eq!(outputs.dims(), [3, 4], "{config:?}");
            assert!(outputs.into_data().iter::<f32>().all(f32::is_finite), "{config:?}");
        }
        assert_eq!(config.summary(shape.clone(), 4).unwrap().layers.last().unwrap().output, [4]);
    }
}

#[test]
fn every_parameter_learns() {
    let device = device().autodiff();
    for (config, shape) in configurations() {
        let network = init(&config, &shape, &device);
        let loss = network.forward(batch(&shape, 6, &device), None).powi_scalar(2).sum();
        let gradients = kiln_testkit::gradients_by_path(&loss.backward(), &network);
        for info in params::list(&network) {
            assert_eq!(info.trainable, info.kind != ParamKind::Running, "{}", info.path);
            assert_eq!(gradients.get(&info.path).is_some(), info.trainable, "{} of {config:?}", info.path);
        }
    }
}

#[test]
fn the_summary_of_a_cnn_is_worked_out_by_hand() {
    let config = ModelConfig::Cnn(CnnConfig {
        channels: vec![8, 16],
        convs_per_block: 2,
        hidden: vec![32],
        norm: Norm::Batch,
        conv_dropout: 0.25,
        dropout: 0.5,
        ..CnnConfig::default()
    });
    let summary = config.summary(InputShape::Images([1, 28, 28]), 10).unwrap();
    let expected = "\
layer     kind                                               output   parameters  multiply-adds
blocks.0  conv 3x3, batch norm, relu                         8x28x28          88         56,448
blocks.1  conv 3x3, batch norm, relu, max pool 2, dropout 0.25  8x14x14         592        451,584
blocks.2  conv 3x3, batch norm, relu                         16x14x14      1,184        225,792
blocks.3  conv 3x3, batch norm, relu, max pool 2, dropout 0.25  16x7x7       2,336        451,584
flatten   flatten                                            784               0              0
layers.0  linear, relu, dropout 0.5                          32           25,120         25,088
output    linear                                             10              330            320
total                                                                     29,650      1,210,816";
    // The numbers by hand: 9·1·8 + 2·8, 9·8·8 + 2·8, 9·8·16 + 2·16, 9·16·16 + 2·16, 784·32 + 32, 32·10 + 10;
    // multiply-adds are the weights times 28², 28², 14², 14², 1, 1.
    let words = |table: &str| -> Vec<Vec<String>> {
        table.lines().map(|line| line.split_whitespace().map(str::to_owned).collect()).collect()
    };
    let table = summary.to_string();
    assert_eq!(words(&table), words(expected));
    let lengths: Vec<_> = table.lines().map(str::len).collect();
    assert!(lengths.iter().all(|length| *length == lengths[0]), "not aligned:\n{table}");
}

#[test]
fn resnet_9_has_nine_layers_with_weights() {
    let summary = ModelConfig::Resnet(ResnetConfig::default());
    let summary = summary.summary(InputShape::Images([3, 32, 32]), 10).unwrap();
    assert_eq!(summary.layers.iter().filter(|layer| layer.parameters > 0).count(), 9);
    assert_eq!(summary.layers[summary.layers.len() - 2].output, [256]);
}

#[test]
fn paths_are_those_of_the_documentation() {
    let paths = |config: ModelConfig, shape| -> Vec<String> {
        params::list(&init(&config, &shape, &device())).into_iter().map(|info| info.path).collect()
    };
    let mlp = MlpConfig { hidden: vec![3], norm: Norm::Layer, ..MlpConfig::default() };
    assert_eq!(
        paths(ModelConfig::Mlp(mlp), InputShape::Table(2)),
        [
            "layers.0.linear.weight",
            "layers.0.linear.bias",
            "layers.0.norm.gamma",
            "layers.0.norm.beta",
            "output.weight",
            "output.bias",
        ]
    );
    let linear = ModelConfig::Linear(LinearConfig::default());
    assert_eq!(paths(linear, InputShape::Table(2)), ["output.weight", "output.bias"]);
    let resnet = ModelConfig::Resnet(ResnetConfig { width: 1, ..ResnetConfig::default() });
    let resnet = paths(resnet, InputShape::Images([1, 8, 8]));
    for path in ["prep.conv.weight", "stages.0.residual.1.norm.running_var", "stages.1.block.norm.gamma"] {
        assert!(resnet.iter().any(|p| p == path), "{path} is not in {resnet:?}");
    }
}

#[test]
fn first_weights_are_a_function_of_the_seed_alone() {
    let device = device();
    for (config, shape) in configurations() {
        let one = init(&config, &shape, &device);
        // Draws from Burn's generator in between must not matter.
        Tensor::<1>::random([7], Distribution::Default, &device);
        assert_eq!(blake3(&one), blake3(&init(&config, &shape, &device)), "{config:?}");
        assert_eq!(blake3(&one), blake3(&init(&config, &shape, &device.clone().autodiff())), "{config:?}");
        let other = config.init(shape.clone(), 4, &device, Seed::new(1)).unwrap();
        assert_ne!(blake3(&one), blake3(&other), "{config:?}");
    }
}

#[test]
fn first_weights_are_pinned() {
    // A change here changes every run that was ever made. The same on every backend.
    let mlp = ModelConfig::Mlp(MlpConfig { norm: Norm::Batch, ..MlpConfig::default() });
    let mlp = init(&mlp, &InputShape::Table(64), &device());
    assert_eq!(blake3(&mlp), "be26df1387dc416f7e6b307a8ec3e051e5b523f55faf1f06af5488705db00731");
    let cnn = init(&ModelConfig::Cnn(CnnConfig::default()), &InputShape::Images([1, 28, 28]), &device());
    assert_eq!(blake3(&cnn), "ab620f852eeca4615f308a2a649080f84de73268f012d66e12e82848aad43b3a");
}

fn data(network: &Network, inputs: Inputs, seed: Option<Seed>) -> Vec<f32> {
    network.forward(inputs, seed).into_data().iter().collect()
}

#[test]
fn dropout_acts_with_a_seed_and_only_then() {
    let device = device();
    let image = InputShape::Images([1, 8, 8]);
    let mlp = |dropout, input_dropout| {
        ModelConfig::Mlp(MlpConfig { dropout, input_dropout, ..MlpConfig::default() })
    };
    let cnn = |dropout, conv_dropout| {
        ModelConfig::Cnn(CnnConfig { channels: vec![4], dropout, conv_dropout, ..CnnConfig::default() })
    };
    let resnet = |dropout| ModelConfig::Resnet(ResnetConfig { width: 2, dropout, ..ResnetConfig::default() });
    let cases = [
        (mlp(0.0, 0.0), false),
        (mlp(0.5, 0.0), true),
        (mlp(0.0, 0.5), true),
        (cnn(0.0, 0.0), false),
        (cnn(0.5, 0.0), true),
        (cnn(0.0, 0.5), true),
        (resnet(0.0), false),
        (resnet(0.5), true),
        (
            ModelConfig::Resnet(ResnetConfig { width: 2, stochastic_depth: 0.5, ..ResnetConfig::default() }),
            true,
        ),
    ];
    for (config, differs) in cases {
        let network = init(&config, &image, &device);
        let run = |seed: Option<u64>| data(&network, batch(&image, 4, &device), seed.map(Seed::new));
        assert_eq!(config.is_random(), differs, "{config:?}");
        assert_eq!(run(None), run(None), "{config:?}");
        assert_eq!(run(Some(1)), run(Some(1)), "{config:?}");
        assert_eq!(run(Some(1)) != run(None), differs, "{config:?}");
        assert_eq!(run(Some(1)) != run(Some(2)), differs, "{config:?}");
    }
}

#[test]
fn dropout_masks_keep_the_mean_of_a_linear_network() {
    // Without non-linear parts the expected output under dropout is the output without.
    let config = ModelConfig::Mlp(MlpConfig {
        hidden: vec![16, 16],
        activation: Activation::Identity,
        dropout: 0.2,
        input_dropout: 0.1,
        ..MlpConfig::default()
    });
    let (device, shape) = (device(), InputShape::Table(8));
    let network = init(&config, &shape, &device);
    let exact = data(&network, batch(&shape, 1, &device), None);
    let draws = 400;
    let (mut sum, mut squares) = ([0.0; 4], [0.0; 4]);
    for draw in 0..draws {
        let outputs = data(&network, batch(&shape, 1, &device), Some(Seed::new(draw)));
        for (i, y) in outputs.into_iter().enumerate() {
            sum[i] += f64::from(y);
            squares[i] += f64::from(y).powi(2);
        }
    }
    for i in 0..4 {
        let mean = sum[i] / draws as f64;
        let error = ((squares[i] / draws as f64 - mean * mean) / draws as f64).sqrt();
        assert!((mean - f64::from(exact[i])).abs() < 5.0 * error, "output {i}: {mean} for {}", exact[i]);
    }
}

#[test]
fn batch_norm_follows_the_device() {
    let config = ModelConfig::Mlp(MlpConfig { norm: Norm::Batch, ..MlpConfig::default() });
    let (shape, device) = (InputShape::Table(5), device().autodiff());
    let network = init(&config, &shape, &device);
    let fresh = blake3(&network);
    let valid = network.valid();
    let plain = valid.devices()[0].clone();
    data(&valid, batch(&shape, 8, &plain), None);
    assert_eq!(blake3(&valid), fresh, "evaluation moved the running statistics");
    data(&network, batch(&shape, 8, &device), None);
    assert_ne!(blake3(&network), fresh, "training did not move the running statistics");
}
