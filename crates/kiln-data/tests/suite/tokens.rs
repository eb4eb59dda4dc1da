//! Token sequences: what a batch of them is, and what is refused.

use kiln_core::{ErrorKind, Explain, Seed};
use kiln_data::source::read_features;
use kiln_data::{
    Components, DataConfig, DataError, Dataset, Features, Fitted, Inconsistency, InputShape, Preprocess,
    Rows, Source, Split, TokenBatch, TokenShape, Tokens,
};
use kiln_testkit::device;

use crate::common::{classes, dataset};

/// Rows 0 to 2 train: tokens 3, 5 and 9 of 10, at most three at once.
fn sentences() -> Dataset {
    let sequences = [vec![5, 3, 5], vec![], vec![9], vec![3, 4, 9, 5], vec![4]];
    dataset(Features::Tokens(Tokens::new(10, sequences)), classes(5))
}

fn fit(data: &Dataset, preprocess: &Preprocess) -> Result<Fitted, DataError> {
    let split = Split { train: vec![0, 1, 2], test: vec![3, 4], ..Split::default() };
    preprocess.fit(&split.train_view(data))
}

fn batch(fitted: &Fitted, data: &Dataset, rows: &[usize]) -> TokenBatch {
    fitted.batch(data, rows, &device()).unwrap().inputs.into_tokens().unwrap()
}

fn contents(batch: &TokenBatch) -> (Vec<i64>, Vec<i64>, Vec<f32>) {
    (
        batch.ids.to_data().iter::<i64>().collect(),
        batch.lengths.to_data().iter::<i64>().collect(),
        batch.mask.to_data().iter::<f32>().collect(),
    )
}

#[test]
fn a_batch_is_padded_to_its_longest_sequence() {
    let data = sentences();
    let fitted = fit(&data, &Preprocess::default()).unwrap();
    assert_eq!(fitted.input_shape(), InputShape::Tokens(TokenShape { vocabulary: 5, longest: 3 }));
    // 0 is padding, 1 unknown; 3, 5 and 9 are 2, 3 and 4.
    let whole = batch(&fitted, &data, &[0, 1, 2]);
    assert_eq!(whole.ids.dims(), [3, 3]);
    let mask = vec![1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0];
    assert_eq!(contents(&whole), (vec![3, 2, 3, 0, 0, 0, 4, 0, 0], vec![3, 0, 1], mask));
    // As wide as its longest, and at least one wide.
    assert_eq!(contents(&batch(&fitted, &data, &[2])), (vec![4], vec![1], vec![1.0]));
    assert_eq!(contents(&batch(&fitted, &data, &[1])), (vec![0], vec![0], vec![0.0]));
    // A token that the training part does not have, and a sequence that is longer than its longest.
    assert_eq!(contents(&batch(&fitted, &data, &[4])), (vec![1], vec![1], vec![1.0]));
    assert_eq!(contents(&batch(&fitted, &data, &[3])), (vec![2, 1, 4], vec![3], vec![1.0; 3]));
    // A row may come twice, in any order.
    assert_eq!(contents(&batch(&fitted, &data, &[2, 0, 2])).1, [1, 3, 1]);
}

#[test]
fn training_items_come_through_rows_and_a_stored_fit_makes_the_same_batches() {
    let data = std::sync::Arc::new(sentences());
    let split = Split { train: vec![0, 1, 2], test: vec![3, 4], ..Split::default() };
    let fitted = fit(&data, &Preprocess::default()).unwrap();
    let stored: Fitted = serde_json::from_str(&serde_json::to_string(&fitted).unwrap()).unwrap();
    assert_eq!(stored, fitted);
    let rows = Rows::training(std::sync::Arc::clone(&data), &split, std::sync::Arc::new(stored));
    let items = rows.batch(&[2, 0], &device()).unwrap();
    assert_eq!(items.len(), 2);
    let expected = batch(&fitted, &data, &[2, 0]);
    assert_eq!(contents(&items.inputs.into_tokens().unwrap()), contents(&expected));
}

