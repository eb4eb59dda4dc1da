//! Texts in pieces of words: from a table to a model and its predictions.

use std::fs;

use crate::common::Place;

fn reviews(count: usize) -> String {
    let line = |row: usize| {
        let (word, label) =
            [("wonderful", "yes"), ("dreadful", "no"), ("wonder", "yes"), ("dread", "no")][row % 4];
        format!("r{row},\"The {word} film number {row}, seen at home 🙂.\",{label}\n")
    };
    format!("id,body,liked\n{}", (0..count).map(line).collect::<String>())
}

const SMALL: &str =
    "model.kind=bag model.width=8 model.buckets=500 optim.lr=0.05 train.epochs=8 --progress off";
const DATA: &str = "reviews.csv data.text=body data.target=liked";

#[test]
fn texts_are_trained_judged_and_predicted_in_pieces() {
    let file = format!("{}/tests/golden/tokenizer.json", env!("CARGO_MANIFEST_DIR"));
    for kind in ["bpe data.tokenizer.vocabulary=300", "word-piece data.tokenizer.vocabulary=200", "file"] {
        let place = Place::new();
        place.write("reviews.csv", reviews(160));
        let mut tokenizer = format!("data.tokenizer.kind={kind}");
        if kind == "file" {
            fs::copy(&file, place.path().join("own.json")).unwrap();
            tokenizer.push_str(" data.tokenizer.path=own.json");
        }
        let trained = place.ok(&format!("train {DATA} {tokenizer} {SMALL}"));
        assert!(trained.says("pieces"), "{}", trained.stderr);
        let check = place.ok(&format!("data check {DATA} {tokenizer} model.kind=bag"));
        assert!(check.stdout.contains("validation"), "{}", check.stdout);
        place.ok("verify last");
        place.ok("explain last --most-wrong 2 --quiet");
        if kind == "file" {
            // What is trained has it in its checkpoint, what goes on learning needs the same file.
            place.ok("resume last");
            let own = place.path().join("own.json");
            let said = "is not the tokeniser that";
            let with_more = format!("{}\n", fs::read_to_string(&own).unwrap());
            fs::write(&own, with_more).unwrap();
            let changed = place.fails("resume last", 3, said);
            assert!(changed.says("bring the old file back"), "{}", changed.stderr);
            fs::remove_file(&own).unwrap();
            place.fails("resume last", 3, said);
            place.ok("explain last --most-wrong 2 --quiet");
            place.ok("eval last --quiet");
            place.ok("eval last --data reviews.csv --quiet");
            place.ok("report last -o report.html");
        }
        place.write("new.csv", "id,body\na,a WONDERFUL thing\nb,\"dreadful, dread 🙃 東京\"\nc,\n");
        let predicted = place.ok("predict last new.csv --keep id");
        let lines: Vec<&str> = predicted.stdout.lines().collect();
        assert_eq!(lines.len(), 4, "{lines:?}");
        let bpe = kind.starts_with("bpe");
        // Byte pairs keep capital letters.
        assert!(bpe || lines[1].starts_with("1,a,yes"), "{kind}: {lines:?}");
        assert!(lines[2].starts_with("2,b,no"), "{kind}: {lines:?}");
    }
}

#[test]
fn a_run_goes_on_from_another_folder_and_a_tokenizer_is_the_same_again() {
    let place = Place::new();
    place.write("reviews.csv", reviews(120));
    let line = format!("train {DATA} data.tokenizer.kind=word-piece data.tokenizer.vocabulary=120 {SMALL}");
    place.ok(&line);
    place.ok(&line);
    let weights = |run: &std::path::Path| {
        let record = crate::common::json(&run.join("run.json"));
        record["weights_blake3"].as_str().unwrap().to_owned()
    };
    let runs = place.run_dirs();
    // Two processes learn the same pieces.
    assert_eq!(weights(&runs[0]), weights(&runs[1]));
    let config = fs::read_to_string(runs[0].join("run.toml")).unwrap();
    assert!(config.contains("word-piece"), "{config}");
}

#[test]
fn what_is_no_tokenizer_is_refused() {
    let place = Place::new();
    place.write("reviews.csv", reviews(40));
    place.write("bad.json", "{\"model\": 3}");
    place.write("binary.json", [0xff, 0xfe, 0x00]);
    let lost = r###"{"version":"1.0","added_tokens":[],"model":{"type":"WordLevel","unk_token":"?","vocab":{"a":0}}}"###;
    place.write("lost.json", lost);
    let gap = r###"{"version":"1.0","added_tokens":[],"model":{"type":"WordLevel","unk_token":"a","vocab":{"a":4000000000}}}"###;
    place.write("gap.json", gap);
    for (file, code, piece) in [
        ("nowhere.json", 3, "nowhere.json"),
        ("bad.json", 3, "bad.json"),
        ("binary.json", 3, "binary.json"),
        ("lost.json", 3, "no token for what is unknown"),
        ("gap.json", 3, "at most 16777216 are read"),
        (".", 3, "data.tokenizer.path"),
    ] {
        let failed =
            place.kiln(&format!("train {DATA} data.tokenizer.kind=file data.tokenizer.path={file} {SMALL}"));
        failed.failed(code, if file == "." { "" } else { piece });
    }
    for (settings, piece) in [
        ("data.tokenizer.kind=bpe data.tokenizer.vocabulary=255", "data.tokenizer.vocabulary is 255"),
        ("data.tokenizer.kind=word-piece data.tokenizer.min_count=0", "data.tokenizer.min_count is 0"),
        ("data.tokenizer.kind=file", "path"),
    ] {
        place.fails(&format!("train {DATA} {settings} {SMALL}"), 2, piece);
    }
}
