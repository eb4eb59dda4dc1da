//! Texts: how they are read, what a batch of them is, and what is refused.

use std::path::{Path, PathBuf};

use kiln_core::{ErrorKind, Explain, Seed};
use kiln_data::source::{read_labelled, read_new};
use kiln_data::{
    BytesConfig, CharactersConfig, DataConfig, DataError, Dataset, Features, Fitted, InputShape, Loader,
    Prepared, Preprocess, Rows, Source, Split, TextSettings, Texts, TokenBatch, TokenShape, TokenizerConfig,
    TokenizerError, WordsConfig,
};
use kiln_testkit::{check_kinds, device};
use tempfile::TempDir;

use crate::common::{classes, dataset};

/// Rows 0 to 2 train.
fn texts() -> Dataset {
    let texts =
        ["a good film, a good cast", "", "A bad film", "good films are bad, good, good", "unheard of"];
    dataset(Features::Text(Texts::new(texts)), classes(5))
}

fn fit(data: &Dataset, text: TextSettings) -> Result<Fitted, DataError> {
    let split = Split { train: vec![0, 1, 2], validation: vec![], calibration: vec![], test: vec![3, 4] };
    Preprocess { text, ..Preprocess::default() }.fit(&split.train_view(data))
}

fn words(min_count: usize) -> TokenizerConfig {
    WordsConfig { min_count, ..WordsConfig::default() }.into()
}

fn batch(fitted: &Fitted, data: &Dataset, rows: &[usize]) -> TokenBatch {
    fitted.batch(data, rows, &device()).unwrap().inputs.into_tokens().unwrap()
}

fn ids(batch: &TokenBatch) -> Vec<i64> {
    batch.ids.to_data().iter::<i64>().collect()
}

#[test]
fn a_batch_has_the_words_of_the_training_part() {
    let data = texts();
    let fitted = fit(&data, TextSettings { tokenizer: words(2), longest: 6 }).unwrap();
    // a comes three times, film and good twice; 7 tokens are cut to 6.
    assert_eq!(fitted.input_shape(), InputShape::Text(TokenShape { vocabulary: 5, longest: 6 }));
    let whole = batch(&fitted, &data, &[0, 1, 2]);
    assert_eq!(ids(&whole), [2, 4, 3, 1, 2, 4, 0, 0, 0, 0, 0, 0, 2, 1, 3, 0, 0, 0]);
    assert_eq!(whole.lengths.to_data().iter::<i64>().collect::<Vec<_>>(), [6, 0, 3]);
    assert_eq!(whole.mask.to_data().iter::<f32>().sum::<f32>(), 9.0);
    assert_eq!(ids(&batch(&fitted, &data, &[4])), [1, 1]);
    // What is stored makes the same of the same texts, and of others.
    let stored: Fitted = serde_json::from_str(&serde_json::to_string(&fitted).unwrap()).unwrap();
    assert_eq!(stored, fitted);
    assert_eq!(ids(&batch(&stored, &data, &[0, 1, 2])), ids(&whole));
    let other = dataset(Features::Text(Texts::new(["film good?"])), classes(1));
    assert_eq!(ids(&batch(&fitted, &other, &[0])), [3, 4, 1]);
    let facts = fitted.text_facts(&data.features, &[0, 1, 2]).unwrap();
    assert_eq!((facts.texts, facts.tokens, facts.unknown, facts.empty, facts.cut), (3, 10, 3, 1, 1));
    assert_eq!(
        facts.to_string(),
        "3 texts, half of them of up to 3 words; 3 words are known, 30.0 % of all are not; empty: 1; cut to the first 6: 1"
    );
}

#[test]
fn a_row_of_weight_0_teaches_no_word() {
    let mut data = texts();
    data.weights = Some(vec![0.0, 1.0, 1.0, 1.0, 1.0]);
    let fitted = fit(&data, TextSettings { tokenizer: words(1), longest: 9 }).unwrap();
    assert_eq!(fitted.tokenizer().unwrap().decode(&[2, 3, 4]), "a bad film");
    assert_eq!(fitted.input_shape().as_tokens().unwrap().vocabulary, 5);
}

#[test]
fn what_cannot_be_fitted_is_named_with_its_setting() {
    let data = texts();
    let key = |text| {
        let error = fit(&data, text).unwrap_err();
        (error.key().unwrap().into_owned(), error.kind())
    };
    let settings = TextSettings::default();
    assert_eq!(key(TextSettings { longest: 0, ..settings }), ("data.longest".to_owned(), ErrorKind::Usage));
    let none = TextSettings { tokenizer: words(0), ..settings };
    assert_eq!(key(none), ("data.tokenizer.min_count".to_owned(), ErrorKind::Usage));
    let many = TextSettings { tokenizer: words(9), ..settings };
    assert_eq!(key(many), ("data.tokenizer.min_count".to_owned(), ErrorKind::Data));
    let empty = dataset(Features::Text(Texts::new(["", " \n", "", "a", "b"])), classes(5));
    let error = fit(&empty, settings).unwrap_err();
    assert!(error.to_string().contains("all of them are empty"), "{error}");
    let pca = Preprocess { select: Some(2), ..Preprocess::default() };
    let split = Split { train: vec![0, 1, 2], validation: vec![], calibration: vec![], test: vec![3, 4] };
    let error = pca.fit(&split.train_view(&data)).unwrap_err();
    assert_eq!(error.to_string(), "data.select is for tables, and these data are texts");
}