#[test]
fn a_shape_is_stored_under_the_name_of_its_form() {
    let shapes = [
        (InputShape::Table(4), "{\"table\":4}"),
        (InputShape::Images([1, 8, 8]), "{\"images\":[1,8,8]}"),
        (
            InputShape::Tokens(TokenShape { vocabulary: 5, longest: 3 }),
            "{\"tokens\":{\"vocabulary\":5,\"longest\":3}}",
        ),
    ];
    for (shape, stored) in shapes {
        assert_eq!(serde_json::to_string(&shape).unwrap(), stored);
        assert_eq!(serde_json::from_str::<InputShape>(stored).unwrap(), shape);
    }
}

#[test]
fn a_split_keeps_the_shares_of_the_classes() {
    let sequences = (0..100).map(|row| vec![row % 7]);
    let labels = (0..100).map(|row| u32::from(row % 4 == 0)).collect();
    let names = vec!["a".to_owned(), "b".to_owned()];
    let target = kiln_data::Target::Classes { labels, names };
    let data = Dataset::new("made", Features::Tokens(Tokens::new(7, sequences)), target);
    let split = Split::new(&data, &DataConfig::new("made"), Seed::new(0)).unwrap();
    let (labels, _) = data.target.strata().unwrap();
    assert_eq!(split.test.iter().filter(|&&row| labels[row] == 1).count(), 5);
    assert_eq!(split.test.len(), 20);
}

#[test]
fn what_does_not_fit_is_refused() {
    let data = sentences();
    let fitted = fit(&data, &Preprocess::default()).unwrap();
    let other = dataset(Features::Tokens(Tokens::new(11, [vec![3]])), classes(1));
    let error = fitted.batch(&other, &[0], &device()).unwrap_err();
    let expected =
        "this data does not fit the preprocessing: its vocabulary has 11 tokens where 10 are expected";
    assert_eq!(error.to_string(), expected);
    let error = fitted.input_numbers(&data.features, &[0]).unwrap_err();
    assert!(matches!(error, DataError::NotNumeric { found: "token sequences" }), "{error}");
    let pca = Preprocess { pca: Some(Components::Count(1)), ..Preprocess::default() };
    let error = fit(&data, &pca).unwrap_err();
    assert_eq!(error.to_string(), "data.pca is for tables, and these data are token sequences");
    assert_eq!((error.kind(), error.key().as_deref()), (ErrorKind::Usage, Some("data.pca")));
    let error = read_features("words.txt".as_ref(), &fitted).unwrap_err();
    let expected = "words.txt: the model was trained with token sequences, which no reader makes of files";
    assert_eq!(error.to_string(), expected);

    let refused = |tokens| match fit(&dataset(Features::Tokens(tokens), classes(3)), &Preprocess::default()) {
        Err(DataError::Inconsistent(error)) => error,
        other => panic!("{other:?}"),
    };
    let strange = Tokens::new(10, [vec![1], vec![], vec![2, 10]]);
    assert_eq!(refused(strange), Inconsistency::NoToken { row: 2, id: 10, vocabulary: 10 });
    let torn = Tokens { ids: vec![1, 2], ends: vec![2, 1, 1], vocabulary: 10 };
    assert_eq!(refused(torn), Inconsistency::SequenceEnds { ids: 2, last: 1 });
}

#[test]
fn stored_preprocessing_that_no_fit_can_have_made_is_refused() {
    let stored = serde_json::to_value(fit(&sentences(), &Preprocess::default()).unwrap()).unwrap();
    let refused = |key: &str, value: serde_json::Value| {
        let mut stored = stored.clone();
        stored["inputs"]["tokens"][key] = value;
        serde_json::from_value::<Fitted>(stored).unwrap_err().to_string()
    };
    for (key, value) in [
        ("longest", serde_json::json!(0)),
        ("known", serde_json::json!([5, 3])),
        ("known", serde_json::json!([10])),
    ] {
        assert_eq!(refused(key, value), "the stored preprocessing is damaged: the vocabulary");
    }
}
