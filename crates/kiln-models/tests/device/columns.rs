//! Models that know the columns of a table: vectors of categories, the residual network, FT-Transformer; and shares of dropout. See
//! `tests/golden/columns.py`.

use burn::module::Module;
use burn::tensor::{Tensor, TensorData};
use kiln_core::{Explain, Seed, Weights, params};
use kiln_data::{FeatureGroup, InputShape, Inputs, TokenBatch, TokenShape};
use kiln_models::{
    CategoriesConfig, FirstValues, FtTransformerConfig, MlpConfig, ModelConfig, ModelError, ModelInput,
    Network, Norm, Operation, PbldConfig, TableResnetConfig, TabmConfig, WidthRule,
};
use kiln_testkit::{device, golden};

use crate::golden::{Case, below, largest};

/// A number, three categories, a number and four categories.
fn columns(shape: InputShape) -> ModelInput {
    let group = |features, numeric| FeatureGroup { features, numeric };
    let mut input = ModelInput::from(shape);
    input.groups = Some(vec![group(0..1, true), group(1..4, false), group(4..5, true), group(5..9, false)]);
    input
}

fn vectors(above: usize, width: usize) -> Option<CategoriesConfig> {
    Some(CategoriesConfig { above, width, ..CategoriesConfig::default() })
}

fn mlp(categories: Option<CategoriesConfig>) -> ModelConfig {
    MlpConfig { hidden: vec![9], categories, ..MlpConfig::default() }.into()
}

fn made(config: &ModelConfig) -> Network {
    config.init(columns(InputShape::Table(9)), 3, &device(), Seed::new(0)).unwrap()
}

/// All numbers of a network, with their paths.
fn values(network: &Network) -> Vec<(String, TensorData)> {
    Weights::of(network).iter().map(|(path, data)| (path.to_owned(), data.clone())).collect()
}

fn table_resnet() -> ModelConfig {
    let still = TableResnetConfig { dropout: 0.0, residual_dropout: 0.0, ..TableResnetConfig::default() };
    TableResnetConfig { blocks: 2, width: 8, units: 10, ..still }.into()
}

fn ft_transformer() -> ModelConfig {
    let still =
        FtTransformerConfig { attention_dropout: 0.0, dropout: 0.0, ..FtTransformerConfig::default() };
    FtTransformerConfig { blocks: 2, width: 8, heads: 2, units: 10, ..still }.into()
}

#[test]
fn vectors_of_categories_are_pytorchs_embeddings() {
    let case = Case::with("models_mlp_categories", &mlp(vectors(2, 5)), columns);
    case.check_outputs_within(1e-6);
    case.check_gradients_within(1e-6, 1e-6);
}

#[test]
fn the_residual_network_is_that_of_its_package() {
    let name = "models_table_resnet";
    let case = || Case::with(name, &table_resnet(), columns);
    case().check_outputs_within(1e-6);
    case().check_running(3);
    // What only moves a mean that batch norm takes off again has no gradient: bounds are by the largest of all tensors.
    let expected = below(&golden(name), "gradients");
    let most = expected.iter().map(|(_, data)| largest(data)).fold(0.0, f64::max);
    case().check_gradients_to(2e-6 * most);
}

#[test]
fn ft_transformer_is_that_of_its_package() {
    let case = Case::with("models_ft_transformer", &ft_transformer(), columns);
    case.check_outputs_within(1e-6);
    case.check_gradients_within(1e-6, 2e-6);
}

#[test]
fn columns_of_few_categories_stay_as_they_are() {
    let dims = |config: &ModelConfig, path: &str| {
        params::list(&made(config)).into_iter().find(|info| info.path == path).map(|info| info.dims)
    };
    let one = mlp(vectors(3, 5));
    assert_eq!(dims(&one, "categories.vectors.0"), Some(vec![4, 5]));
    assert_eq!(dims(&one, "categories.vectors.1"), None);
    assert_eq!(dims(&one, "layers.0.linear.weight"), Some(vec![2 + 3 + 5, 9]));
    let none = mlp(vectors(4, 5));
    assert_eq!(dims(&none, "categories.vectors.0"), None);
    // Without a column of so many, it is the network that it is without the setting.
    assert_eq!(values(&made(&none)), values(&made(&mlp(None))));
    // fastai: min(600, round(1.6 · 4^0.56)) = 3.
    let rule = CategoriesConfig { above: 3, rule: WidthRule::Fastai, ..CategoriesConfig::default() };
    assert_eq!(dims(&mlp(Some(rule)), "categories.vectors.0"), Some(vec![4, 3]));
    let operations = made(&one).operations();
    let expected = Operation::Categories {
        layer: "categories".to_owned(),
        columns: std::iter::once(5..9).collect(),
        others: vec![0, 1, 2, 3, 4],
    };
    assert_eq!(operations[1], expected);
}

