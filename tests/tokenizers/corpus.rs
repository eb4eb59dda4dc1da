//! Language models in pieces of words.

use std::fs;
use std::path::Path;

use kiln::data::corpus::{Corpus, CorpusConfig};
use kiln::data::{BpeConfig, TokenizerConfig, WordPieceConfig};

use crate::common::{Place, json};

fn text() -> String {
    let line = |i: u32| {
        let (a, b) = (i % 7, i % 3);
        format!("line {i} says naïvely that {a} and {b} are {} 🙂.\n\n", a + b)
    };
    (0..600).map(line).collect()
}

const SMALL: &str = "model.width=16 model.heads=2 model.blocks=1 model.context=16 train.epochs=3 corpus.every=20 \
                     corpus.length=30 train.batch_size=4 data.test=0.1 --progress off";

fn read(path: &Path, tokenizer: &TokenizerConfig) -> Corpus {
    Corpus::read_pieces(Some(path), &CorpusConfig::default(), Some(tokenizer), [0.1, 0.1]).unwrap()
}

#[test]
fn parts_are_cut_by_what_the_training_part_teaches_and_count_their_bytes() {
    let place = Place::new();
    // In more than one part, and the last words come in the test part alone.
    let text = format!("{}{}", text().repeat(4), "zyzzyva quixotry ".repeat(200));
    let path = place.write("corpus.txt", &text);
    let bpe = TokenizerConfig::from(BpeConfig { vocabulary: 400, ..BpeConfig::default() });
    let words = TokenizerConfig::from(WordPieceConfig { vocabulary: 300, ..WordPieceConfig::default() });
    for config in [bpe, words] {
        let corpus = read(&path, &config);
        let sizes = corpus.sizes.as_ref().unwrap();
        let bytes: u64 = sizes.iter().flat_map(|sizes| sizes.iter()).map(|size| u64::from(*size)).sum();
        assert_eq!(bytes, text.len() as u64);
        for (tokens, sizes) in corpus.parts.iter().zip(sizes) {
            assert_eq!(tokens.len(), sizes.len());
        }
        let pieces = corpus.alphabet.pieces().unwrap();
        let taught = text.chars().count() as f64 * 0.81;
        let train: String = text.chars().take(taught.round() as usize).collect();
        assert_eq!(*pieces, config.train([&train]).unwrap());
        assert_eq!(corpus.alphabet.len(), pieces.vocabulary() - 1);
        let unheard = corpus.alphabet.encode("zyzzyva");
        assert!(unheard == [0] || unheard.len() > 3, "{unheard:?}");
        assert_eq!(corpus.alphabet.encode(&train), corpus.parts[0]);
    }
}

/// The mean loss of a token times tokens over bytes is what bits per byte says, whatever the tokens are.
#[test]
fn perplexity_is_of_tokens_and_bits_are_of_bytes() {
    for kind in ["bpe", "word-piece"] {
        let place = Place::new();
        let path = place.write("corpus.txt", text());
        place.ok(&format!(
            "train tinygpt --data corpus.txt data.tokenizer.kind={kind} data.tokenizer.vocabulary=300 \
             corpus.windows=0 {SMALL}"
        ));
        let run = place.run_dir();
        let record = json(&run.join("run.json"));
        let config = match kind {
            "bpe" => BpeConfig { vocabulary: 300, ..BpeConfig::default() }.into(),
            _ => WordPieceConfig { vocabulary: 300, ..WordPieceConfig::default() }.into(),
        };
        let corpus = read(&path, &config);
        let (tokens, sizes) = (&corpus.parts[2], &corpus.sizes.as_ref().unwrap()[2]);
        // What windows of 16 tokens predict.
        let predicted = (tokens.len() - 1) / 16 * 16;
        let bytes: u32 = sizes[1..=predicted].iter().sum();
        let [loss, perplexity, bits] =
            ["loss", "perplexity", "bits_per_byte"].map(|name| record["test"][name].as_f64().unwrap());
        assert!((perplexity - loss.exp()).abs() < 1e-4 * perplexity, "{loss} {perplexity}");
        let expected = loss * predicted as f64 / f64::from(bytes) / std::f64::consts::LN_2;
        assert!((bits - expected).abs() < 1e-4 * expected, "{kind}: {bits} and {expected}");

        // Another machine has the run alone.
        fs::remove_file(&path).unwrap();
        let write = |more: &str| place.ok(&format!("generate last --prompt line --tokens 60 {more}")).stdout;
        let written = write("--seed 1");
        assert_eq!(written, write("--seed 1"));
        assert!(written.starts_with("line"), "{written}");
        let event = place.ok("generate last --prompt line --tokens 60 --seed 1 --json").last_event();
        // A terminal gets no control characters.
        let shown = |c: char| {
            if c.is_control() && !"\n\t".contains(c) { c.escape_default().to_string() } else { c.into() }
        };
        let text: String = event["text"].as_str().unwrap().chars().map(shown).collect();
        assert_eq!(format!("{text}\n"), written);
    }
}

#[test]
fn a_stopped_run_goes_on_to_the_same_bits() {
    let place = Place::new();
    place.write("corpus.txt", text());
    let line = format!(
        "train tinygpt --data corpus.txt data.tokenizer.kind=word-piece data.tokenizer.vocabulary=200 {SMALL} \
         train.epochs=10 checkpoint.every_steps=7"
    );
    place.ok(&line);
    let mut child = place.command(&line.split_whitespace().collect::<Vec<_>>()).spawn().unwrap();
    while place.run_dirs().len() < 2 || !place.run_dirs()[1].join("checkpoints/last").exists() {
        assert!(child.try_wait().unwrap().is_none(), "it ended before it was stopped");
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    place.ok("resume last --progress off");
    let runs = place.run_dirs();
    let last =
        |run: &Path| fs::read(crate::common::newest_checkpoint(run).join("model.safetensors")).unwrap();
    assert!(last(&runs[0]) == last(&runs[1]));
}

#[test]
fn what_does_not_go_together_is_said() {
    let place = Place::new();
    place.write("corpus.txt", text());
    place.write("latin.txt", b"caf\xe9 ".repeat(500));
    place.write("empty.txt", " ");
    let fails = |data: &str, settings: &str, code: i32, piece: &str| {
        place.fails(&format!("train tinygpt --data {data} {settings} {SMALL}"), code, piece);
    };
    fails(
        "corpus.txt",
        "data.tokenizer.kind=words",
        2,
        "data.tokenizer.kind = \"words\" is not for a corpus",
    );
    fails("corpus.txt", "data.tokenizer.kind=bpe corpus.tokens=bytes", 2, "both say what the tokens");
    fails("latin.txt", "data.tokenizer.kind=bpe", 3, "is no UTF-8 from byte 3 on");
    fails("empty.txt", "data.tokenizer.kind=word-piece", 3, "the training part has no token in it");
    fails("corpus.txt", "data.tokenizer.kind=file data.tokenizer.path=none.json", 3, "none.json");
    fails("corpus.txt", "data.tokenizer.kind=bpe data.longest=4", 2, "data.longest is not for a corpus");
}
