//! Texts as a user meets them: from a table to a model, predictions, folds and a server.

use kiln::data::{Features, Texts};
use kiln::{Prediction, Run};
use kiln_testkit::device;

use crate::common::Place;

/// Reviews in a table: a word says what they are, most of the others are common to all.
fn reviews(count: usize) -> String {
    let line = |row: usize| {
        let (word, label) = [("lovely", "yes"), ("dreadful", "no"), ("fine", "yes"), ("dull", "no")][row % 4];
        let other = ["film", "book", "play"][row % 3];
        format!("r{row},\"The {word} {other} number {row}, seen at home.\",{label}\n")
    };
    format!("id,body,liked\n{}", (0..count).map(line).collect::<String>())
}

const SMALL: &str =
    "model.kind=bag model.width=8 model.buckets=500 optim.lr=0.05 train.epochs=8 --progress off";

#[test]
fn a_column_of_texts_is_trained_judged_predicted_and_folded() {
    let place = Place::new();
    place.write("reviews.csv", reviews(160));
    let data = "reviews.csv data.text=body data.target=liked";
    let info = place.ok(&format!("data info {data}"));
    assert!(info.stdout.contains("texts of up to"), "{}", info.stdout);
    let check = place.ok(&format!("data check {data} model.kind=bag"));
    assert!(check.stdout.contains("not known") && check.stdout.contains("validation"), "{}", check.stdout);
    let trained = place.ok(&format!("train {data} {SMALL}"));
    assert!(trained.says("texts") && trained.says("not known"), "{}", trained.stderr);
    let measured = place.ok("eval last --quiet");
    assert!(measured.stdout.contains("accuracy"), "{}", measured.stdout);
    place.ok("verify last");

    place.write("new.csv", "id,body\na,a LOVELY thing\nb,\"dreadful, dull\"\nc,\n");
    let predicted = place.ok("predict last new.csv --keep id --proba");
    let lines: Vec<&str> = predicted.stdout.lines().collect();
    assert_eq!(lines.len(), 4, "{lines:?}");
    assert!(lines[1].starts_with("1,a,yes") && lines[2].starts_with("2,b,no"), "{lines:?}");
    let mut child = place.command(&["predict", "last", "-"]);
    let mut child = child.stdin(std::process::Stdio::piped()).spawn().unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), b"body\nhow dreadful\n").unwrap();
    let out = child.wait_with_output().unwrap();
    let text = String::from_utf8(out.stdout).unwrap();
    assert!(text.lines().nth(1).is_some_and(|line| line.starts_with("1,no")), "{text}");
    place.write("one.txt", "a lovely day\n");
    let one = place.ok("predict last one.txt");
    assert!(one.stdout.lines().nth(1).is_some_and(|line| line.contains("one.txt,yes")), "{}", one.stdout);
    let judged = place.ok("eval last --data reviews.csv --quiet");
    assert!(judged.stdout.contains("accuracy"), "{}", judged.stdout);

    // What a server prepares request by request is predicted as a whole.
    let predictor = Run::find("last", place.runs()).unwrap().best(&device()).unwrap();
    assert_eq!(predictor.text_column(), Some("body"));
    let texts = |texts: &[&str]| predictor.prepare(&Features::Text(Texts::new(texts))).unwrap();
    let (one, two) = (texts(&["a LOVELY thing", ""]), texts(&["dreadful, dull"]));
    let found = predictor.predict_prepared(&[&one, &two]).unwrap();
    let classes: Vec<Option<&str>> = found.iter().map(Prediction::class).collect();
    assert_eq!((classes.len(), classes[0], classes[2]), (3, Some("yes"), Some("no")));

    for file in ["model.onnx", "model.safetensors", "model.kiln"] {
        place.ok(&format!("export last -o {file}"));
    }
    let model = kiln_infer::Model::load(place.path().join("model.kiln")).unwrap();
    let classes: Vec<_> = model
        .predict_texts(&["a LOVELY thing", "dreadful, dull"])
        .unwrap()
        .iter()
        .map(|found| found.class())
        .collect();
    assert_eq!(classes, [Some("yes"), Some("no")]);
    let folds = place.ok(&format!("cv {data} {SMALL} --folds 3"));
    assert!(folds.stdout.contains("accuracy"), "{}", folds.stdout);
}

#[test]
fn the_model_for_texts_is_the_default_and_others_are_refused() {
    let place = Place::new();
    place.write("reviews.csv", reviews(80));
    let data = "reviews.csv data.text=body data.target=liked";
    let dry = place.ok(&format!("train {data} --dry-run"));
    assert!(dry.says("bag") || dry.stdout.contains("bag"), "{}{}", dry.stdout, dry.stderr);
    let mlp = place.fails(&format!("train {data} model.kind=mlp"), 2, "the model reads numbers");
    assert!(mlp.says("model.kind = \"bag\" or \"text-cnn\""), "{}", mlp.stderr);
    let cnn = "train iris model.kind=text-cnn";
    place.fails(cnn, 2, "the model \"text-cnn\" reads texts, but the data is a table with 4 features");
    place.fails(&format!("train {data} mix.mixup=0.2"), 2, "mix is for images, a table or time series");
    place.fails(&format!("train {data} data.pca=2"), 2, "data.pca is for tables, and these data are texts");
    place.ok(&format!(
        "train {data} model.kind=text-cnn model.filters=8 model.width=8 train.epochs=2 \
         augment.tokens=[{{kind=\"dropout\"}}] data.tokenizer.kind=characters data.longest=40 --progress off"
    ));
}

#[test]
fn pieces_of_words_need_a_feature_which_is_named() {
    if cfg!(feature = "tokenizers") {
        return;
    }
    let place = Place::new();
    place.write("reviews.csv", reviews(80));
    place.write("own.json", "{}");
    let said = "it was built without its feature tokenizers";
    for kind in ["bpe", "word-piece", "file data.tokenizer.path=own.json"] {
        let line = format!("train reviews.csv data.text=body data.target=liked data.tokenizer.kind={kind}");
        let failed = place.fails(&line, 2, said);
        assert!(failed.says("--features tokenizers"), "{}", failed.stderr);
        place.fails(&format!("train tinygpt --data reviews.csv data.tokenizer.kind={kind}"), 2, said);
    }
}

#[test]
fn a_folder_of_texts_is_data_by_its_name() {
    let place = Place::new();
    for row in 0..24 {
        let (word, class) = [("lovely", "good"), ("dreadful", "bad")][row % 2];
        place.write(format!("films/{class}/{row}.txt"), format!("a {word} film number {row}"));
    }
    place.ok(&format!("train films {SMALL}"));
    let predicted = place.ok("predict last films/bad");
    assert!(
        predicted.stdout.lines().nth(1).is_some_and(|line| line.contains("1.txt,bad")),
        "{}",
        predicted.stdout
    );
    place.ok("eval last --data films");
    let config = std::fs::read_to_string(place.run_dirs()[0].join("run.toml")).unwrap();
    assert!(config.contains("source = \"texts\""), "{config}");
}