#[test]
fn numbers_are_embedded_behind_the_vectors() {
    let config = MlpConfig {
        hidden: vec![9],
        categories: vectors(3, 5),
        embedding: Some(PbldConfig::default().into()),
        ..MlpConfig::default()
    };
    let tabm = TabmConfig {
        hidden: vec![6],
        heads: 3,
        categories: vectors(3, 5),
        embedding: Some(PbldConfig::default().into()),
        ..TabmConfig::default()
    };
    for config in [config.into(), tabm.into(), table_resnet(), ft_transformer(), mlp(vectors(0, 2))] {
        let config: ModelConfig = config;
        let network = made(&config);
        let summary = config.summary(columns(InputShape::Table(9)), 3).unwrap();
        let counted: usize = params::list(&network)
            .iter()
            .filter(|info| info.kind != kiln_core::ParamKind::Running)
            .map(|info| info.dims.iter().product::<usize>())
            .sum();
        assert_eq!(summary.parameters, counted, "{config:?}");
        let rows = Tensor::<2>::ones([4, 9], &device());
        let outputs = network.forward(Inputs::Table(rows), None);
        assert_eq!(outputs.dims()[0] % 4, 0);
        assert!(outputs.into_data().iter::<f32>().all(f32::is_finite));
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let fails = |config: ModelConfig, input: ModelInput| config.summary(input, 2).unwrap_err();
    let table = || columns(InputShape::Table(9));
    let images = || ModelInput::from(InputShape::Images([1, 8, 8]));
    let error = fails(mlp(vectors(1, 0)), table());
    assert_eq!(error.key().as_deref(), Some("model.categories.width"));
    let error = fails(mlp(vectors(1, 2)), images());
    assert_eq!(error.to_string(), "model.categories is for tables, and the data is images of 1 x 8 x 8");
    assert_eq!(error.help().as_deref(), Some("leave model.categories out"));
    let error = fails(ft_transformer(), images());
    assert_eq!(error.key().as_deref(), Some("model.kind"));
    let odd = FtTransformerConfig { width: 30, ..FtTransformerConfig::default() };
    assert_eq!(fails(odd.into(), table()), ModelError::Heads { width: 30, heads: 8, pair: 1 });
    let normed = MlpConfig { norm: Norm::Batch, first_values: FirstValues::Data, ..MlpConfig::default() };
    let error = fails(normed.into(), table());
    assert_eq!(
        (error.clone(), error.key().as_deref()),
        (ModelError::NormOfFirstValues, Some("model.first_values"))
    );
}

#[test]
fn first_values_fit_the_rows_they_are_given() {
    let config: ModelConfig = MlpConfig {
        hidden: vec![16, 12],
        first_values: FirstValues::Data,
        categories: vectors(3, 5),
        ..MlpConfig::default()
    }
    .into();
    assert!(config.starts_from_rows() && !mlp(None).starts_from_rows());
    let numbers: Vec<f32> = (0..9 * 64).map(|i| 40.0 + 9.0 * Seed::new(5).normal(i) as f32).collect();
    let rows = || Tensor::<1>::from_floats(numbers.as_slice(), &device()).reshape([64, 9]);
    let fitted = |seed| made(&config).fitted_to(Inputs::Table(rows()), Seed::new(seed));
    let network = fitted(1);
    // Outputs of a unit vary by 1, wherever the inputs lie.
    let outputs = network.forward(Inputs::Table(rows()), None);
    let [deviation] = [outputs.clone().var_bias(0).sqrt().into_data()];
    assert!(deviation.iter::<f32>().all(|deviation| (deviation - 1.0).abs() < 1e-3), "{deviation:?}");
    let largest = outputs.into_data().iter::<f32>().fold(0.0f32, |most, x| most.max(x.abs()));
    assert!(largest < 8.0, "{largest}");
    assert_eq!(values(&network), values(&fitted(1)));
    assert_ne!(values(&network), values(&fitted(2)));
    // They are trained.
    let trained = params::list(&fitted(1).train());
    assert!(trained.iter().all(|info| info.trainable));
}

/// Outputs of a pass with dropout.
fn drawn(network: &Network) -> Vec<f32> {
    let device = device();
    let inputs = match network {
        Network::Transformer(_) | Network::Lstm(_) => {
            let ids = Tensor::<2, burn::tensor::Int>::from_data([[2, 3, 4], [5, 6, 7]], &device);
            let mask = Tensor::<2>::ones([2, 3], &device);
            Inputs::Tokens(Box::new(TokenBatch { ids, lengths: Tensor::from_data([3, 3], &device), mask }))
        }
        Network::Cnn(_) => Inputs::Images(Tensor::ones([2, 1, 8, 8], &device)),
        _ => Inputs::Table(Tensor::ones([2, 9], &device)),
    };
    network.forward(inputs, Some(Seed::new(3))).into_data().iter().collect()
}

#[test]
fn a_share_of_dropout_is_dropout_with_that_probability() {
    // In each model all probabilities are p.
    let config = |p: f64| -> Vec<(ModelConfig, ModelInput)> {
        let json =
            |text: &str| serde_json::from_str::<ModelConfig>(&text.replace('P', &p.to_string())).unwrap();
        let tokens = || ModelInput::from(InputShape::Tokens(TokenShape { vocabulary: 16, longest: 3 }));
        let images = || ModelInput::from(InputShape::Images([1, 8, 8]));
        let table = || columns(InputShape::Table(9));
        vec![
            (json(r#"{"kind": "mlp", "hidden": [16], "dropout": P, "input_dropout": P}"#), table()),
            (json(r#"{"kind": "mlp", "hidden": [16], "dropout": P, "dropout_kind": "gaussian"}"#), table()),
            (json(r#"{"kind": "tabm", "hidden": [8], "heads": 2, "dropout": P}"#), table()),
            (
                json(
                    r#"{"kind": "table-resnet", "width": 8, "units": 8, "dropout": P, "residual_dropout": P}"#,
                ),
                table(),
            ),
            (
                json(
                    r#"{"kind": "ft-transformer", "width": 8, "heads": 2, "units": 8, "attention_dropout": P, "dropout": P, "residual_dropout": P}"#,
                ),
                table(),
            ),
            (
                json(
                    r#"{"kind": "sequential", "layers": [{"kind": "linear", "width": 8}, {"kind": "alpha-dropout", "probability": P},
                    {"kind": "residual", "layers": [{"kind": "linear", "width": 8}, {"kind": "dropout", "probability": P}]}]}"#,
                ),
                table(),
            ),
            (
                json(r#"{"kind": "cnn", "channels": [4], "hidden": [8], "conv_dropout": P, "dropout": P}"#),
                images(),
            ),
            (
                json(
                    r#"{"kind": "transformer", "width": 8, "heads": 2, "blocks": 1, "dropout": P, "attention_dropout": P}"#,
                ),
                tokens(),
            ),
            (json(r#"{"kind": "lstm", "width": 8, "hidden": [8], "dropout": P}"#), tokens()),
        ]
    };
    let of = |p: f64| {
        let each = |(config, input): (ModelConfig, ModelInput)| {
            config.init(input, 2, &device(), Seed::new(0)).unwrap()
        };
        config(p).into_iter().map(each).collect::<Vec<_>>()
    };
    for ((whole, half), none) in of(0.5).into_iter().zip(of(0.25)).zip(of(0.0)) {
        assert!(whole.drops() && !none.drops(), "{whole:?}");
        assert_eq!(drawn(&whole.clone().with_dropout(1.0)), drawn(&whole));
        assert_eq!(drawn(&whole.clone().with_dropout(0.5)), drawn(&half));
        assert_eq!(drawn(&whole.clone().with_dropout(0.0)), drawn(&none));
        assert_ne!(drawn(&whole), drawn(&none));
    }
}
