//! Everything that a configuration can have wrong, with the message and the remedy.

use kiln_core::{ErrorKind, Explain, Seed};
use kiln_data::{InputShape, TokenShape};
use kiln_models::{
    CnnConfig, ConvnextTinyConfig, LinearConfig, MlpConfig, ModelConfig, ModelError, Norm, PlrConfig,
    Resnet18Config, ResnetConfig, TabmConfig, VitTinyConfig,
};

const TABLE: InputShape = InputShape::Table(4);
const IMAGE: InputShape = InputShape::Images([1, 28, 28]);

fn mlp(change: impl FnOnce(&mut MlpConfig)) -> ModelConfig {
    let mut config = MlpConfig::default();
    change(&mut config);
    ModelConfig::Mlp(config)
}

fn cnn(change: impl FnOnce(&mut CnnConfig)) -> ModelConfig {
    let mut config = CnnConfig::default();
    change(&mut config);
    ModelConfig::Cnn(config)
}

fn resnet(change: impl FnOnce(&mut ResnetConfig)) -> ModelConfig {
    let mut config = ResnetConfig::default();
    change(&mut config);
    ModelConfig::Resnet(config)
}

#[track_caller]
fn error(config: &ModelConfig, input: InputShape, outputs: usize) -> ModelError {
    let error = config.summary(input.clone(), outputs).unwrap_err();
    // `init` refuses the same, before it allocates.
    let from_init = config.init(input, outputs, &kiln_testkit::device(), Seed::new(0)).unwrap_err();
    assert_eq!(error.to_string(), from_init.to_string());
    error
}

#[track_caller]
fn refused(config: &ModelConfig, input: InputShape, message: &str) {
    let error = error(config, input, 3);
    assert_eq!(error.to_string(), message);
    assert_eq!(error.kind(), ErrorKind::Usage);
}

#[test]
fn probabilities_are_finite_and_below_one() {
    for bad in [f64::NAN, f64::INFINITY, -0.001, 1.0, 2.0] {
        for (config, key) in [
            (mlp(|c| c.dropout = bad), "dropout"),
            (mlp(|c| c.input_dropout = bad), "input_dropout"),
            (cnn(|c| c.dropout = bad), "dropout"),
            (cnn(|c| c.conv_dropout = bad), "conv_dropout"),
            (resnet(|c| c.dropout = bad), "dropout"),
        ] {
            let message = format!("model.{key} is {bad}, it must be at least 0 and less than 1");
            refused(&config, IMAGE, &message);
        }
    }
    assert!(mlp(|c| c.dropout = 0.999_999).summary(IMAGE, 3).is_ok());
}

#[test]
fn sizes_are_at_least_one() {
    refused(&mlp(|c| c.hidden = vec![3, 0]), TABLE, "model.hidden[1] is 0, it must be at least 1");
    refused(&cnn(|c| c.hidden = vec![0]), IMAGE, "model.hidden[0] is 0, it must be at least 1");
    refused(&cnn(|c| c.channels = vec![8, 0]), IMAGE, "model.channels[1] is 0, it must be at least 1");
    refused(&cnn(|c| c.pool = 0), IMAGE, "model.pool is 0, it must be at least 1");
    refused(&resnet(|c| c.width = 0), IMAGE, "model.width is 0, it must be at least 1");
    let channels = "the number of entries in model.channels is 0, it must be at least 1";
    refused(&cnn(|c| c.channels = vec![]), IMAGE, channels);
    for bad in [0, 101, usize::MAX] {
        let error = error(&cnn(|c| c.convs_per_block = bad), IMAGE, 3);
        assert!(error.to_string().ends_with("it must be at least 1 and at most 100"), "{error}");
    }
}

#[test]
fn filters_are_odd() {
    for (kernel, better) in [(0, 1), (2, 3), (4, 5)] {
        let config = cnn(|c| c.kernel = kernel);
        refused(&config, IMAGE, &format!("model.kernel is {kernel}, it must be odd"));
        assert_eq!(error(&config, IMAGE, 3).help().unwrap(), format!("use model.kernel = {better}"));
        assert!(cnn(|c| c.kernel = better).summary(IMAGE, 3).is_ok());
    }
}

#[test]
fn layer_norm_is_not_for_convolutions() {
    let config = cnn(|c| c.norm = Norm::Layer);
    refused(&config, IMAGE, "model.norm is \"layer\", which the model \"cnn\" does not have");
    assert_eq!(error(&config, IMAGE, 3).help().unwrap(), "use model.norm = \"batch\" or \"none\"");
}

#[test]
fn models_for_images_refuse_tables() {
    for config in
        [cnn(|_| {}), resnet(|_| {}), Resnet18Config::default().into(), VitTinyConfig::default().into()]
    {
        let error = error(&config, TABLE, 3);
        let kind = config.name();
        let message = format!("the model {kind:?} reads images, but the data is a table with 4 features");
        assert_eq!(error.to_string(), message);
        assert_eq!(error.help().unwrap(), "use model.kind = \"mlp\" or \"linear\"");
    }
}

#[test]
fn models_refuse_what_is_not_made_of_numbers() {
    let tokens = InputShape::Tokens(TokenShape { vocabulary: 9, longest: 5 });
    let message = "the model reads numbers, but the data is sequences of up to 5 tokens";
    refused(&mlp(|_| {}), tokens.clone(), message);
    refused(&ModelConfig::Linear(LinearConfig::default()), tokens.clone(), message);
    refused(&cnn(|_| {}), tokens, message);
}