#[test]
fn every_tokenizer_is_as_its_documentation_says() {
    check_kinds::<TokenizerConfig, TokenizerConfig>("data.tokenizer", TokenizerConfig::NAMES, |tokenizer| {
        tokenizer.as_kind().check("data.tokenizer").map_err(|error| Box::new(error) as _)
    });
}

#[test]
fn a_stored_tokenizer_that_this_build_does_not_have_is_named() {
    let data = texts();
    let fitted = fit(&data, TextSettings { tokenizer: BytesConfig {}.into(), longest: 9 }).unwrap();
    let stored = serde_json::to_string(&fitted).unwrap();
    let pieces = stored.replace("{\"kind\":\"bytes\"}", "{\"kind\":\"subwords\",\"tokenizer\":\"\"}");
    assert_ne!(pieces, stored);
    let missing = TokenizerError::of_stored(&serde_json::from_str::<Fitted>(&pieces).unwrap_err());
    assert_eq!(missing.is_some(), !cfg!(feature = "tokenizers"), "{missing:?}");
    let damaged = serde_json::from_str::<Fitted>("{").unwrap_err();
    assert_eq!(TokenizerError::of_stored(&damaged), None);
}

/// A file of so many lines, with a class for each text.
fn write(folder: &Path, name: &str, lines: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, lines).unwrap();
    path
}

fn reviews() -> String {
    let line = |row: usize| {
        let (word, label) = [("good", "yes"), ("bad", "no")][row % 2];
        format!("{row},\"a {word} film, number {row}\",{label}\n")
    };
    format!("id,review,liked\n{}", (0..40).map(line).collect::<String>())
}

fn config(path: PathBuf) -> DataConfig {
    DataConfig { path: Some(path), text: Some("review".to_owned()), ..DataConfig::new("csv") }
}

#[test]
fn a_column_of_a_table_is_the_input() {
    let folder = TempDir::new().unwrap();
    let csv = config(write(folder.path(), "reviews.csv", &reviews()));
    let data = csv.load().unwrap();
    assert_eq!(data.features.as_texts().unwrap().text(1), "a bad film, number 1");
    assert_eq!(data.target.names(), ["no", "yes"]);
    let lines: String = reviews()
        .lines()
        .skip(1)
        .map(|line| {
            let (id, rest) = line.split_once(',').unwrap();
            let (text, label) = rest.trim_matches('"').rsplit_once("\",").unwrap();
            format!("{{\"id\":{id},\"review\":\"{text}\",\"liked\":\"{label}\"}}\n")
        })
        .collect();
    let path = write(folder.path(), "reviews.jsonl", &lines);
    let json = DataConfig { source: "json-lines".to_owned(), path: Some(path), ..csv.clone() };
    assert_eq!(json.load().unwrap().fingerprint, data.fingerprint);

    let prepared = Prepared::load(&csv, Seed::new(0)).unwrap();
    let new = write(folder.path(), "new.csv", "review\nBAD bad\n\"\"\n");
    let read = read_new(&new, &csv, &prepared.fitted).unwrap();
    assert_eq!((read.items, read.features.as_texts().unwrap().text(0)), (2, "BAD bad"));
    let error = read_new(&write(folder.path(), "x.csv", "reviews\na\n"), &csv, &prepared.fitted).unwrap_err();
    assert!(error.help().unwrap().contains("review"), "{error}");
    let judged = write(folder.path(), "judged.csv", "liked,review\nyes,fine\n,none\nno,\n");
    let labelled = read_labelled(&judged, &csv, &prepared.fitted).unwrap();
    assert_eq!(labelled.rows, [0, 2]);
    assert_eq!(labelled.dataset.features.as_texts().unwrap().text(0), "fine");
    let folder = write(folder.path(), "several/a.txt", "one");
    let several = read_new(folder.parent().unwrap(), &csv, &prepared.fitted).unwrap();
    assert_eq!((several.items, several.files), (1, vec![PathBuf::from("a.txt")]));
    assert_eq!(read_new(&folder, &csv, &prepared.fitted).unwrap().items, 1);
}

