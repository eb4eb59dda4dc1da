//! Models for tables: which features are embedded, which scales a column has, and how large they are.

use burn::tensor::Tensor;
use kiln_core::{ErrorKind, Explain, Seed, Weights, params};
use kiln_data::{
    Column, Dataset, FeatureGroup, Features, Fitted, InputShape, Inputs, Preprocess, Split, Target, Values,
};
use kiln_models::{
    EmbeddingConfig, MlpConfig, ModelConfig, ModelError, ModelInput, Network, PbldConfig,
    PiecewiseLinearConfig, PlrConfig, TabmConfig,
};
use kiln_testkit::device;

/// A number, a column of three categories and another number.
fn fitted() -> Fitted {
    fitted_with(Some(2))
}

fn fitted_with(bins: Option<usize>) -> Fitted {
    let number = |name: &str| Column { name: name.to_owned(), values: Values::Numeric(vec![1.0, 2.0, 4.0]) };
    let names = ["a", "b", "c"].map(str::to_owned).to_vec();
    let word =
        Column { name: "word".to_owned(), values: Values::Categorical { codes: vec![0, 1, 2], names } };
    let target = Target::Values { values: vec![0.0, 1.0, 2.0], names: vec!["y".to_owned()] };
    let data = Dataset::new("made", Features::Table(vec![number("x"), word, number("z")]), target);
    let split = Split { train: vec![0, 1, 2], ..Split::default() };
    Preprocess { bins, ..Preprocess::default() }.fit(&split.train_view(&data)).unwrap()
}

fn embeddings() -> [EmbeddingConfig; 3] {
    [PlrConfig::default().into(), PbldConfig::default().into(), PiecewiseLinearConfig::default().into()]
}

fn mlp(embedding: &EmbeddingConfig) -> ModelConfig {
    MlpConfig { hidden: vec![8], embedding: Some(embedding.clone()), ..MlpConfig::default() }.into()
}

fn tabm(embedding: Option<&EmbeddingConfig>) -> ModelConfig {
    TabmConfig { hidden: vec![6, 5], heads: 3, embedding: embedding.cloned(), ..TabmConfig::default() }.into()
}

fn made(config: &ModelConfig) -> Network {
    config.init_for(&fitted(), &device(), Seed::new(0)).unwrap()
}

fn dims(network: &Network, path: &str) -> Vec<usize> {
    params::list(network).into_iter().find(|info| info.path == path).unwrap().dims
}

#[test]
fn numbers_are_embedded_and_categories_are_not() {
    for (embedding, frequencies, features) in
        [(&embeddings()[0], 48, 2 * 24 + 3), (&embeddings()[1], 16, 2 * 4 + 3)]
    {
        let network = made(&mlp(embedding));
        assert_eq!(dims(&network, "embedding.numbers.frequencies"), [2, frequencies]);
        assert_eq!(dims(&network, "layers.0.linear.weight"), [features, 8]);
        assert_eq!(dims(&made(&tabm(Some(embedding))), "layers.0.scale_in"), [3, features]);
    }
    assert_eq!(dims(&made(&mlp(&embeddings()[2])), "embedding.numbers.bin_weight"), [2, 2, 16]);
}

#[test]
fn summaries_count_what_is_made() {
    let configurations = embeddings().map(|embedding| [mlp(&embedding), tabm(Some(&embedding))]).concat();
    for config in configurations.iter().chain([&tabm(None)]) {
        let summary = config.summary(&fitted(), 1).unwrap();
        let made: usize =
            params::list(&made(config)).iter().map(|info| info.dims.iter().product::<usize>()).sum();
        assert_eq!(summary.parameters, made, "{config:?}");
    }
}