#[test]
fn images_must_survive_the_pooling() {
    let small = InputShape::Images([3, 28, 7]);
    let message =
        "images of 28x7 pixels are too small for the model \"resnet\": its pooling needs at least 8x8";
    refused(&resnet(|_| {}), small, message);
    assert!(resnet(|_| {}).summary(InputShape::Images([3, 8, 8]), 3).is_ok());

    let four = |pool| cnn(|c| (c.channels, c.pool) = (vec![2; 4], pool));
    let message =
        "images of 8x8 pixels are too small for the model \"cnn\": its pooling needs at least 16x16";
    refused(&four(2), InputShape::Images([1, 8, 8]), message);
    assert!(four(2).summary(InputShape::Images([1, 16, 17]), 3).is_ok());
    assert!(four(1).summary(InputShape::Images([1, 1, 1]), 3).is_ok());
    let convnext: ModelConfig = ConvnextTinyConfig::default().into();
    let message = "images of 40x31 pixels are too small for the model \"convnext-tiny\": its pooling needs at least 32x32";
    refused(&convnext, InputShape::Images([3, 40, 31]), message);
    let vit: ModelConfig = VitTinyConfig::default().into();
    let message =
        "images of 224x220 pixels cannot be cut into patches of 16x16, which the model \"vit-tiny\" reads";
    refused(&vit, InputShape::Images([3, 224, 220]), message);
    assert!(error(&vit, InputShape::Images([3, 8, 16]), 3).help().unwrap().contains("multiple of 16"));
    assert!(vit.summary(InputShape::Images([3, 16, 48]), 3).is_ok());
    let resnet18: ModelConfig = Resnet18Config::default().into();
    assert!(resnet18.summary(InputShape::Images([3, 1, 1]), 3).is_ok());

    // The product of the poolings does not fit a machine word.
    assert!(matches!(error(&four(usize::MAX), IMAGE, 3), ModelError::ImageTooSmall { .. }));
}

#[test]
fn absurd_sizes_are_errors_and_not_allocations() {
    let absurd = [
        (mlp(|c| c.hidden = vec![usize::MAX]), TABLE),
        (mlp(|c| c.hidden = vec![1 << 20, 1 << 20]), TABLE),
        (mlp(|c| c.hidden = vec![1 << 33]), InputShape::Table(1)),
        (mlp(|_| {}), InputShape::Table(usize::MAX)),
        (mlp(|c| c.embedding = Some(PlrConfig::default().into())), InputShape::Table(usize::MAX)),
        (TabmConfig::default().into(), InputShape::Table(usize::MAX)),
        (mlp(|_| {}), InputShape::Images([1 << 40, 1 << 40, 1 << 40])),
        (ModelConfig::Linear(LinearConfig::default()), InputShape::Table(1 << 31)),
        (cnn(|c| c.channels = vec![1 << 40]), IMAGE),
        (cnn(|c| c.kernel = usize::MAX), IMAGE),
        (cnn(|c| c.kernel = (1 << 32) + 1), IMAGE),
        (cnn(|_| {}), InputShape::Images([1, 1 << 40, 1 << 40])),
        (resnet(|c| c.width = usize::MAX), IMAGE),
        (resnet(|c| c.width = 1 << 20), IMAGE),
        (Resnet18Config::default().into(), InputShape::Images([1 << 40, 8, 8])),
        (VitTinyConfig::default().into(), InputShape::Images([3, 1 << 36, 1 << 36])),
    ];
    for (config, input) in absurd {
        let error = error(&config, input.clone(), 10);
        assert!(matches!(error, ModelError::TooLarge { .. }), "{config:?} on {input:?}: {error}");
        assert!(error.help().is_some());
    }
    let linear = ModelConfig::Linear(LinearConfig { bias: false });
    assert!(linear.summary(InputShape::Table(1 << 30), 2).is_ok());
    let error = error(&ModelConfig::Linear(LinearConfig { bias: true }), InputShape::Table(1 << 30), 2);
    let message = "with \"output\" the model would have more than 2147483648 parameters";
    assert_eq!(error.to_string(), message);
}

#[test]
fn data_without_features_or_outputs_is_the_fault_of_the_data() {
    let empty = [InputShape::Table(0), InputShape::Images([0, 8, 8]), InputShape::Images([1, 8, 0])];
    for input in empty {
        assert_eq!(error(&mlp(|_| {}), input.clone(), 3), ModelError::NoFeatures);
        assert_eq!(error(&mlp(|_| {}), input, 3).kind(), ErrorKind::Data);
    }
    assert_eq!(error(&mlp(|_| {}), TABLE, 0), ModelError::NoOutputs);
    assert_eq!(ModelError::NoOutputs.kind(), ErrorKind::Data);
}

#[test]
fn configurations_survive_json_and_have_the_documented_defaults() {
    let configs = [
        (r#"{"kind":"linear"}"#, ModelConfig::Linear(LinearConfig::default())),
        (r#"{"kind":"mlp"}"#, mlp(|_| {})),
        (r#"{"kind":"cnn"}"#, cnn(|_| {})),
        (r#"{"kind":"resnet"}"#, resnet(|_| {})),
    ];
    for (json, config) in configs {
        assert_eq!(serde_json::from_str::<ModelConfig>(json).unwrap(), config);
        let printed = serde_json::to_string(&config).unwrap();
        assert_eq!(serde_json::from_str::<ModelConfig>(&printed).unwrap(), config);
        assert!(printed.contains(&format!("{:?}", config.name())));
    }
    assert!(serde_json::from_str::<ModelConfig>(r#"{"kind":"mlp","hiden":[3]}"#).is_err());
}