#[test]
fn rows_without_a_target_and_other_files_keep_their_texts() {
    let folder = TempDir::new().unwrap();
    let lines = "review,liked\nfirst,yes\nsecond,\nthird,no\nfourth,yes\nfifth,no\n";
    let test = write(folder.path(), "test.csv", "liked,review\nno,last\n,lost\n");
    let csv = DataConfig { test_path: Some(test), ..config(write(folder.path(), "reviews.csv", lines)) };
    let data = csv.load().unwrap();
    let texts: Vec<&str> = data.features.as_texts().unwrap().iter().collect();
    assert_eq!(texts, ["first", "third", "fourth", "fifth", "last"]);
    assert_eq!(data.fixed_test, [4]);
}

#[test]
fn a_folder_of_texts_has_classes_and_parts() {
    let folder = TempDir::new().unwrap();
    for (file, text) in [("bad/2.txt", "b"), ("bad/1", "a"), ("good/x.md", "c"), ("bad/.hidden", "d")] {
        write(folder.path(), file, text);
    }
    let config = DataConfig { path: Some(folder.path().to_owned()), ..DataConfig::new("texts") };
    let data = config.load().unwrap();
    assert_eq!(data.features.as_texts().unwrap().iter().collect::<Vec<_>>(), ["a", "b", "c"]);
    assert_eq!((data.target.labels().unwrap(), data.target.names().len()), (&[0, 0, 1][..], 2));
    let parts = TempDir::new().unwrap();
    for file in ["train/bad/1.txt", "train/good/1.txt", "test/good/1.txt", "dev/bad/1.txt"] {
        write(parts.path(), file, file);
    }
    let data = DataConfig { path: Some(parts.path().to_owned()), ..config }.load().unwrap();
    assert_eq!(
        (data.arrangement.fixed_validation.as_slice(), data.fixed_test.as_slice()),
        (&[2][..], &[3][..])
    );
    assert_eq!(data.features.as_texts().unwrap().text(3), "test/good/1.txt");
}

#[test]
fn settings_that_do_not_go_together_are_refused() {
    let folder = TempDir::new().unwrap();
    let good = config(write(folder.path(), "reviews.csv", &reviews()));
    let told = |config: DataConfig| {
        let error = config.load().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Usage);
        (error.key().unwrap().into_owned(), error.to_string())
    };
    let (key, message) = told(DataConfig { text: Some("reviews".to_owned()), ..good.clone() });
    assert!(key == "data.text" && message.contains("names the column \"reviews\""), "{message}");
    let (key, _) = told(DataConfig { target: vec!["review".to_owned()], ..good.clone() });
    assert_eq!(key, "data.text");
    let (key, message) = told(DataConfig { images: Some("x".into()), ..good.clone() });
    assert!(key == "data.images" && message.contains("csv with data.text"), "{message}");
    let (key, message) = told(DataConfig { text: None, longest: Some(9), ..good.clone() });
    assert!(key == "data.longest" && message.contains("csv without data.text"), "{message}");
    let tokenizer = Some(BytesConfig {}.into());
    assert_eq!(told(DataConfig { text: None, tokenizer, ..good }).0, "data.tokenizer");
    let text = Some("x".to_owned());
    assert_eq!(told(DataConfig { text, ..DataConfig::new("iris") }).0, "data.text");
}

#[test]
fn training_batches_are_of_like_lengths_and_a_function_of_seed_and_epoch() {
    let texts: Vec<String> = (0..200).map(|item| "w ".repeat((item * 37) % 50)).collect();
    let data = std::sync::Arc::new(dataset(Features::Text(Texts::new(texts)), classes(200)));
    let split = Split {
        train: (0..160).collect(),
        validation: vec![],
        calibration: vec![],
        test: (160..200).collect(),
    };
    let tokenizer = CharactersConfig::default().into();
    let text = TextSettings { tokenizer, longest: 40 };
    let fitted = Preprocess { text, ..Preprocess::default() }.fit(&split.train_view(&data)).unwrap();
    let rows = Rows::training(data, &split, std::sync::Arc::new(fitted));
    let lengths = rows.lengths().unwrap();
    assert_eq!((lengths[0], lengths[1]), (0, 40));
    let loader = Loader::new(rows, 8).unwrap();
    assert!(loader.order(3).into_iter().eq(0..160));
    let loader = loader.shuffled(Seed::new(5));
    let order = loader.order(3);
    assert_eq!(order, loader.clone().prefetch(2).order(3));
    assert_ne!(order, loader.order(4));
    let spread = |order: &[usize]| -> usize {
        let of = |batch: &[usize]| {
            let lengths = || batch.iter().map(|&item| lengths[item]);
            lengths().max().unwrap() - lengths().min().unwrap()
        };
        order.chunks(8).map(of).sum()
    };
    assert!(4 * spread(&order) < spread(&Seed::new(5).at(3).permutation(160)));
}