#[test]
fn features_of_a_column_have_one_scale_in_a_head() {
    let scales = |config: &ModelConfig| -> Vec<f32> {
        Weights::of(&made(config)).get("layers.0.scale_in").unwrap().iter().collect()
    };
    let signs = scales(&tabm(None));
    assert!(signs.iter().all(|sign| sign.abs() == 1.0) && signs.contains(&1.0) && signs.contains(&-1.0));
    let heads: Vec<&[f32]> = signs.chunks(5).collect();
    assert!(heads.iter().all(|head| head[1] == head[2] && head[2] == head[3]), "{heads:?}");
    assert!(heads[0] != heads[1] || heads[1] != heads[2]);
    // What becomes of x, what becomes of z, the categories, and x and z themselves.
    let columns = [0, 0, 0, 2, 2, 2, 0, 2, 1, 1, 1];
    let normal = scales(&tabm(Some(&PbldConfig::default().into())));
    for head in normal.chunks(11) {
        for (feature, column) in columns.iter().enumerate() {
            let first = columns.iter().position(|other| other == column).unwrap();
            assert_eq!(head[feature], head[first], "{head:?}");
        }
        assert!(head[0] != head[3] && head[0] != head[8]);
    }
}

#[test]
fn heads_come_one_after_another() {
    let network = made(&tabm(None));
    let x = Tensor::<2>::from_data([[1.0f32, 0.0, 1.0, 0.0, -0.5], [0.3, 1.0, 0.0, 0.0, 2.0]], &device());
    let of =
        |x: Tensor<2>| -> Vec<f32> { network.forward(Inputs::Table(x), None).into_data().iter().collect() };
    let (both, first) = (of(x.clone()), of(x.narrow(0, 0, 1)));
    assert_eq!((both.len(), first.len()), (6, 3));
    for head in 0..3 {
        assert!((both[2 * head] - first[head]).abs() < 1e-6, "{both:?} {first:?}");
    }
    assert!(first[0] != first[1] && first[1] != first[2]);
}

#[test]
fn what_cannot_be_is_refused() {
    let refused = |config: &ModelConfig, input: ModelInput| {
        let error = config.summary(input.clone(), 2).unwrap_err();
        let from_init = config.init(input, 2, &device(), Seed::new(0)).unwrap_err();
        assert_eq!((error.kind(), error.to_string()), (ErrorKind::Usage, from_init.to_string()));
        assert!(error.help().is_some() && error.key().is_some(), "{error}");
        error
    };
    let mut words = ModelInput::from(InputShape::Table(3));
    words.groups = Some(vec![FeatureGroup { features: 0..3, numeric: false }]);
    for input in [words, ModelInput::from(InputShape::Images([1, 8, 8]))] {
        for config in [mlp(&embeddings()[0]), tabm(Some(&embeddings()[1]))] {
            let error = refused(&config, input.clone());
            assert!(matches!(error, ModelError::NothingToEmbed { .. }), "{error}");
        }
    }
    let without = refused(&mlp(&embeddings()[2]), ModelInput::from(&fitted_with(None)));
    assert!(matches!(without, ModelError::NoBins), "{without}");
    let table = || ModelInput::from(InputShape::Table(3));
    let tabm = |change: fn(&mut TabmConfig)| {
        let mut config = TabmConfig::default();
        change(&mut config);
        ModelConfig::from(config)
    };
    for (config, key) in [
        (tabm(|c| c.heads = 0), "model.heads"),
        (tabm(|c| c.hidden = vec![]), "model.hidden"),
        (tabm(|c| c.hidden = vec![3, 0]), "model.hidden[1]"),
        (tabm(|c| c.dropout = 1.0), "model.dropout"),
        (tabm(|c| c.hidden = vec![1 << 20; 3]), ""),
        (tabm(|c| c.heads = usize::MAX), ""),
        (mlp(&PlrConfig { width: usize::MAX, ..PlrConfig::default() }.into()), ""),
    ] {
        let error = config.summary(table(), 2).unwrap_err();
        match key {
            "" => assert!(matches!(error, ModelError::TooLarge { .. }), "{error}"),
            key => assert_eq!(error.key().as_deref(), Some(key), "{error}"),
        }
    }
}
