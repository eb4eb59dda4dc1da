//! The pieces that are learned, and those that texts are cut into, are those of Python's `tokenizers`: tests/golden/subwords.py.

use std::path::{Path, PathBuf};

use kiln::data::{Tokenizer, TokenizerConfig};
use serde_json::Value;

use crate::common::json;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

fn strings(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect()
}

/// The texts that the script learns from.
fn novels() -> Vec<String> {
    let text = std::fs::read_to_string(folder().join("../../docs/guide/novels.csv")).unwrap();
    let mut rows = csv(&text);
    let place = rows.remove(0).iter().position(|name| name == "text").unwrap();
    rows.truncate(400);
    rows.into_iter().map(|mut row| row.swap_remove(place)).collect()
}

/// A table with quotes.
fn csv(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut signs = text.chars().peekable();
    while let Some(sign) = signs.next() {
        match (quoted, sign) {
            (true, '"') if signs.peek() == Some(&'"') => cell.push(signs.next().unwrap()),
            (_, '"') => quoted = !quoted,
            (false, ',') => row.push(std::mem::take(&mut cell)),
            (false, '\n') => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            (false, '\r') => {}
            _ => cell.push(sign),
        }
    }
    rows
}

/// Cuts all texts, and compares. Ids of the package are two less here, but for the unknown token, which is 1.
fn compare(tokenizer: &Tokenizer, expected: &Value, texts: &[&str], name: &str) {
    let vocabulary = strings(&expected["vocabulary"]);
    assert_eq!(tokenizer.vocabulary(), vocabulary.len() + 2, "{name}");
    let unknown = vocabulary.iter().position(|piece| *piece == "[UNK]").map(|place| place as u64);
    let decoded = strings(&expected["decoded"]);
    for (place, text) in texts.iter().enumerate() {
        let own = expected["cut"][place].as_array().unwrap().iter().map(|id| id.as_u64().unwrap());
        let ids: Vec<u32> = own.map(|id| if Some(id) == unknown { 1 } else { id as u32 + 2 }).collect();
        assert_eq!(tokenizer.encode(text), ids, "{name}: {text:?}");
        assert_eq!(tokenizer.decode(&ids), decoded[place], "{name}: {text:?}");
        assert_eq!(tokenizer.pieces(text).len(), ids.len(), "{name}: {text:?}");
    }
}

#[test]
fn what_is_learned_and_cut_is_what_the_package_learns_and_cuts() {
    let golden = json(&folder().join("subwords.json"));
    let texts = strings(&golden["texts"]);
    let novels = novels();
    assert_eq!(novels.len(), 400);
    for name in ["bpe", "bpe-lower", "word-piece", "word-piece-cased"] {
        let expected = &golden[name];
        let config: TokenizerConfig = serde_json::from_value(expected["settings"].clone()).unwrap();
        let tokenizer = config.train(&novels).unwrap();
        // The pieces in the order of their ids, as they are kept.
        let stored = serde_json::to_value(&tokenizer).unwrap();
        let file: Value = serde_json::from_str(stored["tokenizer"].as_str().unwrap()).unwrap();
        let mut pieces: Vec<(&String, u64)> = file["model"]["vocab"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(piece, id)| (piece, id.as_u64().unwrap()))
            .collect();
        pieces.sort_by_key(|(_, id)| *id);
        let pieces: Vec<&str> = pieces.into_iter().map(|(piece, _)| piece.as_str()).collect();
        assert_eq!(pieces, strings(&expected["vocabulary"]), "{name}");
        compare(&tokenizer, expected, &texts, name);
    }
}

#[test]
fn a_file_cuts_as_the_package_does() {
    let golden = json(&folder().join("subwords.json"));
    let path = folder().join("tokenizer.json");
    let config = kiln::data::TokenizerFileConfig::new(path.to_str().unwrap());
    let tokenizer = TokenizerConfig::from(config).train([""; 0]).unwrap();
    compare(&tokenizer, &golden["file"], &strings(&golden["texts"]), "file");
}
